"""What comes to an instance that is in a state of its own: neither ended nor compensating."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from herosaga.interpreter.act import NOTHING, Step, drop_timer, perform
from herosaga.interpreter.composites import arrive, compose
from herosaga.interpreter.enter import go_onward, holds, joining
from herosaga.interpreter.instance import (
    ANOTHER_INSTANCE,
    Alarm,
    Deliver,
    Done,
    Failure,
    Fault,
    Instance,
    Kind,
    Outcome,
    Policy,
    Reception,
    Request,
    Wait,
)
from herosaga.interpreter.occasion import Occasion, fits
from herosaga.interpreter.requests import (
    answered,
    close,
    completes,
    go_on,
    late,
    named,
    refusal,
)
from herosaga.interpreter.take import Found, take, try_members
from herosaga.model import model as m


def receive(work: Step) -> Outcome:
    """A message, a fault, a completion or an alarm."""
    match work.given:
        case Deliver() as given:
            return _message(work, given)
        case Fault() | Done() as given:
            return _report(work, given)
        case Alarm() as given:
            return _alarm(work, given)
    raise AssertionError("what operators do is for what compensates")


# --- messages, faults and completions ----------------------------------------------------------


def _message(work: Step, given: Deliver) -> Outcome:
    if given.answers == ANOTHER_INSTANCE and late(work.program, given):
        return Outcome(work.instance, (), Reception.LATE)
    request = answered(work.program, work.instance, given)
    failure = None if request is None else refusal(work.program, request, given.message)
    return _meet(work, Occasion(given.message, request, failure))


def _report(work: Step, given: Fault | Done) -> Outcome:
    """The host of a request's handler has given up, or has carried it out."""
    request = named(work.instance, given.number)
    if request is None:
        return Outcome(work.instance, (), Reception.LATE)
    if isinstance(given, Fault):
        return _meet(work, Occasion(None, request, Failure("fault", request, given.reason)))
    if not completes(work.program, request):
        return Outcome(work.instance, (), Reception.LATE)
    return _meet(work, Occasion(None, request))


def _meet(work: Step, occasion: Occasion) -> Outcome:
    """Bring to the state what has come."""
    before = work.instance
    if occasion.closes is not None:
        refused = occasion.failure is not None and occasion.failure.how == "refusal"
        close(work, occasion.closes, refused)
    if occasion.timer:
        drop_timer(work, occasion.timer)
    message = occasion.message
    part = message is not None and arrive(work, message)
    found = Found.TAKEN if _hold(work, occasion) else try_members(work, occasion)
    if found is Found.DEFERRED:
        return _defer(work, before)
    if found is Found.NOTHING and not part:
        return _unmatched(work, before, occasion)
    if message is not None and not work.left and compose(work, message):
        found = Found.TAKEN
    released = _join(work, before, occasion)
    if released is not None:
        return released
    return work.outcome(Reception.IGNORED if found is Found.IGNORED else Reception.TAKEN)


def _defer(work: Step, before: Instance) -> Outcome:
    """Keep it for another state. An answer has come all the same: its request is not repeated, and no time runs out.

    It carries the ids of its request from now on, which is closed when it is taken. A refusal says already that there is
    nothing to undo.
    """
    given, after = work.given, work.instance
    closed = next((each for each in before.requests if each not in after.requests), None)
    kept = before
    if closed is not None and isinstance(given, Deliver | Done):
        silent = replace(closed, due=None, answered=True)
        requests = tuple(silent if each is closed else each for each in before.requests)
        kept = replace(before, requests=requests, records=after.records)
        given = replace(given, answers=closed.number) if isinstance(given, Deliver) else given
    return Outcome(replace(kept, deferred=(*before.deferred, given)), (), Reception.DEFERRED)


def _unmatched(work: Step, before: Instance, occasion: Occasion) -> Outcome:
    """What no member takes: a start that is repeated, an answer that is late, or something unexpected."""
    given, state = work.given, before.state
    if isinstance(given, Done) and not _awaited(work, occasion):
        return Outcome(work.instance, (), Reception.IGNORED)
    if isinstance(given, Deliver) and occasion.closes is None:
        if given.message.id in work.program.starts:
            return Outcome(before, (), Reception.REPEATED)
        if late(work.program, given):
            return Outcome(before, (), Reception.LATE)
        reason = f"{given.message.name} is not expected in {state}"
        return Outcome(before, (), Reception.UNEXPECTED, reason)
    return _stuck(before, f"{_said(occasion)} is not expected in {state}")


def _awaited(work: Step, occasion: Occasion) -> bool:
    """Whether the state has anything to say of this, if its guard held. Nobody has to await that a command is done."""
    members = work.program.states[work.instance.state].members
    return any(
        fits(each.trigger if isinstance(each, m.Transition) else each.what, occasion)
        for each in members
    )


def _said(occasion: Occasion) -> str:
    if occasion.timer:
        return f"timer {occasion.timer}"
    if occasion.message is not None:
        return occasion.message.name
    assert occasion.closes is not None, "what is no message and no timer closes a request"
    how = occasion.failure.how if occasion.failure is not None else "end"
    return f"{how} of {occasion.closes.command.name}"


def _stuck(before: Instance, reason: str) -> Outcome:
    """The instance had waited for this and can't take it: only an operator can help."""
    return Outcome(replace(before, stuck=reason), (), Reception.UNEXPECTED, reason)


# --- joined states -----------------------------------------------------------------------------


def _hold(work: Step, occasion: Occasion) -> bool:
    """Keep a failure of what a joined state asked for, the first one, until all is answered or has failed."""
    failure = occasion.failure
    if failure is None or not failure.request.step:
        return False
    if work.instance.held is None:
        work.instance = replace(work.instance, held=failure)
    return True


def _join(work: Step, before: Instance, occasion: Occasion) -> Outcome | None:
    """Go on from a joined state if this closed the last that it asked for: onward, or as the failure that was held says.

    A failure that is ignored, or whose transition stays, leaves the instance where it is: not all has succeeded. None
    where nothing is held.
    """
    state = work.program.states.get(work.instance.state)
    last = occasion.closes is not None and occasion.closes.step and not joining(work)
    if state is None or not state.joins or work.left or not last:
        return None
    failure = work.instance.held
    if failure is None:
        go_onward(work, state)
        return None
    work.instance = replace(work.instance, held=None)
    return _release(work, before, failure)


def _release(work: Step, before: Instance, failure: Failure) -> Outcome:
    """Look at a failure that was held, as if it came now."""
    held = Occasion(failure.message, failure.request, failure)
    match try_members(work, held):
        case Found.TAKEN:
            return work.outcome(Reception.TAKEN)
        case Found.IGNORED:
            return work.outcome(Reception.IGNORED)
        case Found.DEFERRED:
            return _defer_held(work, failure)
    return _stuck(before, f"{_said(held)} is not expected in {before.state}")


def _defer_held(work: Step, failure: Failure) -> Outcome:
    """Keep a failure that was held for another state, as one that is deferred when it comes: its request is closed when it
    is taken.
    """
    was, instance = failure.request, work.instance
    refused = failure.message is not None
    number, of = was.number, was.incarnation
    request = Request(number, was.command, Policy(), incarnation=of, answered=refused)
    kept: Deliver | Alarm | Fault = Alarm(request.token)
    if failure.message is not None:
        kept = Deliver(failure.message, number)
    elif failure.how == "fault":
        kept = Fault(number, failure.reason)
    work.instance = replace(
        instance,
        requests=(*instance.requests, request),
        deferred=(*instance.deferred, kept),
    )
    return work.outcome(Reception.TAKEN)


# --- time --------------------------------------------------------------------------------------


def _alarm(work: Step, given: Alarm) -> Outcome:
    before = work.instance
    wait = next((each for each in before.waits if each.token == given.token), None)
    if wait is not None:
        return _time(work, wait)
    request = next((each for each in before.requests if each.token == given.token), None)
    if request is None:
        return Outcome(before, (), Reception.STALE)
    if go_on(work, request):
        return work.outcome(Reception.TAKEN)
    return _meet(work, Occasion(None, request, Failure("timeout", request, "timed out")))


def _time(work: Step, wait: Wait) -> Outcome:
    """A timer's time has come."""
    state = work.program.states[work.instance.state]
    match wait.kind:
        case Kind.TIMER:
            return _meet(work, Occasion(timer=wait.name))
        case Kind.EVERY:
            _again(work, wait)
            perform(work, state.every[wait.place].actions, NOTHING)
            return work.outcome(Reception.TAKEN)
        case Kind.DEADLINE:
            transition = work.program.saga.deadline
        case _:
            member = state.members[wait.place]
            transition = member if isinstance(member, m.Transition) else None
    assert transition is not None, "what is waited for is there"
    return _once(work, wait, transition)


def _once(work: Step, wait: Wait, transition: m.Transition) -> Outcome:
    """A time that comes once: also where its guard is false it is spent."""
    waits = tuple(each for each in work.instance.waits if each != wait)
    work.instance = replace(work.instance, waits=waits)
    if not holds(work, transition, NOTHING):
        return Outcome(work.instance, (), Reception.IGNORED)
    take(work, transition, NOTHING)
    return work.outcome(Reception.TAKEN)


def _again(work: Step, wait: Wait) -> None:
    """The next time of an `every`: the first multiple after now, counted from its last."""
    passed = max(work.now - wait.due, timedelta()) // wait.length + 1
    due = wait.due + passed * wait.length
    following = replace(wait, token=work.token("every"), due=due)
    waits = tuple(following if each == wait else each for each in work.instance.waits)
    work.instance = replace(work.instance, waits=waits)

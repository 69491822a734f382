"""The step: what one message, one time that has come or one failure does to one instance.

In this order:

1. An instance that has ended takes nothing more. One that compensates takes only what its undos await.
2. A reply closes its request.
3. The members of the state are tried, innermost level first, each level top to bottom; the first that fits and whose guard
   holds is taken. Its `exit`, its actions, then the `entry` and the times of the state it leads to.
4. Composites whose last part this was, if the state was not left.
5. A joined state goes on when nothing is open any more of what it asked for.

Whatever no member fits changes nothing, but that an instance which had waited for it is stuck.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import localcontext
from enum import Enum

from herosaga.interpreter import undo
from herosaga.interpreter.act import NOTHING, Seen, Step, drop_timer, perform, scope
from herosaga.interpreter.enter import act, enter, go_onward, holds, joining
from herosaga.interpreter.evaluate import Scope, evaluate, literal
from herosaga.interpreter.instance import (
    ANOTHER_INSTANCE,
    COMPENSATING,
    OF_SOURCE,
    Alarm,
    Composite,
    Deliver,
    Done,
    Failure,
    Fault,
    Input,
    Instance,
    Kind,
    Outcome,
    Reception,
    Request,
    Retry,
    Skip,
    Wait,
)
from herosaga.interpreter.program import Program
from herosaga.interpreter.requests import (
    answered,
    close,
    completes,
    go_on,
    late,
    named,
    refusal,
)
from herosaga.interpreter.values import DECIMALS, Plain, Value
from herosaga.model import model as m

Steps = list[tuple[Input, Outcome]]


# --- one message and all its steps -------------------------------------------------------------


def advance(
    program: Program, before: Instance | None, given: Input, now: datetime, incarnation: int = 1
) -> Steps:
    """All steps that one input brings about. Those of timers that are due at the same instant and stand earlier in the
    source come first, if they are spent thereby (else their own alarm says so); after each step that entered a state,
    deferred messages are offered.

    An error of an expression or an extern function is raised: then nothing has happened.
    """
    with localcontext(DECIMALS):
        steps: Steps = []
        instance = before
        for each in _due_before(before, given):
            found = _with_deferred(program, instance, each, now, incarnation)
            if found[0][1].reception in (Reception.TAKEN, Reception.IGNORED):
                steps += found
                instance = found[-1][1].instance
        return steps + _with_deferred(program, instance, given, now, incarnation)


def _due_before(before: Instance | None, given: Input) -> tuple[Alarm, ...]:
    """The alarms that come before this one: due at the same instant, and earlier in the source."""
    if before is None or not isinstance(given, Alarm):
        return ()
    timers = [each for each in before.waits if each.kind in OF_SOURCE]
    mine = next((each for each in timers if each.token == given.token), None)
    if mine is None:
        return ()
    earlier = [each for each in timers if each.due == mine.due and each.order < mine.order]
    return tuple(Alarm(each.token) for each in sorted(earlier, key=lambda each: each.order))


def _with_deferred(
    program: Program, before: Instance | None, given: Input, now: datetime, incarnation: int
) -> Steps:
    first = step(program, before, given, now, incarnation)
    return [(given, first), *_offers(program, first, now)]


def _offers(program: Program, outcome: Outcome, now: datetime) -> Iterator[tuple[Input, Outcome]]:
    """The steps of deferred messages, from the oldest. One that is deferred again keeps its place, and the next is offered;
    after one that entered a state, the oldest is the first again.
    """
    instance, place = outcome.instance, 0
    offering = outcome.entered
    while offering and instance is not None and instance.state != COMPENSATING:
        if place >= len(instance.deferred):
            return
        given = instance.deferred[place]
        rest = (*instance.deferred[:place], *instance.deferred[place + 1 :])
        found = _offer(program, replace(instance, deferred=rest), given, now)
        if found.reception is Reception.DEFERRED:
            place += 1
            continue
        yield given, found
        instance = found.instance
        place = 0 if found.entered else place


def _offer(program: Program, before: Instance, given: Input, now: datetime) -> Outcome:
    """One that fails is put aside alone: the step that let it be offered is done."""
    try:
        return step(program, before, given, now)
    except Exception as error:
        return Outcome(before, (), Reception.UNEXPECTED, f"{type(error).__name__}: {error}")


# --- one step ----------------------------------------------------------------------------------


def step(
    program: Program, before: Instance | None, given: Input, now: datetime, incarnation: int = 1
) -> Outcome:
    """One step."""
    if before is None:
        return _without_instance(program, given, now, incarnation)
    if before.outcome:
        stale = isinstance(given, Alarm)
        return Outcome(before, (), Reception.STALE if stale else Reception.LATE)
    work = Step(program, before, given, now)
    if isinstance(given, Retry | Skip):
        return undo.operate(work)
    if before.state == COMPENSATING:
        return undo.receive(work)
    match given:
        case Deliver():
            return _message(work, given)
        case Fault() | Done():
            return _report(work, given)
    return _alarm(work, given)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What has come, as the members of a state look at it: a message, the request it closes, a failure, a timer."""

    message: Value | None = None
    closes: Request | None = None
    failure: Failure | None = None
    timer: str = ""

    @property
    def seen(self) -> Seen:
        """What guard and actions can read of it."""
        failed = None
        if self.failure is not None:
            command = self.failure.request.command.name
            said = (("command", command), ("reason", self.failure.reason))
            failed = Value("failure", said)
        return Seen(self.message, failed, 0 if self.closes is None else self.closes.round)

    def closes_one_of(self, command: str, step: str = "") -> bool:
        """Whether it closes a request of this command, and of this step if one is named."""
        if self.closes is None or (step and self.closes.step != step):
            return False
        return not command or self.closes.command.id == command

    def failed(self, *ways: str) -> bool:
        """Whether it is a failure, of one of these ways if any are named."""
        return self.failure is not None and (not ways or self.failure.how in ways)


def fits(what: m.Trigger, occasion: Occasion) -> bool:
    """Whether this is what a member waits for."""
    match what:
        case m.OnMessage(message=id, step=tag):
            mine = occasion.message is not None and occasion.message.id == id
            return mine and (not tag or occasion.closes_one_of("", tag))
        case m.OnFailure(command=command):
            return occasion.failed() and occasion.closes_one_of(command)
        case m.OnTimeout(command=command):
            return occasion.failed("timeout") and occasion.closes_one_of(command)
        case m.OnFault(command=command):
            return occasion.failed("fault") and occasion.closes_one_of(command)
        case m.OnOutcome(of=command, outcome="done", step=tag):
            done = occasion.message is None and occasion.failure is None
            return done and occasion.closes_one_of(command, tag)
        case m.OnTimer(timer=name):
            return occasion.timer == name
    return False


class Found(Enum):
    """What the members of a state say of an occasion."""

    TAKEN = "taken"
    IGNORED = "ignored"
    DEFERRED = "deferred"
    NOTHING = "nothing"


def _try(work: Step, occasion: Occasion) -> Found:
    """Let the first member that fits, and whose guard holds, take it."""
    for member in work.program.states[work.instance.state].members:
        match member:
            case m.Transition(trigger=trigger) if fits(trigger, occasion):
                if holds(work, member, occasion.seen):
                    take(work, member, occasion.seen)
                    return Found.TAKEN
            case m.Ignore(what=what) if fits(what, occasion):
                return Found.IGNORED
            case m.Defer(what=what) if fits(what, occasion):
                return Found.DEFERRED
    return Found.NOTHING


def take(work: Step, transition: m.Transition, seen: Seen) -> None:
    """Take a transition."""
    starts = not work.instance.state
    act(work, transition, seen)
    if starts:
        _set_deadline(work)
    target = transition.target
    if target is None:
        return
    expired = isinstance(transition.trigger, m.Deadline)
    if transition.compensate:
        undo.begin(work, target, expired)
    else:
        work.instance = replace(work.instance, expired=expired)
        enter(work, target)


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
    part = _arrive(work, occasion)
    found = Found.TAKEN if _hold(work, occasion) else _try(work, occasion)
    if found is Found.DEFERRED:
        return _defer(work, before)
    if found is Found.NOTHING and not part:
        return _unmatched(work, before, occasion)
    if part and not work.left and _compose(work, occasion):
        found = Found.TAKEN
    stuck = _join(work, before)
    if stuck is not None:
        return stuck
    return _outcome(work, Reception.IGNORED if found is Found.IGNORED else Reception.TAKEN)


def _defer(work: Step, before: Instance) -> Outcome:
    """Keep it for another state. An answer has come all the same: its request is closed."""
    kept = replace(before, deferred=(*before.deferred, work.given))
    if isinstance(work.given, Deliver | Done):
        after = work.instance
        kept = replace(kept, requests=after.requests, records=after.records)
    return Outcome(kept, (), Reception.DEFERRED)


def _outcome(work: Step, reception: Reception) -> Outcome:
    return Outcome(work.instance, tuple(work.sent), reception, "; ".join(work.notes), work.entered)


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


# --- composites --------------------------------------------------------------------------------


def _arrive(work: Step, occasion: Occasion) -> bool:
    """Note the part of a composite, once; whether there is a composite that waits for it."""
    message = occasion.message
    if message is None:
        return False
    waiting = [each for each, _ in _composites(work) if message.id in each.parts]
    arrivals = list(work.instance.arrivals)
    arrivals += ((each, message.id) for each in waiting if (each, message.id) not in arrivals)
    work.instance = replace(work.instance, arrivals=tuple(dict.fromkeys(arrivals)))
    return bool(waiting)


def _compose(work: Step, occasion: Occasion) -> bool:
    """Run the first composite that this part completes and whose guard holds."""
    assert occasion.message is not None, "only a message is a part"
    for composite, transition in _composites(work):
        arrived = {part for each, part in work.instance.arrivals if each == composite}
        complete = occasion.message.id in arrived and arrived >= set(composite.parts)
        if complete and holds(work, transition, NOTHING):
            kept = tuple(each for each in work.instance.arrivals if each[0] != composite)
            work.instance = replace(work.instance, arrivals=kept)
            take(work, transition, NOTHING)
            return True
    return False


def _composites(work: Step) -> tuple[tuple[Composite, m.Transition], ...]:
    return work.program.composites[work.instance.state]


# --- joined states -----------------------------------------------------------------------------


def _hold(work: Step, occasion: Occasion) -> bool:
    """Keep a failure of what a joined state asked for, the first one, until all is answered or has failed."""
    failure = occasion.failure
    if failure is None or not failure.request.step:
        return False
    if work.instance.held is None:
        work.instance = replace(work.instance, held=failure)
    return True


def _join(work: Step, before: Instance) -> Outcome | None:
    """Go on from a joined state if nothing is open any more: with the failure that was held, else onward."""
    state = work.program.states.get(work.instance.state)
    if state is None or not state.joins or work.left or joining(work):
        return None
    failure = work.instance.held
    if failure is not None:
        work.instance = replace(work.instance, held=None)
        occasion = Occasion(failure.message, failure.request, failure)
        found = _try(work, occasion)
        if found is Found.NOTHING:
            return _stuck(before, f"{_said(occasion)} is not expected in {state.name}")
        if found is Found.TAKEN:
            return None
    go_onward(work, state)
    return None


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
        return _outcome(work, Reception.TAKEN)
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
            return _outcome(work, Reception.TAKEN)
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
    return _outcome(work, Reception.TAKEN)


def _again(work: Step, wait: Wait) -> None:
    """The next time of an `every`: the first multiple after now, counted from its last."""
    passed = max(work.now - wait.due, timedelta()) // wait.length + 1
    due = wait.due + passed * wait.length
    following = replace(wait, token=work.token("every"), due=due)
    waits = tuple(following if each == wait else each for each in work.instance.waits)
    work.instance = replace(work.instance, waits=waits)


# --- without an instance -----------------------------------------------------------------------


def _without_instance(program: Program, given: Input, now: datetime, incarnation: int) -> Outcome:
    """Start an instance, or do what `missing` says."""
    if not isinstance(given, Deliver):
        return Outcome(None, (), Reception.LATE)
    work = _first(program, given, now, incarnation)
    seen = Seen(given.message)
    for each in program.saga.start:
        if fits(each.trigger, Occasion(given.message)) and holds(work, each, seen):
            take(work, each, seen)
            return _outcome(work, Reception.TAKEN)
    return _missing(program, given, now)


def _first(program: Program, given: Deliver, now: datetime, incarnation: int) -> Step:
    """The step that no instance comes before."""
    saga = program.saga
    key = key_of(program, given.message)
    data = {} if key is None else {saga.key: key}
    for each in (*saga.data, *saga.slots):
        if each.default is not None:
            data[each.name] = literal(program.model, each.default)
    nothing = Instance(saga.id, saga.version, key, incarnation, now, "", data, caller=given.request)
    return Step(program, nothing, given, now)


def _set_deadline(work: Step) -> None:
    """The deadline counts from the start step."""
    deadline = work.program.saga.deadline
    if deadline is None:
        return
    assert isinstance(deadline.trigger, m.Deadline), "that is its trigger"
    due = work.due(evaluate(deadline.trigger.delay, scope(work, NOTHING)))
    wait = Wait(Kind.DEADLINE, work.token("deadline"), due, deadline.span.start)
    work.instance = replace(work.instance, waits=(*work.instance.waits, wait))


def _missing(program: Program, given: Deliver, now: datetime) -> Outcome:
    """What happens to a message that finds no instance. What is sent then is derived from the message."""
    work = _first(program, given, now, 0)
    work.instance = replace(work.instance, name=given.id, caller="")
    seen, occasion = Seen(given.message), Occasion(given.message)
    for member in program.saga.missing:
        match member:
            case m.Ignore(what=what) if fits(what, occasion):
                return Outcome(None, (), Reception.IGNORED)
            case m.Transition(trigger=trigger) if fits(trigger, occasion):
                if holds(work, member, seen):
                    perform(work, member.actions, seen)
                    notes = "; ".join(work.notes)
                    return Outcome(None, tuple(work.sent), Reception.TAKEN, notes)
    if late(program, given):
        return Outcome(None, (), Reception.LATE)
    reason = f"no instance has this key, and {given.message.name} does not start one"
    return Outcome(None, (), Reception.UNEXPECTED, reason)


# --- correlation -------------------------------------------------------------------------------


def key_of(program: Program, message: Value) -> Plain:
    """The key of the instance that a message is for; none where it is found by a data field."""
    saga = program.saga
    how = next((each for each in saga.correlations if each.message == message.id), None)
    if how is None:
        return message.get(saga.key)
    return None if how.where else _compared(program, how, message)


def finds(program: Program, message: Value, instance: Instance) -> bool:
    """Whether a message is for this instance."""
    for each in program.saga.correlations:
        if each.message == message.id and each.where:
            running = not instance.outcome
            value = instance.data.get(each.where)
            return running and value is not None and value == _compared(program, each, message)
    return bool(key_of(program, message) == instance.key)


def _compared(program: Program, how: m.Correlation, message: Value) -> Plain:
    """What of a message is compared."""
    if how.value is None:
        return message[how.field]
    with localcontext(DECIMALS):
        return evaluate(how.value, Scope(program.model, event=message))

"""The step: what one message does to one instance. Pure: no clock, no randomness, no input or output.

A step takes an instance, a message and the time, and gives a `Decision`: the next instance, the messages to send, and how
the message was received. The instance it took is unchanged. What it sends gets its ids from the instance and a running
number, so a step that is repeated sends the same messages, and whoever has seen them can drop them.

How a message is received, in this order:

1. An instance that has ended records what arrives as late.
2. While it compensates, only the awaited answers of the undo, and its alarms, are taken; everything else is deferred.
3. The arms of the current state for this message are tried in order; the first whose guard holds is taken. If its actions
   change the data, they change a copy. Leaving a state cancels its timers; entering one sets its timers, after the actions.
   What is ignored and answers nothing leaves the instance as it is, with its revision.
4. Without a match: a start message of a running instance is a repetition; the answer to a request that is closed
   already is late; anything else is unexpected: nothing changes, and if the instance was waiting for it, it is stuck.

An answer to an open request closes that request. A refusal also drops the record of how to undo it: nothing was done.
An answer to another instance of the saga, an earlier one with this key, is late at once: it says nothing about this one.

Where the language leaves it open:

- `failure of C` takes a refusal only while it closes a request of C. One that comes late, or refuses another command, is an
  ordinary event. A late refusal drops no record: an undo must cope with there being nothing to undo.
- An answer without ids that finds no open request is not known to be late: it is an event like any other.
- An answer that finds no instance at all is for `missing`, and late if that says nothing about it.
- A failure that is unexpected leaves its request open, like everything else of the instance: it goes on being repeated, and
  an answer may still come.
- A transition that is taken takes back the mark `stuck`; a repeated request, or what is ignored, does not.
- A deferred message whose step fails is put aside at once, and the others are offered: the step that let it be offered is
  not undone for its sake.

After a state was entered, deferred messages are offered from the oldest, one step each (`advance`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from herosaga_runtime import undo
from herosaga_runtime.decision import Decision, Received, Reception
from herosaga_runtime.envelope import Alarm, Envelope, Fault
from herosaga_runtime.errors import UsageError
from herosaga_runtime.instance import D, Instance, Origin, Request, S, Timer
from herosaga_runtime.keys import key_text
from herosaga_runtime.message import Message
from herosaga_runtime.moves import CALM, calm, enter
from herosaga_runtime.requests import (
    answered,
    answers_saga,
    close,
    go_on,
    is_own_answer,
    waiting_for,
)
from herosaga_runtime.saga import (
    COMPENSATE,
    IGNORE,
    PASS,
    STAY,
    FirstStep,
    K,
    Run,
    Saga,
    Step,
    Verdict,
    following,
    ignore,
    without_event,
)

# Looking up an enumeration's member costs a tenth of a small step in Python 3.11.
_IGNORED: Final = Reception.IGNORED
_REPEATED: Final = Reception.REPEATED
_LATE: Final = Reception.LATE


def step(
    saga: Saga[D, S, Any], before: Instance[D, S], envelope: Envelope, now: datetime
) -> Decision[D, S]:
    """Bring a message to an instance."""
    message = envelope.message
    runs = saga.rows[before.state].get(type(message))
    if runs is None:
        return _without_arm(saga, before, envelope, now)
    request = answered(saga, before, envelope) if before.requests else None
    if request is None:
        if runs[0] is ignore:
            return Received(before, _IGNORED)
        if envelope.answers is not None and _astray(before.origin, envelope):
            return Received(before, _LATE)
    work = following(before, now)
    if request is not None:
        close(saga, work, request, message)
    for run in runs:
        verdict = run(work, message)
        if verdict is PASS:
            continue
        if isinstance(verdict, Verdict):
            return _settled(saga, before, work, verdict)
        return enter(saga, work, verdict)
    return _unmatched(saga, before, envelope, request is not None)


def start(saga: Saga[D, S, Any], envelope: Envelope, now: datetime) -> Decision[D, S]:
    """Bring a message to a key that has no instance: start one, or do what `missing` says."""
    message = envelope.message
    runs = saga.starts.get(type(message), ())
    if runs:
        key = saga.keys[type(message)](message)
        work = _first(saga, key, Origin(saga.name, saga.version, key_text(key), 1, now), now)
        for run in runs:
            verdict = run(work, message)
            if verdict is PASS:
                continue
            if verdict is COMPENSATE:
                return undo.begin(saga, work, saga.state(work.target))
            if isinstance(verdict, Verdict):
                raise UsageError(f"a start of {saga.name} leads to no state")
            return enter(saga, work, verdict)
    return _missing(saga, envelope, now)


def advance(
    saga: Saga[D, S, Any], before: Instance[D, S] | None, envelope: Envelope, now: datetime
) -> Iterator[tuple[Envelope, Decision[D, S]]]:
    """All steps that one message brings about: its own, and those of the deferred messages that follow it."""
    decision = start(saga, envelope, now) if before is None else step(saga, before, envelope, now)
    yield envelope, decision
    instance = decision.instance
    if not decision.entered:
        return
    while instance is not None and _offers(saga, instance):
        oldest, *rest = instance.recovery.deferred
        recovery = replace(instance.recovery, deferred=tuple(rest))
        decision = _offer(saga, replace(instance, recovery=recovery), oldest, now)
        yield oldest, decision
        instance = decision.instance


def _offers(saga: Saga[D, S, Any], instance: Instance[D, S]) -> bool:
    return bool(instance.recovery.deferred) and instance.state is not saga.compensating


def _offer(
    saga: Saga[D, S, Any], before: Instance[D, S], envelope: Envelope, now: datetime
) -> Decision[D, S]:
    """Offer a deferred message. If its step fails, it alone is put aside: what let it be offered is done."""
    try:
        return step(saga, before, envelope, now)
    except Exception as error:
        return Received(before, Reception.UNEXPECTED, f"{type(error).__name__}: {error}")


def _first(saga: Saga[D, S, K], key: K, origin: Origin, now: datetime) -> Step[D]:
    """The step before which there is no instance, and no state."""
    nothing = Instance(origin, "", saga.new(key), 0, 0, (), (), (), CALM, None)
    return following(nothing, now, FirstStep)


def _take(
    saga: Saga[D, S, Any],
    before: Instance[D, S],
    work: Step[D],
    runs: tuple[Run[S], ...],
    message: Message,
) -> Decision[D, S] | None:
    """Try what time and failures bring about, in order; None when no guard holds."""
    for run in runs:
        verdict = run(work, message)
        if verdict is PASS:
            continue
        if isinstance(verdict, Verdict):
            return _settled(saga, before, work, verdict)
        return enter(saga, work, verdict)
    return None


def _settled(
    saga: Saga[D, S, Any], before: Instance[D, S], work: Step[D], verdict: Verdict
) -> Decision[D, S]:
    """What a transition has come to that enters no state itself."""
    if verdict is COMPENSATE:
        work.recovery = calm(work.recovery)
        return undo.begin(saga, work, saga.state(work.target))
    if verdict is IGNORE and work.requests is before.requests:
        return Received(before, _IGNORED)
    work.recovery = calm(work.recovery)
    return work if verdict is STAY else Received(work, _IGNORED)


def _astray(origin: Origin, envelope: Envelope) -> bool:
    """Whether a message answers another instance of this saga: an earlier one with this key."""
    return answers_saga(origin, envelope) and not is_own_answer(origin, envelope)


def _unmatched(
    saga: Saga[D, S, Any], before: Instance[D, S], envelope: Envelope, awaited: bool
) -> Decision[D, S]:
    """A message that no arm takes."""
    message = envelope.message
    if not awaited and type(message) in saga.starts:
        return Received(before, _REPEATED)
    if not awaited and answers_saga(before.origin, envelope):
        return Received(before, _LATE)
    reason = f"{message.TYPE} is not expected in {before.state}"
    if not awaited:
        return Received(before, Reception.UNEXPECTED, reason)
    return _stuck(before, reason)


def _stuck(before: Instance[D, S], reason: str) -> Decision[D, S]:
    """The instance waited for this and can't take it: only an operator can help."""
    recovery = replace(before.recovery, stuck=reason)
    stuck = replace(before, recovery=recovery, revision=before.revision + 1)
    return Received(stuck, Reception.UNEXPECTED, reason)


def _without_arm(
    saga: Saga[D, S, Any], before: Instance[D, S], envelope: Envelope, now: datetime
) -> Decision[D, S]:
    """What no arm of the state names: alarms, faults, what comes late, and the unexpected."""
    message = envelope.message
    if before.outcome is not None:
        return Received(before, Reception.STALE if isinstance(message, Alarm) else _LATE)
    if before.state is saga.compensating:
        return undo.receive(saga, before, envelope, following(before, now))
    if isinstance(message, Alarm):
        return _alarm(saga, before, following(before, now), message)
    if isinstance(message, Fault):
        return _fault(saga, before, following(before, now), envelope, message)
    return _unmatched(saga, before, envelope, answered(saga, before, envelope) is not None)


def _alarm(
    saga: Saga[D, S, Any], before: Instance[D, S], work: Step[D], alarm: Alarm
) -> Decision[D, S]:
    timer = next((each for each in before.timers if each.token == alarm.token), None)
    if timer is not None:
        return _after(saga, before, work, timer, alarm)
    request = waiting_for(before, alarm)
    if request is None:
        return Received(before, Reception.STALE)
    if go_on(work, request):
        return work
    return _failed(saga, before, work, request, alarm, "was not answered in time")


def _after(
    saga: Saga[D, S, Any], before: Instance[D, S], work: Step[D], timer: Timer, alarm: Alarm
) -> Decision[D, S]:
    """A state's timer. It is spent, also when its guard is false."""
    work.timers = tuple([each for each in before.timers if each is not timer])
    run = saga.afters[before.state][timer.index].run
    decision = _take(saga, before, work, (without_event(run),), alarm)
    return decision or Received(work, _IGNORED)


def _fault(
    saga: Saga[D, S, Any],
    before: Instance[D, S],
    work: Step[D],
    envelope: Envelope,
    fault: Fault,
) -> Decision[D, S]:
    answers = envelope.answers
    if answers is None or not is_own_answer(before.origin, envelope):
        return Received(before, _LATE)
    request = next((each for each in before.requests if each.number == answers.number), None)
    if request is None:
        return Received(before, _LATE)
    return _failed(saga, before, work, request, fault, f"failed: {fault.reason}")


def _failed(
    saga: Saga[D, S, Any],
    before: Instance[D, S],
    work: Step[D],
    request: Request,
    message: Message,
    how: str,
) -> Decision[D, S]:
    """A request timed out for good, or its handler's host gave up."""
    close(saga, work, request, message)
    runs = saga.failures[before.state].get(type(request.command), ())
    decision = _take(saga, before, work, runs, message)
    return decision or _stuck(
        before, f"{request.command.TYPE} {how}, and {before.state} does not expect that"
    )


def _missing(saga: Saga[D, S, Any], envelope: Envelope, now: datetime) -> Decision[D, S]:
    message = envelope.message
    for run in saga.missing.get(type(message), ()):
        key = saga.keys[type(message)](message)
        origin = Origin(saga.name, saga.version, envelope.id, 0, envelope.time)
        work = _first(saga, key, origin, now)
        verdict = run(work, message)
        if verdict is PASS:
            continue
        reception = _IGNORED if verdict is IGNORE else Reception.TAKEN
        return Received(None, reception, "", work.sent)
    own = envelope.answers is not None and envelope.answers.saga == saga.name
    if own or isinstance(message, Alarm | Fault):
        return Received(None, _LATE)
    reason = f"no instance of {saga.name} has this key, and {message.TYPE} does not start one"
    return Received(None, Reception.UNEXPECTED, reason)

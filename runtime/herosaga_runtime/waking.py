"""Alarms: timers and the deadline, and requests whose time is over; what else ends a request without an event."""

from __future__ import annotations

from typing import Any

from herosaga_runtime import joined
from herosaga_runtime.arms import Every
from herosaga_runtime.decision import Decision, Received, Reception
from herosaga_runtime.envelope import Alarm, Done, Fault
from herosaga_runtime.instance import (
    DEADLINE,
    D,
    Held,
    Instance,
    Request,
    S,
    Timer,
    changed,
)
from herosaga_runtime.making import Failure, Step
from herosaga_runtime.message import Message
from herosaga_runtime.moves import again
from herosaga_runtime.place import Place, Runs
from herosaga_runtime.requests import (
    close,
    go_on,
    numbered,
    waiting_for,
)
from herosaga_runtime.saga import Saga
from herosaga_runtime.settling import collected, stuck, take
from herosaga_runtime.verdict import COMPENSATE, PASS, Verdict


def timer_of(before: Instance[Any, Any], message: Message) -> Timer | None:
    """The timer whose alarm a message is."""
    if not isinstance(message, Alarm):
        return None
    return next((each for each in before.timers if each.token == message.token), None)


def alarm(
    saga: Saga[D, S, Any],
    before: Instance[D, S],
    work: Step[D],
    place: Place[D, S],
    alarm: Alarm,
) -> Decision[D, S]:
    """What was to come at this time: a timer, or the end of an attempt or of the pause after it."""
    timer = timer_of(before, alarm)
    if timer is not None:
        return _timed(saga, before, work, place, timer)
    request = waiting_for(before, alarm)
    if request is None:
        return Received(before, Reception.STALE)
    if go_on(work, request):
        return work
    runs = place.timeouts.get(type(request.command), ())
    return failed(saga, before, work, place, request, runs, "timed out")


def _timed(
    saga: Saga[D, S, Any],
    before: Instance[D, S],
    work: Step[D],
    place: Place[D, S],
    timer: Timer,
) -> Decision[D, S]:
    """A timer, which is spent unless nothing expects it."""
    work.timers = tuple([each for each in before.timers if each is not timer])
    if timer.name == DEADLINE:
        return _deadline(saga, before, work, place)
    if timer.name:
        runs = place.timers.get(timer.name, ())
        taken = take(saga, before, work, place, runs)
        return taken or stuck(before, f"{timer.name} is not expected in {before.state}")
    arm = place.timed[timer.index] if timer.index < len(place.timed) else None
    if arm is None or isinstance(arm, Every) != (timer.period is not None):
        return Received(work, Reception.IGNORED)  # of a version whose state waited for other times
    run: Any = arm.run
    if timer.period is not None:
        work.timers += (again(timer, work),)
        run(work)
        return work
    verdict = run(work)
    if verdict is PASS:
        return Received(work, Reception.IGNORED)
    return collected(saga, before, work, place, verdict)


def _deadline(
    saga: Saga[D, S, Any], before: Instance[D, S], work: Step[D], place: Place[D, S]
) -> Decision[D, S]:
    verdict = PASS if saga.deadline is None else saga.deadline.run(work)
    if verdict is PASS:
        return Received(work, Reception.IGNORED)
    if verdict is COMPENSATE or not isinstance(verdict, Verdict):
        work.extras = changed(work.extras, expired=True)
    return collected(saga, before, work, place, verdict)


def fault(
    saga: Saga[D, S, Any],
    before: Instance[D, S],
    work: Step[D],
    place: Place[D, S],
    fault: Fault,
) -> Decision[D, S]:
    request = numbered(before, work.cause)
    if request is None:
        return Received(before, Reception.LATE)
    runs = place.faults.get(type(request.command), ())
    return failed(saga, before, work, place, request, runs, fault.reason)


def failed(
    saga: Saga[D, S, Any],
    before: Instance[D, S],
    work: Step[D],
    place: Place[D, S],
    request: Request,
    runs: Runs[S],
    reason: str,
) -> Decision[D, S]:
    """A request timed out for good, or its handler's host gave up."""
    close(saga, work, request, work.cause.message)
    late = isinstance(work.cause.message, Alarm)
    if place.joins and request.step:
        part = request.step, request.round, request.number
        held = Held(request.command, reason, None, late, *part)
        return joined.hold(saga, before, work, place, held)
    work.failed = Failure(type(request.command), reason)
    how = "was not answered in time" if late else f"failed: {reason}"
    why = f"{request.command.TYPE} {how}, and {before.state} does not expect that"
    return take(saga, before, work, place, runs) or stuck(before, why)


def done(
    saga: Saga[D, S, Any],
    before: Instance[D, S],
    work: Step[D],
    place: Place[D, S],
    done: Done,
) -> Decision[D, S]:
    """A command was carried out that is not answered by an event."""
    request = numbered(before, work.cause)
    if request is None or not saga.calls[type(request.command)].completes:
        return Received(before, Reception.LATE)
    close(saga, work, request, done)
    runs = place.done.get(type(request.command), ())
    if place.joins and request.step:
        return joined.answer(saga, before, work, place, request)
    if not runs:
        return Received(work, Reception.IGNORED)
    why = f"nothing expects in {before.state} that {done.command} is done"
    return take(saga, before, work, place, runs) or stuck(before, why)

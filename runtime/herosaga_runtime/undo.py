"""Compensation: what was recorded is undone, newest first, each undo answered before the next begins.

While an instance compensates its state is the built-in one, its records are frozen, and its only open request is the
undo's. `Undoing` says where this leads and what the current undo still has to request.

Where the language leaves it open:

- The body of a compensation runs at once as far as it sends, publishes and sets; its requests are lined up, each sent when the
  one before is answered. A body that requests nothing is done when it has run.
- A body's request has its own policy, and without one waits without end; only then do the body's tries count: `within` is the
  time of one run, and each run makes new requests, with new ids. (A receiver would answer one with the id of a run that was
  given up with the message it had sent then, which is known here already and would be dropped.)
- A refusal that comes in the pause after a try's silence does not use up another try; the next one has a new id.
- The body of an undo that raises is a failed try of that undo: nothing of it remains, and what came before it in the same step,
  the end of the undo before or the transition that compensates, is done. So is a body whose policy can't be evaluated; where
  that fails when a run was given up, there is no other run.
- A fault that says that another try would be in vain uses up all tries.
- A policy without `within` can't be what governs an undo, which would wait without end: it is undone as without a policy.
- The outcome is `compensation_failed` only where undo was given up. Records that are left when a final is entered without
  `compensate` are forgotten: nobody wanted them undone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar

from herosaga_runtime.decision import Decision, Received, Reception
from herosaga_runtime.envelope import Alarm, Done, Envelope, Fault
from herosaga_runtime.errors import StoreError, UsageError, VersionError, said
from herosaga_runtime.instance import (
    CALM,
    DEADLINE,
    D,
    Extras,
    Instance,
    Record,
    Request,
    S,
    Timer,
    Undoing,
    changed,
    with_extras,
)
from herosaga_runtime.making import Step, following
from herosaga_runtime.message import Command, Message
from herosaga_runtime.moves import enter
from herosaga_runtime.policy import ONCE, UNDO, Policy
from herosaga_runtime.requests import (
    answered,
    answers_saga,
    close,
    go_on,
    numbered,
    pause,
    refuses,
    silenced,
    waiting_for,
)
from herosaga_runtime.saga import Saga
from herosaga_runtime.times import later

T = TypeVar("T")
Pending = tuple[tuple[Command, Policy], ...]
Timers = tuple[Timer, ...]


class BodyStep(Step[D]):
    """The step of a compensation's body: its requests are made one after the other, each when the last is answered."""

    __slots__ = ("pending",)
    pending: list[tuple[Command, Policy]]

    @classmethod
    def of(cls, work: Step[D]) -> BodyStep[D]:
        """The step of a body that runs within another step."""
        body = following(work.saga, work, work.cause, work.now, cls)
        assert isinstance(body, cls)
        body.revision = work.revision
        body.sent = list(work.sent)
        body.pending = []
        return body

    def edit(self) -> D:
        """A copy of the data, also in a first step: nothing is left of a body that raises."""
        self.data = data = self.data.copy()
        return data

    def request(
        self,
        command: Command,
        policy: Policy = ONCE,
        undo: Message | None = None,
        step: str = "",
        round: int = 0,
    ) -> None:
        """Line up a request. There is no undo of an undo."""
        self.pending.append((command, policy))


def begin(saga: Saga[D, S, Any], work: Step[D], target: S) -> Decision[D, S]:
    """Start to undo everything; `target` is entered when the last record is undone, at once if there is none."""
    work.requests = ()
    work.timers = _named(work)
    if work.extras is not CALM:
        work.extras = changed(work.extras, arrivals=(), held=None, stuck="")
    if not work.records:
        return enter(saga, work, target)
    work.state = saga.compensating
    return _next(saga, work, Undoing(target))


# --- operators ---------------------------------------------------------------------------------

_ASKED: Final = Alarm("")


def retry(saga: Saga[D, S, Any], before: Instance[D, S], now: datetime) -> Decision[D, S]:
    """Undo the newest record anew, with all its tries, at an operator's word; `UsageError` unless its undo is stuck."""
    work = _unstuck(saga, before, now)
    return _next(saga, work, Undoing(_undoing(work.extras).target))


def skip(saga: Saga[D, S, Any], before: Instance[D, S], now: datetime) -> Decision[D, S]:
    """Leave the newest record as it is, and go on with the next, at an operator's word; `UsageError` unless its undo is stuck."""
    work = _unstuck(saga, before, now)
    work.records = work.records[:-1]
    work.extras = changed(work.extras, skipped=work.extras.skipped + 1)
    return _next(saga, work, Undoing(_undoing(work.extras).target))


def force(
    saga: Saga[D, S, Any], before: Instance[D, S], target: S, now: datetime
) -> Decision[D, S]:
    """Undo everything and go to `target`, at an operator's word; `UsageError` if the instance has ended or undoes already."""
    if before.outcome is not None or before.state is saga.compensating:
        raise UsageError(f"an instance in {before.state} can't be told to compensate")
    work = _told(saga, before, now)
    work.leave()
    return begin(saga, work, target)


def _unstuck(saga: Saga[D, S, Any], before: Instance[D, S], now: datetime) -> Step[D]:
    if before.state is not saga.compensating or not before.extras.stuck:
        raise UsageError(f"no undo is stuck: the instance is in {before.state or 'no state'}")
    work = _told(saga, before, now)
    work.extras = changed(work.extras, stuck="")
    return work


def _told(saga: Saga[D, S, Any], before: Instance[D, S], now: datetime) -> Step[D]:
    origin = before.origin
    cause = Envelope(f"{origin}/{before.revision}", _ASKED, now, str(origin))
    return following(saga, before, cause, now)


# --- what comes --------------------------------------------------------------------------------


def receive(saga: Saga[D, S, Any], before: Instance[D, S], work: Step[D]) -> Decision[D, S]:
    """A message to an instance that compensates."""
    envelope = work.cause
    message = envelope.message
    if isinstance(message, Alarm):
        return _alarm(saga, before, message, work)
    if isinstance(message, Fault | Done):
        request = numbered(before, envelope)
        if request is None:
            return Received(before, Reception.LATE)
        if isinstance(message, Fault):
            failed = _failed_for_good if message.final else _failed_try
            return failed(saga, work, request, message.reason)
        if not saga.calls[type(request.command)].completes:
            return Received(before, Reception.LATE)
        close(saga, work, request, message)
        return _answered(saga, work)
    request = answered(saga, before, envelope)
    if request is not None:
        if refuses(saga, request, message):
            return _failed_try(saga, work, request, f"refused by {message.TYPE}")
        close(saga, work, request, message)
        return _answered(saga, work)
    if answers_saga(before.origin, envelope) and type(message) in saga.answers:
        return Received(before, Reception.LATE)
    return deferred(before, envelope)


def deferred(
    before: Instance[D, S], envelope: Envelope, work: Step[D] | None = None
) -> Decision[D, S]:
    """Keep a message for another state.

    If it is an event that answers a request, as `work` knows, it carries the ids of that from now on, and closes it when it is
    taken.
    """
    request = None if work is None else _answering(before, envelope, work)
    if request is not None:
        envelope = replace(envelope, answers=before.origin.ref(request.number))
    extras = changed(before.extras, deferred=(*before.extras.deferred, envelope))
    kept = with_extras(before, extras, before.revision + 1)
    if request is not None and work is not None:
        kept.records = work.records
        kept.requests = tuple(
            [silenced(each) if each is request else each for each in before.requests]
        )
    return Received(kept, Reception.DEFERRED)


def _answering(before: Instance[D, S], envelope: Envelope, work: Step[D]) -> Request | None:
    """The request that a message answers, be it by its completion; a time-out or a fault answers none."""
    if work.requests is before.requests or isinstance(envelope.message, Alarm | Fault):
        return None
    return next((each for each in before.requests if each not in work.requests), None)


def _alarm(
    saga: Saga[D, S, Any], before: Instance[D, S], alarm: Alarm, work: Step[D]
) -> Decision[D, S]:
    timer = next((each for each in before.timers if each.token == alarm.token), None)
    if timer is not None:
        if timer.name:
            return deferred(before, work.cause)
        if before.requests:
            late = before.requests[0].command.TYPE
            return _given_up(saga, work, f"{late} was not answered in time")
        return _next(saga, work, _undoing(work.extras))
    request = waiting_for(before, alarm)
    if request is None:
        return Received(before, Reception.STALE)
    if go_on(work, request):
        return work
    return _given_up(saga, work, f"{request.command.TYPE} was not answered")


def _failed_try(saga: Saga[D, S, Any], work: Step[D], request: Request, why: str) -> Decision[D, S]:
    if pause(work, request, renew=True):
        return work
    return _failed_for_good(saga, work, request, why)


def _failed_for_good(
    saga: Saga[D, S, Any], work: Step[D], request: Request, why: str
) -> Decision[D, S]:
    """A request of the undo has failed, and is not tried again."""
    return _given_up(saga, work, f"{request.command.TYPE}: {why}")


def _answered(saga: Saga[D, S, Any], work: Step[D]) -> Decision[D, S]:
    undoing = _undoing(work.extras)
    if undoing.queue:
        (command, policy), *rest = undoing.queue
        work.request(command, policy)
        _at(work, Undoing(undoing.target, tuple(rest), undoing.runs))
        return work
    work.records = work.records[:-1]
    return _next(saga, work, Undoing(undoing.target), 1)


def _at(work: Step[Any], undoing: Undoing[Any] | None) -> None:
    work.extras = changed(work.extras, undoing=undoing)


def _given_up(saga: Saga[D, S, Any], work: Step[D], why: str) -> Decision[D, S]:
    """The current undo failed for good: run its body again, go where `otherwise` says, or wait for an operator."""
    undo = work.records[-1].undo
    block = saga.compensations.get(type(undo))
    work.requests = ()
    work.timers = _named(work)
    undoing = _undoing(work.extras)
    if block is not None:
        policy = _tried(lambda: block.policy_of(work, undo))
        if isinstance(policy, str):
            why = f"{why}; {policy}"
        elif policy.more(undoing.runs):
            work.say(why)
            return _run_again(work, undoing, policy)
        if block.otherwise is not None:
            work.say(why)
            _at(work, None)
            return enter(saga, work, block.otherwise, tried=False)
    stuck = f"undo failed: {why}"
    work.say(stuck)
    work.extras = changed(work.extras, stuck=stuck)
    return work


def _run_again(work: Step[D], undoing: Undoing[Any], policy: Policy) -> Decision[D, Any]:
    length = policy.pause(undoing.runs, f"{work.origin}/{len(work.records)}")
    _at(work, Undoing(undoing.target, (), undoing.runs + 1))
    work.timers += (Timer(f"u{work.revision}", 0, later(work.now, length)),)
    return work


def _next(
    saga: Saga[D, S, Any], work: Step[D], undoing: Undoing[S], undone: int = 0
) -> Decision[D, S]:
    """Begin the newest record's undo; records whose undo requests nothing are done at once.

    `undone` counts those that are done in this step.
    """
    work.timers = _named(work)
    while work.records:
        undo = work.records[-1].undo
        run = _tried(lambda: _run(saga, work, work.records[-1]))
        if isinstance(run, str):
            left = Undoing(undoing.target, (), undoing.runs)
            work.extras = changed(work.extras, undoing=left, undone=work.extras.undone + undone)
            return _given_up(saga, work, f"{undo.TYPE}: {run}")
        pending, limit = run
        if pending:
            (command, policy), *rest = pending
            work.request(command, policy)
            left = Undoing(undoing.target, tuple(rest), undoing.runs)
            work.extras = changed(work.extras, undoing=left, undone=work.extras.undone + undone)
            work.timers += limit
            return work
        work.records = work.records[:-1]
        undone += 1
        undoing = Undoing(undoing.target)
    work.extras = changed(work.extras, undoing=None, undone=work.extras.undone + undone)
    return enter(saga, work, undoing.target)


def _tried(run: Callable[[], T]) -> T | str:
    """What an undo's own code comes to; or in words, the error with which it fails, which else would fail the step.

    What is wrong with the store, or with the version of the saga, is nothing that another try of the undo mends.
    """
    try:
        return run()
    except (StoreError, VersionError):
        raise
    except Exception as error:
        return said(error)


def _named(work: Step[Any]) -> tuple[Timer, ...]:
    """The timers that go on while everything is undone."""
    if not work.timers:
        return ()
    return tuple([each for each in work.timers if each.name and each.name != DEADLINE])


def _run(saga: Saga[D, Any, Any], work: Step[D], record: Record) -> tuple[Pending, Timers]:
    """The requests that undo a record, in order, and the end of the time that they may take together.

    A body's other actions happen here, all of them or, where it raises, none.
    """
    undo = record.undo
    if isinstance(undo, Command):
        policy = record.policy
        return ((undo, UNDO if policy is None or policy.within is None else policy),), ()
    block, body = saga.compensations[type(undo)], BodyStep.of(work)
    block.run(body, undo)
    within = block.policy_of(body, undo).within if body.pending else None
    limit = () if within is None else (Timer(f"w{work.revision}", 0, later(work.now, within)),)
    work.data, work.sequence, work.timers = body.data, body.sequence, body.timers
    work.extras, work.sent = body.extras, body.sent
    if body.reason:
        work.say(body.reason)
    return tuple(body.pending), limit


def _undoing(extras: Extras[S]) -> Undoing[S]:
    if extras.undoing is None:
        raise AssertionError("an instance that compensates knows what it undoes")
    return extras.undoing

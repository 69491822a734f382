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
- A policy without `within` can't be what governs an undo, which would wait without end: it is undone as without a policy.
- The outcome is `compensation_failed` only where undo was given up. Records that are left when a final is entered without
  `compensate` are forgotten: nobody wanted them undone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from herosaga_runtime.decision import Decision, Received, Reception
from herosaga_runtime.envelope import Alarm, Envelope, Fault
from herosaga_runtime.instance import (
    D,
    Instance,
    Record,
    Recovery,
    Request,
    S,
    Timer,
    Undoing,
)
from herosaga_runtime.message import Command, Message
from herosaga_runtime.moves import enter
from herosaga_runtime.policy import ONCE, UNDO, Policy
from herosaga_runtime.requests import (
    answered,
    answers_saga,
    close,
    go_on,
    is_own_answer,
    pause,
    refuses,
    waiting_for,
)
from herosaga_runtime.saga import Compensation, Saga, Step, following

Pending = tuple[tuple[Command, Policy], ...]


class BodyStep(Step[D]):
    """The step of a compensation's body: its requests are made one after the other, each when the last is answered."""

    __slots__ = ("pending",)
    pending: list[tuple[Command, Policy]]

    @classmethod
    def of(cls, work: Step[D]) -> BodyStep[D]:
        """The step of a body that runs within another step."""
        body = following(work, work.now, cls)
        assert isinstance(body, cls)
        body.pending = []
        return body

    def request(self, command: Command, policy: Policy = ONCE, undo: Message | None = None) -> None:
        """Line up a request. There is no undo of an undo."""
        self.pending.append((command, policy))


def begin(saga: Saga[D, S, Any], work: Step[D], target: S) -> Decision[D, S]:
    """Start to undo everything; `target` is entered when the last record is undone, at once if there is none."""
    work.requests = ()
    work.state = saga.compensating
    work.recovery = work.recovery.at(Undoing(target))
    return _next(saga, work)


def receive(
    saga: Saga[D, S, Any], before: Instance[D, S], envelope: Envelope, work: Step[D]
) -> Decision[D, S]:
    """A message to an instance that compensates."""
    message = envelope.message
    if isinstance(message, Alarm):
        return _alarm(saga, before, message, work)
    if isinstance(message, Fault):
        request = _faulted(before, envelope)
        if request is None:
            return Received(before, Reception.LATE)
        return _failed_try(saga, work, request, message.reason)
    request = answered(saga, before, envelope)
    if request is not None:
        if refuses(saga, request, message):
            return _failed_try(saga, work, request, f"refused by {message.TYPE}")
        close(saga, work, request, message)
        return _answered(saga, work)
    if answers_saga(before.origin, envelope):
        return Received(before, Reception.LATE)
    deferred = (*before.recovery.deferred, envelope)
    work.recovery = replace(before.recovery, deferred=deferred)
    return Received(work, Reception.DEFERRED)


def _faulted(before: Instance[Any, Any], envelope: Envelope) -> Request | None:
    if not is_own_answer(before.origin, envelope) or envelope.answers is None:
        return None
    number = envelope.answers.number
    return next((each for each in before.requests if each.number == number), None)


def _alarm(
    saga: Saga[D, S, Any], before: Instance[D, S], alarm: Alarm, work: Step[D]
) -> Decision[D, S]:
    if any(timer.token == alarm.token for timer in before.timers):
        if before.requests:
            late = before.requests[0].command.TYPE
            return _given_up(saga, work, f"{late} was not answered in time")
        return _next(saga, work)
    request = waiting_for(before, alarm)
    if request is None:
        return Received(before, Reception.STALE)
    if go_on(work, request):
        return work
    return _given_up(saga, work, f"{request.command.TYPE} was not answered")


def _failed_try(saga: Saga[D, S, Any], work: Step[D], request: Request, why: str) -> Decision[D, S]:
    if pause(work, request, renew=True):
        return work
    return _given_up(saga, work, f"{request.command.TYPE}: {why}")


def _answered(saga: Saga[D, S, Any], work: Step[D]) -> Decision[D, S]:
    undoing = _undoing(work.recovery)
    if undoing.queue:
        (command, policy), *rest = undoing.queue
        work.request(command, policy)
        left = Undoing(undoing.target, tuple(rest), undoing.runs)
        work.recovery = work.recovery.at(left)
        return work
    work.records = work.records[:-1]
    work.recovery = work.recovery.at(Undoing(undoing.target), undone=1)
    return _next(saga, work)


def _given_up(saga: Saga[D, S, Any], work: Step[D], why: str) -> Decision[D, S]:
    """The current undo failed for good: run its body again, go where `otherwise` says, or wait for an operator."""
    block = saga.compensations.get(type(work.records[-1].undo))
    work.requests = ()
    work.timers = ()
    undoing = _undoing(work.recovery)
    if block is not None and block.policy.more(undoing.runs):
        return _run_again(work, undoing, block)
    if block is not None and block.otherwise is not None:
        work.recovery = work.recovery.at(None)
        return enter(saga, work, block.otherwise, tried=False)
    stuck = f"undo failed: {why}"
    work.recovery = replace(work.recovery, stuck=stuck)
    return Received(work, Reception.TAKEN, stuck, work.sent)


def _run_again(
    work: Step[D], undoing: Undoing[Any], block: Compensation[Any, Any, Any]
) -> Decision[D, Any]:
    length = block.policy.pause(undoing.runs, f"{work.origin}/{len(work.records)}")
    work.recovery = work.recovery.at(Undoing(undoing.target, (), undoing.runs + 1))
    work.timers = (Timer(f"u{work.revision}", 0, work.now + length),)
    return work


def _next(saga: Saga[D, S, Any], work: Step[D]) -> Decision[D, S]:
    """Begin the newest record's undo; records whose undo requests nothing are done at once."""
    undoing: Undoing[S] = _undoing(work.recovery)
    while work.records:
        pending = _pending(saga, work, work.records[-1])
        if pending:
            (command, policy), *rest = pending
            work.request(command, policy)
            undoing = Undoing(undoing.target, tuple(rest), undoing.runs)
            work.recovery = work.recovery.at(undoing)
            work.timers = _limit(saga, work)
            return work
        work.records = work.records[:-1]
        undoing = Undoing(undoing.target)
        work.recovery = work.recovery.at(undoing, undone=1)
    work.recovery = work.recovery.at(None)
    return enter(saga, work, undoing.target)


def _limit(saga: Saga[Any, Any, Any], work: Step[Any]) -> tuple[Timer, ...]:
    """The end of the time that a run of a body may take, if its policy says so."""
    block = saga.compensations.get(type(work.records[-1].undo))
    if block is None or block.policy.within is None:
        return ()
    return (Timer(f"w{work.revision}", 0, work.now + block.policy.within),)


def _pending(saga: Saga[D, Any, Any], work: Step[D], record: Record) -> Pending:
    """The requests that undo a record, in order. A body's other actions happen here."""
    undo = record.undo
    if isinstance(undo, Command):
        policy = record.policy
        return ((undo, UNDO if policy is None or policy.within is None else policy),)
    body = BodyStep.of(work)
    saga.compensations[type(undo)].run(body, undo)
    work.data, work.sequence = body.data, body.sequence
    work.sent.extend(body.sent)
    return tuple(body.pending)


def _undoing(recovery: Recovery[S]) -> Undoing[S]:
    if recovery.undoing is None:
        raise AssertionError("an instance that compensates knows what it undoes")
    return recovery.undoing

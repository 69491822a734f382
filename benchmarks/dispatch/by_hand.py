"""What a good engineer writes once for all processes by hand, and the contender that runs one of them.

Processes are plain slotted objects that are copied once a step, their data with them, and then set. The step is pure, as
the generated one is: the process that it takes is unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, Self, TypeAlias, TypeVar

from herosaga_runtime.envelope import Envelope
from herosaga_runtime.message import Command, Message
from herosaga_runtime.policy import Policy

from benchmarks.dispatch.contender import Script, View
from benchmarks.dispatch.parts import Identity, Record, Request, Sent, find


class Data(Protocol):
    """What a process is about."""

    def copy(self) -> Self: ...


D = TypeVar("D", bound=Data)
S = TypeVar("S", bound=StrEnum)


class Process(Generic[D, S]):
    """One process on its way. A step takes the `next` of it and sets what changes."""

    __slots__ = (
        "data",
        "deadline",
        "identity",
        "outcome",
        "records",
        "requests",
        "revision",
        "sequence",
        "state",
    )

    def __init__(
        self,
        identity: Identity,
        state: S,
        data: D,
        revision: int,
        sequence: int,
        requests: tuple[Request, ...],
        records: tuple[Record, ...],
        deadline: datetime | None,
        outcome: str | None,
    ) -> None:
        self.identity = identity
        self.state = state
        self.data = data
        self.revision = revision
        self.sequence = sequence
        self.requests = requests
        self.records = records
        self.deadline = deadline
        self.outcome = outcome

    def next(self) -> Process[D, S]:
        """The process of the next revision, to be changed."""
        return Process(
            self.identity,
            self.state,
            self.data.copy(),
            self.revision + 1,
            self.sequence,
            self.requests,
            self.records,
            self.deadline,
            self.outcome,
        )

    def send(self, message: Message) -> Sent:
        """A command to send, or an event to publish."""
        self.sequence = number = self.sequence + 1
        return Sent(number, message, False)

    def request(
        self, command: Command, policy: Policy, now: datetime, undo: Command | None = None
    ) -> Sent:
        """Note a request, and with `undo` how to undo it."""
        self.sequence = number = self.sequence + 1
        within = policy.within
        due = None if within is None else now + within
        self.requests += (Request(number, command, policy, 1, due),)
        if undo is not None:
            self.records += (Record(number, undo, policy),)
        return Sent(number, command, True)

    def find(self, envelope: Envelope, command: type[Command]) -> Request | None:
        """The open request of this kind that a message answers."""
        return find(self.identity, self.requests, envelope, command)

    def close(self, request: Request | None) -> None:
        """Close a request that is answered."""
        if request is not None:
            self.requests = tuple([each for each in self.requests if each is not request])

    def refuse(self, request: Request | None) -> None:
        """Close a request that is refused: nothing was done, so there is nothing to undo."""
        if request is not None:
            number = request.number
            self.requests = tuple([each for each in self.requests if each is not request])
            self.records = tuple([each for each in self.records if each.number != number])

    def end(self, state: S, outcome: str) -> None:
        """Enter a final state."""
        self.state = state
        self.outcome = outcome
        self.requests = ()
        self.records = ()
        self.deadline = None

    def is_astray(self, envelope: Envelope) -> bool:
        """Whether a message answers another process of this kind: an earlier one with this key."""
        answers = envelope.answers
        return (
            answers is not None
            and answers.saga == self.identity.saga
            and not self.identity.owns(answers)
        )


class Result(Generic[D, S]):
    """The process after a step, what to send, and how the message was received."""

    __slots__ = ("process", "received", "sent")

    def __init__(self, process: Process[D, S], sent: list[Sent], received: str = "taken") -> None:
        self.process = process
        self.sent = sent
        self.received = received


def late(before: Process[D, S]) -> Result[D, S]:
    """What comes when nobody waits for it any more changes nothing."""
    return Result(before, [], "late")


def unexpected(before: Process[D, S], envelope: Envelope) -> Result[D, S]:
    """A message that the state does not know changes nothing; it is late if the process, or a request, has ended."""
    if before.outcome is not None:
        return late(before)
    answers = envelope.answers
    if answers is not None and answers.saga == before.identity.saga:
        return late(before)
    return Result(before, [], "unexpected")


Start: TypeAlias = Callable[[Envelope, datetime], Result[Any, Any] | None]
Step: TypeAlias = Callable[[Process[Any, Any], Envelope, datetime], Result[Any, Any]]


class HandWritten:
    """The contender without a compiler and without a library."""

    name = "hand-written"

    def __init__(self, start: Start, step: Step, fields: tuple[str, ...]) -> None:
        self._start = start
        self._step = step
        self._fields = fields

    def prepare(self, count: int, script: Script) -> Callable[[], None]:
        start, step = self._start, self._step
        return lambda: _run(start, step, count, script)

    def views(self, script: Script) -> Iterator[View]:
        (first, begin), *rest = script
        result = self._start(first, begin)
        assert result is not None
        sent = [*result.sent]
        yield self._view(result, sent)
        for envelope, now in rest:
            result = self._step(result.process, envelope, now)
            sent += result.sent
            yield self._view(result, sent)

    def _view(self, result: Result[Any, Any], sent: list[Sent]) -> View:
        process = result.process
        return View(
            process.state.value,
            tuple(getattr(process.data, each) for each in self._fields),
            tuple((each.number, each.message, each.awaits) for each in sent),
            tuple((each.number, each.attempt, each.due) for each in process.requests),
            tuple((each.number, type(each.undo).__name__) for each in process.records),
            process.deadline,
            (result.received, process.revision, process.outcome),
        )


def _run(start: Start, step: Step, count: int, script: Script) -> None:
    (first, begin), *rest = script
    for _ in range(count):
        result = start(first, begin)
        assert result is not None
        process = result.process
        for envelope, now in rest:
            process = step(process, envelope, now).process

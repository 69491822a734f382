"""What is stored of one running saga: plain values, copied and never changed in place."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, Self, TypeVar

from herosaga_runtime.envelope import Envelope, Ref
from herosaga_runtime.message import Command, JsonObject, JsonValue, Message, record
from herosaga_runtime.policy import Policy


class SagaData(Protocol):
    """A saga's data: slots, of which those not set yet are unset."""

    def copy(self) -> Self:
        """Another instance with the same values."""
        ...

    def to_json(self) -> JsonObject:
        """The fields that are set."""
        ...

    @classmethod
    def from_json(cls, json: JsonValue) -> Self:
        """What `to_json` gave."""
        ...


D = TypeVar("D", bound=SagaData)
S = TypeVar("S", bound=StrEnum)


class Outcome(StrEnum):
    """How an instance ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    MANUAL = "manual"
    COMPENSATED = "compensated"
    COMPENSATION_FAILED = "compensation_failed"
    EXPIRED = "expired"


@record
class Origin:
    """What an instance is, from its first step on."""

    saga: str
    version: int
    key: str
    incarnation: int
    started_at: datetime

    def __str__(self) -> str:
        """What is derived from an instance is derived from this: it is the same when the first step is repeated later."""
        return f"{self.saga}/{self.incarnation}/{self.key}"

    def ref(self, number: int) -> Ref:
        """The name of this instance's request `number`."""
        return Ref(self.saga, self.key, self.incarnation, number)


@dataclass(slots=True)
class Request:
    """A command that awaits its answer. It is its own alarm: `due` ends the attempt, or the pause after it (`paused`).

    `number` is the message's among those the instance has sent, and so its id. `renew`: the next attempt
    gets a new number, because this one was refused or faulted.
    """

    number: int
    command: Command
    policy: Policy
    attempt: int = 1
    due: datetime | None = None
    paused: bool = False
    renew: bool = False

    @property
    def token(self) -> str:
        """What an alarm must carry to be this request's."""
        return f"{'p' if self.paused else 'a'}{self.number}.{self.attempt}"


@dataclass(slots=True)
class Record:
    """How to undo something: a command, or the parameters of a `compensation`. `request` is the number of what it undoes."""

    undo: Message
    policy: Policy | None
    request: int


@record
class Timer:
    """An alarm of the current state. `index` counts the state's timers in source order."""

    token: str
    index: int
    due: datetime


@record
class Undoing(Generic[S]):
    """How far a compensation has come: where it leads, what the current undo still requests, how often it ran."""

    target: S
    queue: tuple[tuple[Command, Policy], ...] = ()
    runs: int = 1


@record
class Recovery(Generic[S]):
    """What only instances in trouble have.

    `undone` counts the records that have been undone, `stuck` says why only an operator can help, and
    `deferred` are the messages kept for the next state, oldest first.
    """

    undoing: Undoing[S] | None = None
    undone: int = 0
    stuck: str = ""
    deferred: tuple[Envelope, ...] = ()

    def at(self, undoing: Undoing[S] | None, undone: int = 0) -> Recovery[S]:
        """The same at another point of its compensation, with so many more records undone."""
        return Recovery(undoing, self.undone + undone, self.stuck, self.deferred)


@dataclass(slots=True, eq=False)
class Instance(Generic[D, S]):
    """One running or ended saga. `sequence` numbers the messages it has sent, `revision` its steps."""

    origin: Origin
    state: S
    data: D
    revision: int
    sequence: int
    records: tuple[Record, ...]
    requests: tuple[Request, ...]
    timers: tuple[Timer, ...]
    recovery: Recovery[S]
    outcome: Outcome | None

    def __eq__(self, other: object) -> bool:
        """Whether all is the same, also where one is still a step and the other was stored and read."""
        if not isinstance(other, Instance):
            return NotImplemented
        return all(
            getattr(self, each.name) == getattr(other, each.name) for each in fields(Instance)
        )

    __hash__ = None  # type: ignore[assignment]

    def alarms(self) -> dict[str, datetime]:
        """Every time this instance waits for, by token, in source order."""
        due = {timer.token: timer.due for timer in self.timers}
        due |= {r.token: r.due for r in self.requests if r.due is not None}
        return due

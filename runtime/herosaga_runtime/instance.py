"""What is stored of one running saga: plain values, copied and never changed in place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Generic, Protocol, Self, TypeVar

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
    gets a new number, because this one was refused or faulted. `answered`: its answer has come, and is deferred. `step` is the step that asked, where a state waits for
    several at once, and `round` counts what a step asked for from 0.
    """

    number: int
    command: Command
    policy: Policy
    attempt: int = 1
    due: datetime | None = None
    paused: bool = False
    renew: bool = False
    step: str = ""
    round: int = 0
    answered: bool = False

    @property
    def token(self) -> str:
        """What an alarm must carry to be this request's."""
        return f"{'p' if self.paused else 'a'}{self.number}.{self.attempt}"


@dataclass(slots=True)
class Record:
    """How to undo something: a command, or the parameters of a `compensation`.

    `request` is the number of the request that it undoes, 0 for none.
    """

    undo: Message
    policy: Policy | None
    request: int


DEADLINE: Final = "@deadline"
"""What a saga's deadline is called among its timers: no timer of the user's can be called so."""


@record
class Timer:
    """An alarm. `name` is that of a `timer` or `DEADLINE`; "" for one that belongs to the current state, where `index`
    says which of its `after`, `at` and `every`, in source order. `period` is of `every`.
    """

    token: str
    index: int
    due: datetime
    name: str = ""
    period: timedelta | None = None


@record
class Undoing(Generic[S]):
    """How far a compensation has come: where it leads, what the current undo still requests, how often it ran."""

    target: S
    queue: tuple[tuple[Command, Policy], ...] = ()
    runs: int = 1


@record
class Arrival:
    """A message that has come for an `all(…)`: `of` names the composite, `part` is the message's type."""

    of: str
    part: str

    @property
    def grouped(self) -> bool:
        """Whether it has come for a group of states, not for one alone."""
        return not self.of.startswith(":")


@record
class Held:
    """The first failure of what a state waits for at once: it is looked at when nothing is open any more.

    `message` is the refusal, None for a time-out (`late`) or a fault; `number` is that of the request.
    """

    command: Command
    reason: str
    message: Message | None = None
    late: bool = False
    step: str = ""
    round: int = 0
    number: int = 0


@dataclass(slots=True)
class Extras(Generic[S]):
    """What only few instances have, and those not for long.

    `undone` counts the records that have been undone, `skipped` those that an operator gave up. `stuck` says why only an
    operator can help. `deferred` are the messages kept for another state, oldest first; `arrivals` what has come for
    composites. `caller` is who awaits a reply, `replied` whether it has one. `expired`: the deadline led here.
    """

    undoing: Undoing[S] | None = None
    undone: int = 0
    skipped: int = 0
    stuck: str = ""
    deferred: tuple[Envelope, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    held: Held | None = None
    caller: Ref | None = None
    replied: bool = False
    expired: bool = False


CALM: Final[Extras[Any]] = Extras()
"""The extras of an instance that has none."""


blank = object.__new__
"""An object of a class, of which nothing is set: `blank(OrderData)`. Found here, it is made in half the time."""


def changed(extras: Extras[S], **changes: Any) -> Extras[S]:
    """The same extras but for these."""
    made: Extras[S] = blank(Extras)
    made.undoing = extras.undoing
    made.undone = extras.undone
    made.skipped = extras.skipped
    made.stuck = extras.stuck
    made.deferred = extras.deferred
    made.arrivals = extras.arrivals
    made.held = extras.held
    made.caller = extras.caller
    made.replied = extras.replied
    made.expired = extras.expired
    for name, value in changes.items():
        setattr(made, name, value)
    return made


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
    extras: Extras[S]
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
        return alarms(self.timers, self.requests)


def alarms(timers: Iterable[Timer], requests: Iterable[Request]) -> dict[str, datetime]:
    """The times that timers and requests wait for, by token, in source order."""
    due = {timer.token: timer.due for timer in timers}
    due |= {each.token: each.due for each in requests if each.due is not None}
    return due


def with_extras(instance: Instance[D, S], extras: Extras[S], revision: int) -> Instance[D, S]:
    """The same instance with other extras."""
    return Instance(
        instance.origin,
        instance.state,
        instance.data,
        revision,
        instance.sequence,
        instance.records,
        instance.requests,
        instance.timers,
        extras,
        instance.outcome,
    )

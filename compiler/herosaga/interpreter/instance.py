"""What there is between two steps: an instance, and everything it waits for. Values; a step makes new ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, TypeAlias

from herosaga.interpreter.ids import key_text, message_id
from herosaga.interpreter.values import Plain, Value

COMPENSATING = "Compensating"
"""The built-in state in which everything is undone."""


# --- what arrives ------------------------------------------------------------------------------

ANOTHER_INSTANCE: Literal["another instance"] = "another instance"
"""An answer to an earlier incarnation, or to another instance of this saga."""

ANOTHER_SAGA: Literal["another saga"] = "another saga"
"""An answer to somebody who is no instance of this saga: here it is an event like any other."""

Answers: TypeAlias = int | Literal["another instance", "another saga"] | None


@dataclass(frozen=True, slots=True)
class Deliver:
    """A message. `answers` is the number of the request whose ids it carries; `request` names who awaits an answer to it.

    `id` is the message's own, which counts only where it finds no instance.
    """

    message: Value
    answers: Answers = None
    request: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A time that was waited for has come: that of the `Wait` or request with this token."""

    token: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The host of a request's handler has given up. `final`: another try of an undo would be in vain."""

    number: Answers
    reason: str = ""
    final: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """A request was carried out, and its handler emits nothing that would say so."""

    number: Answers


@dataclass(frozen=True, slots=True)
class Retry:
    """An operator lets the undo that is stuck be tried anew."""


@dataclass(frozen=True, slots=True)
class Skip:
    """An operator gives up the undo that is stuck, and goes on with the next."""


Input: TypeAlias = Deliver | Alarm | Fault | Done | Retry | Skip


# --- what is waited for ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Policy:
    """`within` limits one attempt; `retries` is None for `retry forever`; `up_to` is that of a backoff."""

    within: timedelta | None = None
    retries: int | None = 0
    every: timedelta = timedelta()
    up_to: timedelta | None = None

    def more(self, attempt: int) -> bool:
        """Whether another attempt follows `attempt` (from 1)."""
        return self.retries is None or attempt <= self.retries


@dataclass(frozen=True, slots=True)
class Request:
    """A command that awaits its answer. `due` ends its attempt, or the pause after it (`paused`).

    `renew`: the next attempt is a new message, because this one was refused or faulted. `step` and `round` say which step of
    a joined state it is of. `answered`: its answer has come, and is deferred.
    """

    number: int
    command: Value
    policy: Policy
    attempt: int = 1
    due: datetime | None = None
    paused: bool = False
    renew: bool = False
    step: str = ""
    round: int = 0
    incarnation: int = 1
    answered: bool = False

    @property
    def token(self) -> str:
        """What an alarm must carry to be this request's, and of this instance."""
        what = "pause" if self.paused else "attempt"
        return f"request {self.incarnation}.{self.number} {what} {self.attempt}"


@dataclass(frozen=True, slots=True)
class BlockUndo:
    """A `compensation` block with its arguments."""

    compensation: str
    args: tuple[tuple[str, Plain], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """How to undo something: a command or a block. `request` is the number of the request it undoes, 0 without one."""

    undo: Value | BlockUndo
    policy: Policy | None
    request: int


class Kind(StrEnum):
    """What kind of time is waited for."""

    AFTER = "after"
    AT = "at"
    EVERY = "every"
    TIMER = "timer"
    DEADLINE = "deadline"
    RUN = "run"  # the time that a run of a compensation's body may take
    REST = "rest"  # the pause before it runs again


OF_STATE = (Kind.AFTER, Kind.AT, Kind.EVERY)
OF_SOURCE = (*OF_STATE, Kind.TIMER, Kind.DEADLINE)


@dataclass(frozen=True, slots=True)
class Wait:
    """A time that is waited for. `order` is the place in the source of what it is for.

    `place` counts the members, or the `every`s, of its state; `name` is a timer's; `length` is that of an `every`.
    """

    kind: Kind
    token: str
    due: datetime
    order: int = 0
    place: int = 0
    name: str = ""
    length: timedelta = timedelta()


# --- what is remembered ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Composite:
    """One `all(A, B)`: its parts, and the level at which it stands."""

    level: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """How a request failed (`refusal`, `timeout` or `fault`), with the refusal's message."""

    how: Literal["refusal", "timeout", "fault"]
    request: Request
    reason: str
    message: Value | None = None


@dataclass(frozen=True, slots=True)
class Undoing:
    """How far a compensation has come: where it leads, what the current undo still requests, how often it ran."""

    target: str
    queue: tuple[tuple[Value, Policy], ...] = ()
    runs: int = 1


@dataclass(frozen=True, slots=True)
class Instance:
    """One running or ended saga.

    `number` counts what it has sent, and its `uuid()`s. `arrivals` are, for each composite, the parts that have come; `held`
    is the first failure in a joined state; `stuck` says why only an operator can help, "" where nothing is stuck.
    `caller` names who awaits the answer to its start command. `outcome` is "" while it runs.
    """

    saga: str
    version: int
    key: Plain
    incarnation: int
    started_at: datetime
    state: str
    data: Mapping[str, Plain]
    number: int = 0
    records: tuple[Record, ...] = ()
    requests: tuple[Request, ...] = ()
    waits: tuple[Wait, ...] = ()
    alarms_set: int = 0
    arrivals: tuple[tuple[Composite, str], ...] = ()
    deferred: tuple[Input, ...] = ()
    held: Failure | None = None
    undoing: Undoing | None = None
    undone: int = 0
    skipped: bool = False
    stuck: str = ""
    caller: str = ""
    replied: bool = False
    expired: bool = False
    outcome: str = ""
    name: str = field(default="", compare=False)

    @property
    def origin(self) -> str:
        """What everything is derived from that an instance makes."""
        return f"{self.saga}/{self.incarnation}/{self.name or key_text(self.key)}"

    def next_id(self) -> str:
        """The id of the next message that it sends."""
        key = self.name or key_text(self.key)
        return message_id(self.saga, key, self.incarnation, self.number + 1)

    def alarms(self) -> tuple[tuple[str, datetime], ...]:
        """Every time that is waited for, by token: timers in source order, then requests."""
        timers = sorted(self.waits, key=lambda each: each.order)
        return (
            *((each.token, each.due) for each in timers),
            *((each.token, each.due) for each in self.requests if each.due is not None),
        )


# --- what a step comes to ----------------------------------------------------------------------


class Reception(StrEnum):
    """What became of a message."""

    TAKEN = "taken"
    IGNORED = "ignored"
    DEFERRED = "deferred"
    REPEATED = "repeated"
    LATE = "late"
    STALE = "stale"
    UNEXPECTED = "unexpected"


SendKind: TypeAlias = Literal["send", "publish", "request", "reply", "done", "fault"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that a step sends. `to` names who awaits it, where it is an answer."""

    number: int
    kind: SendKind
    message: Value
    to: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step comes to. `entered`: a state was entered, so deferred messages are offered again."""

    instance: Instance | None
    sent: tuple[Sent, ...]
    reception: Reception
    reason: str = ""
    entered: bool = False

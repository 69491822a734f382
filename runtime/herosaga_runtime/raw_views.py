"""Instances as they lie in the store, read without their sagas: for tools that have no program, or another version of it.

Nothing is lifted by migrations, and messages are told by their names alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from herosaga_runtime import codec
from herosaga_runtime.codec import Fields
from herosaga_runtime.envelope import Ref
from herosaga_runtime.errors import DecodeError
from herosaga_runtime.instance import DEADLINE, Outcome
from herosaga_runtime.itineraries.slip import read_object
from herosaga_runtime.message import JsonValue
from herosaga_runtime.policy import Policy
from herosaga_runtime.rows import StoredHistory, StoredInstance
from herosaga_runtime.views import HistoryEntry, of_incarnation


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """A command that awaits its answer. `due` is when its attempt ends, or the pause after it (`paused`); None: never.

    `tries` is how many attempts it has, None for no limit; `answered`: its answer has come, and waits for the others'.
    """

    command: str
    attempt: int
    tries: int | None
    due: datetime | None
    paused: bool
    answered: bool


@dataclass(frozen=True, slots=True)
class TimerFacts:
    """An alarm: `name` is that of a `timer`, `deadline`, or "" for one of the current state."""

    name: str
    due: datetime


@dataclass(frozen=True, slots=True)
class UndoingFacts:
    """How far a compensation has come: the state that it leads to, and the commands that its current undo still sends."""

    target: str
    queue: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InstanceFacts:
    """An instance as it is stored. `records` are what would be undone, newest last; `deferred` the messages kept for later.

    Both are names of messages. `caller` awaits a reply. `unreadable` says why the program of now can't read it, where that is
    known; `broken` why not even this could: then only what the store finds it by is told.
    """

    saga: str
    key: str
    incarnation: int
    state: str
    outcome: Outcome | None
    stuck: str
    version: int
    revision: int
    archived: bool
    unreadable: str
    history: tuple[HistoryEntry, ...]
    started_at: datetime | None = None
    data: Mapping[str, JsonValue] | None = None
    requests: tuple[RequestFacts, ...] = ()
    timers: tuple[TimerFacts, ...] = ()
    records: tuple[str, ...] = ()
    undoing: UndoingFacts | None = None
    deferred: tuple[str, ...] = ()
    caller: Ref | None = None
    broken: str = ""


def facts(
    stored: StoredInstance, history: tuple[StoredHistory, ...], unreadable: str
) -> InstanceFacts:
    """What is stored of an instance."""
    known = (
        *(stored.saga, stored.key, stored.incarnation, stored.state),
        None if stored.outcome is None else Outcome(stored.outcome),
        *(stored.stuck, stored.version, stored.revision, bool(stored.archived), unreadable),
        of_incarnation(stored.incarnation, history),
    )
    try:
        return InstanceFacts(*known, *_body(Fields(stored.saga, codec.loads(stored.body))))
    except DecodeError as error:
        return InstanceFacts(*known, broken=str(error))


_Body = tuple[
    datetime,
    Mapping[str, JsonValue],
    tuple[RequestFacts, ...],
    tuple[TimerFacts, ...],
    tuple[str, ...],
    UndoingFacts | None,
    tuple[str, ...],
    Ref | None,
]


def _body(fields: Fields) -> _Body:
    extras = Fields("Extras", fields.get("extras", codec.read_optional(read_object), None) or {})
    return (
        fields.need("started_at", codec.read_datetime),
        fields.need("data", read_object),
        fields.need("requests", codec.read_list(_request)),
        fields.need("timers", codec.read_list(_timer)),
        fields.need("records", codec.read_list(lambda each: _type_in(each, "undo"))),
        extras.get("undoing", codec.read_optional(_undoing), None),
        extras.get("deferred", codec.read_list(_type), ()),
        extras.get("caller", codec.read_optional(_ref), None),
    )


def _request(json: JsonValue) -> RequestFacts:
    fields = Fields("Request", json)
    policy = fields.need("policy", Policy.from_json)
    return RequestFacts(
        fields.need("command", _type),
        fields.need("attempt", codec.read_int),
        None if policy.retries is None else policy.retries + 1,
        fields.need("due", codec.read_optional(codec.read_datetime)),
        fields.need("paused", codec.read_bool),
        fields.get("answered", codec.read_bool, False),
    )


def _timer(json: JsonValue) -> TimerFacts:
    fields = Fields("Timer", json)
    name = fields.get("name", codec.read_str, "")
    named = "deadline" if name == DEADLINE else name
    return TimerFacts(named, fields.need("due", codec.read_datetime))


def _undoing(json: JsonValue) -> UndoingFacts:
    fields = Fields("Undoing", json)
    queue = fields.need("queue", codec.read_list(codec.read_list(codec.read_json)))
    return UndoingFacts(
        fields.need("target", codec.read_str), tuple(_type(pair[0]) for pair in queue if pair)
    )


def _type(json: JsonValue) -> str:
    return Fields("Message", json).need("type", codec.read_str)


def _type_in(json: JsonValue, name: str) -> str:
    return Fields("Record", json).need(name, _type)


def _ref(json: JsonValue) -> Ref:
    return Ref.parse(codec.read_str(json))

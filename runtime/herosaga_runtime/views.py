"""What a host shows of instances and dead letters: values, read without taking a step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic

from herosaga_runtime import codec
from herosaga_runtime.errors import VersionError
from herosaga_runtime.instance import D, Instance, Outcome, Record, Request, S, Timer
from herosaga_runtime.message import JsonValue
from herosaga_runtime.ports import from_micros
from herosaga_runtime.rows import StoredDeadLetter, StoredHistory, StoredInstance, StoredWaiting
from herosaga_runtime.saga import Saga
from herosaga_runtime.versions import obstacle, read


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What one message did to an instance.

    `before` and `after` are states' names, None where there was no instance; `sent` are message types; `changed` holds
    the data fields that were set, as JSON; `reception` is one of `Reception`, or an operator's action. `incarnation` is 0 where
    there was no instance.
    """

    at: datetime
    revision: int
    message_id: str
    message_type: str
    before: str | None
    after: str | None
    reception: str
    sent: tuple[str, ...]
    changed: Mapping[str, JsonValue]
    reason: str
    incarnation: int = 1


@dataclass(frozen=True, slots=True)
class InstanceView(Generic[D, S]):
    """An instance as it was when it was looked up, as the saga's version of now reads it."""

    instance: Instance[D, S]
    history: tuple[HistoryEntry, ...]
    stored: StoredInstance

    @property
    def saga(self) -> str:
        """The saga's name."""
        return self.instance.origin.saga

    @property
    def key(self) -> str:
        """The key, as text."""
        return self.instance.origin.key

    @property
    def incarnation(self) -> int:
        """How often this key was started, from 1."""
        return self.instance.origin.incarnation

    @property
    def version(self) -> int:
        """The saga's version that the instance was stored by."""
        return self.stored.version

    @property
    def started_at(self) -> datetime:
        """When it was started, in UTC."""
        return self.instance.origin.started_at

    @property
    def state(self) -> S:
        """The state it is in."""
        return self.instance.state

    @property
    def data(self) -> D:
        """Its data; changing it changes nothing in the store."""
        return self.instance.data

    @property
    def outcome(self) -> Outcome | None:
        """How it ended; None while it runs."""
        return self.instance.outcome

    @property
    def revision(self) -> int:
        """How many steps have changed it."""
        return self.instance.revision

    @property
    def requests(self) -> tuple[Request, ...]:
        """The requests it awaits answers to, oldest first."""
        return self.instance.requests

    @property
    def records(self) -> tuple[Record, ...]:
        """What would be undone, newest last."""
        return self.instance.records

    @property
    def timers(self) -> tuple[Timer, ...]:
        """The alarms of its state."""
        return self.instance.timers

    @property
    def archived(self) -> bool:
        """Whether it lies in the archive, so that its key can be started again."""
        return self.stored.archived

    @property
    def stuck(self) -> str:
        """Why only an operator can help; empty if that is not so."""
        return self.instance.extras.stuck

    @property
    def deferred(self) -> tuple[str, ...]:
        """The types of the messages kept for the next state, oldest first."""
        return tuple(each.message.TYPE for each in self.instance.extras.deferred)


@dataclass(frozen=True, slots=True)
class InstanceSummary:
    """An instance in a list.

    `unreadable` says why its mail waits, if it is of a version of its saga that can't be read; else it is empty.
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


@dataclass(frozen=True, slots=True)
class Waiting:
    """An instance that can't be read, and how many messages wait for it. `reason` says what to write or deploy."""

    saga: str
    key: str
    state: str
    version: int
    messages: int
    reason: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was put aside, and why. `id` names it to `Host.retry`; `envelope` is its CloudEvents JSON."""

    id: int
    consumer: str
    key: str
    message_id: str
    message_type: str
    attempts: int
    reason: str
    traceback: str
    at: datetime
    envelope: str


def view(
    saga: Saga[D, S, Any], stored: StoredInstance, history: list[StoredHistory]
) -> InstanceView[D, S]:
    """An instance and its part of a key's history, from what is stored; `VersionError` if it can't be read."""
    entries = of_incarnation(stored.incarnation, history)
    return InstanceView(read(saga, stored).instance, entries, stored)


def of_incarnation(incarnation: int, history: Iterable[StoredHistory]) -> tuple[HistoryEntry, ...]:
    """The entries of an incarnation, and what came for the key before it, when there was no instance."""
    return tuple(entry(each) for each in _of(incarnation, history))


def _of(incarnation: int, history: Iterable[StoredHistory]) -> Iterator[StoredHistory]:
    earlier: list[StoredHistory] = []
    for each in history:
        if each.incarnation == 0:
            earlier.append(each)
            continue
        if each.incarnation == incarnation:
            yield from earlier
            yield each
        earlier = []


def summary(saga: Saga[Any, Any, Any] | None, stored: StoredInstance) -> InstanceSummary:
    """An instance in a list, from what is stored. Of a saga that is not known, nobody knows whether it can be read."""
    return InstanceSummary(
        *(stored.saga, stored.key, stored.incarnation, stored.state),
        None if stored.outcome is None else Outcome(stored.outcome),
        *(stored.stuck, stored.version, stored.revision, bool(stored.archived)),
        "" if saga is None else obstacle(saga, stored.version, stored.state),
    )


def waiting(saga: Saga[Any, Any, Any], found: StoredWaiting, stored: StoredInstance) -> Waiting:
    """An instance whose mail waits, and why."""
    reason = "it can be read by now: its mail is claimed within seconds"
    try:
        read(saga, stored)
    except VersionError as error:
        reason = str(error)
    return Waiting(found.saga, found.key, found.state, found.version, found.messages, reason)


def dead_letter(stored: StoredDeadLetter) -> DeadLetter:
    """A dead letter, from what is stored."""
    mail = stored.mail
    return DeadLetter(
        *(stored.id, mail.consumer, mail.key, mail.id, stored.message_type, mail.attempts),
        *(stored.reason, stored.traceback, from_micros(stored.at), mail.body),
    )


def entry(stored: StoredHistory) -> HistoryEntry:
    """An entry of a history, from what is stored."""
    sent: Any = codec.loads(stored.sent)
    changed: Any = codec.loads(stored.diff)
    return HistoryEntry(
        *(from_micros(stored.at), stored.revision, stored.message_id, stored.message_type),
        *(stored.before, stored.after, stored.reception),
        tuple(each["type"] for each in sent),
        changed,
        stored.reason,
        stored.incarnation,
    )

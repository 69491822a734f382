"""Ports: everything through which a host touches the world, as protocols, and the values that pass through them.

Time, chance, storage, transport and observation come in from outside, so that a test can replace each of them and a failure
can be played again. Points in time are aware UTC datetimes; inside stores they are integer microseconds since 1970.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from herosaga_runtime.rows import (
    Kind,
    Mail,
    StoredDeadLetter,
    StoredFlow,
    StoredHistory,
    StoredInstance,
    StoredSlip,
    StoredWaiting,
)
from herosaga_runtime.service import Sender as Sender

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
_LONGEST_WAIT = 30.0
"""Seconds: the wall clock may be set, and the computer sleep, so no wait relies on one long timeout."""


def to_micros(time: datetime) -> int:
    """A time as microseconds since 1970, exactly."""
    return (time - _EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """What `to_micros` was given."""
    return _EPOCH + timedelta(microseconds=micros)


# --- time and chance -----------------------------------------------------------------------------


class Clock(Protocol):
    """What time it is, and how to wait."""

    @property
    def passes(self) -> bool:
        """Whether time passes by itself; if not, a host that stops can't wait for a handler that sleeps."""
        ...

    def now(self) -> datetime:
        """The time, aware and in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for some seconds on this clock."""
        ...

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        """Wait until `wake` is set or the time is `until` (None: only for `wake`); it may return early."""
        ...


class Random(Protocol):
    """Where ids and jitter come from."""

    def id(self) -> str:
        """A new id that no one else has."""
        ...

    def fraction(self) -> float:
        """A number from 0 (inclusive) to 1 (exclusive)."""
        ...


class SystemClock:
    """The computer's clock."""

    passes = True

    def now(self) -> datetime:
        """The time, aware and in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait for some seconds."""
        await asyncio.sleep(seconds)

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        """Wait until `wake` is set, or until the time comes, but never longer than half a minute."""
        left = _LONGEST_WAIT if until is None else (until - self.now()).total_seconds()
        try:
            async with asyncio.timeout(max(0.0, min(left, _LONGEST_WAIT))):
                await wake.wait()
        except TimeoutError:
            return


class SystemRandom:
    """The computer's randomness."""

    def id(self) -> str:
        """A random UUID."""
        return str(uuid.uuid4())

    def fraction(self) -> float:
        """A number from 0 (inclusive) to 1 (exclusive)."""
        return random.random()


# --- the store -----------------------------------------------------------------------------------


class Transaction(Protocol):
    """Everything a host reads and writes, inside one transaction of the store."""

    @property
    def connection(self) -> Any:
        """The store's own connection."""
        ...

    @property
    def open(self) -> bool:
        """Whether it has not ended."""
        ...

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """A part that is undone alone when it raises."""
        ...

    async def enqueue(self, mail: Mail) -> None:
        """Let mail wait for its consumer; nothing happens if mail with its id waits there already."""
        ...

    async def claim(
        self,
        kind: Kind,
        consumers: Sequence[str],
        owner: str,
        now: int,
        limit: int,
        suspects: bool = True,
    ) -> list[Mail]:
        """Make due mail of these consumers `owner`'s, oldest first, as far as no living owner has it.

        Of isolated mail (`Mail.isolated`) one piece is claimed, and none without `suspects`; a step is claimed alone. What is returned counts the attempt that begins or was left unfinished.
        """
        ...

    async def take(self, mail: Mail, owner: str) -> bool:
        """Remove mail that `owner` has claimed; False if it is gone or someone else's by now."""
        ...

    async def put_back(self, mail: Mail, owner: str, due: int, attempts: int) -> bool:
        """Give up a claim: the mail is due again then; False if it is gone or someone else's by now."""
        ...

    async def cancel(self, consumer: str, id: str) -> None:
        """Remove mail, if it still waits."""
        ...

    async def set_waiting(self, mail: Mail, owner: str) -> bool:
        """Give up a claim on mail that nobody can take yet: it, and what comes for its key after it, is not claimed until it
        is released. False if it is gone or someone else's by now.
        """
        ...

    async def release(self, readable: Mapping[str, Collection[int]]) -> None:
        """Let mail that waits be claimed again where its instance is of one of these versions of its saga, or gone."""
        ...

    async def waiting(self) -> list[StoredWaiting]:
        """The instances whose mail waits."""
        ...

    async def remember(self, consumer: str, id: str, at: int, outputs: str | None = None) -> bool:
        """Note that a consumer has seen a message; False if it had before, and then nothing is changed."""
        ...

    async def forget(self, consumer: str, id: str) -> None:
        """Undo `remember`, so that an operator can offer the message again."""
        ...

    async def set_outputs(self, consumer: str, id: str, outputs: str) -> None:
        """Add to `remember` what a consumer gave for a message."""
        ...

    async def outputs(self, consumer: str, id: str) -> str | None:
        """What a consumer that has seen a message gave for it, as JSON text; None if it has not seen it."""
        ...

    async def purge(
        self, before: int, after: tuple[str, str], limit: int
    ) -> tuple[int, tuple[str, str]]:
        """Forget what was seen before a time, among the next `limit` pairs of consumer and message id after such a pair.

        How many were forgotten, and the pair to go on after: two empty texts to begin again.
        """
        ...

    async def instance(self, saga: str, key: str) -> StoredInstance | None:
        """The instance of a key, or else the last of this key that was archived."""
        ...

    async def save_instance(self, instance: StoredInstance, before: int | None) -> None:
        """Store an instance over its revision `before` (None: it is new); `ConflictError` if it is another."""
        ...

    async def instances(
        self, saga: str | None, state: str | None, outcome: str | None, archived: bool
    ) -> list[StoredInstance]:
        """The instances of a saga, or of all, in the order of their keys, the archived ones too if that is asked for."""
        ...

    async def page(
        self, saga: str, ended: bool, after: str | None, limit: int
    ) -> list[StoredInstance]:
        """Up to `limit` instances that have ended, or that have not, in the order of their keys, from the one after `after`."""
        ...

    async def archive(self, instance: StoredInstance, at: int) -> None:
        """Move an instance into the archive: its key is free."""
        ...

    async def archived(self, saga: str, key: str) -> list[StoredInstance]:
        """The instances of a key that were archived, oldest first."""
        ...

    async def matching(self, saga: str, field: str, value: str) -> list[str]:
        """The keys of the running instances that have this value in a data field, in their order."""
        ...

    async def add_match(self, saga: str, field: str, value: str, key: str) -> None:
        """Let an instance be found by the value of a data field."""
        ...

    async def remove_match(self, saga: str, field: str, value: str, key: str) -> None:
        """Let it no longer be found by that."""
        ...

    async def clear_matches(self, saga: str, versions: Collection[int]) -> None:
        """Let no instance of a saga be found by its data, but for those of other versions than these."""
        ...

    async def arranged(self, saga: str) -> str:
        """For what declarations of a saga the store was last arranged; empty if never."""
        ...

    async def set_arranged(self, saga: str, arranged: str) -> None:
        """Note for what declarations it is arranged."""
        ...

    async def add_history(self, entry: StoredHistory) -> None:
        """Append to an instance's history."""
        ...

    async def history(self, saga: str, key: str) -> list[StoredHistory]:
        """An instance's history, oldest first."""
        ...

    async def flow(self, flow: str, correlation: str) -> StoredFlow | None:
        """How far a flow has come in a correlation; None if it has not begun. Nobody else changes it until the end."""
        ...

    async def save_flow(self, flow: StoredFlow) -> None:
        """Note how far it has come."""
        ...

    async def flows(self, flow: str | None, status: str | None) -> list[StoredFlow]:
        """How far flows have come, only this one or of this status if that is given, in the order in which they began."""
        ...

    async def forget_flows(self, before: int, limit: int) -> None:
        """Forget up to `limit` of those that are complete and began before a time."""
        ...

    async def add_dead_letter(self, letter: StoredDeadLetter) -> None:
        """Put mail aside."""
        ...

    async def dead_letters(self) -> list[StoredDeadLetter]:
        """What was put aside, oldest first."""
        ...

    async def take_dead_letter(self, id: int) -> StoredDeadLetter | None:
        """Remove a dead letter and return it."""
        ...

    async def add_outgoing(self, id: str, body: str, at: int) -> None:
        """Let a message wait for the transport."""
        ...

    async def claim_outgoing(self, owner: str, now: int, limit: int) -> list[Mail]:
        """Make due outgoing messages `owner`'s, oldest first."""
        ...

    async def take_outgoing(self, mail: Mail) -> None:
        """Remove an outgoing message that was sent."""
        ...

    async def delay_outgoing(self, mail: Mail, due: int) -> None:
        """Give an outgoing message back after a failure."""
        ...

    async def next_due(self, consumers: Sequence[str]) -> int | None:
        """When the next unclaimed mail of these consumers is due; it may be due already."""
        ...

    async def unfinished(self, consumers: Sequence[str], owner: str, now: int) -> bool:
        """Whether mail of these consumers is due that `owner` has not claimed, or an outgoing message."""
        ...

    async def mail(self, consumer: str, id: str) -> tuple[Mail, bool] | None:
        """A piece of mail that waits for a consumer, and whether somebody has claimed it; None if there is none."""
        ...

    async def hasten(self, consumer: str, id: str, due: int) -> None:
        """Let mail that nobody has claimed be due no later than this."""
        ...

    async def slip(self, id: str) -> StoredSlip | None:
        """A slip as it is known where it began; None if there is none. Nobody else changes it until the end."""
        ...

    async def save_slip(self, slip: StoredSlip) -> None:
        """Store a slip over the revision before its own, 1 being a new one; `ConflictError` if that is not what is there."""
        ...

    async def slips(self, itinerary: str | None, status: str | None) -> list[StoredSlip]:
        """Slips in the order in which they began, of one itinerary or status if that is given."""
        ...

    async def next_outgoing(self) -> int | None:
        """When the next outgoing message is due."""
        ...

    async def renew(self, owner: str, until: int, now: int) -> None:
        """Say that an owner lives until then, unless it says so again."""
        ...

    async def leave(self, owner: str) -> None:
        """Give back all that an owner has claimed, and forget it."""
        ...


class Store(Protocol):
    """Where everything is kept."""

    @property
    def shared(self) -> bool:
        """Whether other processes may use the same store."""
        ...

    async def open(self, make: bool = True) -> None:
        """Open the store and make its tables; `StoreError` if that can't be.

        Without `make` it is left as it is, and must be there.
        """
        ...

    async def close(self) -> None:
        """Close it. Nothing may be using it any more."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """A writing transaction: committed at the end, rolled back on an exception."""
        ...

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that only reads."""
        ...

    def within(self, connection: Any) -> Transaction:
        """A transaction that the caller has begun on a connection to this store, and will end."""
        ...

    async def changed(self) -> bool:
        """Whether another connection has written since this was last asked."""
        ...


# --- the outside ---------------------------------------------------------------------------------


class Transport(Protocol):
    """How messages leave for the outside."""

    async def send(self, envelope: str) -> None:
        """Hand over one message as CloudEvents JSON. Raise if that failed: it is tried again. At least once."""
        ...


@dataclass(frozen=True, slots=True)
class StepReport:
    """A step that was committed. States are names, None where there is no instance; `sent` are message types."""

    saga: str
    key: str
    revision: int
    message_id: str
    message_type: str
    before: str | None
    after: str | None
    sent: tuple[str, ...]
    reception: str
    outcome: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class HandlerReport:
    """What a service's handler, or an activity, is doing; `reason` says why it failed.

    `emitted` are message types; they and the `correlation`, by which flows are followed, are told of a handler that has finished.
    """

    consumer: str
    message_id: str
    message_type: str
    attempt: int
    emitted: tuple[str, ...] = ()
    reason: str = ""
    correlation: str = ""


@dataclass(frozen=True, slots=True)
class DeadLetterReport:
    """Mail that was put aside."""

    consumer: str
    key: str
    message_id: str
    message_type: str
    reason: str


@dataclass(frozen=True, slots=True)
class WaitingReport:
    """Mail that waits because its instance can't be read; `reason` says what to write or deploy."""

    saga: str
    key: str
    message_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class SlipReport:
    """Something that has happened to a slip: `happened` is one of `Happened`, `part` is "" for the whole slip.

    `activity` is the name of the activity that it is about, if it is about one; `status` how the slip stands after it.
    """

    itinerary: str
    slip: str
    part: str
    happened: str
    activity: str
    status: str
    correlation: str
    reason: str


class Observer(Protocol):
    """Whoever wants to see what a host does. Called in the event loop after the commit: be quick, and don't raise."""

    def step(self, report: StepReport) -> None:
        """A saga has taken a step."""
        ...

    def handler_started(self, report: HandlerReport) -> None:
        """A service's handler begins to work."""
        ...

    def handler_finished(self, report: HandlerReport) -> None:
        """What a handler emitted is stored."""
        ...

    def handler_failed(self, report: HandlerReport) -> None:
        """A handler has failed; it is tried again unless a dead letter follows."""
        ...

    def dead_letter(self, report: DeadLetterReport) -> None:
        """Mail was put aside."""
        ...

    def slip(self, report: SlipReport) -> None:
        """Something has happened to a slip."""
        ...

    def waiting(self, report: WaitingReport) -> None:
        """Mail waits, since its instance is of a version of its saga that can't be read."""
        ...


Report = StepReport | HandlerReport | DeadLetterReport | WaitingReport | SlipReport

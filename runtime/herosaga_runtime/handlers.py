"""Service handlers: users' code, run outside any transaction; what it comes to is stored in one.

An attempt is counted when the mail is claimed, before the handler runs: mail whose handler ends the process is found again
with its attempts used up. What a handler emits, the inbox entry and the mail's removal are one transaction, together with
whatever the handler wrote through `Context.transaction`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from herosaga_runtime import codec
from herosaga_runtime.envelope import Done, Envelope, derive_id
from herosaga_runtime.errors import StoreError, UsageError
from herosaga_runtime.message import Command, Event
from herosaga_runtime.ports import (
    MICROSECOND,
    Clock,
    HandlerReport,
    Report,
    Store,
    Transaction,
    to_micros,
)
from herosaga_runtime.posting import House, give_up, post, read_envelope, write_envelope
from herosaga_runtime.reports import in_words
from herosaga_runtime.routing import Bound
from herosaga_runtime.rows import Mail
from herosaga_runtime.service import Handler, Part
from herosaga_runtime.stored import envelope_from_json
from herosaga_runtime.tracking import track_end


@dataclass(frozen=True, slots=True)
class Emitted:
    """A handler's result, checked, not yet stored. `answered` says that one of the events answers a request."""

    mail: Mail
    envelope: Envelope
    events: tuple[Event, ...]
    answered: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """A handler has raised, or returned what it must not."""

    mail: Mail
    reason: str
    traceback: str


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A handler was stopped with its host. The attempt does not count."""

    mail: Mail


Result = Emitted | Failed | GivenBack


class Lost(Exception):
    """The claim on a message is someone else's by now; what its handler did is not stored."""


class Working:
    """The `Context` of one run of a handler. `rests` is called when it begins to sleep."""

    def __init__(
        self,
        mail: Mail,
        envelope: Envelope,
        store: Store,
        clock: Clock,
        rests: Callable[[], None],
    ) -> None:
        self._rests = rests
        self.mail = mail
        self.envelope = envelope
        self.store = store
        self.asleep_until: datetime | None = None
        self.held: Transaction | None = None
        self._clock = clock
        self._stack = AsyncExitStack()
        self._ended = False

    @property
    def message_id(self) -> str:
        """The message's id: the same on every attempt."""
        return self.mail.id

    @property
    def correlation(self) -> str:
        """The id of the message that began it all."""
        return self.envelope.correlation

    @property
    def attempt(self) -> int:
        """Which attempt this is, from 1."""
        return self.mail.attempts

    @property
    def now(self) -> datetime:
        """The host's time, in UTC."""
        return self._clock.now()

    @property
    def asleep(self) -> bool:
        """Whether the handler waits for a time that has not come."""
        return self.asleep_until is not None and self.asleep_until > self._clock.now()

    async def sleep(self, seconds: float) -> None:
        """Wait on the host's clock."""
        self.asleep_until = self._clock.now() + timedelta(seconds=seconds)
        self._rests()
        try:
            await self._clock.sleep(seconds)
        finally:
            self.asleep_until = None

    async def transaction(self) -> Any:
        """The store's own connection, in the transaction that stores the result."""
        if self._ended:
            raise UsageError("a handler that has ended has no transaction any more")
        if self.held is None:
            self.held = await self._stack.enter_async_context(self.store.transaction())
        return self.held.connection

    async def commit(self, held: Transaction, house: House) -> None:
        """End the transaction that `transaction` began. It has kept the worker from renewing the lease."""
        self._ended, self.held = True, None
        if self.store.shared:
            now = to_micros(self.now)
            await held.renew(house.owner, now + house.lease // MICROSECOND, now)
        await self._stack.aclose()

    async def roll_back(self, error: BaseException) -> None:
        """Undo it."""
        self._ended, self.held = True, None
        await self._stack.__aexit__(type(error), error, error.__traceback__)


CURRENT: ContextVar[Working | None] = ContextVar("herosaga_current", default=None)
"""The handler that this task runs, seen by the tasks it starts as well."""


async def run(
    house: House, bound: Bound, working: Working
) -> tuple[Result | None, tuple[Report, ...]]:
    """Run a handler. Without a transaction of its own its result is for the caller to store (`store_result`);
    with one it is stored here, and the reports of that are returned instead.
    """
    CURRENT.set(working)
    mail = working.mail
    try:
        returned = await bound.call(working.envelope.message, working)
        emitted = _emitted(working, bound, checked(bound.handler, returned, bound.consumer))
        held = working.held
        if held is None:
            return emitted, ()
        if not held.open:
            raise UsageError("a handler must not end the transaction that it was given")
        reports = await _store_emitted(held, house, emitted, working.now)
        await working.commit(held, house)
        return None, tuple(reports)
    except Lost as error:
        await working.roll_back(error)
        return None, ()
    except asyncio.CancelledError as error:
        await working.roll_back(error)
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            return GivenBack(mail), ()
        return failure(mail, error), ()
    except Exception as error:
        await working.roll_back(error)
        return failure(mail, error), ()
    except (
        BaseException
    ) as error:  # the end of the process, which must not wait for this transaction
        await working.roll_back(error)
        raise


def _emitted(working: Working, bound: Bound, events: tuple[Event, ...]) -> Emitted:
    refused = any(type(each) in bound.handler.refusals for each in events)
    answered = refused or not bound.handler.completes
    return Emitted(working.mail, working.envelope, events, answered)


def failure(mail: Mail, error: BaseException) -> Failed:
    """A failed attempt, with what there is to know about it."""
    return Failed(mail, *in_words(error))


def checked(handler: Handler, result: object, consumer: str) -> tuple[Event, ...]:
    """What a handler returned, as events; `UsageError` where that is not exactly what it is declared to emit."""
    if type(result) in handler.refusals:
        return (result,)  # type: ignore[return-value]  # its type is that of a refusal
    parts = handler.parts
    if not parts:
        found = None if result is not None else ()
    elif len(parts) == 1:
        found = _of(parts[0], result)
    else:
        found = _of_each(parts, result)
    if found is None:
        declared = ", ".join(map(str, parts)) or "nothing"
        raise UsageError(f"{consumer} emits {declared}, but returned {_described(result)}")
    return found


def _of(part: Part, result: object) -> tuple[Any, ...] | None:
    """A part's events; None where the result is something else."""
    match part.many:
        case "*":
            several = tuple(result) if isinstance(result, tuple | list) else (None,)
            return several if all(type(each) in part.events for each in several) else None
        case "?" if result is None:
            return ()
        case _:
            return (result,) if type(result) in part.events else None


def _of_each(parts: tuple[Part, ...], result: object) -> tuple[Any, ...] | None:
    if not isinstance(result, tuple) or len(result) != len(parts):
        return None
    found = [_of(part, each) for part, each in zip(parts, result, strict=True)]
    return None if None in found else tuple(event for each in found if each for event in each)


def _described(result: object) -> str:
    match result:
        case None:
            return "nothing"
        case tuple() | list():
            inside = ", ".join(_described(each) for each in result)
            return f"({inside})" if isinstance(result, tuple) else f"[{inside}]"
        case _:
            return type(result).__name__


async def store_result(
    tx: Transaction, house: House, result: Result, now: datetime
) -> list[Report]:
    """Store what a run came to: what was emitted, the next try or the end of all tries, or the claim's return."""
    match result:
        case Emitted():
            try:
                async with tx.savepoint():
                    return await _store_emitted(tx, house, result, now)
            except Lost:
                return []
            except StoreError:
                raise
            except Exception as error:  # it has no JSON form, or no one to go to
                return await _store_failed(tx, house, failure(result.mail, error), now)
        case Failed():
            return await _store_failed(tx, house, result, now)
        case GivenBack(mail):
            await tx.put_back(mail, house.owner, mail.due, mail.attempts - 1)
            return []


async def _store_emitted(
    tx: Transaction, house: House, emitted: Emitted, now: datetime
) -> list[Report]:
    mail, at = emitted.mail, to_micros(now)
    if not await tx.take(mail, house.owner):
        raise Lost
    outputs = _envelopes(emitted, now)
    texts = codec.dumps([write_envelope(each) for each in outputs])
    await tx.remember(mail.consumer, mail.id, at, texts)
    reports: list[Report] = []
    for each in outputs:
        reports += await post(tx, house, each, at, _command(emitted.envelope))
    if flows := house.routes.flows_until.get(mail.consumer):
        await track_end(tx, flows, mail.consumer, emitted.envelope, at)
    kind = emitted.envelope.message.TYPE
    types = tuple(each.TYPE for each in emitted.events)
    return [*reports, HandlerReport(mail.consumer, mail.id, kind, mail.attempts, types)]


def _envelopes(emitted: Emitted, now: datetime) -> list[Envelope]:
    """What is sent: the events, and after them, where none of them answers the saga that waits, that it is done."""
    mail, message = emitted.mail, emitted.envelope.message
    sent = [
        _effect(emitted, derive_id(mail.id, mail.consumer, position), event, now)
        for position, event in enumerate(emitted.events)
    ]
    if emitted.envelope.request is not None and not emitted.answered:
        done = Done(message.TYPE)
        sent.append(_effect(emitted, derive_id(mail.id, mail.consumer, "done"), done, now))
    return sent


def _effect(emitted: Emitted, id: str, event: Event, now: datetime) -> Envelope:
    cause = emitted.envelope
    return Envelope(
        *(id, event, now, cause.correlation, cause.id, cause.request, None),
        *(cause.hops + 1, cause.trace, cause.rounds),
    )


def _command(envelope: Envelope) -> type[Command] | None:
    message = envelope.message
    return type(message) if isinstance(message, Command) else None


async def _store_failed(
    tx: Transaction, house: House, failed: Failed, now: datetime
) -> list[Report]:
    mail, at = failed.mail, to_micros(now)
    if house.retry.more(mail.attempts):
        pause = house.retry.pause(mail.attempts, f"{mail.consumer}/{mail.id}")
        await tx.put_back(mail, house.owner, at + pause // MICROSECOND, mail.attempts)
        return []
    if not await tx.take(mail, house.owner):
        return []
    return [await give_up(tx, mail, failed.reason, failed.traceback, at)]


async def begin(
    tx: Transaction, house: House, bound: Bound, mail: Mail, now: datetime
) -> tuple[Envelope | None, list[Report]]:
    """What to run for claimed mail: None if it was run before, died too often, or can't be read."""
    at = to_micros(now)
    outputs = await tx.outputs(mail.consumer, mail.id)
    if outputs is not None:
        return None, await _send_again(tx, house, bound, mail, outputs, at)
    if mail.condemned(house.retry.more(mail.attempts - 1)):
        await tx.take(mail, house.owner)
        reason = f"its handler was started {mail.attempts - 1} times, and its process died {mail.crashes} times"
        return None, [await give_up(tx, mail, reason, "", at)]
    try:
        return _counted(read_envelope(mail.body, bound.types), bound), []
    except ValueError as error:
        return None, await _store_failed(tx, house, failure(mail, error), now)


def _counted(envelope: Envelope, bound: Bound) -> Envelope:
    """What a handler is given, and what all that it causes follows from: a run that has a bound is counted in it."""
    if bound.handler.bounded is None:
        return envelope
    counts = {**dict(envelope.rounds), bound.consumer: envelope.runs(bound.consumer) + 1}
    return replace(envelope, rounds=tuple(counts.items()))


async def _send_again(
    tx: Transaction, house: House, bound: Bound, mail: Mail, outputs: str, at: int
) -> list[Report]:
    """A repeated message: the handler does not run, what it emitted then is sent once more, with the ids of then."""
    await tx.take(mail, house.owner)
    reports: list[Report] = []
    command = bound.handler.message
    for text in codec.read_list(codec.read_str)(codec.loads(outputs)):
        envelope = envelope_from_json(codec.loads(text), bound.types)
        answered = command if issubclass(command, Command) else None
        reports += await post(tx, house, envelope, at, answered)
    return reports

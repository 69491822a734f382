"""Service handlers: what they emit, and how that is stored (`running` has how they are run)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from herosaga_runtime import codec
from herosaga_runtime.envelope import Done, Envelope, derive_id
from herosaga_runtime.errors import UsageError
from herosaga_runtime.message import Command, Event
from herosaga_runtime.ports import (
    MICROSECOND,
    HandlerReport,
    Report,
    Transaction,
    to_micros,
)
from herosaga_runtime.posting import House, give_up, post, read_envelope, write_envelope
from herosaga_runtime.routing import Bound
from herosaga_runtime.rows import Mail
from herosaga_runtime.running import Around, Failed, Lost, Working, failure
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


class HandlerWork:
    """The `Work` of a service's handler."""

    __slots__ = ("_bound",)

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    @property
    def kind(self) -> str:
        """The type of its message."""
        return self._bound.handler.message.TYPE

    def context(self, mail: Mail, envelope: Envelope, around: Around) -> Working:
        """What the handler gets beside its message."""
        return Working(mail, envelope, around)

    async def begin(
        self, tx: Transaction, house: House, mail: Mail, now: datetime
    ) -> tuple[Envelope | None, list[Report]]:
        """What to run for claimed mail: None if it was run before, died too often, or can't be read."""
        return await _begin(tx, house, self._bound, mail, now)

    async def run(self, working: Working) -> Emitted:
        """Run the handler; `UsageError` if it returns what it must not."""
        bound, envelope = self._bound, working.envelope
        returned = await bound.call(envelope.message, working)
        events = checked(bound.handler, returned, bound.consumer)
        refused = any(type(each) in bound.handler.refusals for each in events)
        answered = refused or not bound.handler.completes
        return Emitted(working.mail, envelope, events, answered)

    async def store(
        self, tx: Transaction, house: House, did: Emitted, now: datetime
    ) -> list[Report]:
        """Store what it emits."""
        return await _store_emitted(tx, house, did, now)

    async def fail(
        self, tx: Transaction, house: House, failed: Failed, now: datetime
    ) -> list[Report]:
        """Store a failed attempt."""
        return await _store_failed(tx, house, failed, now)


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
        await track_end(tx, house.known, flows, mail.consumer, emitted.envelope, at)
    kind, correlation = emitted.envelope.message.TYPE, emitted.envelope.correlation
    types = tuple(each.TYPE for each in emitted.events)
    told = HandlerReport(mail.consumer, mail.id, kind, mail.attempts, types, "", correlation)
    return [*reports, told]


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


async def _begin(
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

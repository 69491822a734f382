"""Putting messages into mailboxes, and putting aside what nobody can take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from herosaga_runtime import codec
from herosaga_runtime.envelope import Alarm, Envelope, Fault, Ref, derive_id
from herosaga_runtime.errors import DecodeError
from herosaga_runtime.instance import Instance
from herosaga_runtime.message import JsonObject, Message
from herosaga_runtime.policy import Policy
from herosaga_runtime.ports import DeadLetterReport, Report, Transaction
from herosaga_runtime.routing import Address, Routes
from herosaga_runtime.rows import Kind, Mail, StoredDeadLetter, StoredInstance
from herosaga_runtime.stored import Types, envelope_from_json, envelope_to_json
from herosaga_runtime.texts import Texts
from herosaga_runtime.tracking import Known, track


class Memo:
    """Instances by the text they are stored as, so that the next message to a busy instance need not parse it again.

    The text itself is the proof that an entry is current, so nothing has to be dropped when a transaction is undone or another
    process writes.
    """

    __slots__ = ("_known", "_limit")

    def __init__(self, limit: int = 1024) -> None:
        self._limit = limit
        self._known: dict[tuple[str, str], tuple[str, Instance[Any, Any], JsonObject, Texts]] = {}

    def get(self, stored: StoredInstance) -> tuple[Instance[Any, Any], JsonObject] | None:
        """The instance that this text says, if it is known."""
        found = self._known.get((stored.saga, stored.key))
        return found[1:3] if found is not None and found[0] == stored.body else None

    def texts(self, saga: str, key: str) -> Texts:
        """The texts of parts of what is known of a key: those of the same objects are the same."""
        found = self._known.get((saga, key))
        return {} if found is None else found[3]

    def put(
        self, stored: StoredInstance, instance: Instance[Any, Any], json: JsonObject, texts: Texts
    ) -> None:
        """Keep an instance, and forget the oldest if there are too many."""
        place = (stored.saga, stored.key)
        self._known.pop(place, None)
        if len(self._known) >= self._limit:
            del self._known[next(iter(self._known))]
        if instance.outcome is None:
            self._known[place] = (stored.body, instance, json, texts)


@dataclass(frozen=True, slots=True)
class House:
    """What a host's parts share: who gets what, whose claims these are and how long they hold without a sign of life, how
    often and how far things go on, how long what was seen is remembered, and what was parsed.
    """

    routes: Routes
    owner: str
    retry: Policy
    hop_limit: int
    lease: timedelta
    memory: timedelta
    memo: Memo = field(default_factory=Memo)
    known: Known = field(default_factory=Known)


def read_envelope(body: str, types: Types) -> Envelope:
    """The envelope of a piece of mail; `DecodeError` if its type is not among these."""
    return envelope_from_json(codec.loads(body), types)


def write_envelope(envelope: Envelope) -> str:
    """The body of a piece of mail."""
    return codec.dumps(envelope_to_json(envelope))


async def post(
    tx: Transaction,
    house: House,
    envelope: Envelope,
    at: int,
    command: type[Message] | None = None,
) -> list[Report]:
    """Put a message into the mailbox of everyone who gets it, due at once, or into the outbox.

    `at` is the time in microseconds, `command` the type of the command that it answers. `UsageError` for a command that
    nobody takes.
    """
    addresses = house.routes.addresses(envelope, command)
    if flows := house.routes.flows_of.get(envelope.message.TYPE):
        await track(tx, house.known, flows, envelope, at)
    if not addresses and not house.routes.outside:
        return []
    body = write_envelope(envelope)
    if not addresses:
        await tx.add_outgoing(envelope.id, body, at)
        return []
    reports: list[Report] = []
    for address in addresses:
        mail = Mail(address.kind, address.consumer, address.key, envelope.id, at, body)
        reason = _endless(house, envelope, address)
        if reason:
            reports.append(await give_up(tx, mail, reason, "", at))
        else:
            await tx.enqueue(mail)
    return reports


def _endless(house: House, envelope: Envelope, address: Address) -> str:
    """Why a chain of messages ends here; empty where it may go on."""
    if envelope.hops > house.hop_limit:
        return f"{envelope.hops} messages have led to this one, which looks endless"
    bound = house.routes.handlers.get(address.consumer) if envelope.rounds else None
    if bound is None or bound.handler.bounded is None:
        return ""
    runs = envelope.runs(address.consumer)
    times = "once" if runs == 1 else f"{runs} times"
    ended = runs >= bound.handler.bounded
    return (
        f"@bounded({bound.handler.bounded}): it has run {times} to bring this about"
        if ended
        else ""
    )


async def give_up(tx: Transaction, mail: Mail, reason: str, traceback: str, at: int) -> Report:
    """Put mail aside for an operator. The saga that awaits an answer to it is told so."""
    message_type = await tell_caller(tx, mail, reason, at)
    return await put_aside(tx, mail, message_type, reason, traceback, at)


async def tell_caller(tx: Transaction, mail: Mail, reason: str, at: int) -> str:
    """Tell the saga that awaits an answer to mail, if there is one, that none will come; gives the type of the message."""
    head, message_type = _head(mail.body)
    if head is not None and head.request is not None:
        await _enqueue_fault(tx, mail, head, message_type, reason, at)
    return message_type


async def put_aside(
    tx: Transaction, mail: Mail, message_type: str, reason: str, traceback: str, at: int
) -> Report:
    """Put mail into the dead letters."""
    await tx.add_dead_letter(StoredDeadLetter(mail, message_type, reason, traceback, at))
    return DeadLetterReport(mail.consumer, mail.key, mail.id, message_type, reason)


async def _enqueue_fault(
    tx: Transaction, mail: Mail, head: Envelope, message_type: str, reason: str, at: int
) -> None:
    if head.request is None:
        return
    fault = replace(
        head,
        id=derive_id(head.id, mail.consumer, "fault"),
        message=Fault(message_type, reason),
        causation=head.id,
        answers=head.request,
        request=None,
        hops=head.hops + 1,
    )
    to = head.request
    body = write_envelope(fault)
    await tx.enqueue(Mail(Kind.STEP, to.saga, to.key, fault.id, at, body))


def answered_by(body: str) -> Ref | None:
    """The request that a piece of mail answers; None if it answers none."""
    head, _ = _head(body)
    return None if head is None else head.answers


def _head(body: str) -> tuple[Envelope | None, str]:
    """An envelope without its message, which may be the very thing that can't be read, and the message's type."""
    try:
        json: Any = codec.loads(body)
        if not isinstance(json, Mapping):
            return None, "?"
        without = {**json, "type": Alarm.TYPE, "data": {"token": ""}}
        return envelope_from_json(without, {}), str(json.get("type"))
    except DecodeError:
        return None, "?"

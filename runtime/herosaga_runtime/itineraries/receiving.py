"""What comes for an itinerary by mail: the commands that start a slip or turn one back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from herosaga_runtime.envelope import Envelope
from herosaga_runtime.errors import DecodeError, UsageError
from herosaga_runtime.itineraries.home import Home, SlipStatus
from herosaga_runtime.itineraries.keeping import keep, planned, read_home, row_of, set_out
from herosaga_runtime.itineraries.sending import Cause
from herosaga_runtime.itineraries.table import Itinerary
from herosaga_runtime.itineraries.travel import turn
from herosaga_runtime.message import Message
from herosaga_runtime.ports import Report, Transaction, to_micros
from herosaga_runtime.posting import House, read_envelope
from herosaga_runtime.rows import Mail


async def receive(tx: Transaction, house: House, mail: Mail, now: datetime) -> list[Report]:
    """Take a command for an itinerary out of the mailbox, and do it. Once: its id is remembered."""
    itinerary = house.routes.itineraries[mail.consumer]
    if not await tx.take(mail, house.owner):
        return []
    types = {each.TYPE: each for each in (itinerary.start, itinerary.back)}
    envelope = read_envelope(mail.body, types)
    if not await tx.remember(mail.consumer, envelope.id, to_micros(now)):
        return []
    message = envelope.message
    if isinstance(message, itinerary.start):
        slip = planned(itinerary, envelope.id, message.to_json())
        return await set_out(tx, house, slip, envelope.request, Cause.of(envelope), now)
    return await _turn(tx, house, itinerary, envelope, now)


async def _turn(
    tx: Transaction, house: House, itinerary: Itinerary[Any], envelope: Envelope, now: datetime
) -> list[Report]:
    """Turn a slip back. One that has not begun never does, since it counts as undone already."""
    id = slip_of(envelope.message)
    stored = await tx.slip(id)
    if stored is None:
        home = Home(id, itinerary.name, SlipStatus.COMPENSATED)
        stored = row_of(home, envelope.correlation, to_micros(now), 0)
    else:
        if stored.itinerary != itinerary.name:
            raise UsageError(f"slip {id} is one of {stored.itinerary}, not of {itinerary.name}")
        home = read_home(stored)
    by = envelope.request
    reason = f"by message {envelope.id}" if by is None else f"by {by.saga} {by.key}"
    cause = Cause.of(envelope)
    return await keep(tx, house, stored, home, lambda to: turn(to, reason, by), cause, now)


def slip_of(message: Message) -> str:
    """The slip that is to be turned back."""
    slip = message.to_json().get("slip")
    if not isinstance(slip, str):
        raise DecodeError(f"{message.TYPE} does not say which slip")
    return slip

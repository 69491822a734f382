"""Home in the store: everything that follows from one thing that happens to a slip is stored in one transaction.

That is where parts are sent on, as mail to their next activities; where the history is written; and where an outcome is told to
the saga that has run the slip. `keep` is that function.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from herosaga_runtime import codec
from herosaga_runtime.envelope import Envelope, Ref
from herosaga_runtime.errors import DecodeError, UsageError
from herosaga_runtime.itineraries import travel
from herosaga_runtime.itineraries.building import Built
from herosaga_runtime.itineraries.home import Away, Home
from herosaga_runtime.itineraries.journey import Journey, Note
from herosaga_runtime.itineraries.sending import Cause, send
from herosaga_runtime.itineraries.slip import WHOLE, Planned, Slip, Todo, mail_id
from herosaga_runtime.itineraries.table import Itinerary, paths
from herosaga_runtime.message import JsonObject, Message
from herosaga_runtime.ports import Report, SlipReport, Transaction, to_micros
from herosaga_runtime.posting import House, read_envelope, write_envelope
from herosaga_runtime.routing import Routes
from herosaga_runtime.rows import Mail, StoredHistory, StoredSlip

Happening = Callable[[Journey], None]
"""One of the functions of `travel`, with what it is about."""


async def set_out(
    tx: Transaction, house: House, slip: Slip, caller: Ref | None, cause: Cause, now: datetime
) -> list[Report]:
    """Let a slip begin, and keep its home here. It begins once: a second time nothing happens."""
    if await tx.slip(slip.id) is not None:
        return []
    home = Home(slip.id, slip.itinerary, caller=caller)
    stored = row_of(home, cause.correlation, to_micros(now), 0)
    return await keep(tx, house, stored, home, lambda to: travel.begin(to, slip), cause, now)


def planned(itinerary: Itinerary[Any], id: str, variables: JsonObject) -> Slip:
    """A slip of a declared itinerary, before its first step."""
    todo: tuple[Todo, ...] = tuple(Planned(at, {}) for at in paths("", len(itinerary.stages)))
    return Slip(id, itinerary.name, itinerary.shape, WHOLE, 0, variables, todo, ())


def built(itinerary: Built, id: str, routes: Routes) -> Slip:
    """A slip of an itinerary built at run time; `UsageError` if one of its activities is unknown here, or its name is taken."""
    name = itinerary.name
    if name in routes.itineraries or name in routes.carriers:
        raise UsageError(f"{name} is declared already: give what is built another name")
    for step in itinerary.steps:
        if step.activity not in routes.carriers:
            raise UsageError(f"nobody here carries out {step.activity}: add its activity")
    return Slip(id, itinerary.name, "", WHOLE, 0, {}, itinerary.steps, ())


async def known(tx: Transaction, id: str) -> tuple[StoredSlip, Home]:
    """What is known of a slip; `UsageError` if it is none of this store's, or its row was damaged."""
    stored = await tx.slip(id)
    if stored is None:
        raise UsageError(f"there is no slip {id}")
    try:
        return stored, read_home(stored)
    except DecodeError as error:
        raise UsageError(str(error)) from error


def read_home(stored: StoredSlip) -> Home:
    """What a store keeps of a slip; `DecodeError` if its row was damaged."""
    try:
        json = codec.loads(stored.body)
        return Home.from_json(stored.id, stored.itinerary, stored.status, stored.stuck, json)
    except ValueError as error:
        raise DecodeError(f"slip {stored.id} can't be read: {error}") from error


async def keep(
    tx: Transaction,
    house: House,
    stored: StoredSlip,
    home: Home,
    happening: Happening,
    cause: Cause,
    now: datetime,
) -> list[Report]:
    """Let something happen to a slip, and store all that follows. Nothing of it is visible before the commit."""
    routes, at = house.routes, to_micros(now)
    itinerary = routes.itineraries.get(stored.itinerary)
    journey = Journey(home, itinerary, routes.activities, now, check=_checking(house, now))
    happening(journey)
    if itinerary is None:  # whoever is to be told is told where the itinerary is known
        home.asked = tuple(ref for ref, _ in journey.answers) or home.asked
    reports = await send(tx, house, journey, stored.correlation, cause)
    after = row_of(home, stored.correlation, stored.at, stored.revision + 1)
    await tx.save_slip(after)
    return [*reports, *[await _note(tx, after, note, cause, at) for note in journey.notes]]


def _checking(house: House, now: datetime) -> Callable[[Message], None]:
    """Whether a message can be sent is known before the slip has ended: else what was done last would be lost with it."""

    def check(message: Message) -> None:
        envelope = Envelope("", message, now, "")
        house.routes.addresses(envelope)
        write_envelope(envelope).encode()

    return check


def row_of(home: Home, correlation: str, at: int, revision: int) -> StoredSlip:
    """A slip's home as it is stored."""
    body = codec.dumps(home.to_json())
    return StoredSlip(
        *(home.id, home.itinerary, str(home.status), home.stuck, correlation, at, revision, body)
    )


async def _note(tx: Transaction, stored: StoredSlip, note: Note, cause: Cause, at: int) -> Report:
    """Write an entry of the history: of the itinerary and the slip, as an instance's is of its saga and key."""
    await tx.add_history(
        StoredHistory(
            *(stored.itinerary, stored.id, 1, stored.revision, at, cause.id),
            *(note.activity or stored.itinerary, note.part, stored.status, str(note.happened)),
            *(_stage(note), codec.dumps(note.outputs or {}), note.reason),
        )
    )
    return SlipReport(
        *(stored.itinerary, stored.id, note.part, str(note.happened), note.activity),
        *(stored.status, stored.correlation, note.reason),
    )


def _stage(note: Note) -> str:
    """The stage that an entry is about, where a step has what was sent: a slip sends nothing but itself."""
    return codec.dumps([{"type": note.activity, "at": note.at}]) if note.at else "[]"


Travelling = tuple[Slip, Mail, bool]
"""A part that is away, its mail, and whether a worker is at it."""


async def travelling(tx: Transaction, home: Home) -> list[Travelling]:
    """The parts that are away and whose mail is there and can be read."""
    found: list[Travelling] = []
    for part, away in home.away.items():
        mail = await tx.mail(away.activity, mail_id(home.id, part, away.step))
        slip = None if mail is None else _in(mail[0])
        if mail is not None and slip is not None:
            found.append((slip, *mail))
    return found


def _in(mail: Mail) -> Slip | None:
    try:
        slip = read_envelope(mail.body, {Slip.TYPE: Slip}).message
    except DecodeError:
        return None
    return slip if isinstance(slip, Slip) else None


def lost(home: Home, found: list[Travelling]) -> dict[str, Away]:
    """The parts that are away, but whose mail is not: it was put aside because it can't be read, or is gone."""
    there = {slip.part for slip, _, _ in found}
    return {part: away for part, away in home.away.items() if part not in there}

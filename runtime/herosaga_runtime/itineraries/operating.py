"""What an operator may tell a slip to do. It is done like anything else that happens to it, with the reason in the history."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from herosaga_runtime import codec
from herosaga_runtime.errors import UsageError
from herosaga_runtime.itineraries import travel
from herosaga_runtime.itineraries.home import Home, SlipStatus
from herosaga_runtime.itineraries.journey import Happened
from herosaga_runtime.itineraries.keeping import (
    Happening,
    keep,
    known,
    lost,
    travelling,
)
from herosaga_runtime.itineraries.sending import Cause
from herosaga_runtime.itineraries.slip import WHOLE, Slip, mail_id, read_object
from herosaga_runtime.message import JsonObject
from herosaga_runtime.ports import Report, Transaction, to_micros
from herosaga_runtime.posting import House

Act = Callable[[Transaction, House, str, str, Cause, datetime], Awaitable[list[Report]]]
"""An act on the slip of an id, for a reason."""


async def turn(
    tx: Transaction, house: House, id: str, reason: str, cause: Cause, now: datetime
) -> list[Report]:
    """Turn a slip back; `UsageError` if there is none, or it can't be turned back any more."""
    stored, home = await known(tx, id)
    if home.past:
        raise UsageError(f"slip {id} is past what can't be undone")
    if home.status.ended and home.status is not SlipStatus.COMPLETED:
        raise UsageError(f"slip {id} is {home.status} already")
    return await keep(tx, house, stored, home, lambda to: travel.turn(to, reason), cause, now)


async def retry(
    tx: Transaction, house: House, id: str, reason: str, cause: Cause, now: datetime
) -> list[Report]:
    """Try again at once what a slip is parked, held or stuck for; `UsageError` if it waits for no operator."""
    stored, home = await known(tx, id)
    if home.kept or not home.stuck:
        if not home.kept:
            await _refuse_lost(tx, home)
        return await keep(tx, house, stored, home, lambda to: travel.retry(to, reason), cause, now)
    for part, away in home.away.items():
        await tx.hasten(away.activity, mail_id(id, part, away.step), to_micros(now))
    return await keep(tx, house, stored, home, lambda to: travel.retry_now(to, reason), cause, now)


async def skip(
    tx: Transaction, house: House, id: str, reason: str, cause: Cause, now: datetime
) -> list[Report]:
    """Leave out what a slip is parked, held or stuck for, and go on; `UsageError` if it waits for no operator."""
    stored, home = await known(tx, id)
    happening = await _skipping(tx, house, home, reason)
    return await keep(tx, house, stored, home, happening, cause, now)


async def _skipping(tx: Transaction, house: House, home: Home, reason: str) -> Happening:
    """What is left out: what waits here, what is tried on, a part whose mail is gone, or an activity that nobody carries out."""
    if home.kept:
        return lambda to: travel.skip(to, reason)
    if home.stuck:
        slip = await _stuck(tx, home)
        return lambda to: travel.skip_step(to, slip, reason)
    found = await travelling(tx, home)
    for part, away in lost(home, found).items():
        await tx.cancel(away.activity, mail_id(home.id, part, away.step))
        variables = await _last_seen(tx, home) if part == WHOLE else {}
        return lambda to: travel.give_up_lost(to, part, variables, reason)
    for slip, _, claimed in found:
        if slip.current is not None and slip.current.activity not in house.routes.carriers:
            if claimed:
                raise UsageError(f"{slip.current.activity} is being tried just now by another host")
            await tx.cancel(slip.current.activity, slip.mail_id)
            return lambda to: travel.skip_step(to, slip, reason)
    return lambda to: travel.skip(to, reason)


async def _last_seen(tx: Transaction, home: Home) -> JsonObject:
    """The variables that a slip has had, as its history tells."""
    variables: JsonObject = {}
    for entry in await tx.history(home.itinerary, home.id):
        if entry.reception in (Happened.STARTED, Happened.DONE):
            variables |= read_object(codec.loads(entry.diff))
    return variables


async def _refuse_lost(tx: Transaction, home: Home) -> None:
    """There is nothing to try again where the mail is gone."""
    for away in lost(home, await travelling(tx, home)).values():
        raise UsageError(
            f"the mail for {away.activity} is gone: retry it if it is among the dead letters, or skip: "
            "then this part is given up, and what it has done is not undone"
        )


async def _stuck(tx: Transaction, home: Home) -> Slip:
    """The part that is tried on past the irreversible: its mail is taken away. Nobody may be at it just now."""
    for slip, _, claimed in await travelling(tx, home):
        current = slip.current
        if current is None or not home.stuck.startswith(f"{current.activity}:"):
            continue
        if claimed:
            raise UsageError(
                f"{current.activity} is being tried just now: wait until that has ended"
            )
        await tx.cancel(current.activity, slip.mail_id)
        return slip
    raise UsageError(f"slip {home.id} waits for no operator")

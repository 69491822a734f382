"""What an operator may tell a slip to do. It is done like anything else that happens to it, with the reason in the history."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from herosaga_runtime.errors import UsageError
from herosaga_runtime.itineraries import travel
from herosaga_runtime.itineraries.home import Home, SlipStatus
from herosaga_runtime.itineraries.keeping import keep, known, travelling, turn_back
from herosaga_runtime.itineraries.sending import Cause
from herosaga_runtime.itineraries.slip import Slip, mail_id
from herosaga_runtime.ports import Report, Transaction, to_micros
from herosaga_runtime.posting import House

Act = Callable[[Transaction, House, str, str, Cause, datetime], Awaitable[list[Report]]]
"""An act on the slip of an id, for a reason."""


async def turn(
    tx: Transaction, house: House, id: str, reason: str, cause: Cause, now: datetime
) -> list[Report]:
    """Turn a slip back; `UsageError` if there is none, or it can't be turned back any more."""
    _, home = await known(tx, id)
    if home.past:
        raise UsageError(f"slip {id} is past what can't be undone")
    if home.status.ended and home.status is not SlipStatus.COMPLETED:
        raise UsageError(f"slip {id} is {home.status} already")
    return await turn_back(tx, house, id, reason, None, cause, now)


async def retry(
    tx: Transaction, house: House, id: str, reason: str, cause: Cause, now: datetime
) -> list[Report]:
    """Try again at once what a slip is parked, held or stuck for; `UsageError` if it waits for no operator."""
    stored, home = await known(tx, id)
    if home.kept or not home.stuck:
        return await keep(tx, house, stored, home, lambda to: travel.retry(to, reason), cause, now)
    for part, away in home.away.items():
        await tx.hasten(away.activity, mail_id(id, part, away.step), to_micros(now))
    return await keep(tx, house, stored, home, lambda to: travel.retry_now(to, reason), cause, now)


async def skip(
    tx: Transaction, house: House, id: str, reason: str, cause: Cause, now: datetime
) -> list[Report]:
    """Leave out what a slip is parked, held or stuck for, and go on; `UsageError` if it waits for no operator."""
    stored, home = await known(tx, id)
    if home.kept or not home.stuck:
        return await keep(tx, house, stored, home, lambda to: travel.skip(to, reason), cause, now)
    slip = await _stuck(tx, home)
    return await keep(
        tx, house, stored, home, lambda to: travel.skip_step(to, slip, reason), cause, now
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

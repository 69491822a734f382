"""What operators tell instances, slips and dead letters to do: each is the host's own method, with the reason."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from herosaga.cli.ops import names
from herosaga.cli.ops.store import Absent, At, with_app
from herosaga_runtime import UsageError, VersionError
from herosaga_runtime.saga import Saga


async def retry(at: At, what: str, key: str | None, reason: str) -> str:
    """Try again a dead letter, what a slip waits for, or a stuck undo."""
    with_app(at, "to try something again")
    if key is not None:
        saga = await _saga(at, what)
        await _done(at.host.retry(saga, key, reason))
        return f"the undo of {saga.name} {key} begins again"
    if names.is_letter(what):
        letter = int(what)
        if any(each.id == letter for each in await at.host.dead_letters()):
            await _done(at.host.retry(letter, reason))
            return f"dead letter {letter} is offered again"
    if names.is_letter(what) and not await _slips(at, what):
        raise Absent(f"there is no dead letter {what}: `herosaga ops dead-letters` lists them")
    slip = await names.slip(at, what)
    await _done(at.host.retry(slip.id, reason))
    return f"{slip.itinerary} {slip.id} tries again"


async def _slips(at: At, what: str) -> bool:
    return any(each.id.startswith(what) for each in await at.host.slips())


async def skip(at: At, what: str, key: str | None, reason: str) -> str:
    """Leave as it is what a stuck undo, or a slip, waits for."""
    with_app(at, "to skip something")
    if key is not None:
        saga = await _saga(at, what)
        await _done(at.host.skip(saga, key, reason))
        return f"{saga.name} {key} goes on without that undo"
    slip = await names.slip(at, what)
    await _done(at.host.skip(slip.id, reason))
    return f"{slip.itinerary} {slip.id} goes on without that"


async def turn_back(at: At, what: str, reason: str) -> str:
    """Turn a slip back."""
    with_app(at, "to turn a slip back")
    slip = await names.slip(at, what)
    await _done(at.host.turn_back(slip.id, reason))
    return f"{slip.itinerary} {slip.id} turns back"


async def compensate(at: At, what: str, key: str, to: str, reason: str) -> str:
    """Let an instance undo all that it has done."""
    with_app(at, "to compensate")
    saga = await _saga(at, what)
    state = names.named("state", to, (str(each) for each in saga.state))
    await _done(at.host.compensate(saga, key, saga.state(state), reason))
    return f"{saga.name} {key} undoes what it has done, and goes to {state}"


async def _saga(at: At, given: str) -> Saga[Any, Any, Any]:
    name = names.named("saga", given, at.sagas)
    return next(each for each in at.host.sagas if each.name == name)


async def _done(act: Awaitable[None]) -> None:
    """What can't be done as things are is no wrong usage of the command."""
    try:
        await act
    except (UsageError, VersionError) as error:
        raise Absent(f"nothing was changed: {error}") from None

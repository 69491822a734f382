"""What a worker does now and then beside its mail: forgets what was seen long ago, and lets mail that waited be looked at."""

from __future__ import annotations

from datetime import datetime, timedelta

from herosaga_runtime.ports import Random, Transaction, to_micros
from herosaga_runtime.posting import House
from herosaga_runtime.versions import readable

_EVERY = timedelta(seconds=10)
_MOST = 2000
"""How much of the inbox is looked at each time: nobody shall wait for it."""

_MANY = _MOST // 5
"""If so much of it was old, the inbox grows faster than it is looked at."""


class Tidying:
    """When it was done last, and how far through the inbox it has come."""

    __slots__ = ("_house", "_last", "_place")

    def __init__(self, house: House, chance: Random) -> None:
        self._house = house
        self._last: datetime | None = None
        self._place = _anywhere(house, chance)

    async def tidy(self, tx: Transaction, now: datetime) -> None:
        """Do it, if it is time."""
        if self._last is not None and now - self._last < _EVERY:
            return
        sagas = self._house.routes.sagas
        await tx.release({name: readable(saga) for name, saga in sagas.items()})
        before = to_micros(now - self._house.memory)
        forgotten, self._place = await tx.purge(before, self._place, _MOST)
        await tx.forget_flows(before, _MOST)
        self._last = now if forgotten < _MANY else None

    def undone(self) -> None:
        """What was done has not been stored."""
        self._last = None


def _anywhere(house: House, chance: Random) -> tuple[str, str]:
    """A place to begin at: hosts that are started again and again must not always see the same part."""
    consumers = sorted(house.routes.consumers)
    if not consumers:
        return "", ""
    return consumers[int(chance.fraction() * len(consumers))], chance.id()

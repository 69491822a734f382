"""What a worker does now and then beside its mail: forgets what was seen long ago, and lets mail that waited be looked at."""

from __future__ import annotations

from datetime import datetime, timedelta

from herosaga_runtime.ports import Transaction, to_micros
from herosaga_runtime.posting import House
from herosaga_runtime.versions import readable

_EVERY = timedelta(seconds=10)
_MOST = 1000
"""How many messages are forgotten at once: nobody shall wait for it."""


class Tidying:
    """When it was done last."""

    __slots__ = ("_house", "_last")

    def __init__(self, house: House) -> None:
        self._house = house
        self._last: datetime | None = None

    async def tidy(self, tx: Transaction, now: datetime) -> None:
        """Do it, if it is time."""
        if self._last is not None and now - self._last < _EVERY:
            return
        sagas = self._house.routes.sagas
        await tx.release({name: readable(saga) for name, saga in sagas.items()})
        forgotten = await tx.purge(to_micros(now - self._house.memory), _MOST)
        self._last = now if forgotten < _MOST else None

    def undone(self) -> None:
        """What was done has not been stored."""
        self._last = None

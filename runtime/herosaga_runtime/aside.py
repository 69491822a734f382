"""An open store on which this process does not work: others do, or nobody does just now."""

from __future__ import annotations

from datetime import datetime

from herosaga_runtime.errors import UsageError
from herosaga_runtime.ports import Store
from herosaga_runtime.reports import Reporter
from herosaga_runtime.running import Write

_IDLE = "the host was opened without working, and nothing moves in it: use `async with host`"


class Aside:
    """What a host has instead of its crew while it is only opened. Nothing is claimed, and no handler runs."""

    def __init__(self, store: Store, reporter: Reporter) -> None:
        self.store = store
        self._reporter = reporter

    def wake(self) -> None:
        """Nobody here sleeps. Hosts that work on the store look for themselves."""

    async def write(self, write: Write) -> None:
        """Write something in a transaction of its own."""
        async with self.store.transaction() as tx:
            reports = await write(tx)
        self._reporter.tell(reports)

    def next_waking(self) -> datetime | None:
        """No handler sleeps here."""
        return None

    async def stop(self, grace: float) -> None:
        """There is no work in hand."""

    async def settle(self) -> None:
        """`UsageError`: to wait for what nobody does would be for ever."""
        raise UsageError(_IDLE)

    async def stopped(self) -> None:
        """`UsageError`, likewise."""
        raise UsageError(_IDLE)

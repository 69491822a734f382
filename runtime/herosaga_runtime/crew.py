"""What runs while a host is entered: its worker, and the relay if there is a transport."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime

from herosaga_runtime.errors import StoreError
from herosaga_runtime.ports import Clock, Random, Store, Transport
from herosaga_runtime.posting import House
from herosaga_runtime.relay import Relay
from herosaga_runtime.reports import Reporter, in_words
from herosaga_runtime.running import Write
from herosaga_runtime.worker import Limits, Worker

_log = logging.getLogger("herosaga")


class Crew:
    """A worker and a relay on an open store."""

    def __init__(
        self,
        house: House,
        store: Store,
        clock: Clock,
        limits: Limits,
        reporter: Reporter,
        chance: Random,
        transport: Transport | None,
    ) -> None:
        self.store = store
        self._worker = Worker(house, store, clock, limits, reporter, chance, self._committed)
        self._relay = (
            None
            if transport is None
            else Relay(house.owner, store, clock, transport, self._worker.wake)
        )
        start = asyncio.get_running_loop().create_task
        self._work = start(self._worker.run(), name="herosaga-worker")
        self._tasks = [self._work]
        if self._relay is not None:
            self._tasks.append(start(self._relay.run(), name="herosaga-relay"))
        for task in self._tasks:
            task.add_done_callback(_ended)

    def _committed(self) -> None:
        if self._relay is not None:
            self._relay.wake()

    def wake(self) -> None:
        """Look for new mail."""
        self._worker.wake()
        self._committed()

    async def write(self, write: Write) -> None:
        """Write something with the worker's next transaction. `StoreError` if the worker has ended."""
        self._check()
        await self._worker.write(write)

    async def settle(self) -> None:
        """Wait until nothing is due now."""
        self._check()
        await self._worker.settle()

    def next_waking(self) -> datetime | None:
        """When the first of the sleeping handlers wakes; None if none sleeps."""
        return self._worker.next_waking()

    async def stopped(self) -> None:
        """Wait until something has broken, and raise `StoreError`, or until all was told to stop."""
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in self._tasks:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise _broken(error) from error

    def _check(self) -> None:
        for task in self._tasks:
            if task.done():
                raise StoreError("the host has stopped") from task.exception()

    async def stop(self, grace: float) -> None:
        """End when the work in hand is done. What broke the worker, if anything did, is raised here."""
        if self._relay is not None:
            self._relay.stop()
        await self._worker.stop(grace)  # broken or not: a handler may hold the store
        for each in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(each, Exception) and not isinstance(each, StoreError):
                raise _broken(each) from each
            if isinstance(each, BaseException):
                raise each


def _broken(error: BaseException) -> StoreError:
    return StoreError(f"the host has stopped: {in_words(error)[0]}")


def _ended(task: asyncio.Task[None]) -> None:
    """Say at once that nothing moves any more: whoever only waits would not learn it."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("the host has stopped: %s", in_words(error)[0], exc_info=error)

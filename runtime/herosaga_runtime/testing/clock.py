"""For tests of a whole host: a clock that moves only when told to, ids that are the same in every run, and time passing."""

from __future__ import annotations

import asyncio
import heapq
import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from herosaga_runtime.host import Host
from herosaga_runtime.testing.times import START


class VirtualClock:
    """A clock on which time stands still until `advance` moves it. Nothing really sleeps."""

    passes = False

    def __init__(self, now: datetime = START) -> None:
        self._now = now
        self._order = 0
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None], bool]] = []

    def now(self) -> datetime:
        """The time, in UTC."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was moved on by so many seconds; 0 or less only lets others run."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        await self._alarm(self._now + timedelta(seconds=seconds), True)

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        """Wait until `wake` is set or the clock was moved on to `until`."""
        if wake.is_set() or (until is not None and until <= self._now):
            return
        waits: set[asyncio.Future[Any]] = {asyncio.ensure_future(wake.wait())}
        if until is not None:
            waits.add(self._alarm(until, False))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()

    def _alarm(self, due: datetime, sleeps: bool) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._order += 1
        heapq.heappush(self._sleepers, (due, self._order, future, sleeps))
        return future

    def next_sleeper(self) -> datetime | None:
        """When the next `sleep` ends; not counted are those who wait to be woken."""
        return min(
            (due for due, _, future, sleeps in self._sleepers if sleeps and not future.done()),
            default=None,
        )

    async def advance(self, length: timedelta) -> None:
        """Move the clock on. Whoever sleeps is woken at its time, in order of the times, and runs before the next."""
        end = self._now + length
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, future, _ = heapq.heappop(self._sleepers)
            if future.done():
                continue
            self._now = max(self._now, due)
            future.set_result(None)
            for _ in range(3):
                await asyncio.sleep(0)
        self._now = end


class SeededRandom:
    """Chance that is the same in every run with the same seed."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)

    def id(self) -> str:
        """A UUID."""
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def fraction(self) -> float:
        """A number from 0 (inclusive) to 1 (exclusive)."""
        return self._random.random()


async def pass_time(host: Host, clock: VirtualClock, length: timedelta) -> None:
    """Let time pass on a host's clock, from one due time to the next, and let the host settle at each.

    What becomes due while time passes happens at its own time, as it would on a real clock.
    """
    end = clock.now() + length
    await host.settle()
    while True:
        times = (await host.next_due(), clock.next_sleeper())
        due = min((each for each in times if each is not None), default=end)
        if due >= end:
            break
        await clock.advance(max(due - clock.now(), timedelta()))
        await host.settle()
    await clock.advance(end - clock.now())
    await host.settle()

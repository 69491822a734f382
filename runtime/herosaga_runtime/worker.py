"""The worker: claims mail, brings it to sagas and handlers, and waits for what is due later.

It goes round and round. A round is one transaction, and so one wait for the disk: what callers want published, what handlers
have come to, and the steps of the mail claimed in the last round are stored, and the next mail is claimed. Handlers run as
tasks beside it; those with a transaction of their own store their results themselves.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from herosaga_runtime.consume import attempt
from herosaga_runtime.envelope import Envelope
from herosaga_runtime.errors import StoreError
from herosaga_runtime.ports import (
    Clock,
    HandlerReport,
    Random,
    Report,
    Store,
    Transaction,
    from_micros,
    to_micros,
)
from herosaga_runtime.posting import House
from herosaga_runtime.reports import Reporter
from herosaga_runtime.rows import Kind, Mail
from herosaga_runtime.running import (
    Around,
    Failed,
    GivenBack,
    Result,
    Working,
    Write,
    begin,
    failure,
    run,
    store_result,
)
from herosaga_runtime.tidying import Tidying
from herosaga_runtime.works import works_of

_log = logging.getLogger("herosaga.worker")

_POLL = timedelta(milliseconds=100)
"""How often a shared store is asked whether another process has written."""

_LAST_TRIES = 3
"""How often a host that stops tries to reach a failing store."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many handlers a worker runs at once, and how many messages share a transaction."""

    concurrency: int
    batch: int


@dataclass(slots=True)
class Job:
    """Something to be written with the next round; `done` is resolved after its commit."""

    write: Write
    done: asyncio.Future[None]
    error: Exception | None = None
    reports: list[Report] = field(default_factory=list)


@dataclass(slots=True)
class Round:
    """What a round was given and what it came to."""

    jobs: list[Job]
    results: list[Result]
    batch: list[Mail]
    now: datetime
    reports: list[Report] = field(default_factory=list)
    claimed: list[Mail] = field(default_factory=list)
    begun: list[tuple[Mail, Envelope]] = field(default_factory=list)
    next_due: int | None = None


class Worker:
    """One host's worker."""

    def __init__(
        self,
        house: House,
        store: Store,
        clock: Clock,
        limits: Limits,
        reporter: Reporter,
        chance: Random,
        committed: Callable[[], None],
    ) -> None:
        self._committed = committed
        self._house = house
        self._store = store
        self._clock = clock
        self._limits = limits
        self._reporter = reporter
        self._wake = asyncio.Event()
        self._jobs: list[Job] = []
        self._results: list[Result] = []
        self._batch: list[Mail] = []
        self._running: dict[asyncio.Task[None], Working] = {}
        self._settlers: list[asyncio.Future[None]] = []
        self._renewed: datetime | None = None
        self._tidying = Tidying(house, chance)
        self._stopping = False
        self._works = works_of(house.routes)
        self._around = Around(store, clock, self._rests, self.write)

    # --- what others ask of it -----------------------------------------------------------------

    async def write(self, write: Write) -> None:
        """Write something in the next round's transaction; returns after the commit. What `write` raises is raised here."""
        job = Job(write, asyncio.get_running_loop().create_future())
        self._jobs.append(job)
        self._wake.set()
        await job.done

    def wake(self) -> None:
        """Look again for mail that is due."""
        self._wake.set()

    async def settle(self) -> None:
        """Wait until nothing is due now and nothing runs, except handlers that sleep until later."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._settlers.append(future)
        self._wake.set()
        await future

    def next_waking(self) -> datetime | None:
        """When the first of the sleeping handlers wakes; None if none sleeps."""
        times = [each.asleep_until for each in self._running.values() if each.asleep]
        return min((each for each in times if each is not None), default=None)

    async def stop(self, grace: float) -> None:
        """Claim nothing more; handlers have `grace` seconds to end before they are cancelled and give their mail back."""
        self._stopping = True
        self._wake.set()
        waiting = {
            task for task, each in self._running.items() if self._clock.passes or not each.asleep
        }
        if waiting:
            await asyncio.wait(waiting, timeout=grace)
        for task in tuple(self._running):
            task.cancel()

    # --- the loop ------------------------------------------------------------------------------

    async def run(self) -> None:
        """Work until stopped, then give back every claim."""
        tries = 0
        try:
            while not self._finished():
                self._wake.clear()
                try:
                    current = await self._round()
                    tries = 0
                except StoreError as error:
                    tries += 1
                    if self._stopping and tries >= _LAST_TRIES:
                        raise
                    _log.error("the store failed, trying again: %s", error)
                    await asyncio.sleep(min(0.05 * 2**tries, 5.0))
                    continue
                await asyncio.sleep(0)  # in memory nothing else lets callers and handlers run
                if not (self._busy() or self._finished()):
                    await self._rest(current)
            async with self._store.transaction() as tx:
                await tx.leave(self._house.owner)
        finally:
            _refuse([job.done for job in self._jobs] + self._settlers)

    def _finished(self) -> bool:
        return self._stopping and not (self._busy() or self._running)

    def _busy(self) -> bool:
        return bool(self._jobs or self._results or self._batch)

    async def _round(self) -> Round:
        """One transaction. If it fails nothing of it has happened, and all but the jobs is done again."""
        jobs, self._jobs = self._jobs, []
        current = Round(jobs, list(self._results), self._batch, self._clock.now())
        try:
            async with self._store.transaction() as tx:
                await self._renew(tx, current.now)
                await self._write(tx, current)
                await self._tidying.tidy(tx, current.now)
                if not self._stopping:
                    await self._claim(tx, current)
        except BaseException as error:
            self._renewed = None
            self._tidying.undone()
            _answer(jobs, error if isinstance(error, Exception) else StoreError("stopped"))
            raise
        del self._results[: len(current.results)]
        self._batch = current.claimed
        _answer(jobs, None)
        self._committed()
        self._tell(current)
        for mail, envelope in current.begun:
            self._start(mail, envelope)
        return current

    async def _renew(self, tx: Transaction, now: datetime) -> None:
        if not self._store.shared:
            return
        if self._renewed is None or now - self._renewed >= self._house.lease / 3:
            until = to_micros(now + self._house.lease)
            await tx.renew(self._house.owner, until, to_micros(now))
            self._renewed = now

    async def _write(self, tx: Transaction, current: Round) -> None:
        for job in current.jobs:
            try:
                async with tx.savepoint():
                    job.reports = await job.write(tx)
            except StoreError:
                raise
            except Exception as error:
                job.error = error
        for result in current.results:
            work = self._works[result.mail.consumer]
            current.reports += await store_result(tx, self._house, work, result, current.now)
        for mail in current.batch:
            current.reports += await attempt(tx, self._house, mail, current.now)

    async def _claim(self, tx: Transaction, current: Round) -> None:
        routes, owner, at = self._house.routes, self._house.owner, to_micros(current.now)
        sagas, services = routes.steppers, tuple(self._works)
        if sagas:
            current.claimed = await tx.claim(Kind.STEP, sagas, owner, at, self._limits.batch)
        free = self._limits.concurrency - len(self._running)
        if services and free > 0:
            # Two suspects at once would both be blamed for the next death of the process.
            suspects = not any(mail.isolated for mail in current.claimed) and not any(
                each.mail.isolated for each in self._running.values()
            )
            mails = await tx.claim(Kind.HANDLER, services, owner, at, free, suspects)
            for mail in mails:
                work = self._works[mail.consumer]
                envelope, reports = await begin(tx, self._house, work, mail, current.now)
                current.reports += reports
                if envelope is not None:
                    current.begun.append((mail, envelope))
                else:
                    self._wake.set()  # what it gave then was sent again: there may be mail for others
        if not (current.claimed or current.begun):
            current.next_due = await tx.next_due((*sagas, *services))

    def _tell(self, current: Round) -> None:
        for result in current.results:
            if isinstance(result, Failed):
                mail = result.mail
                kind = self._works[mail.consumer].kind
                self._reporter.failed(
                    HandlerReport(mail.consumer, mail.id, kind, mail.attempts, (), result.reason)
                )
        for job in current.jobs:
            self._reporter.tell(job.reports if job.error is None else [])
        self._reporter.tell(current.reports)

    # --- handlers ------------------------------------------------------------------------------

    def _start(self, mail: Mail, envelope: Envelope) -> None:
        working = self._works[mail.consumer].context(mail, envelope, self._around)
        task = asyncio.get_running_loop().create_task(self._work(working), name=mail.consumer)
        self._running[task] = working
        task.add_done_callback(self._ended)
        if self._stopping:
            task.cancel()
        kind = self._works[mail.consumer].kind
        self._reporter.started(HandlerReport(mail.consumer, mail.id, kind, mail.attempts))

    async def _work(self, working: Working) -> None:
        work = self._works[working.mail.consumer]
        result, reports = await run(self._house, work, working)
        if result is not None:
            self._results.append(result)
        self._reporter.tell(reports)

    def _rests(self) -> None:
        if self._settlers:
            self._wake.set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        working = self._running.pop(task)
        if task.cancelled():  # before it began
            self._results.append(GivenBack(working.mail))
        elif (error := task.exception()) is not None:
            self._results.append(failure(working.mail, error))
        self._wake.set()

    # --- rest ----------------------------------------------------------------------------------

    async def _rest(self, current: Round) -> None:
        """Wait for something to do. Mail that is due but could not be claimed is woken for by whoever is in its way."""
        at = to_micros(current.now)
        if self._settlers and await self._is_settled(current):
            for each in self._settlers:
                _resolve(each)
            self._settlers.clear()
        later = current.next_due is not None and current.next_due > at
        until = from_micros(current.next_due) if later and current.next_due is not None else None
        if not self._store.shared:
            await self._clock.wait(self._wake, until)
            return
        await self._watch(current.now + self._house.lease / 3, until)

    async def _watch(self, renewal: datetime, until: datetime | None) -> None:
        """Wait, but look now and then whether another process has written."""
        end = renewal if until is None else min(renewal, until)
        while not self._wake.is_set() and self._clock.now() < end:
            await self._clock.wait(self._wake, min(end, self._clock.now() + _POLL))
            if self._settlers or await self._store.changed():
                return

    async def _is_settled(self, current: Round) -> bool:
        if self._busy() or any(not each.asleep for each in self._running.values()):
            return False
        routes = self._house.routes
        async with self._store.reading() as tx:
            left = await tx.unfinished(
                (*routes.steppers, *self._works),
                self._house.owner,
                to_micros(self._clock.now()),
            )
        return not left and not self._busy() and not self._wake.is_set()


def _answer(jobs: list[Job], error: Exception | None) -> None:
    for job in jobs:
        if job.done.done():
            continue  # its caller was cancelled
        found = error or job.error
        if found is None:
            job.done.set_result(None)
        else:
            job.done.set_exception(found)


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _refuse(futures: list[asyncio.Future[None]]) -> None:
    for each in futures:
        if not each.done():
            each.set_exception(StoreError("the host has stopped"))

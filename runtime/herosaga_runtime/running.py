"""Users' code: run outside any transaction; what it comes to is stored in one.

An attempt is counted when the mail is claimed, before the code runs: mail whose code ends the process is found again
with its attempts used up. What comes of it, the inbox entry and the mail's removal are one transaction, together with
whatever the code wrote through `Context.transaction`.

What is run, and how that is stored, is a `Work`: a service's handler or an activity.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from herosaga_runtime.envelope import Envelope
from herosaga_runtime.errors import StoreError, UsageError
from herosaga_runtime.ports import (
    MICROSECOND,
    Clock,
    Report,
    Store,
    Transaction,
    to_micros,
)
from herosaga_runtime.posting import House, give_up
from herosaga_runtime.reports import in_words
from herosaga_runtime.rows import Mail


@dataclass(frozen=True, slots=True)
class Failed:
    """Users' code has raised, or returned what it must not."""

    mail: Mail
    reason: str
    traceback: str


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The code was stopped with its host. The attempt does not count."""

    mail: Mail


class Did(Protocol):
    """What a run came to, checked, not yet stored."""

    @property
    def mail(self) -> Mail:
        """What it was run for."""
        ...


Result = Did | Failed | GivenBack


class Lost(Exception):
    """The claim on a message is someone else's by now; what was done is not stored."""


Write = Callable[[Transaction], Awaitable[list[Report]]]
"""Something to be written in a transaction, and what is to be told of it."""


@dataclass(frozen=True, slots=True)
class Around:
    """What users' code reaches through its context. `rests` is called when it begins to sleep, `write` writes and waits."""

    store: Store
    clock: Clock
    rests: Callable[[], None]
    write: Callable[[Write], Awaitable[None]]


class Working:
    """The `Context` of one run of users' code."""

    def __init__(self, mail: Mail, envelope: Envelope, around: Around) -> None:
        self.mail = mail
        self.envelope = envelope
        self.store = around.store
        self.asleep_until: datetime | None = None
        self.held: Transaction | None = None
        self._around = around
        self._clock = around.clock
        self._stack = AsyncExitStack()
        self._ended = False

    @property
    def message_id(self) -> str:
        """The message's id: the same on every attempt."""
        return self.mail.id

    @property
    def correlation(self) -> str:
        """The id of the message that began it all."""
        return self.envelope.correlation

    @property
    def attempt(self) -> int:
        """Which attempt this is, from 1."""
        return self.mail.attempts

    @property
    def now(self) -> datetime:
        """The host's time, in UTC."""
        return self._clock.now()

    @property
    def asleep(self) -> bool:
        """Whether the handler waits for a time that has not come."""
        return self.asleep_until is not None and self.asleep_until > self._clock.now()

    async def sleep(self, seconds: float) -> None:
        """Wait on the host's clock."""
        self.asleep_until = self._clock.now() + timedelta(seconds=seconds)
        self._around.rests()
        try:
            await self._clock.sleep(seconds)
        finally:
            self.asleep_until = None

    async def transaction(self) -> Any:
        """The store's own connection, in the transaction that stores the result."""
        if self._ended:
            raise UsageError("a handler that has ended has no transaction any more")
        if self.held is None:
            self.held = await self._stack.enter_async_context(self.store.transaction())
        return self.held.connection

    async def commit(self, held: Transaction, house: House) -> None:
        """End the transaction that `transaction` began. It has kept the worker from renewing the lease."""
        self._ended, self.held = True, None
        if self.store.shared:
            now = to_micros(self.now)
            await held.renew(house.owner, now + house.lease // MICROSECOND, now)
        await self._stack.aclose()

    async def roll_back(self, error: BaseException) -> None:
        """Undo it."""
        self._ended, self.held = True, None
        await self._stack.__aexit__(type(error), error, error.__traceback__)


CURRENT: ContextVar[Working | None] = ContextVar("herosaga_current", default=None)
"""The handler that this task runs, seen by the tasks it starts as well."""


class Work(Protocol):
    """What is run for a piece of mail, and how that is stored."""

    @property
    def kind(self) -> str:
        """The type of the message, or the activity, that it is run for."""
        ...

    async def begin(
        self, tx: Transaction, house: House, mail: Mail, now: datetime
    ) -> tuple[Envelope | None, list[Report]]:
        """What to run for claimed mail: None if it was run before, died too often, or can't be read."""
        ...

    def context(self, mail: Mail, envelope: Envelope, around: Around) -> Working:
        """What users' code gets beside its message."""
        ...

    async def run(self, working: Any) -> Did:
        """Run users' code, and check what it returns; whatever that raises is raised."""
        ...

    async def store(self, tx: Transaction, house: House, did: Any, now: datetime) -> list[Report]:
        """Store what a run came to; `Lost` if the claim on its mail is someone else's."""
        ...

    async def fail(
        self, tx: Transaction, house: House, failed: Failed, now: datetime
    ) -> list[Report]:
        """Store a failed attempt: the next try, or the end of all tries."""
        ...


async def run(
    house: House, work: Work, working: Working
) -> tuple[Result | None, tuple[Report, ...]]:
    """Run users' code. Without a transaction of its own its result is for the caller to store (`store_result`);
    with one it is stored here, and the reports of that are returned instead.
    """
    CURRENT.set(working)
    mail = working.mail
    try:
        did = await work.run(working)
        held = working.held
        if held is None:
            return did, ()
        if not held.open:
            raise UsageError("a handler must not end the transaction that it was given")
        reports = await work.store(held, house, did, working.now)
        await working.commit(held, house)
        return None, tuple(reports)
    except Lost as error:
        await working.roll_back(error)
        return None, ()
    except asyncio.CancelledError as error:
        await working.roll_back(error)
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            return GivenBack(mail), ()
        return failure(mail, error), ()
    except Exception as error:
        await working.roll_back(error)
        return failure(mail, error), ()
    except (
        BaseException
    ) as error:  # the end of the process, which must not wait for this transaction
        await working.roll_back(error)
        raise


def failure(mail: Mail, error: BaseException) -> Failed:
    """A failed attempt, with what there is to know about it."""
    return Failed(mail, *in_words(error))


async def store_result(
    tx: Transaction, house: House, work: Work, result: Result, now: datetime
) -> list[Report]:
    """Store what a run came to: what it gives, the next try or the end of all tries, or the claim's return."""
    match result:
        case Failed():
            return await _fail(tx, house, work, result, now)
        case GivenBack(mail):
            await tx.put_back(mail, house.owner, mail.due, mail.attempts - 1)
            return []
    try:
        async with tx.savepoint():
            return await work.store(tx, house, result, now)
    except Lost:
        return []
    except StoreError:
        raise
    except Exception as error:  # it has no JSON form, or no one to go to
        return await _fail(tx, house, work, failure(result.mail, error), now)


async def _fail(
    tx: Transaction, house: House, work: Work, failed: Failed, now: datetime
) -> list[Report]:
    """Store a failed attempt. If what follows from it can't be stored either, its mail is put aside: all else goes on."""
    try:
        async with tx.savepoint():
            return await work.fail(tx, house, failed, now)
    except StoreError:
        raise
    except Exception as error:
        return await put_down(tx, house, failed.mail, error, now)


async def begin(
    tx: Transaction, house: House, work: Work, mail: Mail, now: datetime
) -> tuple[Envelope | None, list[Report]]:
    """What to run for claimed mail. If what happens instead of running it can't be stored, the mail is put aside."""
    try:
        async with tx.savepoint():
            return await work.begin(tx, house, mail, now)
    except StoreError:
        raise
    except Exception as error:
        return None, await put_down(tx, house, mail, error, now)


async def put_down(
    tx: Transaction, house: House, mail: Mail, error: Exception, now: datetime
) -> list[Report]:
    """Put aside claimed mail of which nothing can be stored."""
    if not await tx.take(mail, house.owner):
        return []  # another host is at it by now
    return [await give_up(tx, mail, *in_words(error), to_micros(now))]

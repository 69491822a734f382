"""Claims: who gets which mail, and what is suspected of having ended a process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from herosaga_runtime.ports import Transaction
from herosaga_runtime.rows import Kind, Mail
from herosaga_runtime.sqlite import SqliteStore
from herosaga_runtime.testing import SeededRandom

SAGA = "oms.Saga"
HANDLER = "oms.Service.Command"


def within(work: Callable[[Transaction], Awaitable[None]]) -> None:
    """Do something in one transaction of an empty store."""

    async def run() -> None:
        store = SqliteStore(":memory:", SeededRandom())
        await store.open()
        async with store.transaction() as tx:
            await work(tx)
        await store.close()

    asyncio.run(run())


async def put(tx: Transaction, id: str, key: str, due: int = 0, kind: Kind = Kind.STEP) -> None:
    """Let mail wait."""
    await tx.enqueue(Mail(kind, SAGA if kind is Kind.STEP else HANDLER, key, id, due, "{}"))


async def steps(tx: Transaction, owner: str, now: int = 10, limit: int = 10) -> list[str]:
    """Claim steps: their ids."""
    return [each.id for each in await tx.claim(Kind.STEP, [SAGA], owner, now, limit)]


def test_mail_is_claimed_in_order_once_and_never_early() -> None:
    async def work(tx: Transaction) -> None:
        for id, due in (("late", 11), ("second", 5), ("third", 5), ("first", 4)):
            await put(tx, id, "key", due)
        await put(tx, "second", "key", 1)  # there already
        assert await steps(tx, "me", limit=2) == ["first", "second"]
        assert await steps(tx, "me") == ["third"]
        assert await steps(tx, "me") == []
        assert await steps(tx, "me", now=11) == ["late"]

    within(work)


def test_a_key_that_another_works_on_is_left_alone() -> None:
    async def work(tx: Transaction) -> None:
        await tx.renew("other", 100, 0)
        await put(tx, "a1", "a")
        await put(tx, "b1", "b")
        assert await steps(tx, "other", limit=1) == ["a1"]
        await put(tx, "a2", "a")
        assert await steps(tx, "me") == ["b1"]
        await tx.leave("other")
        assert await steps(tx, "me") == ["a1", "a2"]

    within(work)


def test_what_a_dead_owner_left_is_claimed_alone_and_counted() -> None:
    async def work(tx: Transaction) -> None:
        await tx.renew("other", 5, 0)
        for id in ("fresh", "left1", "left2"):
            await put(tx, id, id)
        await tx.renew("dead", 5, 0)
        claimed = await tx.claim(Kind.STEP, [SAGA], "dead", 1, 10)
        await tx.put_back(claimed[0], "dead", 0, 0)
        (fresh,) = await tx.claim(Kind.STEP, [SAGA], "me", 10, 10)
        assert (fresh.id, fresh.attempts, fresh.crashes) == ("fresh", 0, 0)
        (left,) = await tx.claim(Kind.STEP, [SAGA], "me", 10, 10)
        assert (left.id, left.attempts, left.crashes) == ("left1", 1, 1)
        assert await tx.put_back(left, "me", 20, left.attempts)
        assert await steps(tx, "me") == ["left2"]
        (again,) = await tx.claim(Kind.STEP, [SAGA], "me", 20, 10)
        assert (again.id, again.attempts, again.crashes) == ("left1", 1, 1)

    within(work)


def test_only_one_suspect_handler_runs_at_a_time() -> None:
    async def work(tx: Transaction) -> None:
        for id in ("left1", "left2"):
            await put(tx, id, id, kind=Kind.HANDLER)
        await tx.claim(Kind.HANDLER, [HANDLER], "dead", 1, 10)
        await put(tx, "fresh", "fresh", kind=Kind.HANDLER)
        none = await tx.claim(Kind.HANDLER, [HANDLER], "me", 10, 1, suspects=False)
        assert [each.id for each in none] == ["fresh"]
        one = await tx.claim(Kind.HANDLER, [HANDLER], "me", 10, 10)
        assert [(each.id, each.attempts) for each in one] == [("left1", 2)]

    within(work)


def test_a_claim_that_is_someone_elses_is_refused() -> None:
    async def work(tx: Transaction) -> None:
        await put(tx, "a", "a")
        (mine,) = await tx.claim(Kind.STEP, [SAGA], "me", 10, 10)
        (theirs,) = await tx.claim(Kind.STEP, [SAGA], "other", 10, 10)  # I have no lease
        assert not await tx.take(mine, "me")
        assert not await tx.put_back(mine, "me", 0, 0)
        assert await tx.take(theirs, "other")

    within(work)

"""Claims: who gets which mail, and what is suspected of having ended a process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from herosaga_runtime.ports import Transaction
from herosaga_runtime.rows import Kind, Mail, StoredInstance
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


async def left(tx: Transaction, kind: Kind, times: int) -> None:
    """Let owners die that have claimed all mail of a kind."""
    for number in range(times):
        await tx.claim(kind, [SAGA, HANDLER], f"dead{number}", 1, 100)


def test_steps_that_dead_owners_left_again_and_again_are_claimed_alone() -> None:
    async def work(tx: Transaction) -> None:
        await put(tx, "first", "first", due=-1)
        for id in ("left1", "left2"):
            await put(tx, id, id)
        await left(tx, Kind.STEP, 2)
        claimed = await tx.claim(Kind.STEP, [SAGA], "me", 10, 10)
        assert [(each.id, each.attempts, each.crashes) for each in claimed] == [
            ("first", 2, 2),
            ("left1", 2, 2),
            ("left2", 2, 2),
        ]
        await tx.put_back(claimed[0], "me", -1, 0)
        assert await steps(tx, "you") == ["first"]
        (alone,) = await tx.claim(Kind.STEP, [SAGA], "you", 10, 10)
        assert (alone.id, alone.attempts, alone.crashes) == ("left1", 3, 3)
        assert await tx.put_back(alone, "you", 20, alone.attempts)
        assert await steps(tx, "you") == ["left2"]
        (again,) = await tx.claim(Kind.STEP, [SAGA], "you", 20, 10)
        assert (again.id, again.attempts, again.crashes) == ("left1", 3, 3)

    within(work)


def test_handlers_that_a_dead_owner_left_once_or_twice_run_side_by_side() -> None:
    async def work(tx: Transaction) -> None:
        for number in range(60):
            await put(tx, str(number), str(number), kind=Kind.HANDLER)
        await left(tx, Kind.HANDLER, 2)
        assert len(await tx.claim(Kind.HANDLER, [HANDLER], "me", 10, 60, suspects=False)) == 60

    within(work)


def test_one_isolated_handler_runs_at_a_time_and_hides_nothing() -> None:
    async def work(tx: Transaction) -> None:
        for number in range(90):
            await put(tx, f"left{number}", "", kind=Kind.HANDLER)
        await left(tx, Kind.HANDLER, 3)
        await put(tx, "fresh1", "", kind=Kind.HANDLER)
        await put(tx, "fresh2", "", kind=Kind.HANDLER)
        none = await tx.claim(Kind.HANDLER, [HANDLER], "me", 10, 1, suspects=False)
        assert [each.id for each in none] == ["fresh1"]
        one = await tx.claim(Kind.HANDLER, [HANDLER], "me", 10, 10)
        assert [(each.id, each.attempts) for each in one] == [("left0", 4), ("fresh2", 1)]

    within(work)


def test_mail_is_put_aside_only_after_it_was_isolated() -> None:
    def aside(crashes: int, more: bool) -> bool:
        return Mail(Kind.HANDLER, HANDLER, "", "", 0, "", crashes=crashes).condemned(more)

    assert [aside(crashes, False) for crashes in range(6)] == [False] * 4 + [True] * 2
    assert not aside(9, True)


def test_a_claim_that_is_someone_elses_is_refused() -> None:
    async def work(tx: Transaction) -> None:
        await put(tx, "a", "a")
        (mine,) = await tx.claim(Kind.STEP, [SAGA], "me", 10, 10)
        (theirs,) = await tx.claim(Kind.STEP, [SAGA], "other", 10, 10)  # I have no lease
        assert not await tx.take(mine, "me")
        assert not await tx.put_back(mine, "me", 0, 0)
        assert await tx.take(theirs, "other")

    within(work)


def test_behind_mail_that_waits_all_mail_of_its_key_waits_in_order() -> None:
    async def work(tx: Transaction) -> None:
        for id, due in (("first", 1), ("second", 2), ("third", 3)):
            await put(tx, id, "key", due)
        await put(tx, "other", "other", 4)
        (claimed,) = await tx.claim(Kind.STEP, [SAGA], "me", 10, 1)
        assert await tx.set_waiting(claimed, "me")
        assert not await tx.set_waiting(claimed, "me")
        assert await steps(tx, "me") == ["other"]
        assert await tx.next_due([SAGA]) is None
        assert not await tx.unfinished([SAGA], "me", 10)
        assert await steps(tx, "you") == ["other"]  # I have no lease
        await tx.release({"somebody.Else": {1}})
        assert await steps(tx, "you") == []
        await tx.release({SAGA: {1}})
        assert await tx.next_due([SAGA]) == 1
        again = await tx.claim(Kind.STEP, [SAGA], "you", 10, 10)
        assert [each.id for each in again] == ["first", "second", "third"]
        assert [each.crashes for each in again] == [0, 0, 0]

    within(work)


def stored(version: int, incarnation: int = 1, key: str = "key") -> StoredInstance:
    """An instance in the store."""
    return StoredInstance(SAGA, key, incarnation, "State", None, "", version, 1, "{}")


def test_mail_waits_until_its_instance_can_be_read_or_is_gone() -> None:
    async def work(tx: Transaction) -> None:
        for version, key in ((1, "old"), (3, "new")):
            await tx.save_instance(stored(version, key=key), None)
        for key in ("old", "new", "gone"):
            await put(tx, key, key)
        for each in await tx.claim(Kind.STEP, [SAGA], "me", 10, 10):
            await tx.set_waiting(each, "me")
        assert [(each.key, each.messages) for each in await tx.waiting()] == [
            ("new", 1),
            ("old", 1),
        ]
        await tx.release({SAGA: {1, 2}})
        assert await steps(tx, "me") == ["old", "gone"]
        await tx.release({SAGA: {2, 3}})
        assert await steps(tx, "me") == ["new"]

    within(work)


def test_the_newest_instance_of_a_key_is_found() -> None:
    async def work(tx: Transaction) -> None:
        assert await tx.instance(SAGA, "key") is None
        for incarnation in (1, 2, 3):
            await tx.save_instance(stored(1, incarnation), None)
            found = await tx.instance(SAGA, "key")
            assert found == stored(1, incarnation)
            await tx.archive(found, 5)
            archived = await tx.instance(SAGA, "key")
            assert archived == replace(found, archived=True)
        assert [each.incarnation for each in await tx.archived(SAGA, "key")] == [1, 2, 3]
        assert await tx.instances(SAGA, None, None, False) == []

    within(work)


def test_what_was_seen_long_ago_is_forgotten_part_by_part() -> None:
    async def work(tx: Transaction) -> None:
        for at in (3, 1, 2, 5, 4):
            assert await tx.remember(SAGA, str(at), at)
        assert await tx.purge(4, ("", ""), 2) == (2, (SAGA, "2"))
        assert await tx.purge(4, (SAGA, "2"), 2) == (1, (SAGA, "4"))
        assert await tx.purge(4, (SAGA, "4"), 2) == (0, ("", ""))
        assert [await tx.remember(SAGA, str(at), at) for at in (1, 3, 4, 5)] == [
            *(True, True, False, False),
        ]

    within(work)

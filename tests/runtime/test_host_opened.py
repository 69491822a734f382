"""A host that is only opened: it looks and tells, and works on nothing."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Coroutine
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from herosaga_runtime import Host, Outcome, StoreError, UsageError
from herosaga_runtime.schema import VERSION
from shop import ORDER, Shop, file_url, host_of, placed

from checkout import orders
from checkout.orders import OrderFulfilmentState as State


def run(play: Coroutine[Any, Any, None]) -> None:
    """Run with a limit, so that a hang is a failure."""
    asyncio.run(asyncio.wait_for(play, 30))


def test_what_it_publishes_is_done_by_a_host_that_works(tmp_path: Path) -> None:
    async def scene() -> None:
        shop, idle = Shop(), Shop()
        async with host_of(shop, file_url(tmp_path)) as works:
            async with host_of(idle, file_url(tmp_path)).opened() as opened:
                await opened.publish(placed())
                await works.settle()
                found = await opened.find(orders.OrderFulfilment, ORDER)
            assert found is not None and found.state is State.COMPLETED
        assert (len(shop.contexts), idle.contexts) == (4, [])

    run(scene())


def test_nothing_moves_while_nobody_works(tmp_path: Path) -> None:
    async def scene() -> None:
        shop = Shop()
        async with host_of(shop, file_url(tmp_path)):
            pass
        async with host_of(shop, file_url(tmp_path)).opened() as opened:
            await opened.publish(placed())
            assert await opened.all_instances() == ()
            due = await opened.next_due()
            assert due is not None
            for waiting in (opened.settle, opened.stopped):
                with pytest.raises(UsageError, match="opened without working"):
                    await waiting()
            with pytest.raises(UsageError, match="running already"):
                async with opened.opened():
                    pass
        assert shop.contexts == []

    run(scene())


def test_what_an_operator_can_t_do_leaves_no_trace(tmp_path: Path) -> None:
    async def scene() -> None:
        async with host_of(Shop(), file_url(tmp_path)) as host:
            await host.publish(placed())
            await host.settle()
        async with host_of(Shop(), file_url(tmp_path)).opened() as opened:
            with pytest.raises(UsageError, match="can't be told to compensate"):
                await opened.compensate(orders.OrderFulfilment, ORDER, State.CANCELLED, "no")
            with pytest.raises(UsageError, match="no dead letter 7"):
                await opened.retry(7, "once more")
            history = await opened.history("checkout.OrderFulfilment", str(ORDER))
            assert [each.reception for each in history] == ["taken"] * 4  # nothing is half done

    run(scene())


def test_it_can_be_opened_again_and_then_work(tmp_path: Path) -> None:
    async def scene() -> None:
        shop = Shop()
        host = host_of(shop, file_url(tmp_path))
        async with host:
            pass
        async with host.opened():
            await host.publish(placed())
        async with host:
            await host.settle()
        assert len(shop.contexts) == 4

    run(scene())


def test_a_host_without_sagas_looks_at_those_of_others(tmp_path: Path) -> None:
    async def scene() -> None:
        async with host_of(Shop(), file_url(tmp_path)) as host:
            await host.publish(placed())
            await host.publish(placed(UUID(int=9)))
            await host.settle()
        async with Host(file_url(tmp_path)).opened() as opened:
            name = orders.OrderFulfilment.name
            assert [each.outcome for each in await opened.all_instances()] == [
                Outcome.COMPLETED
            ] * 2
            assert len(await opened.all_instances(name, "Completed")) == 2
            assert await opened.all_instances("oms.Nothing") == ()
            facts = await opened.facts(name, str(ORDER))
            assert facts is not None
            assert (facts.state, facts.outcome, facts.unreadable) == ("Completed", "completed", "")
            assert facts.data is not None and facts.data["customer_id"]
            assert [each.after for each in facts.history][-1] == "Completed"
            assert await opened.facts(name, "nothing") is None

    run(scene())


def test_facts_of_one_that_runs(tmp_path: Path) -> None:
    async def scene() -> None:
        asked = asyncio.Event()

        async def never(*_: Any) -> Any:
            asked.set()
            await asyncio.Event().wait()

        shop = Shop(replies={orders.ChargeCard: never})
        async with host_of(shop, file_url(tmp_path), grace=0.0) as host:
            await host.publish(placed())
            await asked.wait()
            found = await host.find(orders.OrderFulfilment, ORDER)
            facts = await host.facts(orders.OrderFulfilment.name, str(ORDER))
        assert facts is not None and found is not None
        (request,) = facts.requests
        assert request.command == "checkout.ChargeCard"
        assert (request.attempt, request.due) == (1, found.requests[0].due)
        assert facts.records == tuple(each.undo.TYPE for each in found.records)
        assert facts.started_at == found.started_at

    run(scene())


def test_what_can_t_be_read_is_said(tmp_path: Path) -> None:
    async def scene() -> None:
        async with host_of(Shop(), file_url(tmp_path)) as host:
            await host.publish(placed())
            await host.settle()
        with sqlite3.connect(file_url(tmp_path).removeprefix("sqlite:///")) as connection:
            connection.execute("UPDATE herosaga_instances SET body = '[]'")
        async with Host(file_url(tmp_path)).opened() as opened:
            facts = await opened.facts(orders.OrderFulfilment.name, str(ORDER))
            assert facts is not None
            assert facts.state == "Completed" and "object" in facts.broken

    run(scene())


def _make(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as connection:
        for each in statements:
            connection.execute(each)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (("CREATE TABLE ours (id)",), "is a database, but no store"),
        (
            (
                "CREATE TABLE herosaga_schema (version INTEGER)",
                f"INSERT INTO herosaga_schema VALUES ({VERSION - 1})",
            ),
            "brought up to date when a host runs on it",
        ),
        (
            (
                "CREATE TABLE herosaga_schema (version INTEGER)",
                f"INSERT INTO herosaga_schema VALUES ({VERSION + 1})",
            ),
            "install a newer herosaga-runtime",
        ),
    ],
)
def test_a_file_is_left_as_it_is(
    statements: tuple[str, ...], expected: str, tmp_path: Path
) -> None:
    path = tmp_path / "ours.db"
    _make(path, *statements)
    before = path.read_bytes()

    async def scene() -> None:
        with pytest.raises(StoreError, match=expected):
            async with Host(f"sqlite:///{path}").opened():
                pass

    run(scene())
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["ours.db"]


def test_no_file_is_made(tmp_path: Path) -> None:
    async def scene() -> None:
        for url in (f"sqlite:///{tmp_path / 'none.db'}", "memory:"):
            with pytest.raises(StoreError, match="there is no file"):
                async with Host(url).opened():
                    pass

    run(scene())
    assert list(tmp_path.iterdir()) == []

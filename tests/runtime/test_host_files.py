"""Hosts on a file: restarts, processes that die, two hosts at once, and files that are no store."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from herosaga_runtime import Context, Event, StoreError, UsageError
from herosaga_runtime.policy import Policy
from herosaga_runtime.ports import Random, SystemRandom, from_micros
from herosaga_runtime.schema import VERSIONS
from shop import ORDER, Scene, Shop, file_url, host_of, never, placed, play

from checkout import orders
from checkout.orders import OrderFulfilmentState as State

HERE = Path(__file__).parent
SAMPLE = HERE.parents[1] / "samples" / "checkout"
AT_ONCE = Policy(None, 4)
"""Five tries without pauses."""


def run(play: Coroutine[Any, Any, None]) -> None:
    """Run with a limit, so that a hang is a failure."""
    asyncio.run(asyncio.wait_for(play, 30))


def test_a_restarted_host_goes_on(tmp_path: Path) -> None:
    async def begins(at: Scene) -> None:
        await at.place()
        assert (await at.order()).state is State.RESERVING

    async def goes_on(at: Scene) -> None:
        await at.host.settle()
        order = await at.order()
        assert order.state is State.COMPLETED
        assert len(order.history) == 4

    play(begins, Shop(replies={orders.ReserveItems: never}), file_url(tmp_path))
    shop = play(goes_on, None, file_url(tmp_path))
    assert shop.count(orders.ReserveItems) == 1
    # The handler that was stopped with its host has not used up its attempt.
    assert [each.attempt for each in shop.contexts] == [1, 1, 1, 1]


def test_two_hosts_share_a_file(tmp_path: Path) -> None:
    async def share() -> None:
        shops = (Shop(), Shop())
        random: Random = SystemRandom()
        first = host_of(shops[0], file_url(tmp_path), random=random, batch=2)
        second = host_of(shops[1], file_url(tmp_path), random=random, batch=2)
        async with first, second:
            ids = [UUID(int=number) for number in range(30)]
            await asyncio.gather(
                *((first, second)[number % 2].publish(placed(id)) for number, id in enumerate(ids))
            )
            await asyncio.gather(first.settle(), second.settle())
            found = await first.instances(orders.OrderFulfilment, state=State.COMPLETED)
            assert len(found) == 30
            assert {each.revision for each in found} == {4}
            assert await second.dead_letters() == ()
        assert sum(shop.count(orders.ShipOrder) for shop in shops) == 30

    run(share())


DIES = """
import asyncio, os, sys
from datetime import timedelta
from uuid import UUID
from checkout import orders
from shop import Shop, host_of, placed
from test_host_files import AT_ONCE
from herosaga_runtime.ports import SystemRandom

async def dies(message, context):
    if message.order_id.int == 13:
        os._exit(9)
    return orders.ItemsReserved(message.order_id)

async def main(url):
    shop = Shop(replies={orders.ReserveItems: dies})
    lease = timedelta(milliseconds=1)
    async with host_of(shop, url, random=SystemRandom(), lease=lease, retry=AT_ONCE) as host:
        for number in range(10, 20):
            await host.publish(placed(UUID(int=number)), id=f"order-{number}")
        await host.settle()
        for each in await host.dead_letters():
            print(each.key[-2:], each.consumer, each.reason)
        for each in await host.instances(orders.OrderFulfilment):
            print(each.state)

asyncio.run(main(sys.argv[1]))
"""


def test_a_handler_that_ends_the_process_is_put_aside_and_others_go_on(tmp_path: Path) -> None:
    starts: list[subprocess.CompletedProcess[str]] = []
    while not starts or starts[-1].returncode == 9:
        starts.append(
            subprocess.run(
                [sys.executable, "-c", DIES, file_url(tmp_path)],
                cwd=HERE,
                env=os.environ | {"PYTHONPATH": str(SAMPLE)},
                capture_output=True,
                text=True,
                check=False,
                timeout=30,
            )
        )
        assert len(starts) <= 6
    assert starts[-1].returncode == 0, starts[-1].stderr
    assert len(starts) == 6  # five died
    lines = starts[-1].stdout.splitlines()
    assert "checkout.Inventory.ReserveItems its handler was started 5 times" in lines[0]
    assert lines.count("Completed") == 9
    assert len(lines) == 11


def test_a_lost_claim_is_not_stored(tmp_path: Path) -> None:
    async def lose() -> None:
        shop = Shop()
        async with host_of(shop, file_url(tmp_path)) as host:

            async def robbed(message: orders.ReserveItems, context: Context) -> Event:
                with sqlite3.connect(tmp_path / "orders.db") as other:
                    other.execute("UPDATE herosaga_mailbox SET owner = 'other'")
                    other.execute("INSERT INTO herosaga_owners VALUES ('other', 1 << 62)")
                other.close()
                return orders.ItemsReserved(message.order_id)

            shop.replies[orders.ReserveItems] = robbed
            await host.publish(placed())
            await asyncio.sleep(0.3)
            found = await host.find(orders.OrderFulfilment, ORDER)
            assert found is not None
            assert found.state is State.RESERVING
        assert shop.count(orders.ReserveItems) == 1

    run(lose())


def test_a_web_request_publishes_in_its_own_transaction(tmp_path: Path) -> None:
    async def serve() -> None:
        async with host_of(Shop(), file_url(tmp_path)) as host:
            with sqlite3.connect(tmp_path / "orders.db") as connection:
                await host.publish(placed(), transaction=connection)
                assert await host.find(orders.OrderFulfilment, ORDER) is None
                connection.rollback()
                await host.publish(placed(UUID(int=2)), transaction=connection)
            connection.close()
            await host.settle()
            found = await host.instances(orders.OrderFulfilment)
            assert [each.key for each in found] == [str(UUID(int=2))]
            with pytest.raises(UsageError, match=r"a sqlite3\.Connection"):
                await host.publish(placed(), transaction="there")

    run(serve())


def test_a_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    path = tmp_path / "orders.db"
    path.write_text("these are not the orders you are looking for, " * 50)
    with pytest.raises(StoreError, match="file is not a database"):
        play(nothing, url=file_url(tmp_path))
    path.unlink()
    play(nothing, url=file_url(tmp_path))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE herosaga_schema SET version = 99")
    connection.close()
    with pytest.raises(StoreError, match="schema version 99"):
        play(nothing, url=file_url(tmp_path))
    with pytest.raises(StoreError, match="unable to open"):
        play(nothing, url=f"sqlite:///{tmp_path / 'nowhere' / 'orders.db'}")


async def nothing(at: Scene) -> None:
    """Nothing happens."""


def test_an_older_store_is_brought_up_to_date(tmp_path: Path) -> None:
    async def begins(at: Scene) -> None:
        await at.place()

    async def goes_on() -> None:
        random: Random = SystemRandom()
        shop = Shop()
        hosts = [host_of(shop, file_url(tmp_path), random=random) for _ in range(2)]
        async with hosts[0], hosts[1]:
            await asyncio.gather(*[each.settle() for each in hosts])
            (found,) = await hosts[1].instances(orders.OrderFulfilment)
            assert found.state == State.COMPLETED
        assert shop.count(orders.ReserveItems) == 1

    play(begins, Shop(replies={orders.ReserveItems: never}), file_url(tmp_path))
    new = tables(tmp_path)
    with sqlite3.connect(tmp_path / "orders.db") as connection:
        for name, statement in new.items():
            if any(statement in later for later in VERSIONS[1:]):
                kind = "INDEX" if "INDEX" in statement else "TABLE"
                connection.execute(f"DROP {kind} IF EXISTS {name}")
        connection.execute("UPDATE herosaga_schema SET version = 1")
    connection.close()
    assert tables(tmp_path) != new
    run(goes_on())
    assert tables(tmp_path) == new


def tables(path: Path) -> dict[str, str]:
    """The statements that make the tables and indices of a store, by name."""
    with sqlite3.connect(path / "orders.db") as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        rows = dict(found.fetchall())
    connection.close()
    return rows


def test_another_process_that_writes_is_waited_for(tmp_path: Path) -> None:
    async def wait() -> None:
        async with host_of(Shop(), file_url(tmp_path)) as host:
            other = sqlite3.connect(tmp_path / "orders.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            publishing = asyncio.create_task(host.publish(placed()))
            _, pending = await asyncio.wait({publishing}, timeout=0.05)
            assert pending
            other.execute("ROLLBACK")
            other.close()
            await publishing

    run(wait())


def test_a_lease_is_kept_while_nothing_happens(tmp_path: Path) -> None:
    async def keep(at: Scene) -> None:
        await at.host.settle()
        await at.clock.advance(timedelta(seconds=6))
        await at.host.settle()
        with sqlite3.connect(tmp_path / "orders.db") as other:
            rows = other.execute("SELECT until FROM herosaga_owners").fetchall()
        other.close()
        ((until,),) = rows
        assert from_micros(until) > at.clock.now()

    play(keep, url=file_url(tmp_path))

"""How a host takes messages: each once, failures tried again and put aside, nothing lost without a word."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from herosaga_runtime import Context, Host, UsageError
from herosaga_runtime.ports import DeadLetterReport, HandlerReport, StepReport, WaitingReport
from herosaga_runtime.testing import VirtualClock
from shop import ORDER, Scene, Shop, declines, host_of, never, placed, play

from checkout import orders
from checkout.orders import OrderFulfilmentState as State


def test_one_id_has_one_effect() -> None:
    async def scene(at: Scene) -> None:
        for _ in range(3):
            assert await at.host.publish(placed(), id="order-1") == "order-1"
        await at.host.settle()
        await at.host.publish(placed(), id="order-1")
        await at.host.settle()
        assert len((await at.order()).history) == 4

    shop = play(scene)
    assert shop.count(orders.ReserveItems) == 1


def test_a_second_start_is_recorded_and_swallowed() -> None:
    async def scene(at: Scene) -> None:
        await at.place()
        await at.place()
        order = await at.order()
        assert order.state is State.RESERVING
        assert [each.reception for each in order.history] == ["taken", "repeated"]
        assert await at.host.dead_letters() == ()

    shop = play(scene, Shop(replies={orders.ReserveItems: never}))
    assert shop.count(orders.ReserveItems) == 1


def test_two_events_for_one_order_at_once_are_two_steps() -> None:
    async def scene(at: Scene) -> None:
        await at.place()
        cancel = orders.CancelOrder(ORDER)
        await asyncio.gather(at.host.send(cancel), at.host.send(cancel), at.place(UUID(int=2)))
        await at.host.settle()
        order = await at.order()
        assert order.state is State.CANCELLED
        receptions = [each.reception for each in order.history]
        assert receptions == ["taken", "taken", "deferred", "taken", "late"]
        assert (await at.order(UUID(int=2))).state is State.RESERVING

    play(scene, Shop(replies={orders.ReserveItems: never}))


def test_a_handler_that_fails_twice_is_tried_again() -> None:
    async def fails_twice(message: orders.ChargeCard, context: Context) -> orders.CardCharged:
        if context.attempt < 3:
            raise ConnectionError("no bank")
        return orders.CardCharged(message.order_id, "ch-1")

    async def scene(at: Scene) -> None:
        await at.place()
        await at.after(1)
        assert (await at.order()).state is State.COMPLETED
        assert await at.host.dead_letters() == ()

    shop = play(scene, Shop(replies={orders.ChargeCard: fails_twice}))
    assert shop.count(orders.ChargeCard) == 3
    ids = {each.message_id for each in shop.contexts if each.attempt}
    assert len(ids) == 4  # every attempt of a message has its id


async def breaks(message: object, context: Context) -> None:
    raise ConnectionError("no bank")


def test_a_handler_that_always_fails_is_a_fault_and_a_dead_letter() -> None:
    async def scene(at: Scene) -> None:
        await at.place()
        await at.after(4)
        order = await at.order()
        # Whether there is something to refund is not known after a fault, so it is tried.
        assert order.state is State.CANCELLED
        (letter,) = await at.host.dead_letters()
        assert letter.consumer == "checkout.Payments.ChargeCard"
        assert letter.message_type == "checkout.ChargeCard"
        assert letter.reason == "ConnectionError: no bank"
        assert "raise ConnectionError" in letter.traceback
        assert letter.attempts == 5
        faults = [each for each in order.history if each.message_type == "herosaga.fault"]
        assert [each.reception for each in faults] == ["taken"]

    shop = play(scene, Shop(replies={orders.ChargeCard: breaks}))
    assert shop.count(orders.ChargeCard) == 5
    assert shop.types()[-3:] == ["RefundCard", "ReleaseItems", "OrderCancelled"]


def test_a_dead_letter_can_be_offered_again() -> None:
    shop = Shop(replies={orders.OrderShipped: breaks})

    async def scene(at: Scene) -> None:
        await at.place()
        await at.after(60)
        (letter,) = await at.host.dead_letters()
        del shop.replies[orders.OrderShipped]
        await at.host.retry(letter.id, "the mail server is back")
        await at.host.settle()
        assert await at.host.dead_letters() == ()
        with pytest.raises(UsageError, match="no dead letter"):
            await at.host.retry(letter.id, "again")

    play(scene, shop)
    assert shop.count(orders.OrderShipped) == 6


def test_a_dead_letter_that_has_come_through_since_is_not_done_again() -> None:
    shop = Shop(replies={orders.OrderCancelled: breaks})

    async def scene(at: Scene) -> None:
        await at.host.publish(orders.OrderCancelled(ORDER), id="twice")
        await at.after(60)
        (letter,) = await at.host.dead_letters()
        del shop.replies[orders.OrderCancelled]
        await at.host.publish(orders.OrderCancelled(ORDER), id="twice")
        await at.host.settle()
        done = shop.count(orders.OrderCancelled)
        await at.host.retry(letter.id, "to be sure")
        await at.host.settle()
        assert shop.count(orders.OrderCancelled) == done

    play(scene, shop)


def test_an_unexpected_message_is_put_aside_and_can_be_offered_again() -> None:
    async def scene(at: Scene) -> None:
        await at.host.publish(orders.ItemsReserved(ORDER), id="early")
        await at.host.settle()
        (letter,) = await at.host.dead_letters()
        assert "does not start one" in letter.reason
        await at.place()
        await at.host.retry(letter.id, "it came too early")
        await at.host.settle()
        order = await at.order()
        assert order.state is State.COMPLETED
        assert "it came too early" in [each.reason for each in order.history]

    play(scene, Shop(replies={orders.ReserveItems: never}))


def test_a_message_without_an_instance_does_what_missing_says() -> None:
    async def scene(at: Scene) -> None:
        await at.host.send(orders.CancelOrder(ORDER))
        await at.host.settle()
        assert await at.host.find(orders.OrderFulfilment, ORDER) is None
        assert await at.host.dead_letters() == ()

    play(scene)


def test_a_handler_must_return_what_it_emits() -> None:
    async def wrong(message: orders.ShipOrder, context: Context) -> orders.CardCharged:
        return orders.CardCharged(message.order_id, "?")

    async def nothing(message: object, context: Context) -> None:
        return None

    async def scene(at: Scene) -> None:
        await at.place()
        await at.after(3)
        at.shop.replies = {orders.ShipOrder: nothing}
        await at.place(UUID(int=2))
        await at.after(3)
        assert [each.reason for each in await at.host.dead_letters()] == [
            "UsageError: checkout.Shipping.ShipOrder emits OrderShipped, but returned CardCharged",
            "UsageError: checkout.Shipping.ShipOrder emits OrderShipped, but returned nothing",
        ]

    play(scene, Shop(replies={orders.ShipOrder: wrong}))


def test_a_late_reply_is_recorded_as_late() -> None:
    async def slow(message: orders.ReserveItems, context: Context) -> orders.ItemsReserved:
        await context.sleep(3600)
        return orders.ItemsReserved(message.order_id)

    async def scene(at: Scene) -> None:
        await at.place()
        await at.after(60)
        assert (await at.order()).state is State.CANCELLED
        await at.after(3600)
        order = await at.order()
        assert order.state is State.CANCELLED
        assert order.history[-1].message_type == "checkout.ItemsReserved"
        assert order.history[-1].reception == "late"

    shop = play(scene, Shop(replies={orders.ReserveItems: slow}))
    assert shop.count(orders.ReserveItems) == 1


def test_correlation_and_hops_follow_a_message() -> None:
    async def scene(at: Scene) -> None:
        await at.host.publish(placed(), id="first")
        await at.host.settle()

    shop = play(scene)
    assert {each.correlation for each in shop.contexts} == {"first"}


def test_what_looks_endless_is_put_aside() -> None:
    async def again(message: object, context: Context) -> None:
        await hosts[0].publish(orders.OrderCancelled(ORDER))

    hosts: list[Host] = []

    async def scene(at: Scene) -> None:
        hosts.append(at.host)
        await at.host.publish(orders.OrderCancelled(ORDER))
        await at.host.settle()
        (letter,) = await at.host.dead_letters()
        assert "looks endless" in letter.reason

    shop = play(scene, Shop(replies={orders.OrderCancelled: again}), hop_limit=20)
    assert shop.count(orders.OrderCancelled) == 21


def test_rules_of_use_are_told() -> None:
    async def play_alone() -> None:
        alone = Host("memory:", clock=VirtualClock())
        alone.add(orders.OrderFulfilment)
        with pytest.raises(UsageError, match="nobody here handles"):
            await alone.__aenter__()
        host = Host("memory:", clock=VirtualClock())
        host.add(orders.InventoryService, Shop())
        with pytest.raises(UsageError, match="not running"):
            await host.publish(placed())
        async with host:
            with pytest.raises(UsageError, match="nobody handles"):
                await host.send(orders.ShipOrder(ORDER, ()))
            with pytest.raises(UsageError, match="before `async with"):
                host.add(orders.PaymentsService, Shop())

    asyncio.run(play_alone())
    host = host_of(Shop())
    with pytest.raises(UsageError, match="added already"):
        host.add(orders.OrderFulfilment)
    with pytest.raises(UsageError, match="added already"):
        host.add(orders.InventoryService, Shop())
    with pytest.raises(UsageError, match="has no method"):
        Host("memory:").add(orders.InventoryService, object())  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="not a store"):
        Host("mysql://there")


def test_a_handlers_own_tables_commit_with_its_result() -> None:
    failures = [True]

    async def books(message: orders.ChargeCard, context: Context) -> orders.CardCharged:
        connection: sqlite3.Connection = await context.transaction()
        connection.execute("CREATE TABLE IF NOT EXISTS charges (id TEXT PRIMARY KEY)")
        connection.execute("INSERT INTO charges VALUES (?)", (context.message_id,))
        if failures:
            failures.pop()
            raise ConnectionError("after the insert")
        with pytest.raises(UsageError, match="transaction=connection"):
            await hosts[0].publish(placed(UUID(int=2)))
        await hosts[0].publish(placed(UUID(int=2)), transaction=connection)
        assert await hosts[0].find(orders.OrderFulfilment, message.order_id) is not None
        shop.replies.clear()
        return orders.CardCharged(message.order_id, "ch-1")

    hosts: list[Host] = []
    shop = Shop(replies={orders.ChargeCard: books})

    async def scene(at: Scene) -> None:
        hosts.append(at.host)
        await at.place()
        await at.after(1)
        assert (await at.order()).state is State.COMPLETED
        assert (await at.order(UUID(int=2))).state is State.COMPLETED

    play(scene, shop)


def test_a_handler_must_not_end_its_transaction() -> None:
    async def commits(message: orders.ShipOrder, context: Context) -> orders.OrderShipped:
        (await context.transaction()).commit()
        return orders.OrderShipped(message.order_id, "trk")

    async def scene(at: Scene) -> None:
        await at.place()
        await at.after(3)
        (letter,) = await at.host.dead_letters()
        assert "must not end the transaction" in letter.reason

    play(scene, Shop(replies={orders.ShipOrder: commits}))


@dataclass
class Watch:
    """Keeps what it is told."""

    told: list[tuple[str, str]] = field(default_factory=list)

    def step(self, report: StepReport) -> None:
        self.told.append(("step", f"{report.before}->{report.after}"))

    def handler_started(self, report: HandlerReport) -> None:
        self.told.append(("started", report.consumer))

    def handler_finished(self, report: HandlerReport) -> None:
        self.told.append(("finished", ", ".join(report.emitted)))

    def handler_failed(self, report: HandlerReport) -> None:
        self.told.append(("failed", report.reason))

    def dead_letter(self, report: DeadLetterReport) -> None:
        self.told.append(("dead", report.reason))

    def waiting(self, report: WaitingReport) -> None:
        self.told.append(("waiting", report.reason))


def test_an_observer_sees_what_was_committed() -> None:
    watch = Watch()

    async def scene(at: Scene) -> None:
        await at.place()
        await at.after(5)

    play(scene, Shop(replies={orders.ChargeCard: breaks}), observer=watch)
    assert watch.told[:4] == [
        ("step", "None->Reserving"),
        ("started", "checkout.Inventory.ReserveItems"),
        ("finished", "checkout.ItemsReserved"),
        ("step", "Reserving->Charging"),
    ]
    assert watch.told.count(("failed", "ConnectionError: no bank")) == 5
    assert watch.told.count(("dead", "ConnectionError: no bank")) == 1


def test_the_same_seed_gives_the_same_run() -> None:
    def run() -> list[tuple[str, str]]:
        watch = Watch()

        async def scene(at: Scene) -> None:
            for number in range(20):
                await at.host.publish(placed(UUID(int=number)))
            await at.after(30)

        play(scene, Shop(replies={orders.ChargeCard: declines}), observer=watch)
        return watch.told

    assert run() == run()


class Outside:
    """A transport that fails at first."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.failures = 2

    async def send(self, envelope: str) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("no broker")
        self.sent.append(envelope)


def test_what_nobody_here_takes_goes_outside() -> None:
    outside = Outside()
    clock = VirtualClock()

    async def run() -> None:
        host = Host("memory:", clock=clock, transport=outside)
        host.add(orders.OrderFulfilment)
        async with host:
            await host.publish(placed(), id="order-1")
            await Scene(host, clock, Shop()).after(2)

    asyncio.run(run())
    (sent,) = outside.sent
    assert '"type":"checkout.ReserveItems"' in sent
    assert '"correlationid":"order-1"' in sent

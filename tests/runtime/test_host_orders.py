"""Orders on a host, from checkout to the end, in memory and on a virtual clock."""

from __future__ import annotations

from herosaga_runtime import Outcome
from shop import Scene, Shop, declines, never, play

from checkout import orders
from checkout.orders import OrderFulfilmentState as State


def test_an_order_is_fulfilled() -> None:
    async def scene(at: Scene) -> None:
        await at.place()
        order = await at.order()
        assert (order.state, order.outcome) == (State.COMPLETED, Outcome.COMPLETED)
        assert str(order.data.total) == "9.00"
        assert [each.message_type for each in order.history] == [
            "checkout.OrderPlaced",
            "checkout.ItemsReserved",
            "checkout.CardCharged",
            "checkout.OrderShipped",
        ]
        assert order.history[0].sent == ("checkout.ReserveItems",)
        assert (order.requests, order.timers) == ((), ())
        assert await at.host.dead_letters() == ()
        assert await at.host.next_due() is None

    shop = play(scene)
    assert shop.types() == ["ReserveItems", "ChargeCard", "ShipOrder", "OrderShipped"]


def test_a_declined_card_gives_the_items_back_once() -> None:
    async def scene(at: Scene) -> None:
        await at.place()
        order = await at.order()
        assert (order.state, order.outcome) == (State.CANCELLED, Outcome.COMPENSATED)
        assert order.data.declined == 2

    shop = play(scene, Shop(replies={orders.ChargeCard: declines}))
    assert shop.count(orders.ChargeCard) == 3
    assert shop.count(orders.ReleaseItems) == 1
    assert shop.count(orders.RefundCard) == 0
    assert shop.count(orders.OrderCancelled) == 1


def test_a_service_that_never_answers_fails_the_order_in_time() -> None:
    async def scene(at: Scene) -> None:
        await at.place()
        assert (await at.order()).state is State.RESERVING
        await at.after(29)
        assert (await at.order()).state is State.RESERVING
        await at.after(60)
        order = await at.order()
        assert (order.state, order.outcome) == (State.CANCELLED, Outcome.COMPENSATED)

    shop = play(scene, Shop(replies={orders.ReserveItems: never}))
    assert shop.count(orders.ReleaseItems) == 1

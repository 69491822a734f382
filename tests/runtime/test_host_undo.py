"""Compensation on a host: refusals and faults of undos, what is deferred meanwhile, and alarms."""

from __future__ import annotations

from datetime import timedelta

from herosaga_runtime import Context, Outcome
from herosaga_runtime.testing import START
from shop import ORDER, Scene, Shop, never, play

from checkout import orders
from checkout.orders import OrderFulfilmentState as State


def refuses(times: int) -> Shop:
    """A shop whose bank takes the money after the customer has cancelled, and refuses to give it back for some time."""
    left = [times]

    async def refund(
        message: orders.RefundCard, context: Context
    ) -> orders.CardRefunded | orders.RefundRefused:
        if left[0]:
            left[0] -= 1
            return orders.RefundRefused(message.order_id, "not today")
        return orders.CardRefunded(message.order_id)

    return Shop(replies={orders.RefundCard: refund, orders.ChargeCard: never})


def test_a_refused_undo_is_tried_again_under_a_new_id() -> None:
    async def scene(at: Scene) -> None:
        await at.place()
        await at.host.send(orders.CancelOrder(ORDER))
        await at.after(10)
        order = await at.order()
        assert (order.state, order.outcome) == (State.CANCELLED, Outcome.COMPENSATED)

    shop = play(scene, refuses(2))
    assert shop.types() == [
        *("ReserveItems", "ChargeCard", "RefundCard", "RefundCard", "RefundCard"),
        *("ReleaseItems", "OrderCancelled"),
    ]
    assert len({each.message_id for each in shop.contexts}) == 7


def test_an_undo_that_is_refused_for_good_goes_where_otherwise_says() -> None:
    async def scene(at: Scene) -> None:
        await at.place()
        await at.host.send(orders.CancelOrder(ORDER))
        await at.after(60)
        order = await at.order()
        assert order.state is State.NEEDS_ATTENTION
        assert order.outcome is Outcome.COMPENSATION_FAILED
        assert [type(each.undo).__name__ for each in order.records] == [
            "ReleaseItems",
            "OrderFulfilmentRefund",
        ]

    shop = play(scene, refuses(1000))
    assert shop.count(orders.RefundCard) == 6
    assert shop.count(orders.ReleaseItems) == 0


def test_messages_wait_while_it_compensates() -> None:
    async def scene(at: Scene) -> None:
        await at.place()
        await at.host.send(orders.CancelOrder(ORDER))
        await at.host.settle()
        assert (await at.order()).state is State.COMPENSATING
        await at.host.send(orders.CancelOrder(ORDER))
        await at.host.settle()
        order = await at.order()
        assert order.deferred == ("checkout.CancelOrder",)
        assert order.history[-1].reception == "deferred"
        await at.after(60)
        assert (await at.order()).history[-1].reception == "late"

    play(scene, refuses(1))


def test_an_undo_outlives_a_restart_of_its_service() -> None:
    async def breaks_at_first(
        message: orders.ReleaseItems, context: Context
    ) -> orders.ItemsReleased:
        if context.now < START + timedelta(minutes=10):
            raise ConnectionError("no warehouse")
        return orders.ItemsReleased(message.order_id)

    async def scene(at: Scene) -> None:
        await at.place()
        await at.host.send(orders.CancelOrder(ORDER))
        await at.after(300)
        order = await at.order()
        assert order.state is State.COMPENSATING
        assert order.stuck == "undo failed: checkout.ReleaseItems: ConnectionError: no warehouse"

    play(scene, Shop(replies={orders.ReserveItems: never, orders.ReleaseItems: breaks_at_first}))


def test_an_alarm_is_never_early() -> None:
    async def scene(at: Scene) -> None:
        await at.place()
        order = await at.order()
        (request,) = order.requests
        assert request.due == START + timedelta(seconds=5)
        await at.after(4.999999)
        assert (await at.order()).revision == order.revision
        await at.after(0.000001)
        order = await at.order()
        assert order.history[-1].message_type == "herosaga.alarm"
        assert order.history[-1].at == START + timedelta(seconds=5)

    play(scene, Shop(replies={orders.ReserveItems: never}))


def test_a_cancelled_alarm_never_rings() -> None:
    async def scene(at: Scene) -> None:
        await at.place()
        order = await at.order()
        assert [each.due for each in order.timers] == [START + timedelta(days=10)]
        await at.host.publish(orders.OrderShipped(ORDER, "trk-2"))
        await at.host.settle()
        assert (await at.order()).state is State.COMPLETED
        due = await at.host.next_due()  # of the handler that sleeps, and of nothing else
        assert due is not None and due > START + timedelta(days=20)
        history = (await at.order()).history
        await at.after(20 * 86400)
        assert (await at.order()).history == history

    play(scene, Shop(replies={orders.ShipOrder: never}))

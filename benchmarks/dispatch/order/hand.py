"""The saga by hand: a dictionary finds the handler of a message, and each handler looks at the state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, TypeAlias
from uuid import UUID

from herosaga_runtime.envelope import Envelope
from herosaga_runtime.message import Command, Message

from benchmarks.dispatch import by_hand
from benchmarks.dispatch.by_hand import Process, late, unexpected
from benchmarks.dispatch.parts import Identity, Sent
from checkout import catalog, orders

_State = orders.OrderFulfilmentState
RESERVING: Final = _State.RESERVING
CHARGING: Final = _State.CHARGING
SHIPPING: Final = _State.SHIPPING
COMPLETED: Final = _State.COMPLETED
REJECTED: Final = _State.REJECTED
CANCELLED: Final = _State.CANCELLED
GIVING_BACK: Final = _State.COMPENSATING
PATIENT: Final = orders.PATIENT
DELIVERY_TIME: Final = timedelta(days=10)


class Data:
    """What the order is about."""

    __slots__ = ("customer_id", "declined", "items", "order_id", "total")

    def __init__(
        self,
        order_id: UUID,
        customer_id: UUID,
        items: tuple[catalog.Item, ...],
        total: Decimal,
        declined: int = 0,
    ) -> None:
        self.order_id = order_id
        self.customer_id = customer_id
        self.items = items
        self.total = total
        self.declined = declined

    def copy(self) -> Data:
        return Data(self.order_id, self.customer_id, self.items, self.total, self.declined)


Order: TypeAlias = Process[Data, orders.OrderFulfilmentState]
Result: TypeAlias = by_hand.Result[Data, orders.OrderFulfilmentState]


def start(envelope: Envelope, now: datetime) -> Result | None:
    """Start an order; None for a message that starts none."""
    event = envelope.message
    if not isinstance(event, orders.OrderPlaced):
        return None
    order_id = event.order_id
    items = event.items
    total = sum((i.price * i.quantity for i in items), Decimal(0))
    data = Data(order_id, event.customer_id, items, total)
    identity = Identity("checkout.OrderFulfilment", str(order_id), 1, now)
    order: Order = Process(identity, RESERVING, data, 1, 0, (), (), None, None)
    release = orders.ReleaseItems(order_id)
    sent = order.request(orders.ReserveItems(order_id, items), PATIENT, now, release)
    return by_hand.Result(order, [sent])


def step(before: Order, envelope: Envelope, now: datetime) -> Result:
    """Bring a message to an order."""
    handler = _HANDLERS.get(type(envelope.message))
    if handler is None:
        return unexpected(before, envelope)
    return handler(before, envelope, now)


def _order_placed(before: Order, envelope: Envelope, now: datetime) -> Result:
    return late(before) if before.outcome else by_hand.Result(before, [], "repeated")


def _items_reserved(before: Order, envelope: Envelope, now: datetime) -> Result:
    if before.state is not RESERVING:
        return unexpected(before, envelope)
    request = before.find(envelope, orders.ReserveItems)
    if request is None and before.is_astray(envelope):
        return late(before)
    order = before.next()
    order.close(request)
    order.state = CHARGING
    return by_hand.Result(order, [_charge(order, now)])


def _items_rejected(before: Order, envelope: Envelope, now: datetime) -> Result:
    if before.state is not RESERVING:
        return unexpected(before, envelope)
    if before.is_astray(envelope):
        return late(before)
    order = before.next()
    order.end(REJECTED, "failed")
    return by_hand.Result(order, [])


def _card_charged(before: Order, envelope: Envelope, now: datetime) -> Result:
    if before.state is not CHARGING:
        return unexpected(before, envelope)
    request = before.find(envelope, orders.ChargeCard)
    if request is None and before.is_astray(envelope):
        return late(before)
    order = before.next()
    order.close(request)
    data = order.data
    sent = order.request(orders.ShipOrder(data.order_id, data.items), PATIENT, now)
    order.state = SHIPPING
    order.deadline = now + DELIVERY_TIME
    return by_hand.Result(order, [sent])


def _card_declined(before: Order, envelope: Envelope, now: datetime) -> Result:
    if before.state is not CHARGING:
        return unexpected(before, envelope)
    request = before.find(envelope, orders.ChargeCard)
    if request is None and before.is_astray(envelope):
        return late(before)
    order = before.next()
    order.refuse(request)
    data = order.data
    if data.declined < 2:
        data.declined += 1
        return by_hand.Result(order, [_charge(order, now)])
    return _give_back(order, now)


def _cancel_order(before: Order, envelope: Envelope, now: datetime) -> Result:
    state = before.state
    if state is SHIPPING:
        return by_hand.Result(before, [], "ignored")
    if state is RESERVING or state is CHARGING:
        return _give_back(before.next(), now)
    return unexpected(before, envelope)


def _order_shipped(before: Order, envelope: Envelope, now: datetime) -> Result:
    if before.state is not SHIPPING:
        return unexpected(before, envelope)
    if before.is_astray(envelope):
        return late(before)
    order = before.next()
    order.end(COMPLETED, "completed")
    return by_hand.Result(order, [])


def _items_released(before: Order, envelope: Envelope, now: datetime) -> Result:
    return _undone(before, envelope, now, orders.ReleaseItems)


def _card_refunded(before: Order, envelope: Envelope, now: datetime) -> Result:
    return _undone(before, envelope, now, orders.RefundCard)


def _undone(before: Order, envelope: Envelope, now: datetime, command: type[Command]) -> Result:
    if before.state is not GIVING_BACK:
        return unexpected(before, envelope)
    request = before.find(envelope, command)
    if request is None:
        return unexpected(before, envelope)
    order = before.next()
    order.close(request)
    order.records = order.records[:-1]
    return _undo_next(order, now)


def _charge(order: Order, now: datetime) -> Sent:
    data = order.data
    return order.request(
        orders.ChargeCard(data.order_id, data.customer_id, data.total),
        PATIENT,
        now,
        orders.RefundCard(data.order_id),
    )


def _give_back(order: Order, now: datetime) -> Result:
    """Undo everything, newest first, each undo answered before the next begins."""
    order.requests = ()
    return _undo_next(order, now)


def _undo_next(order: Order, now: datetime) -> Result:
    if order.records:
        newest = order.records[-1]
        order.state = GIVING_BACK
        return by_hand.Result(order, [order.request(newest.undo, newest.policy, now)])
    order.end(CANCELLED, "compensated")
    return by_hand.Result(order, [order.send(orders.OrderCancelled(order.data.order_id))])


_HANDLERS: dict[type[Message], Callable[[Order, Envelope, datetime], Result]] = {
    orders.OrderPlaced: _order_placed,
    orders.ItemsReserved: _items_reserved,
    orders.ItemsRejected: _items_rejected,
    orders.ItemsReleased: _items_released,
    orders.CardCharged: _card_charged,
    orders.CardDeclined: _card_declined,
    orders.CardRefunded: _card_refunded,
    orders.OrderShipped: _order_shipped,
    orders.CancelOrder: _cancel_order,
}

"""The saga in place: the guards and actions that the libraries call, and the transitions as a list."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from herosaga_runtime.envelope import Envelope

from benchmarks.dispatch.in_place import NEW, Arrow, Machine, Model
from benchmarks.dispatch.order.scripts import FIELDS
from benchmarks.dispatch.parts import Identity
from checkout import catalog, orders

PATIENT: Final = orders.PATIENT
DELIVERY_TIME: Final = timedelta(days=10)


class OrderModel(Model):
    """An order."""

    order_id: UUID
    customer_id: UUID
    items: tuple[catalog.Item, ...]
    total: Decimal

    def __init__(self) -> None:
        super().__init__()
        self.declined = 0

    def begin(self, envelope: Envelope, now: datetime) -> None:
        """On `OrderPlaced`."""
        event = envelope.message
        assert isinstance(event, orders.OrderPlaced)
        order_id = event.order_id
        self.identity = Identity("checkout.OrderFulfilment", str(order_id), 1, now)
        self.order_id = order_id
        self.customer_id = event.customer_id
        self.items = event.items
        self.total = sum((i.price * i.quantity for i in event.items), Decimal(0))
        reserve = orders.ReserveItems(self.order_id, self.items)
        self.request(reserve, PATIENT, now, orders.ReleaseItems(self.order_id))

    def charge(self, envelope: Envelope, now: datetime) -> None:
        """On `ItemsReserved`."""
        self.close(envelope, orders.ReserveItems)
        self._charge(now)

    def may_charge_again(self, envelope: Envelope, now: datetime) -> bool:
        """The guard of `CardDeclined`."""
        return self.declined < 2

    def charge_again(self, envelope: Envelope, now: datetime) -> None:
        """On `CardDeclined`, when the guard holds."""
        self.refuse(envelope, orders.ChargeCard)
        self.declined += 1
        self._charge(now)

    def refused(self, envelope: Envelope, now: datetime) -> None:
        """On `CardDeclined` otherwise."""
        self.refuse(envelope, orders.ChargeCard)
        self.give_back(envelope, now)

    def ship(self, envelope: Envelope, now: datetime) -> None:
        """On `CardCharged`."""
        self.close(envelope, orders.ChargeCard)
        self.request(orders.ShipOrder(self.order_id, self.items), PATIENT, now)
        self.deadline = now + DELIVERY_TIME

    def give_back(self, envelope: Envelope, now: datetime) -> None:
        """Undo everything, newest first; in the states from which that happens there is a record."""
        self.requests.clear()
        self._undo_newest(now)

    def more_to_undo(self, envelope: Envelope, now: datetime) -> bool:
        """Whether another undo follows the one that is answered."""
        return len(self.records) > 1

    def undo_next(self, envelope: Envelope, now: datetime) -> None:
        """On the answer to an undo, when more follow."""
        self._close_undo(envelope)
        self._undo_newest(now)

    def cancel(self, envelope: Envelope, now: datetime) -> None:
        """On the answer to the last undo."""
        self._close_undo(envelope)
        self.send(orders.OrderCancelled(self.order_id))

    def _charge(self, now: datetime) -> None:
        charge = orders.ChargeCard(self.order_id, self.customer_id, self.total)
        self.request(charge, PATIENT, now, orders.RefundCard(self.order_id))

    def _undo_newest(self, now: datetime) -> None:
        newest = self.records[-1]
        self.request(newest.undo, newest.policy, now)

    def _close_undo(self, envelope: Envelope) -> None:
        self.close(envelope, type(self.records[-1].undo))
        self.records.pop()


def _arrows() -> tuple[Arrow, ...]:
    cancelled, declined = orders.CancelOrder, orders.CardDeclined
    released, refunded = orders.ItemsReleased, orders.CardRefunded
    return (
        Arrow(orders.OrderPlaced, NEW, "Reserving", "begin"),
        Arrow(orders.ItemsReserved, "Reserving", "Charging", "charge"),
        Arrow(orders.ItemsRejected, "Reserving", "Rejected", "end"),
        Arrow(cancelled, "Reserving", "Compensating", "give_back"),
        Arrow(orders.CardCharged, "Charging", "Shipping", "ship"),
        Arrow(declined, "Charging", "Charging", "charge_again", when="may_charge_again"),
        Arrow(declined, "Charging", "Compensating", "refused"),
        Arrow(cancelled, "Charging", "Compensating", "give_back"),
        Arrow(orders.OrderShipped, "Shipping", "Completed", "end"),
        Arrow(released, "Compensating", "Compensating", "undo_next", when="more_to_undo"),
        Arrow(released, "Compensating", "Cancelled", "cancel"),
        Arrow(refunded, "Compensating", "Compensating", "undo_next", when="more_to_undo"),
        Arrow(refunded, "Compensating", "Cancelled", "cancel"),
    )


MACHINE: Final = Machine(
    OrderModel,
    _arrows(),
    {
        orders.OrderPlaced: "order_placed",
        orders.ItemsReserved: "items_reserved",
        orders.ItemsRejected: "items_rejected",
        orders.ItemsReleased: "items_released",
        orders.CardCharged: "card_charged",
        orders.CardDeclined: "card_declined",
        orders.CardRefunded: "card_refunded",
        orders.OrderShipped: "order_shipped",
        orders.CancelOrder: "cancel_order",
    },
    FIELDS,
)

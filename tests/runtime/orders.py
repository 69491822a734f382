"""Orders, as the compiler would write them: the module that the runtime's tests run."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from herosaga_runtime import codec
from herosaga_runtime.message import Command, Event, JsonObject, JsonValue, Undo, message, record
from herosaga_runtime.policy import Policy
from herosaga_runtime.saga import (
    PASS,
    After,
    By,
    Call,
    Compensation,
    End,
    Ignore,
    On,
    OnFailure,
    Saga,
    Step,
    Verdict,
)
from herosaga_runtime.service import Context, Handler, Service


@record
class Item:
    """What a customer buys."""

    sku: str
    price: Decimal
    quantity: int = 1

    def to_json(self) -> JsonObject:
        return {
            "sku": self.sku,
            "price": codec.write_decimal(self.price),
            "quantity": self.quantity,
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> Item:
        fields = codec.Fields("Item", json)
        return cls(
            fields.need("sku", codec.read_str),
            fields.need("price", codec.read_decimal),
            fields.get("quantity", codec.read_int, 1),
        )


@message("oms.OrderPlaced")
class OrderPlaced(Event):
    """A customer has checked out."""

    order_id: UUID
    customer_id: UUID
    items: tuple[Item, ...]

    def to_json(self) -> JsonObject:
        return {
            "order_id": str(self.order_id),
            "customer_id": str(self.customer_id),
            "items": [item.to_json() for item in self.items],
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> OrderPlaced:
        fields = codec.Fields("OrderPlaced", json)
        return cls(
            fields.need("order_id", codec.read_uuid),
            fields.need("customer_id", codec.read_uuid),
            fields.need("items", codec.read_list(Item.from_json)),
        )


@message("oms.ItemsReserved")
class ItemsReserved(Event):
    """Event `ItemsReserved`."""

    order_id: UUID

    def to_json(self) -> JsonObject:
        return {
            "order_id": str(self.order_id),
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> ItemsReserved:
        fields = codec.Fields("ItemsReserved", json)
        return cls(
            fields.need("order_id", codec.read_uuid),
        )


@message("oms.ItemsRejected")
class ItemsRejected(Event):
    """Event `ItemsRejected`."""

    order_id: UUID
    reason: str

    def to_json(self) -> JsonObject:
        return {
            "order_id": str(self.order_id),
            "reason": self.reason,
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> ItemsRejected:
        fields = codec.Fields("ItemsRejected", json)
        return cls(
            fields.need("order_id", codec.read_uuid),
            fields.need("reason", codec.read_str),
        )


@message("oms.ItemsReleased")
class ItemsReleased(Event):
    """Event `ItemsReleased`."""

    order_id: UUID

    def to_json(self) -> JsonObject:
        return {
            "order_id": str(self.order_id),
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> ItemsReleased:
        fields = codec.Fields("ItemsReleased", json)
        return cls(
            fields.need("order_id", codec.read_uuid),
        )


@message("oms.CardCharged")
class CardCharged(Event):
    """Event `CardCharged`."""

    order_id: UUID
    charge_id: str

    def to_json(self) -> JsonObject:
        return {
            "order_id": str(self.order_id),
            "charge_id": self.charge_id,
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> CardCharged:
        fields = codec.Fields("CardCharged", json)
        return cls(
            fields.need("order_id", codec.read_uuid),
            fields.need("charge_id", codec.read_str),
        )


@message("oms.CardDeclined")
class CardDeclined(Event):
    """Event `CardDeclined`."""

    order_id: UUID
    reason: str

    def to_json(self) -> JsonObject:
        return {
            "order_id": str(self.order_id),
            "reason": self.reason,
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> CardDeclined:
        fields = codec.Fields("CardDeclined", json)
        return cls(
            fields.need("order_id", codec.read_uuid),
            fields.need("reason", codec.read_str),
        )


@message("oms.CardRefunded")
class CardRefunded(Event):
    """Event `CardRefunded`."""

    order_id: UUID

    def to_json(self) -> JsonObject:
        return {
            "order_id": str(self.order_id),
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> CardRefunded:
        fields = codec.Fields("CardRefunded", json)
        return cls(
            fields.need("order_id", codec.read_uuid),
        )


@message("oms.RefundRefused")
class RefundRefused(Event):
    """Event `RefundRefused`."""

    order_id: UUID
    reason: str

    def to_json(self) -> JsonObject:
        return {
            "order_id": str(self.order_id),
            "reason": self.reason,
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> RefundRefused:
        fields = codec.Fields("RefundRefused", json)
        return cls(
            fields.need("order_id", codec.read_uuid),
            fields.need("reason", codec.read_str),
        )


@message("oms.OrderShipped")
class OrderShipped(Event):
    """Event `OrderShipped`."""

    order_id: UUID
    tracking: str

    def to_json(self) -> JsonObject:
        return {
            "order_id": str(self.order_id),
            "tracking": self.tracking,
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> OrderShipped:
        fields = codec.Fields("OrderShipped", json)
        return cls(
            fields.need("order_id", codec.read_uuid),
            fields.need("tracking", codec.read_str),
        )


@message("oms.OrderCancelled")
class OrderCancelled(Event):
    """Event `OrderCancelled`."""

    order_id: UUID

    def to_json(self) -> JsonObject:
        return {
            "order_id": str(self.order_id),
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> OrderCancelled:
        fields = codec.Fields("OrderCancelled", json)
        return cls(
            fields.need("order_id", codec.read_uuid),
        )


@message("oms.ReserveItems")
class ReserveItems(Command):
    """Command `ReserveItems`."""

    order_id: UUID
    items: tuple[Item, ...]

    def to_json(self) -> JsonObject:
        return {
            "order_id": str(self.order_id),
            "items": [item.to_json() for item in self.items],
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> ReserveItems:
        fields = codec.Fields("ReserveItems", json)
        return cls(
            fields.need("order_id", codec.read_uuid),
            fields.need("items", codec.read_list(Item.from_json)),
        )


@message("oms.ReleaseItems")
class ReleaseItems(Command):
    """Command `ReleaseItems`."""

    order_id: UUID

    def to_json(self) -> JsonObject:
        return {
            "order_id": str(self.order_id),
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> ReleaseItems:
        fields = codec.Fields("ReleaseItems", json)
        return cls(
            fields.need("order_id", codec.read_uuid),
        )


@message("oms.ChargeCard")
class ChargeCard(Command):
    """Command `ChargeCard`."""

    order_id: UUID
    customer_id: UUID
    amount: Decimal

    def to_json(self) -> JsonObject:
        return {
            "order_id": str(self.order_id),
            "customer_id": str(self.customer_id),
            "amount": codec.write_decimal(self.amount),
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> ChargeCard:
        fields = codec.Fields("ChargeCard", json)
        return cls(
            fields.need("order_id", codec.read_uuid),
            fields.need("customer_id", codec.read_uuid),
            fields.need("amount", codec.read_decimal),
        )


@message("oms.RefundCard")
class RefundCard(Command):
    """Command `RefundCard`."""

    order_id: UUID

    def to_json(self) -> JsonObject:
        return {
            "order_id": str(self.order_id),
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> RefundCard:
        fields = codec.Fields("RefundCard", json)
        return cls(
            fields.need("order_id", codec.read_uuid),
        )


@message("oms.ShipOrder")
class ShipOrder(Command):
    """Command `ShipOrder`."""

    order_id: UUID
    items: tuple[Item, ...]

    def to_json(self) -> JsonObject:
        return {
            "order_id": str(self.order_id),
            "items": [item.to_json() for item in self.items],
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> ShipOrder:
        fields = codec.Fields("ShipOrder", json)
        return cls(
            fields.need("order_id", codec.read_uuid),
            fields.need("items", codec.read_list(Item.from_json)),
        )


@message("oms.CancelOrder")
class CancelOrder(Command):
    """Command `CancelOrder`."""

    order_id: UUID

    def to_json(self) -> JsonObject:
        return {
            "order_id": str(self.order_id),
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> CancelOrder:
        fields = codec.Fields("CancelOrder", json)
        return cls(
            fields.need("order_id", codec.read_uuid),
        )


class InventoryHandlers(Protocol):
    """What an implementation of service `Inventory` provides."""

    async def reserve_items(
        self, command: ReserveItems, context: Context
    ) -> ItemsReserved | ItemsRejected:
        """Handle `ReserveItems`. `ItemsRejected` refuses it: then nothing may have been done."""
        ...

    async def release_items(self, command: ReleaseItems, context: Context) -> ItemsReleased:
        """Handle `ReleaseItems`. It undoes `ReserveItems`, perhaps twice, before it, or without it."""
        ...


InventoryService: Final = Service[InventoryHandlers](
    "oms.Inventory",
    (
        Handler(ReserveItems, "reserve_items", (ItemsReserved, ItemsRejected)),
        Handler(ReleaseItems, "release_items", (ItemsReleased,)),
    ),
)


class PaymentsHandlers(Protocol):
    """What an implementation of service `Payments` provides."""

    async def charge_card(
        self, command: ChargeCard, context: Context
    ) -> CardCharged | CardDeclined:
        """Handle `ChargeCard`. `CardDeclined` refuses it: then nothing may have been done."""
        ...

    async def refund_card(
        self, command: RefundCard, context: Context
    ) -> CardRefunded | RefundRefused:
        """Handle `RefundCard`. It undoes `ChargeCard`, perhaps twice, before it, or without it."""
        ...


PaymentsService: Final = Service[PaymentsHandlers](
    "oms.Payments",
    (
        Handler(ChargeCard, "charge_card", (CardCharged, CardDeclined)),
        Handler(RefundCard, "refund_card", (CardRefunded, RefundRefused)),
    ),
)


class ShippingHandlers(Protocol):
    """What an implementation of service `Shipping` provides."""

    async def ship_order(self, command: ShipOrder, context: Context) -> OrderShipped:
        """Handle `ShipOrder`. It can't be undone."""
        ...


ShippingService: Final = Service[ShippingHandlers](
    "oms.Shipping", (Handler(ShipOrder, "ship_order", (OrderShipped,)),)
)


class NotificationsHandlers(Protocol):
    """Tells the customer. Nobody asks it to: it reacts."""

    async def on_order_shipped(self, event: OrderShipped, context: Context) -> None:
        """React to `OrderShipped`."""
        ...

    async def on_order_cancelled(self, event: OrderCancelled, context: Context) -> None:
        """React to `OrderCancelled`."""
        ...


NotificationsService: Final = Service[NotificationsHandlers](
    "oms.Notifications",
    (Handler(OrderShipped, "on_order_shipped"), Handler(OrderCancelled, "on_order_cancelled")),
)


PATIENT: Final = Policy(
    within=timedelta(seconds=5),
    retries=5,
    every=timedelta(milliseconds=200),
    up_to=timedelta(seconds=2),
)


class OrderFulfilmentState(StrEnum):
    """The states of `OrderFulfilment`."""

    RESERVING = "Reserving"
    CHARGING = "Charging"
    SHIPPING = "Shipping"
    COMPLETED = "Completed"
    REJECTED = "Rejected"
    CANCELLED = "Cancelled"
    NEEDS_ATTENTION = "NeedsAttention"
    COMPENSATING = "Compensating"


class OrderFulfilmentData:
    """The data of `OrderFulfilment`; a field that was not set yet is unset."""

    __slots__ = ("customer_id", "declined", "items", "order_id", "total")
    order_id: UUID
    customer_id: UUID
    items: tuple[Item, ...]
    total: Decimal
    declined: int

    def __init__(self, order_id: UUID) -> None:
        self.order_id = order_id
        self.declined = 0

    def copy(self) -> OrderFulfilmentData:
        """Another instance with the same values."""
        other = OrderFulfilmentData(self.order_id)
        other.customer_id = self.customer_id
        other.items = self.items
        other.total = self.total
        other.declined = self.declined
        return other

    def to_json(self) -> JsonObject:
        """The fields that are set."""
        return {
            "order_id": str(self.order_id),
            "customer_id": str(self.customer_id),
            "items": [item.to_json() for item in self.items],
            "total": codec.write_decimal(self.total),
            "declined": self.declined,
        }

    @classmethod
    def from_json(cls, json: JsonValue) -> OrderFulfilmentData:
        fields = codec.Fields("OrderFulfilmentData", json)
        data = cls(fields.need("order_id", codec.read_uuid))
        data.customer_id = fields.need("customer_id", codec.read_uuid)
        data.items = fields.need("items", codec.read_list(Item.from_json))
        data.total = fields.need("total", codec.read_decimal)
        data.declined = fields.need("declined", codec.read_int)
        return data


@message("oms.OrderFulfilment.refund")
class OrderFulfilmentRefund(Undo):
    """The parameters of compensation `refund`."""

    def to_json(self) -> JsonObject:
        return {}

    @classmethod
    def from_json(cls, json: JsonValue) -> OrderFulfilmentRefund:
        return cls()


def undo_by_refund(step: Step[OrderFulfilmentData], undo: OrderFulfilmentRefund) -> None:
    """Compensation `refund` (orders.saga:60)."""
    step.request(RefundCard(step.data.order_id), PATIENT)


def start_on_order_placed(
    step: Step[OrderFulfilmentData], event: OrderPlaced
) -> OrderFulfilmentState:
    """orders.saga:66: on OrderPlaced -> Reserving"""
    data = step.edit()
    data.customer_id = event.customer_id
    data.items = event.items
    data.total = sum((i.price * i.quantity for i in data.items), Decimal(0))
    step.request(ReserveItems(data.order_id, data.items), PATIENT, undo=ReleaseItems(data.order_id))
    return OrderFulfilmentState.RESERVING


def reserving_on_items_reserved(
    step: Step[OrderFulfilmentData], event: ItemsReserved
) -> OrderFulfilmentState:
    """orders.saga:73: on ItemsReserved -> Charging"""
    data = step.data
    step.request(
        ChargeCard(data.order_id, data.customer_id, data.total),
        PATIENT,
        undo=OrderFulfilmentRefund(),
    )
    return OrderFulfilmentState.CHARGING


def reserving_on_items_rejected(
    step: Step[OrderFulfilmentData], event: ItemsRejected
) -> OrderFulfilmentState:
    """orders.saga:76: on ItemsRejected -> Rejected"""
    return OrderFulfilmentState.REJECTED


def reserving_on_failure_of_reserve_items(step: Step[OrderFulfilmentData]) -> Verdict:
    """orders.saga:77: on failure of ReserveItems compensate -> Cancelled"""
    return step.compensate(OrderFulfilmentState.CANCELLED)


def charging_on_card_charged(
    step: Step[OrderFulfilmentData], event: CardCharged
) -> OrderFulfilmentState:
    """orders.saga:81: on CardCharged -> Shipping"""
    data = step.data
    step.request(ShipOrder(data.order_id, data.items), PATIENT)
    return OrderFulfilmentState.SHIPPING


def charging_on_card_declined(
    step: Step[OrderFulfilmentData], event: CardDeclined
) -> OrderFulfilmentState | Verdict:
    """orders.saga:82: on CardDeclined when declined < 2 -> Charging"""
    data = step.data
    if not data.declined < 2:
        return PASS
    data = step.edit()
    data.declined += 1
    step.request(
        ChargeCard(data.order_id, data.customer_id, data.total),
        PATIENT,
        undo=OrderFulfilmentRefund(),
    )
    return OrderFulfilmentState.CHARGING


def charging_on_failure_of_charge_card(step: Step[OrderFulfilmentData]) -> Verdict:
    """orders.saga:86: on failure of ChargeCard compensate -> Cancelled"""
    return step.compensate(OrderFulfilmentState.CANCELLED)


def shipping_on_order_shipped(
    step: Step[OrderFulfilmentData], event: OrderShipped
) -> OrderFulfilmentState:
    """orders.saga:94: on OrderShipped -> Completed"""
    return OrderFulfilmentState.COMPLETED


def shipping_on_failure_of_ship_order(step: Step[OrderFulfilmentData]) -> OrderFulfilmentState:
    """orders.saga:95: on failure of ShipOrder -> NeedsAttention"""
    return OrderFulfilmentState.NEEDS_ATTENTION


def shipping_after_10d(step: Step[OrderFulfilmentData]) -> OrderFulfilmentState:
    """orders.saga:96: after 10d -> NeedsAttention"""
    return OrderFulfilmentState.NEEDS_ATTENTION


def during_reserving_charging_on_cancel_order(
    step: Step[OrderFulfilmentData], event: CancelOrder
) -> Verdict:
    """orders.saga:90: during Reserving, Charging: on CancelOrder compensate -> Cancelled"""
    return step.compensate(OrderFulfilmentState.CANCELLED)


def enter_cancelled(step: Step[OrderFulfilmentData]) -> None:
    """orders.saga:104: final Cancelled failed"""
    step.publish(OrderCancelled(step.data.order_id))


OrderFulfilment: Final = Saga[OrderFulfilmentData, OrderFulfilmentState, UUID](
    "oms.OrderFulfilment",
    version=1,
    state=OrderFulfilmentState,
    data=OrderFulfilmentData,
    new=OrderFulfilmentData,
    compensating=OrderFulfilmentState.COMPENSATING,
    receives=(
        By(OrderPlaced, lambda event: event.order_id),
        By(ItemsReserved, lambda event: event.order_id),
        By(ItemsRejected, lambda event: event.order_id),
        By(ItemsReleased, lambda event: event.order_id),
        By(CardCharged, lambda event: event.order_id),
        By(CardDeclined, lambda event: event.order_id),
        By(CardRefunded, lambda event: event.order_id),
        By(RefundRefused, lambda event: event.order_id),
        By(OrderShipped, lambda event: event.order_id),
        By(CancelOrder, lambda event: event.order_id),
    ),
    calls=(
        Call(ReserveItems, done=(ItemsReserved,), refused=(ItemsRejected,)),
        Call(ReleaseItems, done=(ItemsReleased,)),
        Call(ChargeCard, done=(CardCharged,), refused=(CardDeclined,)),
        Call(RefundCard, done=(CardRefunded,), refused=(RefundRefused,)),
        Call(ShipOrder, done=(OrderShipped,)),
    ),
    start=(On(OrderPlaced, start_on_order_placed),),
    states={
        OrderFulfilmentState.RESERVING: (
            On(ItemsReserved, reserving_on_items_reserved),
            On(ItemsRejected, reserving_on_items_rejected),
            OnFailure(ReserveItems, reserving_on_failure_of_reserve_items),
            On(CancelOrder, during_reserving_charging_on_cancel_order),
        ),
        OrderFulfilmentState.CHARGING: (
            On(CardCharged, charging_on_card_charged),
            On(CardDeclined, charging_on_card_declined),
            OnFailure(ChargeCard, charging_on_failure_of_charge_card),
            On(CancelOrder, during_reserving_charging_on_cancel_order),
        ),
        OrderFulfilmentState.SHIPPING: (
            On(OrderShipped, shipping_on_order_shipped),
            OnFailure(ShipOrder, shipping_on_failure_of_ship_order),
            After(timedelta(days=10), shipping_after_10d),
            Ignore(CancelOrder),
        ),
    },
    missing=(Ignore(CancelOrder),),
    finals={
        OrderFulfilmentState.COMPLETED: End(),
        OrderFulfilmentState.REJECTED: End("failed"),
        OrderFulfilmentState.CANCELLED: End("failed", enter_cancelled),
        OrderFulfilmentState.NEEDS_ATTENTION: End("manual"),
    },
    compensations=(
        Compensation(
            OrderFulfilmentRefund,
            undo_by_refund,
            otherwise=OrderFulfilmentState.NEEDS_ATTENTION,
        ),
    ),
)
"""Takes an order from checkout to the customer's door, or gives everything back."""

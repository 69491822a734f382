"""Services implemented wrongly."""

from herosaga_runtime import Host
from herosaga_runtime.service import Context

from checkout.orders import (
    CardCharged,
    ChargeCard,
    InventoryService,
    ItemsRejected,
    ItemsReleased,
    ItemsReserved,
    OrderFulfilment,
    OrderShipped,
    ReleaseItems,
    ReserveItems,
    ShipOrder,
    ShippingService,
)
from checkout.returns import WarehouseService


class Complete:
    async def reserve_items(
        self, command: ReserveItems, context: Context
    ) -> ItemsReserved | ItemsRejected:
        return ItemsReserved(command.order_id)

    async def release_items(self, command: ReleaseItems, context: Context) -> ItemsReleased:
        return ItemsReserved(command.order_id)  # E: return-value / reportReturnType: "ItemsReserved"


class HandlerMissing:
    async def reserve_items(self, command: ReserveItems, context: Context) -> ItemsReserved:
        return ItemsReserved(command.order_id)


class WrongAnswer:
    async def ship_order(self, command: ShipOrder, context: Context) -> CardCharged:
        return CardCharged(command.order_id, "x")


class WrongMessage:
    async def ship_order(self, command: ChargeCard, context: Context) -> OrderShipped:
        return OrderShipped(command.order_id, "x")


class NotAsync:
    def ship_order(self, command: ShipOrder, context: Context) -> OrderShipped:
        return OrderShipped(command.order_id, "x")


class MayBeSilent:
    async def ship_order(self, command: ShipOrder, context: Context) -> OrderShipped | None:
        return None


def build(host: Host) -> None:
    """Give a host what does not fit."""
    host.add(InventoryService, Complete())
    host.add(OrderFulfilment)
    host.add(InventoryService, HandlerMissing())  # E: arg-type / reportArgumentType: "HandlerMissing"
    host.add(ShippingService, WrongAnswer())  # E: arg-type / reportArgumentType: "WrongAnswer"
    host.add(ShippingService, WrongMessage())  # E: arg-type / reportArgumentType: "WrongMessage"
    host.add(ShippingService, NotAsync())  # E: arg-type / reportArgumentType: "NotAsync"
    host.add(ShippingService, MayBeSilent())  # E: arg-type / reportArgumentType: "MayBeSilent"
    host.add(WarehouseService, Complete())  # E: arg-type / reportArgumentType: "Complete"
    host.add(InventoryService)  # E: call-arg / reportCallIssue: Too few arguments | Expected 1 more positional argument

"""The sample's host, and a dozen orders to watch."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID, uuid5

from herosaga_runtime import Host

from checkout.catalog import Item
from checkout.orders import (
    CancelOrder,
    InventoryService,
    NotificationsService,
    OrderFulfilment,
    OrderFulfilmentState,
    OrderPlaced,
    PaymentsService,
    ShippingService,
)
from checkout.returns import (
    OrderReturn,
    ReturnNotificationsService,
    ReturnRequested,
    WarehouseService,
)
from suppliers import Inventory, Notifications, Payments, Shipping, Warehouse

SHOP = UUID("5d1e37c2-4f7b-5c0a-8b52-1c7a0d6f3a10")


def build(host: Host) -> None:
    """Give a host everything it serves."""
    host.add(OrderFulfilment)
    host.add(OrderReturn)
    host.add(InventoryService, Inventory())
    host.add(PaymentsService, Payments())
    host.add(ShippingService, Shipping())
    host.add(WarehouseService, Warehouse())
    host.add(NotificationsService, Notifications())
    host.add(ReturnNotificationsService, Notifications())


def order_id(number: int) -> UUID:
    """The id of the demo's order `number`: the same in every run, so that a second run goes on."""
    return uuid5(SHOP, f"order {number}")


def orders(count: int) -> Iterator[tuple[int, OrderPlaced]]:
    """`count` orders: of each six, one declined, one out of stock, one slow to pay, one hard to ship."""
    baskets = {
        2: Item("diamond", Decimal("1250.00")),
        3: Item("unicorn", Decimal("99.00")),
        4: Item("sofa", Decimal("949.00")),
        5: Item("piano", Decimal("880.00")),
    }
    for number in range(1, count + 1):
        item = baskets.get(number % 6, Item("tea", Decimal("4.50"), 2))
        yield number, OrderPlaced(order_id(number), uuid5(SHOP, f"customer {number}"), (item,))


async def demo(host: Host, count: int = 12, pause: float = 0.15) -> None:
    """Let orders through, one each `pause` seconds; cancel the slow ones, and send the first one back.

    The messages have fixed ids. Whoever has seen one drops it, so a second run only goes on with what the first left.
    """
    slow = [number for number in range(1, count + 1) if number % 6 == 4]
    async with asyncio.TaskGroup() as customers:
        for number in slow:
            customers.create_task(cancel(host, number))
        customers.create_task(send_back(host, 1))
        for number, order in orders(count):
            await OrderFulfilment.start(host, order, id=f"demo-order-{number}")
            await asyncio.sleep(pause)


async def cancel(host: Host, number: int) -> None:
    """Cancel an order while the bank still thinks about it."""
    await until(host, order_id(number), OrderFulfilmentState.CHARGING)
    await host.send(CancelOrder(order_id(number)), id=f"demo-cancel-{number}")


async def send_back(host: Host, number: int) -> None:
    """Return an order once it has arrived."""
    await until(host, order_id(number), OrderFulfilmentState.COMPLETED)
    request = ReturnRequested(order_id(number), "it was green")
    await OrderReturn.start(host, request, id=f"demo-return-{number}")


async def until(host: Host, order: UUID, state: OrderFulfilmentState) -> None:
    """Wait until an order is in a state, or has ended."""
    while True:
        instance = await host.find(OrderFulfilment, order)
        if instance and (instance.state is state or instance.outcome):
            return
        await asyncio.sleep(0.02)

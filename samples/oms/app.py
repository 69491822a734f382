"""The sample's host, and a dozen orders to watch."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID, uuid5

from herosaga_runtime import Host

import activities
import services
from oms.cancellation import CancellationNotificationsService, CancelOrder, OrderCancellation
from oms.catalog import Item, Order
from oms.fulfilment import (
    BookCourierActivity,
    BookFreightActivity,
    BookPostActivity,
    BookRapidActivity,
    ChooseCarrierActivity,
    ConfirmDeliveryActivity,
    Delivery,
    DeliveryState,
    DockService,
    FulfilmentItinerary,
    HandOverActivity,
    PackActivity,
    ParcelNotificationsService,
    PrintLabelActivity,
    WrapGiftActivity,
    WriteInvoiceActivity,
)
from oms.processing import (
    AccountingService,
    InventoryService,
    NotificationsService,
    OrderProcessing,
    OrdersService,
    PaymentsService,
    PlaceOrder,
)

SHOP = UUID("2f7c1c56-8a39-5d0e-b6f4-9b1b6e0a7d43")
INVENTORY = services.Inventory()
"""What the demo teaches something; all else needs nobody."""


def build(host: Host) -> None:
    """Give a host everything it serves."""
    processing(host)
    fulfilment(host)
    cancellation(host)


def processing(host: Host) -> None:
    """The choreography: services, and how they are meant to follow each other."""
    host.add(OrdersService, services.Orders())
    host.add(PaymentsService, services.Payments())
    host.add(InventoryService, INVENTORY)
    host.add(AccountingService, services.Accounting())
    host.add(NotificationsService, services.Notifications())
    host.add(OrderProcessing)


def fulfilment(host: Host) -> None:
    """The routing slip: its itinerary, who carries out what is on it, and the saga that sends it on its way."""
    host.add(Delivery)
    host.add(FulfilmentItinerary)
    host.add(PackActivity, activities.Packing())
    host.add(WrapGiftActivity, activities.Wrapping())
    host.add(ChooseCarrierActivity, activities.Choosing())
    host.add(BookFreightActivity, activities.Freight())
    host.add(BookPostActivity, activities.Post())
    host.add(BookRapidActivity, activities.Rapid())
    host.add(BookCourierActivity, activities.Courier())
    host.add(PrintLabelActivity, activities.Printing())
    host.add(WriteInvoiceActivity, activities.Invoicing())
    host.add(HandOverActivity, activities.Leaving())
    host.add(ConfirmDeliveryActivity, activities.Confirming())
    host.add(DockService, services.Dock())
    host.add(ParcelNotificationsService, services.Notifications())


def cancellation(host: Host) -> None:
    """The orchestration: the saga that takes orders back."""
    host.add(OrderCancellation)
    host.add(CancellationNotificationsService, services.Notifications())


# --- the demo ----------------------------------------------------------------------------------


def order_id(number: int) -> UUID:
    """The id of the demo's order `number`: the same in every run, so that a second run goes on."""
    return uuid5(SHOP, f"order {number}")


def item(sku: str, price: int, weight: str) -> Item:
    return Item(sku, Decimal(price), Decimal(weight))


TEA = item("tea", 5, "0.5")
BASKETS = {
    1: (TEA, TEA),  # by post
    2: (item("sofa", 949, "45"),),  # freight
    3: (item("watch", 250, "0.2"),),  # in a hurry
    4: (item("vase", 60, "1.5"),),  # a gift
    5: (item("diamond", 1250, "0.01"),),  # over the limit
    6: (item("unicorn", 99, "300"),),  # not to be had
    7: (item("globe", 80, "4"),),  # a gift, and cancelled while it is wrapped
    8: (item("book", 20, "0.8"),),  # cancelled once it has arrived
    9: (item("stool", 70, "8"),),  # nobody has a van, and then nobody is at home
    10: (item("lute", 400, "1.9"),),  # what the scanner can't read
    11: (item("ticket", 120, "0.01"),),  # a gift, and cancelled too; the bank keeps the money
    0: (item("anvil", 180, "25"),),  # too heavy, and too light
}
GIFTS, EXPRESS = {4, 7, 11}, {3}
EARLY, LATE, LUTES = {7, 11}, {8}, {10}
"""Whose orders are cancelled, when, and which nobody can read; by the number's rest, divided by twelve."""


def orders(count: int) -> Iterator[tuple[int, PlaceOrder]]:
    """`count` orders: of each twelve, each one of its own kind."""
    for number in range(1, count + 1):
        kind = number % 12
        customer = uuid5(SHOP, f"customer {number}")
        order = Order(customer, BASKETS[kind], gift=kind in GIFTS, express=kind in EXPRESS)
        yield number, PlaceOrder(order_id(number), order)


async def demo(host: Host, count: int = 12, pause: float = 0.15) -> None:
    """Let orders in, one each `pause` seconds; cancel some of them, and help where the flow says that one is late.

    The messages have fixed ids. Whoever has seen one drops it, so a second run only goes on with what the first left.
    """
    async with asyncio.TaskGroup() as people:
        for number in range(1, count + 1):
            if number % 12 in EARLY:
                people.create_task(cancel(host, number, DeliveryState.FULFILLING))
            if number % 12 in LATE:
                people.create_task(cancel(host, number, DeliveryState.DELIVERED))
        people.create_task(teach(host, [each for each in range(count + 1) if each % 12 in LUTES]))
        for number, order in orders(count):
            await host.send(order, id=f"demo-order-{number}")
            await asyncio.sleep(pause)


async def cancel(host: Host, number: int, state: DeliveryState) -> None:
    """Cancel an order when its delivery has come so far."""
    await until(host, order_id(number), state)
    command = CancelOrder(order_id(number), "it is not wanted any more")
    await host.send(command, id=f"demo-cancel-{number}")


async def until(host: Host, order: UUID, state: DeliveryState) -> None:
    """Wait until a delivery is in a state, or has ended."""
    while True:
        instance = await host.find(Delivery, order)
        if instance and (instance.state is state or instance.outcome):
            return
        await asyncio.sleep(0.02)


async def teach(host: Host, numbers: list[int]) -> None:
    """As soon as a flow is late, teach the scanner what it waits for, and let what was put aside be tried again."""
    while await unknown(host, numbers):
        if await host.flows(OrderProcessing, late=True):
            INVENTORY.knows_lutes = True
            for letter in await host.dead_letters():
                await host.retry(letter.id, "the scanner knows lutes now")
        await asyncio.sleep(0.05)


async def unknown(host: Host, numbers: list[int]) -> bool:
    """Whether some of these orders have not come through the scanner."""
    found = [await host.find(Delivery, order_id(number)) for number in numbers]
    return None in found

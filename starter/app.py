"""The app: what a host serves, and some orders to watch."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from uuid import UUID, uuid5

from herosaga_runtime import Host

from services import Mail, Payments, Stock

from shop.orders import (
    Checkout,
    Item,
    MailService,
    OrderPlaced,
    PaymentsService,
    StockService,
)

SHOP = UUID("0f6b7c1e-8a35-5b0e-9d0c-3c2f6a7d4e11")
BASKETS = (
    Item("tea", Decimal("4.50"), 2),
    Item("diamond", Decimal("1250.00")),  # more than the bank allows
    Item("sofa", Decimal("740.00")),  # the bank thinks for a while
    Item("unicorn", Decimal("30.00")),  # sold out
    Item("lamp", Decimal("99.00")),  # the bank's line is busy at first
    Item("piano", Decimal("880.00")),
)


def build(host: Host) -> None:
    """Give a host everything it serves."""
    host.add(Checkout)
    host.add(StockService, Stock())
    host.add(PaymentsService, Payments())
    host.add(MailService, Mail())


async def demo(host: Host) -> None:
    """Place some orders.

    They have fixed ids, and a message that has been seen is dropped: a second run goes on with what the first left.
    """
    for number, item in enumerate(BASKETS, start=1):
        await host.publish(OrderPlaced(order_id(number), (item,)), id=f"demo-order-{number}")
        await asyncio.sleep(0.2)


def order_id(number: int) -> UUID:
    """The id of the demo's order `number`, the same in every run."""
    return uuid5(SHOP, f"order {number}")

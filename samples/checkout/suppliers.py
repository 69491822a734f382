"""The services of the sample: a warehouse, a bank, a carrier, and somebody who writes to customers.

They keep their own tables in the host's database. What they write there is committed together with what they answer, so
`effects` lists what was done, by the id of the message that asked for it: once each, however often a process was killed.
"""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from uuid import UUID

from herosaga_runtime.service import Context

from checkout.orders import (
    CardCharged,
    CardDeclined,
    CardRefunded,
    ChargeCard,
    ItemsRejected,
    ItemsReleased,
    ItemsReserved,
    OrderCancelled,
    OrderShipped,
    RefundCard,
    RefundRefused,
    ReleaseItems,
    ReserveItems,
    ShipOrder,
)
from checkout.returns import (
    ItemsRestocked,
    ItemsWithdrawn,
    OrderReturned,
    RestockItems,
    WithdrawItems,
)

CREDIT = Decimal(1000)
"""The bank declines what costs more."""

SLOW = Decimal(900)
"""From here on the bank asks its customer back before it charges."""


class Unavailable(Exception):
    """The carrier does not answer just now."""


async def tables(context: Context) -> sqlite3.Connection:
    """The services' own tables, in the transaction that commits the answer."""
    connection: sqlite3.Connection = await context.transaction()
    connection.execute(
        "CREATE TABLE IF NOT EXISTS effects"
        " (message TEXT, who TEXT, effect TEXT, PRIMARY KEY (message, effect))"
    )
    connection.execute("CREATE TABLE IF NOT EXISTS refunds (who TEXT PRIMARY KEY)")
    return connection


async def note(context: Context, order: UUID, effect: str) -> None:
    """Write down what is done for a message."""
    connection = await tables(context)
    connection.execute(
        "INSERT INTO effects VALUES (?, ?, ?)", (context.message_id, str(order), effect)
    )


class Inventory:
    """Has everything but unicorns."""

    async def reserve_items(
        self, command: ReserveItems, context: Context
    ) -> ItemsReserved | ItemsRejected:
        if any(item.sku == "unicorn" for item in command.items):
            return ItemsRejected(command.order_id, "unicorns are out of stock")
        await note(context, command.order_id, "reserved")
        return ItemsReserved(command.order_id)

    async def release_items(self, command: ReleaseItems, context: Context) -> ItemsReleased:
        await note(context, command.order_id, "released")
        return ItemsReleased(command.order_id)


class Payments:
    """A bank with a limit, which takes its time over large sums.

    A refund may overtake the charge that it undoes. It is remembered, and the charge is then declined.
    """

    async def charge_card(
        self, command: ChargeCard, context: Context
    ) -> CardCharged | CardDeclined:
        if command.amount > CREDIT:
            return CardDeclined(command.order_id, "over the limit")
        if command.amount >= SLOW:
            await context.sleep(2)
        connection = await tables(context)
        who = (str(command.order_id),)
        if connection.execute("SELECT 1 FROM refunds WHERE who = ?", who).fetchone():
            return CardDeclined(command.order_id, "was refunded already")
        await note(context, command.order_id, f"charged {command.amount}")
        return CardCharged(command.order_id, f"charge-{context.message_id[:8]}")

    async def refund_card(
        self, command: RefundCard, context: Context
    ) -> CardRefunded | RefundRefused:
        connection = await tables(context)
        connection.execute("INSERT OR IGNORE INTO refunds VALUES (?)", (str(command.order_id),))
        await note(context, command.order_id, "refunded")
        return CardRefunded(command.order_id)


class Shipping:
    """A carrier that never takes a piano at the first call, nor at the second."""

    async def ship_order(self, command: ShipOrder, context: Context) -> OrderShipped:
        if any(item.sku == "piano" for item in command.items) and context.attempt <= 2:
            raise Unavailable("no van is free")
        await note(context, command.order_id, "shipped")
        return OrderShipped(command.order_id, f"parcel-{context.message_id[:8]}")


class Warehouse:
    """Takes back what customers return."""

    async def restock_items(self, command: RestockItems, context: Context) -> ItemsRestocked:
        await note(context, command.order_id, "restocked")
        return ItemsRestocked(command.order_id, units=1)

    async def withdraw_items(self, command: WithdrawItems, context: Context) -> ItemsWithdrawn:
        await note(context, command.order_id, "withdrawn")
        return ItemsWithdrawn(command.order_id)


class Notifications:
    """Tells customers what became of their orders."""

    async def on_order_shipped(self, event: OrderShipped, context: Context) -> None:
        await note(context, event.order_id, "told: on its way")

    async def on_order_cancelled(self, event: OrderCancelled, context: Context) -> None:
        await note(context, event.order_id, "told: cancelled")

    async def on_order_returned(self, event: OrderReturned, context: Context) -> None:
        await note(context, event.order_id, "told: returned")

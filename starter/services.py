"""The services: a shelf, a bank, and somebody who writes to customers.

What they note in the host's database is committed together with what they answer: both, or neither.
"""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from uuid import UUID

from herosaga_runtime import Context

from shop.orders import (
    CardCharged,
    CardDeclined,
    CardRefunded,
    ChargeCard,
    OrderCancelled,
    OrderConfirmed,
    RefundCard,
    ReleaseStock,
    ReserveStock,
    StockMissing,
    StockReleased,
    StockReserved,
)

SOLD_OUT = frozenset(["unicorn"])
CREDIT = Decimal(1000)
SLOW = Decimal(500)
"""From here on the bank thinks for a while."""


class LineBusy(Exception):
    """The bank does not answer just now."""


async def ledger(context: Context) -> sqlite3.Connection:
    """A table of what was done for each order, in the transaction that commits the answer."""
    connection: sqlite3.Connection = await context.transaction()
    connection.execute(
        "CREATE TABLE IF NOT EXISTS ledger"
        " (order_id TEXT, entry TEXT, PRIMARY KEY (order_id, entry))"
    )
    return connection


async def note(context: Context, order: UUID, entry: str) -> None:
    """Note what is done for an order, once however often it is asked for."""
    connection = await ledger(context)
    connection.execute("INSERT OR IGNORE INTO ledger VALUES (?, ?)", (str(order), entry))


async def noted(context: Context, order: UUID, entry: str) -> bool:
    """Whether that was done already."""
    connection = await ledger(context)
    query = "SELECT 1 FROM ledger WHERE order_id = ? AND entry = ?"
    return connection.execute(query, (str(order), entry)).fetchone() is not None


class Stock:
    """Has everything but unicorns."""

    async def reserve_stock(
        self, command: ReserveStock, context: Context
    ) -> StockReserved | StockMissing:
        for item in command.items:
            if item.sku in SOLD_OUT:
                return StockMissing(command.order_id, item.sku)
        # An undo may overtake what it undoes: what was released is not reserved any more.
        if await noted(context, command.order_id, "released"):
            return StockMissing(command.order_id, "released already")
        await note(context, command.order_id, "reserved")
        return StockReserved(command.order_id)

    async def release_stock(self, command: ReleaseStock, context: Context) -> StockReleased:
        await note(context, command.order_id, "released")
        return StockReleased(command.order_id)


class Payments:
    """A bank with a limit, which thinks longer over larger sums, and whose line is sometimes busy."""

    async def charge_card(
        self, command: ChargeCard, context: Context
    ) -> CardCharged | CardDeclined:
        if command.amount > CREDIT:
            return CardDeclined(command.order_id, "over the limit")
        if command.amount >= SLOW:
            await context.sleep(1)
        if command.amount == 99 and context.attempt == 1:
            raise LineBusy("try again")
        if await noted(context, command.order_id, "refunded"):
            return CardDeclined(command.order_id, "refunded already")
        await note(context, command.order_id, "charged")
        return CardCharged(command.order_id)

    async def refund_card(self, command: RefundCard, context: Context) -> CardRefunded:
        await note(context, command.order_id, "refunded")
        return CardRefunded(command.order_id)


class Mail:
    """Tells customers what became of their orders."""

    async def on_order_confirmed(self, event: OrderConfirmed, context: Context) -> None:
        await note(context, event.order_id, f"told: it costs {event.total}")

    async def on_order_cancelled(self, event: OrderCancelled, context: Context) -> None:
        await note(context, event.order_id, "told: cancelled")

"""The services of the sample, which react to each other's events, and to what the cancellation asks of them.

They keep their own tables in the host's database. What they write there is committed together with what they answer, so
`effects` lists what was done, by the id of the message that asked for it: once each, however often a process was killed.

What is asked to be undone may come before what it undoes, or without it. Each service remembers that, and says no to what
comes later.
"""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from uuid import UUID

from herosaga_runtime.service import Context

from oms.cancellation import CancellationRefused, OrderCancelled
from oms.fulfilment import (
    HoldParcel,
    OrderDelivered,
    ParcelGone,
    ParcelHeld,
    ParcelReleased,
    ReleaseParcel,
)
from oms.processing import (
    ItemsMissing,
    ItemsReleased,
    ItemsReserved,
    OrderPaid,
    OrderPlaced,
    PaymentDeclined,
    PaymentRefunded,
    PaymentReturned,
    PlaceOrder,
    ReceiptSent,
    RefundPayment,
    RefundRefused,
    ReleaseItems,
)

CREDIT = Decimal(1000)
"""The bank declines what costs more."""


class Unavailable(Exception):
    """Somebody can't do it just now."""


async def tables(context: Context) -> sqlite3.Connection:
    """The services' own tables, in the transaction that commits the answer."""
    connection: sqlite3.Connection = await context.transaction()
    connection.execute(
        "CREATE TABLE IF NOT EXISTS effects"
        " (message TEXT, who TEXT, effect TEXT, PRIMARY KEY (message, effect))"
    )
    connection.execute(
        "CREATE TABLE IF NOT EXISTS remembered (who TEXT, what TEXT, PRIMARY KEY (who, what))"
    )
    return connection


async def note(context: Context, who: UUID | str, effect: str) -> None:
    """Write down what is done for a message."""
    connection = await tables(context)
    connection.execute(
        "INSERT INTO effects VALUES (?, ?, ?)", (context.message_id, str(who), effect)
    )


async def remember(context: Context, who: UUID, what: str) -> None:
    """Remember something of an order."""
    connection = await tables(context)
    connection.execute("INSERT OR IGNORE INTO remembered VALUES (?, ?)", (str(who), what))


async def forget(context: Context, who: UUID, what: str) -> None:
    """Remember it no longer."""
    connection = await tables(context)
    connection.execute("DELETE FROM remembered WHERE who = ? AND what = ?", (str(who), what))


async def remembers(context: Context, who: UUID, what: str) -> bool:
    """Whether something of an order is remembered."""
    connection = await tables(context)
    query = "SELECT 1 FROM remembered WHERE who = ? AND what = ?"
    return connection.execute(query, (str(who), what)).fetchone() is not None


class Orders:
    """Takes them down."""

    async def place_order(self, command: PlaceOrder, context: Context) -> OrderPlaced:
        await note(context, command.order_id, "placed")
        return OrderPlaced(command.order_id, command.order)


class Payments:
    """A bank with a limit, which never gives back what a ticket has cost."""

    async def on_order_placed(
        self, event: OrderPlaced, context: Context
    ) -> OrderPaid | PaymentDeclined:
        items = event.order.items
        amount = sum((item.price * item.quantity for item in items), Decimal(0))
        if amount > CREDIT:
            return PaymentDeclined(event.order_id, "over the limit")
        if await remembers(context, event.order_id, "refunded"):
            return PaymentDeclined(event.order_id, "it was cancelled already")
        if any(item.sku == "ticket" for item in items):
            await remember(context, event.order_id, "paid for good")
        await note(context, event.order_id, f"charged {amount}")
        return OrderPaid(event.order_id, event.order, amount)

    async def on_items_missing(self, event: ItemsMissing, context: Context) -> PaymentReturned:
        await self._give_back(event.order_id, context)
        return PaymentReturned(event.order_id, event.reason)

    async def refund_payment(
        self, command: RefundPayment, context: Context
    ) -> PaymentRefunded | RefundRefused:
        if await remembers(context, command.order_id, "paid for good"):
            return RefundRefused(command.order_id, "tickets are not taken back")
        await self._give_back(command.order_id, context)
        return PaymentRefunded(command.order_id)

    async def _give_back(self, order: UUID, context: Context) -> None:
        """Once, whoever asks."""
        if not await remembers(context, order, "refunded"):
            await remember(context, order, "refunded")
            await note(context, order, "refunded")


class Inventory:
    """Has everything but unicorns. Its scanner does not know lutes until somebody teaches it."""

    def __init__(self) -> None:
        self.knows_lutes = False

    async def on_order_paid(
        self, event: OrderPaid, context: Context
    ) -> ItemsReserved | ItemsMissing:
        wanted = {item.sku for item in event.order.items}
        if "lute" in wanted and not self.knows_lutes:
            raise Unavailable("the scanner can't read it")
        if "unicorn" in wanted:
            return ItemsMissing(event.order_id, "unicorns are out of stock")
        if await remembers(context, event.order_id, "released"):
            return ItemsMissing(event.order_id, "it was cancelled already")
        await note(context, event.order_id, "reserved")
        return ItemsReserved(event.order_id, event.order)

    async def release_items(self, command: ReleaseItems, context: Context) -> ItemsReleased:
        await remember(context, command.order_id, "released")
        await note(context, command.order_id, "released")
        return ItemsReleased(command.order_id)


class Accounting:
    """Writes receipts."""

    async def on_order_paid(self, event: OrderPaid, context: Context) -> ReceiptSent:
        await note(context, event.order_id, "receipt written")
        return ReceiptSent(event.order_id, f"receipt {context.message_id[:8]}")


class Dock:
    """Where parcels leave the house. That they have left, and that they may not, is decided here, in one transaction."""

    async def hold_parcel(self, command: HoldParcel, context: Context) -> ParcelHeld | ParcelGone:
        if await remembers(context, command.order_id, "left"):
            return ParcelGone(command.order_id)
        if not await remembers(context, command.order_id, "may leave"):
            await remember(context, command.order_id, "held")
        return ParcelHeld(command.order_id)

    async def release_parcel(self, command: ReleaseParcel, context: Context) -> ParcelReleased:
        await remember(context, command.order_id, "may leave")
        await forget(context, command.order_id, "held")
        return ParcelReleased(command.order_id)


class Notifications:
    """Writes to customers."""

    async def on_payment_declined(self, event: PaymentDeclined, context: Context) -> None:
        await note(context, event.order_id, f"told: declined, {event.reason}")

    async def on_payment_returned(self, event: PaymentReturned, context: Context) -> None:
        await note(context, event.order_id, f"told: money back, {event.reason}")

    async def on_receipt_sent(self, event: ReceiptSent, context: Context) -> None:
        await note(context, event.order_id, "told: thank you")

    async def on_order_delivered(self, event: OrderDelivered, context: Context) -> None:
        await note(context, event.order_id, f"told: delivered, signed by {event.signed_by}")

    async def on_order_cancelled(self, event: OrderCancelled, context: Context) -> None:
        await note(context, event.order_id, f"told: cancelled, {event.reason}")

    async def on_cancellation_refused(self, event: CancellationRefused, context: Context) -> None:
        await note(context, event.order_id, f"told: not cancelled, {event.reason}")

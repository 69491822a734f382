"""What is done on the way of a parcel. Each activity is carried out by whoever can, and undone by the same if it can be undone."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from herosaga_runtime import ActivityContext, Revision

from oms.fulfilment import (
    BookCourier,
    BookCourierLog,
    BookCourierResult,
    BookFreight,
    BookFreightLog,
    BookFreightResult,
    BookPost,
    BookPostLog,
    BookPostResult,
    BookRapid,
    BookRapidLog,
    BookRapidResult,
    Carrier,
    ChooseCarrier,
    ChooseCarrierResult,
    ConfirmDelivery,
    ConfirmDeliveryResult,
    HandOver,
    Pack,
    PackLog,
    PackResult,
    PrintLabel,
    PrintLabelResult,
    WrapGift,
    WrapGiftLog,
    WrapGiftResult,
    WriteInvoice,
    WriteInvoiceLog,
    WriteInvoiceResult,
)
from services import Unavailable, note, remember, remembers

POST = Decimal(2)
RAPID = Decimal(20)
"""What the post takes, and the other carrier; both in kilograms."""

ABSENT = {"freight": 4, "rapid": 1}
"""How often nobody is at home when a carrier comes."""


def reference(what: str, order: UUID) -> str:
    """What is written on a box, a booking or a bill: it leads back to the order."""
    return f"{what} {str(order)[:8]}"


class Packing:
    """Weighs what it packs."""

    async def execute(self, arguments: Pack, context: ActivityContext) -> PackResult:
        box = reference("box", arguments.order_id)
        weight = sum((item.weight * item.quantity for item in arguments.items), Decimal(0))
        await note(context, box, "packed")
        return PackResult(weight, PackLog(box))

    async def compensate(self, log: PackLog, context: ActivityContext) -> None:
        await note(context, log.box, "unpacked")


class Wrapping:
    """Takes its time, and looks up now and then whether the parcel is wanted at all."""

    async def execute(self, arguments: WrapGift, context: ActivityContext) -> WrapGiftResult:
        for fold in range(1, 11):
            if await context.cancelled():
                raise Unavailable("nobody wants it any more")
            await context.progress(f"{fold} of 10 folds")
            await context.sleep(0.2)
        ribbon = reference("ribbon", arguments.order_id)
        await note(context, ribbon, "tied")
        return WrapGiftResult(WrapGiftLog(ribbon))

    async def compensate(self, log: WrapGiftLog, context: ActivityContext) -> None:
        await note(context, log.ribbon, "untied")


class Choosing:
    """Light parcels go by post. Who is in a hurry gets a courier, and none of the others."""

    async def execute(
        self, arguments: ChooseCarrier, context: ActivityContext
    ) -> ChooseCarrierResult:
        carrier = Carrier.POST if arguments.weight <= POST else Carrier.RAPID
        if not arguments.express:
            return ChooseCarrierResult(carrier)
        courier = Revision[BookCourier]().insert(BookCourier(arguments.order_id))
        return ChooseCarrierResult(carrier, courier.drop(BookPost).drop(BookRapid))


class Freight:
    """A lorry."""

    async def execute(self, arguments: BookFreight, context: ActivityContext) -> BookFreightResult:
        booking = reference("freight", arguments.order_id)
        await note(context, booking, "booked")
        return BookFreightResult(booking, BookFreightLog(booking))

    async def compensate(self, log: BookFreightLog, context: ActivityContext) -> None:
        await note(context, log.booking, "cancelled")


class Post:
    """Goes every day."""

    async def execute(self, arguments: BookPost, context: ActivityContext) -> BookPostResult:
        booking = reference("post", arguments.order_id)
        await note(context, booking, "booked")
        return BookPostResult(booking, BookPostLog(booking))

    async def compensate(self, log: BookPostLog, context: ActivityContext) -> None:
        await note(context, log.booking, "cancelled")


class Rapid:
    """Takes more than the post, but never has a van at the first call, nor at the second."""

    async def execute(self, arguments: BookRapid, context: ActivityContext) -> BookRapidResult:
        if arguments.weight > RAPID:
            raise Unavailable("it is too heavy for a van, and too light for a lorry")
        if context.attempt <= 2:
            raise Unavailable("no van is free")
        booking = reference("rapid", arguments.order_id)
        await note(context, booking, "booked")
        return BookRapidResult(booking, BookRapidLog(booking))

    async def compensate(self, log: BookRapidLog, context: ActivityContext) -> None:
        await note(context, log.booking, "cancelled")


class Courier:
    """Waits round the corner."""

    async def execute(self, arguments: BookCourier, context: ActivityContext) -> BookCourierResult:
        booking = reference("courier", arguments.order_id)
        await note(context, booking, "booked")
        return BookCourierResult(booking, BookCourierLog(booking))

    async def compensate(self, log: BookCourierLog, context: ActivityContext) -> None:
        await note(context, log.booking, "cancelled")


class Printing:
    """Prints what is glued on."""

    async def execute(self, arguments: PrintLabel, context: ActivityContext) -> PrintLabelResult:
        return PrintLabelResult(f"to the customer of {arguments.tracking}")


class Invoicing:
    """An invoice that has been written is never torn up: a credit note takes it back."""

    async def execute(
        self, arguments: WriteInvoice, context: ActivityContext
    ) -> WriteInvoiceResult:
        number = reference("invoice", arguments.order_id)
        await note(context, number, "written")
        return WriteInvoiceResult(number, WriteInvoiceLog(number))

    async def compensate(self, log: WriteInvoiceLog, context: ActivityContext) -> None:
        await note(context, log.number, "credited")


class Leaving:
    """The dock's gate, which asks the dock whether a parcel is held."""

    async def execute(self, arguments: HandOver, context: ActivityContext) -> None:
        if await remembers(context, arguments.order_id, "held"):
            raise Unavailable("it is held")
        await remember(context, arguments.order_id, "left")
        await note(context, arguments.order_id, "handed over")


class Confirming:
    """Asks the carriers. A lorry takes so long that what may be tried is used up; then it is tried on."""

    async def execute(
        self, arguments: ConfirmDelivery, context: ActivityContext
    ) -> ConfirmDeliveryResult:
        if context.attempt <= ABSENT.get(arguments.tracking.partition(" ")[0], 0):
            raise Unavailable("nobody is at home")
        await note(context, arguments.order_id, "signed for")
        return ConfirmDeliveryResult("the customer")

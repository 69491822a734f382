"""Sagas begun with what does not begin them."""

from decimal import Decimal
from uuid import UUID

from herosaga_runtime import Host

from checkout.catalog import Item
from checkout.orders import CancelOrder, CardCharged, OrderFulfilment, OrderPlaced
from desk import Answered, AskAgain, Question, QuestionAsked

ORDER = UUID("00000000-0000-0000-0000-000000000001")


async def begin(host: Host) -> None:
    """Only what a `start` takes is taken."""
    placed = OrderPlaced(ORDER, ORDER, (Item("tea", Decimal(1)),))
    await OrderFulfilment.start(host, placed)
    await OrderFulfilment.start(host, placed, id="placed-1")
    await Question.start(host, QuestionAsked(ORDER, "why?"))
    await Question.start(host, AskAgain(ORDER, "why?"))
    await OrderFulfilment.start(host, CardCharged(ORDER, "x"))  # E: arg-type / reportArgumentType: "CardCharged"
    await OrderFulfilment.start(host, CancelOrder(ORDER))  # E: arg-type / reportArgumentType: "CancelOrder"
    await Question.start(host, Answered(ORDER, "so"))  # E: arg-type / reportArgumentType: "Answered"
    await Question.start(host, placed)  # E: arg-type / reportArgumentType: "OrderPlaced"
    await OrderFulfilment.start(host, OrderPlaced)  # E: arg-type / reportArgumentType: "type[OrderPlaced]"
    await OrderFulfilment.start(placed)  # E: call-arg / reportCallIssue: "message"
    await OrderFulfilment.start(placed, host)  # E: arg-type / reportArgumentType: "OrderPlaced"
    await OrderFulfilment.start(host, placed, "placed-1")  # E: call-arg / reportCallIssue: Too many positional arguments | Expected 2 positional arguments
    await OrderFulfilment.start(host, placed, id=1)  # E: arg-type / reportArgumentType: "str | None"
    await OrderFulfilment.begin(host, placed)  # E: attr-defined / reportAttributeAccessIssue: "begin"
    number: int = await OrderFulfilment.start(host, placed)  # E: assignment / reportAssignmentType: "str"
    print(number)

"""Activities carried out wrongly, and revisions of what may not be inserted."""

from decimal import Decimal
from uuid import UUID

from herosaga_runtime import Host
from herosaga_runtime.itineraries.activity import ActivityContext
from herosaga_runtime.itineraries.revision import Revision
from herosaga_runtime.itineraries.table import Do, If

from checkout.orders import InventoryService
from parcels import (
    CompletedSending,
    HandOver,
    HandOverActivity,
    Hurry,
    HurryActivity,
    HurryResult,
    Item,
    Pack,
    PackActivity,
    PackLog,
    PackResult,
    Sending,
    SendingItinerary,
    SendingVariables,
    Wrap,
    WrapActivity,
    WrapLog,
    WrapResult,
    sending_if_weight_over_2,
    sending_pack,
    sending_wrap,
)

ORDER = UUID("00000000-0000-0000-0000-000000000001")


class Packing:
    async def execute(self, arguments: Pack, context: ActivityContext) -> PackResult:
        if not arguments.items:
            return PackResult(Decimal(1))  # E: call-arg / reportCallIssue: "log"
        if arguments.weight > 1:  # E: attr-defined / reportAttributeAccessIssue: "weight"
            return PackResult(1.5, PackLog("box"))  # E: arg-type / reportArgumentType: "float"
        if await context.cancelled():
            return PackResult(Decimal(1), WrapLog("red"))  # E: arg-type / reportArgumentType: "WrapLog"
        if context.now.year > 2030:
            return PackLog("box")  # E: return-value / reportReturnType: "PackLog"
        await context.progress(len(arguments.items))  # E: arg-type / reportArgumentType: "int"
        return PackResult(Decimal(1), PackLog(context.slip_id), boxes=len(arguments.items))

    async def compensate(self, log: PackLog, context: ActivityContext) -> None:
        print(log.box, log.ribbon)  # E: attr-defined / reportAttributeAccessIssue: "ribbon"


class NoCompensate:
    async def execute(self, arguments: Pack, context: ActivityContext) -> PackResult:
        return PackResult(Decimal(1), PackLog("box"))


class WrongArguments(Packing):
    async def execute(self, arguments: Wrap, context: ActivityContext) -> PackResult:  # E: override / reportIncompatibleMethodOverride: "Pack" | "Wrap"
        return PackResult(Decimal(1), PackLog("box"))


class WrongResult:
    async def execute(self, arguments: Wrap, context: ActivityContext) -> PackResult:
        return PackResult(Decimal(1), PackLog("box"))

    async def compensate(self, log: WrapLog, context: ActivityContext) -> None:
        print(log.ribbon)


class WrongLog:
    async def execute(self, arguments: Wrap, context: ActivityContext) -> WrapResult:
        return WrapResult(WrapLog("red"))

    async def compensate(self, log: PackLog, context: ActivityContext) -> None:
        print(log.box)


class NoResult:
    async def execute(self, arguments: Wrap, context: ActivityContext) -> None:
        print(arguments.order_id)

    async def compensate(self, log: WrapLog, context: ActivityContext) -> None:
        print(log.ribbon)


class NotAsync:
    def execute(self, arguments: HandOver, context: ActivityContext) -> None:
        print(arguments.weight)


class Hurrying:
    async def execute(self, arguments: Hurry, context: ActivityContext) -> HurryResult:
        order = arguments.order_id
        revision = Revision[Wrap | HandOver]().insert(Wrap(order)).insert(HandOver(order, Decimal(1)))
        if order == ORDER:
            return HurryResult("bike", revision.drop(Pack).end())
        if order.int == 2:
            return HurryResult("bike", revision.insert(Pack(order, ())))  # E: arg-type / reportArgumentType: "Pack"
        if order.int == 3:
            return HurryResult("bike", revision.insert(Wrap))  # E: arg-type / reportArgumentType: "type[Wrap]"
        if order.int == 4:
            return HurryResult("bike", revision.drop(Wrap(order)))  # E: arg-type / reportArgumentType: "Wrap"
        if order.int == 5:
            return HurryResult("bike", Revision[Pack]())  # E: arg-type / reportArgumentType: "Revision[Pack]"
        return HurryResult("bike")


def build(host: Host) -> None:
    """Give a host what does not fit."""
    host.add(PackActivity, Packing())
    host.add(HurryActivity, Hurrying())
    host.add(SendingItinerary)
    host.add(PackActivity, NoCompensate())  # E: arg-type / reportArgumentType: "NoCompensate"
    host.add(WrapActivity, Packing())  # E: arg-type / reportArgumentType: "Packing"
    host.add(WrapActivity, WrongResult())  # E: arg-type / reportArgumentType: "WrongResult"
    host.add(WrapActivity, WrongLog())  # E: arg-type / reportArgumentType: "WrongLog"
    host.add(WrapActivity, NoResult())  # E: arg-type / reportArgumentType: "NoResult"
    host.add(HandOverActivity, NotAsync())  # E: arg-type / reportArgumentType: "NotAsync"
    host.add(InventoryService, Packing())  # E: arg-type / reportArgumentType: "Packing"
    host.add(PackActivity)  # E: call-arg / reportCallIssue: Too few arguments | Expected 1 more positional argument
    host.add(SendingItinerary, Packing())  # E: call-arg / reportCallIssue: Too many arguments | Expected 0 positional arguments


async def start(host: Host) -> None:
    """Slips set out with the command that is called like the itinerary."""
    items = (Item("tea", Decimal(1)),)
    await host.send(Sending(ORDER, items))
    await host.send(Sending(ORDER, ("tea",)))  # E: arg-type / reportArgumentType: "tuple[Item, ...]"
    await host.send(Sending(ORDER))  # E: call-arg / reportCallIssue: "items"
    await host.send(Pack(ORDER, items))  # E: arg-type / reportArgumentType: "Pack"
    await host.send(SendingItinerary)  # E: arg-type / reportArgumentType: "Itinerary[SendingVariables]"
    await host.publish(Wrap(ORDER))  # E: arg-type / reportArgumentType: "Wrap"


def read(event: CompletedSending, variables: SendingVariables) -> None:
    """What an itinerary gives has its types."""
    print(event.weight.is_finite(), variables.courier.upper())
    print(event.boxes + 1)  # E: operator / reportOptionalOperand: "None"
    print(variables.ribbon)  # E: attr-defined / reportAttributeAccessIssue: "ribbon"
    Do(PackActivity, sending_pack)
    If(sending_if_weight_over_2, (Do(WrapActivity, sending_wrap),))
    If(sending_wrap, (Do(WrapActivity, sending_wrap),))  # E: arg-type / reportArgumentType: Wrap

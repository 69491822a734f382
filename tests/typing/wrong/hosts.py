"""A host used wrongly."""

from uuid import UUID

from herosaga_runtime import Host

from checkout.catalog import Item
from checkout.orders import CancelOrder, ItemsReserved, OrderFulfilment, OrderFulfilmentState

ORDER = UUID("00000000-0000-0000-0000-000000000001")


async def use(host: Host, item: Item) -> None:
    """Sends, publishes and finds what it can't."""
    await host.send(CancelOrder(ORDER))
    await host.publish(ItemsReserved(ORDER))
    await host.send(ItemsReserved(ORDER))  # E: arg-type / reportArgumentType: "ItemsReserved"
    await host.publish(CancelOrder(ORDER))  # E: arg-type / reportArgumentType: "CancelOrder"
    await host.send(item)  # E: arg-type / reportArgumentType: "Item"
    await host.find(OrderFulfilment, "one")  # E: misc / reportArgumentType: Cannot infer value of type parameter "K" | "Literal['one']" is not assignable to "UUID"
    found = await host.find(OrderFulfilment, ORDER)
    print(found.state)  # E: union-attr / reportOptionalMemberAccess: "state"
    if found is not None:
        print(found.state is OrderFulfilmentState.CHARGING, found.data.total.is_finite())
        print(found.data.amount)  # E: attr-defined / reportAttributeAccessIssue: "amount"
        print(OrderFulfilmentState.CHARGED)  # E: attr-defined / reportAttributeAccessIssue: "CHARGED"

"""A host used wrongly."""

from uuid import UUID

from herosaga_runtime import Host

from oms.catalog import Item
from oms.orders import CancelOrder, ItemsReserved, OrderFulfilment, OrderFulfilmentState

ORDER = UUID("00000000-0000-0000-0000-000000000001")


async def use(host: Host, item: Item) -> None:
    """Sends, publishes and finds what it can't."""
    await host.send(CancelOrder(ORDER))
    await host.publish(ItemsReserved(ORDER))
    await host.send(ItemsReserved(ORDER))  # E: arg-type / reportArgumentType
    await host.publish(CancelOrder(ORDER))  # E: arg-type / reportArgumentType
    await host.send(item)  # E: arg-type / reportArgumentType
    await host.find(OrderFulfilment, "one")  # E: misc / reportArgumentType
    found = await host.find(OrderFulfilment, ORDER)
    print(found.state)  # E: union-attr / reportOptionalMemberAccess
    if found is not None:
        print(found.state is OrderFulfilmentState.CHARGING, found.data.total.is_finite())
        print(found.data.amount)  # E: attr-defined / reportAttributeAccessIssue
        print(OrderFulfilmentState.CHARGED)  # E: attr-defined / reportAttributeAccessIssue

"""Messages made wrongly."""

from decimal import Decimal
from uuid import UUID

from checkout.catalog import Item
from checkout.orders import CancelOrder, CardCharged, ChargeCard, OrderPlaced, ReserveItems

ORDER = UUID("00000000-0000-0000-0000-000000000001")

CancelOrder("one")  # E: arg-type / reportArgumentType: "UUID"
CancelOrder()  # E: call-arg / reportCallIssue: "order_id"
CancelOrder(ORDER, ORDER)  # E: call-arg / reportCallIssue: Too many arguments | Expected 1 positional argument
CardCharged(ORDER)  # E: call-arg / reportCallIssue: "charge_id"
ChargeCard(ORDER, ORDER, 4.5)  # E: arg-type / reportArgumentType: "float"
ChargeCard(ORDER, ORDER, total=Decimal(1))  # E: call-arg / reportCallIssue: "total"
ReserveItems(ORDER, Item("tea", Decimal(1)))  # E: arg-type / reportArgumentType: "Item"
OrderPlaced(ORDER, ORDER, ("tea",))  # E: arg-type / reportArgumentType: "tuple[Item, ...]"
Item("tea", Decimal(1), "2")  # E: arg-type / reportArgumentType: "int"
CancelOrder(ORDER).order_id = ORDER  # E: misc / reportAttributeAccessIssue: "order_id"
print(CancelOrder(ORDER).customer)  # E: attr-defined / reportAttributeAccessIssue: "customer"
CancelOrder(ORDER)
Item("tea", price=Decimal(1))

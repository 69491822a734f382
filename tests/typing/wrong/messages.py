"""Messages made wrongly."""

from decimal import Decimal
from uuid import UUID

from oms.catalog import Item
from oms.orders import CancelOrder, CardCharged, ChargeCard, OrderPlaced, ReserveItems

ORDER = UUID("00000000-0000-0000-0000-000000000001")

CancelOrder("one")  # E: arg-type / reportArgumentType
CancelOrder()  # E: call-arg / reportCallIssue
CancelOrder(ORDER, ORDER)  # E: call-arg / reportCallIssue
CardCharged(ORDER)  # E: call-arg / reportCallIssue
ChargeCard(ORDER, ORDER, 4.5)  # E: arg-type / reportArgumentType
ChargeCard(ORDER, ORDER, total=Decimal(1))  # E: call-arg / reportCallIssue
ReserveItems(ORDER, Item("tea", Decimal(1)))  # E: arg-type / reportArgumentType
OrderPlaced(ORDER, ORDER, ("tea",))  # E: arg-type / reportArgumentType
Item("tea", Decimal(1), "2")  # E: arg-type / reportArgumentType
CancelOrder(ORDER).order_id = ORDER  # E: misc / reportAttributeAccessIssue
print(CancelOrder(ORDER).customer)  # E: attr-defined / reportAttributeAccessIssue
CancelOrder(ORDER)
Item("tea", price=Decimal(1))

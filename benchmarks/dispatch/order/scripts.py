"""The lives of two orders."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from uuid import UUID

from benchmarks.dispatch.contender import script
from checkout import catalog, orders

ORDER: Final = UUID(int=7)
CUSTOMER: Final = UUID(int=8)
FIELDS: Final = ("order_id", "customer_id", "items", "total", "declined")

_PLACED = orders.OrderPlaced(
    ORDER,
    CUSTOMER,
    (catalog.Item("tea", Decimal("4.20"), 3), catalog.Item("pot", Decimal("19.90"))),
)
_DECLINED = orders.CardDeclined(ORDER, "limit")

DELIVERED: Final = script(
    orders.OrderFulfilment.name,
    ORDER,
    (_PLACED, None),
    (_PLACED, None),  # repeated: nothing happens
    (orders.ItemsReserved(ORDER), 1),
    (_DECLINED, 2),
    (_DECLINED, 3),
    (orders.CardCharged(ORDER, "c-1"), 4),
    (orders.CancelOrder(ORDER), None),  # ignored: too late
    (orders.OrderShipped(ORDER, "t-1"), 5),
    (orders.CancelOrder(ORDER), None),  # the order has ended
)
"""An order that is delivered after its card was declined twice."""

GIVEN_BACK: Final = script(
    orders.OrderFulfilment.name,
    ORDER,
    (_PLACED, None),
    (orders.ItemsReserved(ORDER), 1),
    (_DECLINED, 2),
    (_DECLINED, 3),
    (_DECLINED, 4),  # the guard is false: the next arm gives everything back
    (orders.ItemsReleased(ORDER), 5),
)
"""An order that is given back when its card is declined for the third time."""

SCRIPTS: Final = {"delivered": DELIVERED, "given back": GIVEN_BACK}

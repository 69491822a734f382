"""The extern functions of the scenarios: what their sagas can't know."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal


class Functions:
    """A shop with two shelves and one very important customer."""

    def stock_of(self, city: str) -> Mapping[str, int]:
        return {"tea": 3, "cup": 1} if city == "Ulm" else {}

    def shelf_of(self, sku: str) -> str | None:
        return {"tea": "A1", "cup": "B2"}.get(sku)

    def is_vip(self, customer: str) -> bool:
        return customer == "Ada"

    def discount(self, total: Decimal, vip: bool) -> Decimal:
        return total / 10 if vip else Decimal(0)

    def seal(self, text: str) -> bytes:
        return text.encode()[::-1]

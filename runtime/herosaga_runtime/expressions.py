"""What expressions of the language mean where Python's own operators differ."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import TypeVar

from herosaga_runtime.errors import UsageError

T = TypeVar("T")

DECIMALS = Context(
    prec=28, rounding=ROUND_HALF_EVEN, traps=[DivisionByZero, InvalidOperation, Overflow]
)
"""How decimals are calculated in a step, whatever the thread's own context is."""


def modulo(left: Decimal, right: Decimal) -> Decimal:
    """The remainder with the sign of `right`, as Python's `%` has it for ints and floats."""
    rest = left % right
    return rest + right if rest and (rest < 0) != (right < 0) else rest


def present(value: T | None) -> T:
    """A value that the checker has shown to be there."""
    if value is None:
        raise UsageError("a value that was tested for none has become none")
    return value

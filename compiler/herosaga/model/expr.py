"""Expressions after names are bound: every node has its type, and nothing is left to look up.

Widening is explicit (`Widen`), so whoever reads this tree never has to compare types to find out what
an operand becomes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from herosaga.model.types import Type
from herosaga.source import Span
from msgspec import Struct

Value = str | int | float | Decimal | bool | UUID | date | datetime | timedelta | bytes | None


class Const(Struct, frozen=True):
    """A literal, by value: a `"…"` where a uuid, date or datetime is expected is one already."""

    value: Value
    type: Type
    span: Span


class EnumConst(Struct, frozen=True):
    """A member of an enum: `Color.red`, or `"red"` where a `Color` is expected. `member` is its name."""

    enum: str
    member: str
    type: Type
    span: Span


class ListExpr(Struct, frozen=True):
    """`[a, b]`."""

    items: tuple[Expr, ...]
    type: Type
    span: Span


class Local(Struct, frozen=True):
    """A loop variable, or a parameter of a compensation (`param`)."""

    name: str
    param: bool
    type: Type
    span: Span


class DataField(Struct, frozen=True):
    """A data field of the saga, or its key (`key`)."""

    name: str
    key: bool
    type: Type
    span: Span


class EventValue(Struct, frozen=True):
    """`event`: the message that triggered the transition."""

    type: Type
    span: Span


class FailureValue(Struct, frozen=True):
    """`failure` in a sequence's `failed`: which command failed, and why."""

    type: Type
    span: Span


class StateValue(Struct, frozen=True):
    """`state`: the name of the current state."""

    type: Type
    span: Span


class Now(Struct, frozen=True):
    """`now`: the step's time."""

    type: Type
    span: Span


class FieldOf(Struct, frozen=True):
    """`value.name`, a field of a record or message."""

    value: Expr
    name: str
    type: Type
    span: Span


class Item(Struct, frozen=True):
    """`value[index]`."""

    value: Expr
    index: Expr
    type: Type
    span: Span


class Function(Struct, frozen=True):
    """A built-in function over values: `len min max sum any all abs round lower upper str int decimal uuid`."""

    name: str
    args: tuple[Expr, ...]
    type: Type
    span: Span


class ExternCall(Struct, frozen=True):
    """A call of an `extern` function, by its id. `args` has every parameter in declared order."""

    id: str
    args: tuple[tuple[str, Expr | None], ...]
    type: Type
    span: Span


class Fold(Struct, frozen=True):
    """A function over a generator: `sum(element for var in source if condition)`."""

    name: str
    element: Expr
    var: str
    source: Expr
    condition: Expr | None
    type: Type
    span: Span


class Construct(Struct, frozen=True):
    """A record or message value. `args` has every field in declared order; None takes the default."""

    id: str
    args: tuple[tuple[str, Expr | None], ...]
    type: Type
    span: Span


class Not(Struct, frozen=True):
    """`not x`."""

    operand: Expr
    type: Type
    span: Span


class Negate(Struct, frozen=True):
    """`-x`."""

    operand: Expr
    type: Type
    span: Span


class Binary(Struct, frozen=True):
    """`and or == != < <= > >= in "not in" + - * / %`; operands are widened to what the operator needs."""

    op: str
    left: Expr
    right: Expr
    type: Type
    span: Span


class IsNone(Struct, frozen=True):
    """`x is none`, `x is not none`."""

    operand: Expr
    negated: bool
    type: Type
    span: Span


class Conditional(Struct, frozen=True):
    """`if c then a else b`."""

    condition: Expr
    then: Expr
    other: Expr
    type: Type
    span: Span


class Narrowed(Struct, frozen=True):
    """An optional that a test has shown not to be none: `type` is without the `?`."""

    value: Expr
    type: Type
    span: Span


class Widen(Struct, frozen=True):
    """An int where a decimal or float is expected."""

    value: Expr
    type: Type
    span: Span


class Ordered(Struct, frozen=True):
    """A set as a list, in the order of its JSON form; the keys of a dict, as they come."""

    value: Expr
    type: Type
    span: Span


class Round(Struct, frozen=True):
    """The index that was given with the request that is answered, in a `parallel for`."""

    type: Type
    span: Span


class RequestId(Struct, frozen=True):
    """In the undo of a request: the id of the message that the request sends."""

    type: Type
    span: Span


class Bad(Struct, frozen=True):
    """What was wrong already."""

    type: Type
    span: Span


Expr = (
    Const
    | EnumConst
    | ListExpr
    | Local
    | DataField
    | EventValue
    | FailureValue
    | StateValue
    | Now
    | FieldOf
    | Item
    | Function
    | ExternCall
    | Fold
    | Construct
    | Not
    | Negate
    | Binary
    | IsNone
    | Conditional
    | Narrowed
    | Widen
    | Ordered
    | Round
    | RequestId
    | Bad
)


def parts(expr: Expr) -> Iterator[Expr]:
    """An expression and all that it is made of."""
    yield expr
    for name in expr.__struct_fields__:
        yield from _within(getattr(expr, name))


def _within(value: object) -> Iterator[Expr]:
    match value:
        case tuple():
            for each in value:
                yield from _within(each)
        case _ if isinstance(value, Expr):
            yield from parts(value)

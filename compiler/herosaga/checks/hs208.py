"""HS208: a comparison whose answer is known beforehand."""

import operator
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Severity
from herosaga.graph.words import source_text
from herosaga.model import expr as e
from herosaga.model.model import Model
from herosaga.model.types import FLOAT, JSON, NoneType, Optional, Type, Unknown
from herosaga.model.within import within
from herosaga.source import Span
from msgspec import Struct

_PROGRAM = """\
extern event Booked {{ key order_id: uuid  guests: list[str] }}

saga Booking by order_id: uuid {{
  start {{
    on Booked when {} -> Refused
    on Booked -> Completed
  }}
  final Completed
  final Refused failed
}}
"""

PAGE = Page(
    code="HS208",
    severity=Severity.WARNING,
    title="Comparison that is always true or always false",
    what="Both sides are constants, or the same; a value that is never none is compared with `none`; a "
    "length is compared with what no length can be; something is looked for in `[]`; or `true` or "
    "`false` beside `or` and `and` decides alone. Only what is certain is reported.",
    why="This test was written to tell two cases of the business apart, and it tells nothing apart: one of "
    "them is treated like the other.",
    failing=_PROGRAM.format("len(event.guests) < 0"),
    mended=_PROGRAM.format("len(event.guests) == 0"),
)


class Known(Struct, frozen=True):
    """What an expression is, whatever happens."""

    value: object


_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_WITH_ITSELF = {"==": True, "<=": True, ">=": True, "!=": False, "<": False, ">": False}
_BELOW = "is never below 0"
_BESIDE_ZERO = {True: "> 0", False: "== 0"}
_FROM_ZERO = frozenset({"len", "abs"})
_ZERO_UP: Mapping[str, Mapping[int, bool]] = {
    "==": {-1: False},
    "!=": {-1: True},
    "<": {-1: False, 0: False},
    "<=": {-1: False},
    ">": {-1: True},
    ">=": {-1: True, 0: True},
}
"""What `x sign limit` is for an `x` from 0 up, where that is certain: by the sign of the limit."""


def rule(model: Model) -> Iterator[Finding]:
    """Comparisons in sagas and itineraries."""
    for root in (*model.sagas.values(), *model.itineraries.values()):
        for node in within(root):
            answer = _answer(node)
            if answer is not None:
                yield _constant(*answer)


def _answer(node: object) -> tuple[Span, bool, str] | None:
    """The place of a comparison that has one answer, the answer, and why."""
    match node:
        case e.IsNone(operand=operand, negated=negated, span=span) if _never_none(operand.type):
            return span, negated, f"`{operand.type}` is never none"
        case e.Binary(op="and" | "or" as op, left=left, right=right, span=span):
            decides = op == "or"
            if any(_known(side) == Known(decides) for side in (left, right)):
                return span, decides, f"`{str(decides).lower()}` decides alone"
        case e.Binary(op="in" | "not in" as op, left=left, right=right, span=span):
            found = _membership(left, right)
            if found is not None:
                return span, found == (op == "in"), "both are constants" if found else "not there"
        case e.Binary(op=op, left=left, right=right, span=span) if op in _ORDER:
            return _compared(op, left, right, span)
    return None


def _compared(op: str, left: e.Expr, right: e.Expr, span: Span) -> tuple[Span, bool, str] | None:
    one, two = _known(left), _known(right)
    if one is not None and two is not None:
        return span, _ORDER[op](one.value, two.value), "both are constants"
    if _same(left, right):
        return span, _WITH_ITSELF[op], "both sides are the same"
    for side, limit, sign in ((left, two, op), (right, one, _MIRRORED[op])):
        certain = _from_zero(side, sign, limit)
        if certain is not None:
            return span, certain, f"`{source_text(side.span)}` {_BELOW}"
    return None


def _never_none(kind: Type) -> bool:
    return not isinstance(kind, Optional | NoneType | Unknown) and kind != JSON


def _known(node: e.Expr) -> Known | None:
    """The value of an expression that is made of constants alone."""
    match node:
        case e.Const(value=value):
            return Known(value)
        case e.EnumConst(enum=enum, member=member):
            return Known((enum, member))
        case e.Widen(value=value):
            return _known(value)
        case e.Negate(operand=operand):
            match _known(operand):
                case Known(value=int() | float() | Decimal() as number):
                    return Known(-number)
        case e.Not(operand=operand):
            match _known(operand):
                case Known(value=bool() as truth):
                    return Known(not truth)
    return None


def _membership(left: e.Expr, right: e.Expr) -> bool | None:
    """Whether a value is in a list, where that is certain."""
    if not isinstance(right, e.ListExpr):
        return None
    one, items = _known(left), [_known(each) for each in right.items]
    if not items:
        return False
    if one is None or None in items:
        return None
    return one in items


def _same(left: e.Expr, right: e.Expr) -> bool:
    """Whether both are written alike, and are one value: not a new `uuid()`, and no float, which may be NaN."""
    if left.type == FLOAT or _text(left.span) != _text(right.span):
        return False
    return not any(isinstance(p, e.Function) and p.name == "uuid" for p in e.parts(left))


def _text(span: Span) -> str:
    return "".join(span.source.text[span.start : span.end].split())


def _from_zero(side: e.Expr, sign: str, limit: Known | None) -> bool | None:
    """What `side sign limit` is, where `side` is 0 or more."""
    match side:
        case e.Widen(value=value):
            return _from_zero(value, sign, limit)
        case e.Function(name=name) if name in _FROM_ZERO:
            pass
        case _:
            return None
    match limit:
        case Known(value=int() | float() | Decimal() as number):
            return _ZERO_UP.get(sign, {}).get((number > 0) - (number < 0))
    return None


def _constant(span: Span, answer: bool, reason: str) -> Finding:
    word = "true" if answer else "false"
    text = source_text(span)
    hint = "compare what was meant to be compared, or take the test out"
    if reason.endswith(_BELOW) and text.endswith((">= 0", "< 0")):
        counted = text.rstrip("0").rstrip(" <>=")
        hint = f"did you mean `{counted} {_BESIDE_ZERO[answer]}`? Else take the test out"
    return finding(
        PAGE,
        f"`{text}` is always {word}",
        span,
        text=reason,
        hint=hint,
    )

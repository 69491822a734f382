"""Which types go where: equality, widening, and the one type of two."""

from __future__ import annotations

from collections.abc import Callable

from herosaga.checks import hs201, hs203
from herosaga.findings import Finding
from herosaga.model import expr as e
from herosaga.model.types import (
    BOOL,
    DECIMAL,
    FLOAT,
    INT,
    NONE,
    DictOf,
    ListOf,
    MessageType,
    NoneType,
    Optional,
    RecordType,
    SetOf,
    Type,
    Unknown,
)

_SHOWN = 40
"""How long an expression may be to be repeated in a hint."""

_WIDER = {(INT, DECIMAL), (INT, FLOAT)}


def same(found: Type, expected: Type) -> bool:
    """Whether the types are equal, as far as they are known."""
    match found, expected:
        case (Unknown(), _) | (_, Unknown()):
            return True
        case (ListOf(a), ListOf(b)) | (SetOf(a), SetOf(b)) | (Optional(a), Optional(b)):
            return same(a, b)
        case DictOf(k, v), DictOf(l, w):
            return same(k, l) and same(v, w)
    return found == expected


def goes(found: Type, expected: Type) -> bool:
    """Whether a value of `found` may stand where `expected` is needed."""
    match found, expected:
        case NoneType(), Optional():
            return True
        case Optional(a), Optional(b):
            return goes(a, b)
        case _, Optional(b) if not isinstance(found, Optional):
            return goes(found, b)
    return same(found, expected) or (found, expected) in _WIDER


def bare(kind: Type) -> Type:
    """The type without its `?`."""
    return kind.of if isinstance(kind, Optional) else kind


def join(left: Type, right: Type) -> Type | None:
    """The type that values of both go to; None where there is none."""
    if goes(left, right):
        return left if isinstance(right, Unknown) else right
    if goes(right, left):
        return left
    if isinstance(left, NoneType) or isinstance(right, NoneType):
        return Optional(right if isinstance(left, NoneType) else left)
    if isinstance(left, Optional) or isinstance(right, Optional):
        both = join(bare(left), bare(right))
        return Optional(both) if both is not None else None
    return None


def fit(
    value: e.Expr,
    expected: Type,
    report: list[Finding],
    meant: Callable[[], hs201.Meant] | None = None,
) -> e.Expr:
    """`value` as an `expected`, widened where that is allowed; `Bad`, with a finding, where it is not.

    `meant` is asked only then.
    """
    found = value.type
    match found, expected:
        case Optional(a), Optional(b) if not same(a, b) and goes(a, b):
            return _through_optional(value, a, expected, report)
        case _, Optional(b) if not isinstance(found, Optional | NoneType) and goes(found, b):
            return fit(value, b, report, meant)
        case Optional(a), _ if not isinstance(expected, Optional | Unknown) and goes(a, expected):
            labels = meant().labels if meant is not None else ()
            names = written(value), str(found), str(expected)
            report.append(hs203.optional(*names, value.span, labels))
            return e.Bad(expected, value.span)
    if same(found, expected) or (goes(found, expected) and isinstance(found, NoneType)):
        return value
    if goes(found, expected):
        return e.Widen(value, expected, value.span)
    more = meant() if meant is not None else None
    report.append(hs201.mismatch(about(value), str(expected), value.span, more))
    return e.Bad(expected, value.span)


def hashable(kind: Type) -> bool:
    """Whether a set may hold it."""
    return not isinstance(kind, ListOf | SetOf | DictOf | Optional) and str(kind) != "json"


def keyed(kind: Type) -> bool:
    """Whether a dict may have it as key: what JSON can write as the name of a member, one text for one value."""
    return hashable(kind) and not isinstance(kind, RecordType | MessageType) and kind != FLOAT


def require_bool(value: e.Expr) -> bool:
    """Whether the value can be a condition."""
    return same(value.type, BOOL)


def _through_optional(value: e.Expr, inner: Type, expected: Type, report: list[Finding]) -> e.Expr:
    """Widening of what may be none: `if x is none then none else x`, written out."""
    span = value.span
    inside = fit(e.Narrowed(value, inner, span), bare(expected), report)
    test = e.IsNone(value, False, BOOL, span)
    return e.Conditional(test, e.Const(None, NONE, span), inside, expected, span)


def about(value: e.Expr) -> hs201.Side:
    """The value as a report of a wrong type speaks of it."""
    text = written(value)
    shown = text if len(text) <= _SHOWN and "\n" not in text else "…"
    literal, data = isinstance(value, e.Const), isinstance(value, e.DataField)
    return hs201.Side(str(value.type), shown, literal, data)


def written(value: e.Expr) -> str:
    """As it stands in the program."""
    return value.span.source.text[value.span.start : value.span.end] or "this"

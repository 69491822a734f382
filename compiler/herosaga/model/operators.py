"""Operators: which types they take, and what comes out."""

from __future__ import annotations

from herosaga.checks import hs201, hs203
from herosaga.findings import Finding
from herosaga.model import expr as e
from herosaga.model.fit import bare, fit, goes, join, same
from herosaga.model.types import (
    BOOL,
    DATE,
    DATETIME,
    DECIMAL,
    DURATION,
    FLOAT,
    INT,
    STR,
    UNKNOWN,
    DictOf,
    ListOf,
    NoneType,
    Optional,
    SetOf,
    Type,
    Unknown,
)
from herosaga.source import Span

NUMBERS = (INT, DECIMAL, FLOAT)
ORDERED = (*NUMBERS, STR, DATE, DATETIME, DURATION)

# What is no arithmetic on two numbers of one type.
_MIXED: dict[tuple[str, Type, Type], Type] = {
    ("+", STR, STR): STR,
    ("+", DURATION, DURATION): DURATION,
    ("-", DURATION, DURATION): DURATION,
    ("+", DATETIME, DURATION): DATETIME,
    ("+", DURATION, DATETIME): DATETIME,
    ("-", DATETIME, DURATION): DATETIME,
    ("-", DATETIME, DATETIME): DURATION,
    ("*", DURATION, INT): DURATION,
    ("*", INT, DURATION): DURATION,
}


def binary(op: str, left: e.Expr, right: e.Expr, span: Span, report: list[Finding]) -> e.Expr:
    """`left op right`, its operands widened to what the operator needs."""
    match op:
        case "and" | "or":
            sides = fit(left, BOOL, report), fit(right, BOOL, report)
            return e.Binary(op, *sides, BOOL, span)
        case "==" | "!=":
            return _equality(op, left, right, span, report)
        case "in" | "not in":
            return _membership(op, left, right, span, report)
    if _may_be_none(op, left, right, report):
        return e.Bad(BOOL if op in ("<", "<=", ">", ">=") else UNKNOWN, span)
    if op in ("<", "<=", ">", ">="):
        return _order(op, left, right, span, report)
    return _arithmetic(op, left, right, span, report)


def negate(value: e.Expr, span: Span, report: list[Finding]) -> e.Expr:
    """`-value`."""
    if isinstance(value.type, Unknown):
        return e.Bad(UNKNOWN, span)
    if value.type not in (*NUMBERS, DURATION):
        report.append(hs201.operand("-", str(value.type), "a number or duration", value.span))
        return e.Bad(UNKNOWN, span)
    return e.Negate(value, value.type, span)


def _equality(op: str, left: e.Expr, right: e.Expr, span: Span, report: list[Finding]) -> e.Expr:
    sides = (left, right), (right, left)
    for side, other in sides:
        if isinstance(side.type, NoneType) and not isinstance(other.type, NoneType | Unknown):
            report.append(hs201.equals_none(op, span))
            return e.Bad(BOOL, span)
    for side, other in sides:
        if isinstance(side.type, Optional) and not isinstance(other.type, Optional):
            if join(side.type.of, other.type) is None or isinstance(other.type, Unknown):
                continue
            fit(side, side.type.of, report)
            return e.Bad(BOOL, span)
    return _alike(op, left, right, span, report)


def _order(op: str, left: e.Expr, right: e.Expr, span: Span, report: list[Finding]) -> e.Expr:
    for side in (left, right):
        if not isinstance(side.type, Unknown) and side.type not in ORDERED:
            report.append(
                hs201.operand(op, str(side.type), "a number, text, time or duration", side.span)
            )
            return e.Bad(BOOL, span)
    return _alike(op, left, right, span, report)


def _alike(op: str, left: e.Expr, right: e.Expr, span: Span, report: list[Finding]) -> e.Expr:
    """A comparison of two values of one type."""
    both = join(left.type, right.type)
    if both is None:
        report.append(hs201.unlike(op, str(left.type), str(right.type), span))
        return e.Bad(BOOL, span)
    sides = fit(left, both, report), fit(right, both, report)
    return e.Binary(op, *sides, BOOL, span)


def _membership(op: str, left: e.Expr, right: e.Expr, span: Span, report: list[Finding]) -> e.Expr:
    match right.type:
        case ListOf(element=inside) | SetOf(element=inside) | DictOf(key=inside):
            pass
        case kind if kind == STR:
            inside = STR
        case Unknown():
            return e.Bad(BOOL, span)
        case Optional():
            fit(right, bare(right.type), report)
            return e.Bad(BOOL, span)
        case kind:
            report.append(hs201.operand(op, str(kind), "a list, set, dict or str", right.span))
            return e.Bad(BOOL, span)
    if not goes(left.type, inside) and not isinstance(left.type, Optional):
        report.append(hs201.unlike(op, str(left.type), str(right.type), span))
        return e.Bad(BOOL, span)
    return e.Binary(op, fit(left, inside, report), right, BOOL, span)


def _arithmetic(op: str, left: e.Expr, right: e.Expr, span: Span, report: list[Finding]) -> e.Expr:
    a, b = left.type, right.type
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return e.Bad(UNKNOWN, span)
    result = _MIXED.get((op, a, b))
    if result is not None:
        return e.Binary(op, left, right, result, span)
    if op == "+" and isinstance(a, ListOf) and isinstance(b, ListOf) and same(a, b):
        return e.Binary(op, left, right, b if isinstance(a.element, Unknown) else a, span)
    both = join(a, b) if a in NUMBERS and b in NUMBERS else None
    if both is None:
        report.append(hs201.arithmetic(op, str(a), str(b), span))
        return e.Bad(UNKNOWN, span)
    if op == "/" and both == INT:
        both = DECIMAL
    return e.Binary(op, fit(left, both, report), fit(right, both, report), both, span)


def _may_be_none(op: str, left: e.Expr, right: e.Expr, report: list[Finding]) -> bool:
    """Whether an operand is optional, which is then reported."""
    optional = [side for side in (left, right) if isinstance(side.type, Optional)]
    for side in optional:
        text = side.span.source.text[side.span.start : side.span.end]
        report.append(
            hs203.optional(text or "this", str(side.type), str(bare(side.type)), side.span)
        )
    return bool(optional)

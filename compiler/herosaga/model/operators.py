"""Operators: which types they take, and what comes out."""

from __future__ import annotations

from herosaga.checks import hs201, hs203
from herosaga.findings import Finding, Label
from herosaga.model import expr as e
from herosaga.model.declared import declared, members_of
from herosaga.model.env import Env
from herosaga.model.fit import about, bare, fit, goes, join, same, written
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


def binary(op: str, left: e.Expr, right: e.Expr, span: Span, env: Env) -> e.Expr:
    """`left op right`, its operands widened to what the operator needs."""
    report = env.report
    match op:
        case "and" | "or":
            sides = fit(left, BOOL, report), fit(right, BOOL, report)
            if any(isinstance(side, e.Bad) for side in sides):
                return e.Bad(UNKNOWN, span)  # told of the operand: of the whole nothing is known
            return e.Binary(op, *sides, BOOL, span)
        case "==" | "!=":
            return _equality(op, left, right, span, env)
        case "in" | "not in":
            return _membership(op, left, right, span, env)
    if _may_be_none(left, right, env):
        return e.Bad(BOOL if op in ("<", "<=", ">", ">=") else UNKNOWN, span)
    if op in ("<", "<=", ">", ">="):
        return _order(op, left, right, span, env)
    return _arithmetic(op, left, right, span, env)


def negate(value: e.Expr, span: Span, report: list[Finding]) -> e.Expr:
    """`-value`."""
    if isinstance(value.type, Unknown):
        return e.Bad(UNKNOWN, span)
    if value.type not in (*NUMBERS, DURATION):
        report.append(hs201.operand("-", str(value.type), "a number or duration", value.span))
        return e.Bad(UNKNOWN, span)
    return e.Negate(value, value.type, span)


def _equality(op: str, left: e.Expr, right: e.Expr, span: Span, env: Env) -> e.Expr:
    sides = (left, right), (right, left)
    for side, other in sides:
        if isinstance(side.type, NoneType) and not isinstance(other.type, NoneType | Unknown):
            env.report.append(hs201.equals_none(op, written(other), span))
            return e.Bad(BOOL, span)
    for side, other in sides:
        if isinstance(side.type, Optional) and not isinstance(other.type, Optional):
            if join(side.type.of, other.type) is None or isinstance(other.type, Unknown):
                continue
            fit(side, side.type.of, env.report)
            return e.Bad(BOOL, span)
    return _alike(op, left, right, span, env)


def _order(op: str, left: e.Expr, right: e.Expr, span: Span, env: Env) -> e.Expr:
    for side in (left, right):
        if not isinstance(side.type, Unknown) and side.type not in ORDERED:
            env.report.append(
                hs201.operand(op, str(side.type), "a number, text, time or duration", side.span)
            )
            return e.Bad(BOOL, span)
    return _alike(op, left, right, span, env)


def _alike(op: str, left: e.Expr, right: e.Expr, span: Span, env: Env) -> e.Expr:
    """A comparison of two values of one type."""
    both = join(left.type, right.type)
    if both is None:
        env.report.append(_unlike(op, left, right, span, env))
        return e.Bad(BOOL, span)
    sides = fit(left, both, env.report), fit(right, both, env.report)
    return e.Binary(op, *sides, BOOL, span)


def _unlike(op: str, left: e.Expr, right: e.Expr, span: Span, env: Env) -> Finding:
    """A comparison of two values that have no type in common."""
    labels = _labels(env, left, right)
    match left.type, right.type:
        case (kind, other) if {kind, other} == {DATE, DATETIME}:
            day = written(left if kind == DATE else right).rpartition(".")[2]
            return hs201.day_and_instant(op, day, span, labels)
    members = members_of(left.type, env) if isinstance(right, e.EnumConst) else ()
    return hs201.unlike(op, about(left), about(right), span, labels, members)


def _labels(env: Env, *sides: e.Expr) -> tuple[Label, ...]:
    """Where the fields on both sides are declared."""
    found = [label for side in sides if (label := declared(side, env)) is not None]
    return tuple({label.span: label for label in found}.values())


def _membership(op: str, left: e.Expr, right: e.Expr, span: Span, env: Env) -> e.Expr:
    match right.type:
        case ListOf(element=inside) | SetOf(element=inside) | DictOf(key=inside):
            pass
        case kind if kind == STR:
            inside = STR
        case Unknown():
            return e.Bad(BOOL, span)
        case Optional():
            fit(right, bare(right.type), env.report)
            return e.Bad(BOOL, span)
        case kind:
            env.report.append(hs201.operand(op, str(kind), "a list, set, dict or str", right.span))
            return e.Bad(BOOL, span)
    if not goes(left.type, inside) and not isinstance(left.type, Optional):
        labels = _labels(env, left, right)
        env.report.append(hs201.never_in(op, about(left), about(right), str(inside), span, labels))
        return e.Bad(BOOL, span)
    return e.Binary(op, fit(left, inside, env.report), right, BOOL, span)


def _arithmetic(op: str, left: e.Expr, right: e.Expr, span: Span, env: Env) -> e.Expr:
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
        labels = _labels(env, left, right)
        env.report.append(hs201.arithmetic(op, about(left), about(right), span, labels))
        return e.Bad(UNKNOWN, span)
    if op == "/" and both == INT:
        both = DECIMAL
    return e.Binary(op, fit(left, both, env.report), fit(right, both, env.report), both, span)


def _may_be_none(left: e.Expr, right: e.Expr, env: Env) -> bool:
    """Whether an operand is optional, which is then reported."""
    optional = [side for side in (left, right) if isinstance(side.type, Optional)]
    for side in optional:
        names = written(side), str(side.type), str(bare(side.type))
        env.report.append(hs203.optional(*names, side.span, _labels(env, side)))
    return bool(optional)

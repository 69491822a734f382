"""Literals: what a text or number is, given the type that its place expects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID as Uuid

from herosaga.checks import hs209
from herosaga.findings import Finding
from herosaga.model import expr as e
from herosaga.model.fit import bare
from herosaga.model.scope import nearest
from herosaga.model.types import (
    BOOL,
    DATE,
    DATETIME,
    DECIMAL,
    DURATION,
    FLOAT,
    INT,
    JSON,
    NONE,
    STR,
    UUID,
    EnumType,
    Type,
)
from herosaga.model.world import World
from herosaga.source import Span
from herosaga.syntax import ast

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATETIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII
)


def literal(
    node: ast.Literal, expected: Type | None, world: World, report: list[Finding]
) -> e.Expr:
    """The literal as its place expects it, else by its own nature; whether that fits is seen later."""
    wanted = bare(expected) if expected is not None else None
    span = node.span
    match node.value:
        case None:
            return e.Const(None, NONE, span)
        case bool() as value:
            return e.Const(value, JSON if wanted == JSON else BOOL, span)
        case str() as text:
            return _text(text, wanted, span, world, report)
        case Decimal() as number if wanted == FLOAT:
            return e.Const(float(number), FLOAT, span)
        case Decimal() as number:
            return e.Const(number, DECIMAL, span)
        case int() as number:
            return e.Const(number, JSON if wanted == JSON else INT, span)
        case timedelta() as length:
            return e.Const(length, DURATION, span)


def negative(value: e.Expr, span: Span) -> e.Expr | None:
    """A numeric literal with its minus sign; None for anything else."""
    match value:
        case e.Const(value=bool()):
            return None
        case e.Const(value=int() | float() | Decimal() | timedelta() as number, type=kind):
            return e.Const(-number, kind, span)
    return None


def constant(value: e.Expr) -> e.Expr:
    """A default, with widening done: `= 1` of a decimal is the decimal 1."""
    match value:
        case e.Widen(value=e.Const(value=int() as number), type=kind, span=span):
            return e.Const(Decimal(number) if kind == DECIMAL else float(number), kind, span)
        case e.ListExpr(items=items, type=kind, span=span):
            return e.ListExpr(tuple(map(constant, items)), kind, span)
        case e.Construct(args=args):
            inner = tuple((name, constant(arg) if arg else None) for name, arg in args)
            return e.Construct(value.id, inner, value.type, value.span)
    return value


def _text(
    text: str, wanted: Type | None, span: Span, world: World, report: list[Finding]
) -> e.Expr:
    value: Uuid | date | None
    match wanted:
        case EnumType(id=enum):
            return _member(text, enum, wanted, span, world.enums[enum], report)
        case _ if wanted == UUID:
            value = Uuid(text) if _UUID.fullmatch(text) else None
        case _ if wanted == DATE:
            value = _date(text)
        case _ if wanted == DATETIME:
            value = _datetime(text)
        case _:
            return e.Const(text, JSON if wanted == JSON else STR, span)
    if value is None:
        report.append(hs209.bad(text, str(wanted), span))
        return e.Bad(wanted, span)
    return e.Const(value, wanted, span)


def _member(
    text: str,
    enum: str,
    kind: Type,
    span: Span,
    members: Mapping[str, str],
    report: list[Finding],
) -> e.Expr:
    """By its value on the wire, else by its name."""
    for name, value in members.items():
        if value == text:
            return e.EnumConst(enum, name, kind, span)
    if text in members:
        return e.EnumConst(enum, text, kind, span)
    report.append(
        hs209.member(text, str(kind), span, tuple(members.values()), nearest(text, members))
    )
    return e.Bad(kind, span)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _datetime(text: str) -> datetime | None:
    """In UTC; without a zone, a time of day means another instant elsewhere, and is none."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if _DATETIME.fullmatch(text) else None
    except (ValueError, OverflowError):
        return None

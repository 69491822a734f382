"""The built-in functions: what they take, and what they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from herosaga.checks import hs201, hs202, hs203
from herosaga.findings import Finding
from herosaga.model import expr as e
from herosaga.model.operators import NUMBERS, ORDERED
from herosaga.model.types import (
    BOOL,
    BYTES,
    DATE,
    DATETIME,
    DECIMAL,
    DURATION,
    FLOAT,
    INT,
    STR,
    UNKNOWN,
    UUID,
    DictOf,
    EnumType,
    ListOf,
    Optional,
    SetOf,
    Type,
    Unknown,
)
from herosaga.source import Span

Rule = Callable[[tuple[Type, ...]], Type | None]


def _one(*kinds: Type, gives: Type | None = None) -> Rule:
    """One argument of one of `kinds`; gives its type unless told."""

    def rule(args: tuple[Type, ...]) -> Type | None:
        match args:
            case (kind,) if kind in kinds:
                return gives or kind
        return None

    return rule


def _length(args: tuple[Type, ...]) -> Type | None:
    match args:
        case (ListOf() | SetOf() | DictOf(),):
            return INT
        case (kind,) if kind in (STR, BYTES):
            return INT
    return None


def _folding(*kinds: Type) -> Rule:
    """A list or set of one of `kinds`; gives the element's type."""

    def rule(args: tuple[Type, ...]) -> Type | None:
        match args:
            case (ListOf(kind) | SetOf(kind),) if kind in kinds or isinstance(kind, Unknown):
                return kind
        return None

    return rule


def _round(args: tuple[Type, ...]) -> Type | None:
    match args:
        case (kind,) if kind in NUMBERS:
            return INT
        case (kind, digits) if kind in NUMBERS and digits == INT:
            return kind
    return None


def _text(args: tuple[Type, ...]) -> Type | None:
    match args:
        case (EnumType(),):
            return STR
        case (kind,) if kind in (STR, INT, DECIMAL, FLOAT, BOOL, UUID, DATE, DATETIME):
            return STR
    return None


def _uuid(args: tuple[Type, ...]) -> Type | None:
    return UUID if args in ((), (STR,), (UUID,)) else None


# What a function takes, in words, and the rule.
FUNCTIONS: Mapping[str, tuple[str, Rule]] = {
    "len": ("a list, set, dict, str or bytes", _length),
    "min": ("a list, set or generator of what can be ordered", _folding(*ORDERED)),
    "max": ("a list, set or generator of what can be ordered", _folding(*ORDERED)),
    "sum": ("a list, set or generator of numbers or durations", _folding(*NUMBERS, DURATION)),
    "any": ("a list, set or generator of bool", _folding(BOOL)),
    "all": ("a list, set or generator of bool", _folding(BOOL)),
    "abs": ("a number or duration", _one(*NUMBERS, DURATION)),
    "round": ("a number, and how many digits to keep", _round),
    "lower": ("a str", _one(STR)),
    "upper": ("a str", _one(STR)),
    "str": ("a number, str, bool, uuid, date, datetime or enum", _text),
    "int": ("a number or str", _one(INT, DECIMAL, FLOAT, STR, gives=INT)),
    "decimal": ("a number or str", _one(INT, DECIMAL, FLOAT, STR, gives=DECIMAL)),
    "uuid": ("nothing, or a str", _uuid),
}
FOLDS = ("sum", "min", "max", "any", "all")


def call(name: str, args: tuple[e.Expr, ...], span: Span, report: list[Finding]) -> e.Expr:
    """`name(args)` of a built-in function."""
    takes, rule = FUNCTIONS[name]
    types = tuple(arg.type for arg in args)
    if any(isinstance(kind, Unknown) for kind in types):
        return e.Bad(rule(()) or UNKNOWN, span)
    result = rule(types)
    if result is None:
        report.append(_complaint(name, args, takes, span))
        return e.Bad(UNKNOWN, span)
    return e.Function(name, args, result, span)


def fold(name: str, value: e.Fold, report: list[Finding]) -> e.Expr:
    """`name(element for …)`, whose type is still open."""
    takes, rule = FUNCTIONS[name]
    if name not in FOLDS:
        report.append(hs201.no_generator(name, takes, value.span))
        return e.Bad(UNKNOWN, value.span)
    if isinstance(value.element.type, Unknown):
        return e.Bad(UNKNOWN, value.span)
    result = rule((ListOf(value.element.type),))
    if result is None:
        report.append(_complaint(name, (value.element,), takes, value.element.span))
        return e.Bad(UNKNOWN, value.span)
    return e.Fold(name, value.element, value.var, value.source, value.condition, result, value.span)


def _complaint(name: str, args: tuple[e.Expr, ...], takes: str, span: Span) -> Finding:
    """One argument of the wrong type, an optional one, or a wrong number of them."""
    if len(args) != 1:
        return hs202.function(name, takes, len(args), span)
    kind = args[0].type
    if isinstance(kind, Optional) and FUNCTIONS[name][1]((kind.of,)) is not None:
        text = args[0].span.source.text[args[0].span.start : args[0].span.end]
        return hs203.optional(text, str(kind), str(kind.of), args[0].span)
    return hs201.argument(name, str(kind), takes, args[0].span)

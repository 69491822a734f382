"""Typed expressions in the notation of the language: names are written out, and what is widened is not told."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from herosaga.graph.words import short
from herosaga.model import expr as e

_IF, _OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _UNARY, _ATOM = range(9)
_STRENGTH = {
    "or": _OR,
    "and": _AND,
    "+": _SUM,
    "-": _SUM,
    "*": _PRODUCT,
    "/": _PRODUCT,
    "%": _PRODUCT,
}
_UNITS = (
    ("d", timedelta(days=1)),
    ("h", timedelta(hours=1)),
    ("m", timedelta(minutes=1)),
    ("s", timedelta(seconds=1)),
    ("ms", timedelta(milliseconds=1)),
)
Args = Iterable[tuple[str, e.Expr | None]]


def expression(expr: e.Expr) -> str:
    """An expression on one line."""
    return _written(expr)[0]


def call(name: str, args: Args) -> str:
    """`Name(a, event.b, c = 1)`: what is called like its field is not named twice."""
    return (
        f"{name}({', '.join(_argument(each, value) for each, value in args if value is not None)})"
    )


def length(value: timedelta) -> str:
    """`1h30m`."""
    if value < timedelta():
        return f"-{length(-value)}"
    parts: list[str] = []
    for unit, size in _UNITS:
        count, value = divmod(value, size)
        parts += [f"{count}{unit}"] if count else []
    return "".join(parts) or "0s"


def _argument(name: str, value: e.Expr) -> str:
    text = expression(value)
    return text if text in (name, f"event.{name}") else f"{name} = {text}"


def _written(expr: e.Expr) -> tuple[str, int]:
    """The text, and how strongly it holds together."""
    match expr:
        case e.Binary(op=op, left=left, right=right):
            strength = _STRENGTH.get(op, _COMPARE)
            first = strength + (strength == _COMPARE)  # `a < b < c` is none
            return f"{_within(left, first)} {op} {_within(right, strength + 1)}", strength
        case e.Not(operand=operand):
            return f"not {_within(operand, _NOT)}", _NOT
        case e.Negate(operand=operand):
            return f"-{_within(operand, _UNARY)}", _UNARY
        case e.IsNone(operand=operand, negated=negated):
            return f"{_within(operand, _SUM)} is {'not ' * negated}none", _COMPARE
        case e.Conditional(condition=condition, then=then, other=other):
            parts = (_within(condition, _OR), _within(then, _OR), _within(other, _IF))
            return "if {} then {} else {}".format(*parts), _IF
        case e.Narrowed(value=value) | e.Widen(value=value):
            return _written(value)
    return _atom(expr), _ATOM


def _within(expr: e.Expr, strength: int) -> str:
    text, own = _written(expr)
    return text if own >= strength else f"({text})"


def _atom(expr: e.Expr) -> str:
    match expr:
        case e.Const(value=value):
            return _constant(value)
        case e.EnumConst(enum=enum, member=member):
            return f"{short(enum)}.{member}"
        case e.ListExpr(items=items):
            return f"[{', '.join(map(expression, items))}]"
        case e.Local(name=name) | e.DataField(name=name):
            return name
        case e.FieldOf(value=value, name=name):
            return f"{_within(value, _ATOM)}.{name}"
        case e.Item(value=value, index=index):
            return f"{_within(value, _ATOM)}[{expression(index)}]"
        case e.Function(name=name, args=args):
            return f"{name}({', '.join(map(expression, args))})"
        case e.Fold(name=name, element=element, var=var, source=source, condition=condition):
            test = f" if {_within(condition, _OR)}" if condition is not None else ""
            return f"{name}({expression(element)} for {var} in {_within(source, _OR)}{test})"
        case e.Construct(id=id, args=args) | e.ExternCall(id=id, args=args):
            return call(short(id), args)
        case e.Ordered(value=value):
            return f"ordered({expression(value)})"
    return _WORDS[type(expr)]


_WORDS: dict[type, str] = {
    e.EventValue: "event",
    e.FailureValue: "failure",
    e.StateValue: "state",
    e.Now: "now",
    e.Round: "round",
}


def _constant(value: e.Value) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case timedelta():
            return length(value)
        case Decimal() if value == value.to_integral_value() and value.as_tuple().exponent == 0:
            return f"{value}.0"
        case Decimal():
            return f"{value:f}"
        case int() | float():
            return repr(value)
    return json.dumps(str(value), ensure_ascii=False)

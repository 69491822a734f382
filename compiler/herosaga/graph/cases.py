"""Whether some conditions leave nothing out, as far as that can be told from their text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal

from herosaga.graph.words import source_text
from herosaga.model.expr import Binary, Const, EnumConst, Expr, IsNone, Negate, Not, Widen
from herosaga.model.types import BOOL

_OPPOSITE = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
    "in": "not in",
    "not in": "in",
}
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}

Test = tuple[str, str, str]
"""What is compared, how, and with what: an `and` or `or` is none."""


def exhaustive(guards: Iterable[Expr], members: dict[str, frozenset[str]]) -> bool:
    """Whether one of the guards always holds. `members` are those of each enum.

    It is so where two of them say opposite things about the same value, where together they name all members
    of an enum or both of a bool, or where `<` and `>` of one value meet or overlap.
    """
    alternatives = [tests for guard in guards for tests in _alternatives(guard)]
    single = [tests[0] for tests in alternatives if len(tests) == 1]
    return (
        any((value, _OPPOSITE.get(op, ""), other) in single for value, op, other in single)
        or _overlap(single)
        or any(_all_named(single, names) for names in members.values())
    )


def _alternatives(guard: Expr) -> Iterator[tuple[Test, ...]]:
    """What is enough for a guard to hold: each a list of tests that must all hold."""
    match guard:
        case Binary(op="or", left=left, right=right):
            yield from _alternatives(left)
            yield from _alternatives(right)
        case Binary(op="and", left=left, right=right):
            for one in _alternatives(left):
                for two in _alternatives(right):
                    yield (*one, *two)
        case _:
            yield (_test(guard),)


def _test(node: Expr) -> Test:
    match node:
        case Not(operand=operand):
            value, op, other = _test(operand)
            return value, _OPPOSITE.get(op, f"not {op}"), other
        case IsNone(operand=operand, negated=negated):
            return _text(operand), "!=" if negated else "==", "none"
        case Binary(op=op, left=left, right=right) if op in _TURNED and _fixed(left):
            return _text(right), _TURNED[op], _text(left)
        case Binary(op="==" | "!=" as op, left=left, right=Const(value=bool() as truth)):
            return _text(left), op if truth else _OPPOSITE[op], "true"
        case Binary(op=op, left=left, right=right) if op in _OPPOSITE:
            return _text(left), op, _text(right)
    return (_text(node), "==", "true") if node.type == BOOL else (_text(node), "?", "")


def _fixed(node: Expr) -> bool:
    return _number(node) is not None or isinstance(node, EnumConst)


def _text(node: Expr) -> str:
    match node:
        case EnumConst(member=member):
            return f".{member}"
        case Const(value=bool() as truth):
            return str(truth).lower()
        case Widen(value=value):
            return _text(value)
    number = _number(node)
    return str(number) if number is not None else source_text(node.span, 400)


def _number(node: Expr) -> float | None:
    match node:
        case Const(value=bool()):
            return None
        case Const(value=int() | float() | Decimal() as value):
            return float(value)
        case Const(value=timedelta() as length):
            return length.total_seconds()
        case Widen(value=inner):
            return _number(inner)
        case Negate(operand=inner):
            found = _number(inner)
            return None if found is None else -found
    return None


def _overlap(tests: list[Test]) -> bool:
    """Whether something below a number and something above one cover all between them."""
    below = [(value, op, _as_number(other)) for value, op, other in tests if op in ("<", "<=")]
    above = [(value, op, _as_number(other)) for value, op, other in tests if op in (">", ">=")]
    return any(
        value == other and low is not None and high is not None and _meet(low, op, high, turned)
        for value, op, high in below
        for other, turned, low in above
    )


def _meet(low: float, op: str, high: float, turned: str) -> bool:
    """Whether `x op high` or `x turned low` always holds."""
    return low < high or (low == high and "=" in op + turned)


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _all_named(tests: list[Test], names: frozenset[str]) -> bool:
    named: dict[str, set[str]] = {}
    for value, op, other in tests:
        if op == "==" and other.startswith("."):
            named.setdefault(value, set()).add(other[1:])
    return any(found >= names for found in named.values())

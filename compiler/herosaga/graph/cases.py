"""Whether some conditions leave nothing out, as far as that can be told from their text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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

_MEMBER = "::"

Test = tuple[str, str, str]
"""What is compared, how, and with what: an `and` or `or` is none."""


Enums = Mapping[str, frozenset[str]]
"""The members of each enum, by its id."""


def exhaustive(guards: Iterable[Expr], enums: Enums) -> bool:
    """Whether one of the guards always holds.

    It is so where two of them say opposite things about the same value, where together they name all members
    of an enum or both of a bool, or where `<` and `>` of one value meet or overlap.
    """
    single = _single(guards)
    return (
        any((value, _OPPOSITE.get(op, ""), other) in single for value, op, other in single)
        or _overlap(single)
        or any(not missing for _, missing in _unnamed(single, enums))
    )


def unnamed(guards: Iterable[Expr], enums: Enums) -> tuple[str, tuple[str, ...]] | None:
    """The value that all guards compare with members of an enum, and the members that none of them names."""
    guards = tuple(guards)
    single = _single(guards)
    found = list(_unnamed(single, enums))
    plain = len(single) == len(guards) and len({value for value, _, _ in single}) == 1
    return (
        found[0] if plain and len(found) == 1 and all(op == "==" for _, op, _ in single) else None
    )


def _single(guards: Iterable[Expr]) -> list[Test]:
    """The tests of which each is enough for some guard to hold."""
    return [test for guard in guards for test in _enough(guard)]


def _unnamed(tests: list[Test], enums: Enums) -> Iterator[tuple[str, tuple[str, ...]]]:
    """For each value that is compared with members of an enum those that are not named."""
    named: dict[tuple[str, str], set[str]] = {}
    for value, op, other in tests:
        enum, dot, member = other.rpartition(_MEMBER)
        if op == "==" and dot:
            named.setdefault((value, enum), set()).add(member)
    for (value, enum), members in named.items():
        yield value, tuple(sorted(enums.get(enum, frozenset()) - members))


def _enough(guard: Expr) -> Iterator[Test]:
    """The tests of which one is enough for a guard to hold; of an `and` there are none."""
    match guard:
        case Binary(op="or", left=left, right=right):
            yield from _enough(left)
            yield from _enough(right)
        case Binary(op="and"):
            return
        case _:
            yield _test(guard)


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
        case EnumConst(enum=enum, member=member):
            return f"{enum}{_MEMBER}{member}"
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

"""Expressions: section 9 of the language."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from herosaga.interpreter.encode import datetime_text, decimal_of, decimal_text, ordered, whole
from herosaga.interpreter.values import Plain, Value, bare, fields_of, widened, zero
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.types import UUID as UUID_TYPE
from herosaga.model.types import SetOf, Type

Externs = Mapping[str, Callable[..., Any]]
"""Extern functions by the ids of their declarations."""


_NEVER = datetime.min.replace(tzinfo=UTC)


def _no_uuid() -> UUID:
    raise LookupError("a literal makes no uuid")


def _no_message() -> str:
    raise LookupError("a literal sends nothing")


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression can read.

    `data` are the data fields that are set, the key among them; `variables` are loop variables and parameters; `round`
    is the index that was given with the request that is answered; `uuid` makes the next `uuid()`, `next_id` tells the id
    of the next message.
    """

    model: m.Model
    data: Mapping[str, Plain] = field(default_factory=dict)
    variables: Mapping[str, Plain] = field(default_factory=dict)
    event: Value | None = None
    failure: Value | None = None
    round: int = 0
    state: str = ""
    now: datetime = _NEVER
    externs: Externs = field(default_factory=dict)
    uuid: Callable[[], UUID] = _no_uuid
    next_id: Callable[[], str] = _no_message

    def binding(self, name: str, value: Plain) -> Scope:
        """The same with one more variable."""
        return replace(self, variables={**self.variables, name: value})


def literal(model: m.Model, expr: e.Expr) -> Plain:
    """The value of a default, which is a literal."""
    return evaluate(expr, Scope(model))


def evaluate(expr: e.Expr, scope: Scope) -> Plain:
    """The value of an expression. What fails (a division by zero, a missing key) raises, and fails the step."""
    match expr:
        case e.Const(value=value):
            return value
        case e.EnumConst(enum=enum, member=name):
            return next(each.value for each in scope.model.enums[enum].members if each.name == name)
        case e.ListExpr(items=items, type=kind):
            values = tuple(evaluate(each, scope) for each in items)
            return frozenset(values) if isinstance(bare(kind), SetOf) else values
        case e.Conditional(condition=condition, then=then, other=other):
            return evaluate(then if evaluate(condition, scope) else other, scope)
        case e.Not(operand=operand):
            return not evaluate(operand, scope)
        case e.Negate(operand=operand):
            return -evaluate(operand, scope)
        case e.IsNone(operand=operand, negated=negated):
            return (evaluate(operand, scope) is None) != negated
        case e.Binary():
            return _binary(expr, scope)
        case e.Function() | e.Fold() | e.ExternCall() | e.Construct():
            return _call(expr, scope)
        case e.Narrowed(value=inner):
            return evaluate(inner, scope)
        case e.Widen(value=inner, type=kind):
            return widened(evaluate(inner, scope), kind)
        case e.Ordered(value=inner):
            return elements(inner, scope)
    return _read(expr, scope)


# --- names and parts ---------------------------------------------------------------------------


def _read(expr: e.Expr, scope: Scope) -> Plain:
    match expr:
        case e.Local(name=name):
            return scope.variables[name]
        case e.DataField(name=name):
            return scope.data[name]
        case e.EventValue():
            return scope.event
        case e.FailureValue():
            return scope.failure
        case e.StateValue():
            return scope.state
        case e.Now():
            return scope.now
        case e.Round():
            return scope.round
        case e.RequestId():
            return scope.next_id()
        case e.FieldOf(value=value, name=name):
            return evaluate(value, scope)[name]
        case e.Item(value=value, index=index):
            return evaluate(value, scope)[evaluate(index, scope)]
    raise AssertionError(f"a program with errors is not run: {expr}")


def elements(source: e.Expr, scope: Scope) -> tuple[Plain, ...]:
    """What a loop goes through: a set in the order of its JSON form, a dict's keys as they come."""
    values = evaluate(source, scope)
    if isinstance(source.type, SetOf):
        return ordered(scope.model, source.type.element, values)
    return tuple(values)


# --- operators ---------------------------------------------------------------------------------


def _binary(expr: e.Binary, scope: Scope) -> Plain:
    left = evaluate(expr.left, scope)
    if expr.op == "and" or expr.op == "or":
        return left if left == (expr.op == "or") else evaluate(expr.right, scope)
    return _OPERATORS[expr.op](left, evaluate(expr.right, scope))


def _remainder(left: Plain, right: Plain) -> Plain:
    """`%` with the sign of `right`; that of decimals has the sign of `left` in Python."""
    rest = left % right
    if isinstance(rest, Decimal) and rest and (rest < 0) != (right < 0):
        return rest + right
    return rest


_OPERATORS: Mapping[str, Callable[[Plain, Plain], Plain]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda left, right: left in right,
    "not in": lambda left, right: left not in right,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": _remainder,
}


# --- calls -------------------------------------------------------------------------------------


def _call(expr: e.Function | e.Fold | e.ExternCall | e.Construct, scope: Scope) -> Plain:
    match expr:
        case e.Construct(id=id, args=args):
            return Value.of(id, arguments(fields_of(scope.model, id), dict(args), scope))
        case e.ExternCall(id=id, args=args):
            params = scope.model.externs[id].params
            return scope.externs[id](*arguments(params, dict(args), scope).values())
        case e.Fold(name=name, type=kind):
            return _folded(name, _generated(expr, scope), kind)
        case e.Function(name="sum" | "min" | "max" | "any" | "all" as name, args=(source,)):
            return _folded(name, iter(elements(source, scope)), expr.type)
    return _function(expr, scope)


def arguments(
    fields: tuple[m.Field, ...], given: Mapping[str, e.Expr | None], scope: Scope
) -> dict[str, Plain]:
    """A value for every field or parameter: what is given, else its default."""
    found: dict[str, Plain] = {}
    for each in fields:
        expr = given.get(each.name) or each.default
        assert expr is not None, "what has no default is given"
        found[each.name] = evaluate(expr, scope)
    return found


def _generated(fold: e.Fold, scope: Scope) -> Iterator[Plain]:
    for each in elements(fold.source, scope):
        inner = scope.binding(fold.var, each)
        if fold.condition is None or evaluate(fold.condition, inner):
            yield evaluate(fold.element, inner)


def _folded(name: str, values: Iterator[Plain], kind: Type) -> Plain:
    match name:
        case "sum":
            return sum(values, zero(kind))
        case "min":
            return min(values, default=zero(kind))
        case "max":
            return max(values, default=zero(kind))
        case "any":
            return any(values)
    return all(values)


def _function(expr: e.Function, scope: Scope) -> Plain:
    args = tuple(evaluate(each, scope) for each in expr.args)
    match expr.name, args:
        case "uuid", ():
            return scope.uuid()
        case "uuid", (value,):
            return value if expr.args[0].type == UUID_TYPE else UUID(value)
        case "str", (value,):
            return _text(value)
        case "int", (value,):
            return whole(value) if isinstance(value, str) else int(value)
        case "decimal", (value,):
            return _decimal(value)
        case "len", (value,):
            return len(value)
        case "abs", (value,):
            return abs(value)
        case "round", _:
            return round(*args)
        case "lower", (value,):
            return value.lower()
        case "upper", (value,):
            return value.upper()
    raise AssertionError(f"there is no function {expr.name}")


def _text(value: Plain) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return decimal_text(value)
        case datetime():
            return datetime_text(value)
    return str(value)


def _decimal(value: Plain) -> Decimal:
    match value:
        case str():
            return decimal_of(value)
        case float():
            return Decimal(repr(value))
    return Decimal(value)

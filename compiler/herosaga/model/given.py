"""What a scenario has given so far: later messages of it can leave these fields bare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from herosaga.model import expr as e
from herosaga.model.arguments import pair
from herosaga.model.env import Env, Variable
from herosaga.model.fit import bare, goes
from herosaga.model.infer import check
from herosaga.model.literals import constant
from herosaga.model.types import MessageType, NoneType, Type, Unknown
from herosaga.model.world import Shape
from herosaga.syntax import ast
from msgspec import Struct
from msgspec.structs import replace


class Given(Struct, frozen=True):
    """The fields given so far: their values, and their types."""

    values: Mapping[str, e.Expr] = {}
    types: Mapping[str, Type] = {}

    def seen(self, env: Env) -> Env:
        """Where these fields can be read."""
        variables = {name: Variable(kind, param=True) for name, kind in self.types.items()}
        return replace(env, variables=variables)

    def fits(self, name: str, kind: Type) -> bool:
        """Whether a field of this name was given, and may stand for one of this type."""
        return name in self.types and (
            isinstance(self.types[name], Unknown) or goes(self.types[name], kind)
        )

    def adding(self, args: tuple[tuple[str, e.Expr | None], ...], shape: Shape) -> Given:
        """With the fields of one more message; what it leaves to a default is not given."""
        values = {name: value for name, value in args if value is not None}
        types = {name: _type(value, shape.slots[name].type) for name, value in values.items()}
        return Given({**self.values, **values}, {**self.types, **types})


def message(call: ast.Call, shape: Shape, given: Given, env: Env) -> e.Construct:
    """A whole message; a field that it needs and does not name is one that was given earlier, if that fits."""
    lent = {
        name: replace(slot, required=slot.required and not given.fits(name, slot.type))
        for name, slot in shape.slots.items()
    }
    args = dict(some(call, replace(shape, slots=lent), given, env))
    for name, slot in shape.slots.items():
        if slot.required and name not in args and given.fits(name, slot.type):
            earlier = ast.Var(name, call.name.span)
            args[name] = filled(earlier, slot.type, given, env)
    return e.Construct(
        shape.id,
        tuple((name, args.get(name)) for name in shape.slots),
        MessageType(shape.id),
        call.span,
    )


def some(call: ast.Call, shape: Shape, given: Given, env: Env) -> tuple[tuple[str, e.Expr], ...]:
    """The fields that are written, in declared order."""
    written = pair(call.args, shape, call.name.span, env.report)
    return tuple(
        (name, filled(written[name], slot.type, given, env))
        for name, slot in shape.slots.items()
        if name in written
    )


def part(call: ast.Call, shape: Shape, given: Given, env: Env) -> tuple[tuple[str, e.Expr], ...]:
    """The fields that are written, of which none has to be."""
    free = {name: replace(slot, required=False) for name, slot in shape.slots.items()}
    return some(call, replace(shape, slots=free), given, env)


def filled(node: ast.Expr, kind: Type, given: Given, env: Env) -> e.Expr:
    """An expression of a type, with their values in place of the fields that were given."""
    return constant(_filled(check(node, given.seen(env), kind), given.values))


def _type(value: e.Expr, kind: Type) -> Type:
    """Of an optional field that was given something, what it was given."""
    return kind if isinstance(value.type, NoneType) else bare(kind)


def _filled(value: e.Expr, given: Mapping[str, e.Expr]) -> e.Expr:
    """The expression with the values in place of the names."""
    if isinstance(value, e.Local):
        return given.get(value.name, value)
    if isinstance(value, e.Fold):
        given = {name: each for name, each in given.items() if name != value.var}
    changes: dict[str, Any] = {
        name: _inside(getattr(value, name), given) for name in value.__struct_fields__
    }
    return replace(value, **changes)


def _inside(value: object, given: Mapping[str, e.Expr]) -> object:
    match value:
        case tuple():
            return tuple(_inside(each, given) for each in value)
        case _ if isinstance(value, e.Expr):
            return _filled(value, given)
    return value

"""Of what type the fields of an older version were: nothing declares them any more, so those who read them tell.

A field is what stands beside it, what it is computed into, or what a function takes. Where that says nothing, its
type stays unknown, and only `check` can live with that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herosaga.model.arguments import pair
from herosaga.model.env import Env, Variable
from herosaga.model.fit import bare
from herosaga.model.infer import infer
from herosaga.model.operators import NUMBERS
from herosaga.model.types import (
    BOOL,
    DATETIME,
    DECIMAL,
    DURATION,
    FLOAT,
    INT,
    JSON,
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
from herosaga.syntax import ast
from msgspec import Struct
from msgspec.structs import replace

Told = Iterator[tuple[str, Type]]
Values = tuple[tuple[ast.Expr, Type], ...]

_TAKES: Mapping[str, Type] = {
    "lower": STR,
    "upper": STR,
    "uuid": STR,
    "decimal": DECIMAL,
    "int": DECIMAL,
    "len": ListOf(JSON),
    "any": ListOf(BOOL),
    "all": ListOf(BOOL),
}
"""What a function takes, whatever it is for. Whatever was a number, be it as text, can be read as a decimal."""


def old_types(values: Values, names: frozenset[str], env: Env) -> Mapping[str, Type]:
    """The types of those of `names` of which the values tell; each value comes with the type that it is to have."""
    found: dict[str, Type] = {}
    for _ in names:  # what one value tells of a field may be what another has to know
        reading = _Reading(names - found.keys(), _knowing(env, names, found))
        told = {name: kind for value, kind in values for name, kind in reading.told(value, kind)}
        if not told:
            break
        found |= told
    tested = {name for value, _ in values for name in _tested(value)}
    return {name: _or_none(kind) if name in tested else kind for name, kind in found.items()}


def _knowing(env: Env, names: frozenset[str], found: Mapping[str, Type]) -> Env:
    known = {**env.data, **dict.fromkeys(names, UNKNOWN), **found}
    return replace(env, data=known, report=[])


def _or_none(kind: Type) -> Type:
    return kind if isinstance(kind, Optional) else Optional(kind)


class _Reading(Struct, frozen=True):
    """The fields whose types are looked for, and what is known around them."""

    names: frozenset[str]
    env: Env

    def told(self, node: ast.Expr, wanted: Type) -> Told:
        """What an expression tells, where a value of the type `wanted` is needed."""
        match node:
            case ast.Var(name=name):
                if name in self.names and not isinstance(wanted, Unknown | NoneType):
                    yield name, wanted
            case ast.Conditional(condition=condition, then=then, other=other):
                yield from self.told(condition, BOOL)
                yield from self.told(then, _first(wanted, self._type(other)))
                yield from self.told(other, _first(wanted, self._type(then)))
            case ast.Unary(op=op, operand=operand):
                yield from self.told(operand, BOOL if op == "not" else wanted)
            case ast.Binary():
                yield from self._sides(node, bare(wanted))
            case ast.Call():
                yield from self._called(node, bare(wanted))
            case ast.Index(value=value, index=index):
                yield from self._indexed(value, index, wanted)
            case ast.ListLiteral(items=items):
                for item in items:
                    yield from self.told(item, _element(wanted))
            case ast.Attribute(value=inner) | ast.IsNone(operand=inner):
                yield from self.told(inner, UNKNOWN)

    def _type(self, node: ast.Expr) -> Type:
        return infer(node, self.env).type

    def _sides(self, node: ast.Binary, wanted: Type) -> Told:
        op, left, right = node.op, node.left, node.right
        one, two = self._type(left), self._type(right)
        match op:
            case "and" | "or":
                sides: tuple[Type, Type] = BOOL, BOOL
            case "in" | "not in":
                sides = _element(two), UNKNOWN if one == STR else _list_of(one)
            case "+" | "-" | "*" | "/" | "%":
                sides = _operands(op, bare(one), bare(two), wanted)
            case _:
                sides = two, one
        yield from self.told(left, sides[0])
        yield from self.told(right, sides[1])

    def _called(self, node: ast.Call, wanted: Type) -> Told:
        name = node.name.text
        match node.args:
            case (ast.Arg(value=ast.Generator() as generator),):
                yield from self._generated(generator, _TAKES.get(name, ListOf(wanted)))
                return
        decl = self.env.scope.get(name)
        if decl is not None and decl.id in self.env.world.shapes:
            shape = self.env.world.shapes[decl.id]
            for field, value in pair(node.args, shape, node.name.span, []).items():
                yield from self.told(value, shape.slots[field].type)
            return
        for kind, arg in zip(self._taken(node, wanted), node.args, strict=True):
            yield from self.told(arg.value, kind)

    def _taken(self, node: ast.Call, wanted: Type) -> Iterator[Type]:
        """What a built-in function takes at each place."""
        name, count = node.name.text, len(node.args)
        others = [self._type(arg.value) for arg in node.args]
        for place in range(count):
            match name:
                case "min" | "max" if count > 1:
                    yield _first(*others, wanted)
                case "sum" | "min" | "max":
                    yield _list_of(wanted)
                case "abs":
                    yield wanted
                case "round":
                    yield INT if place else wanted if count > 1 else DECIMAL
                case _:
                    yield _TAKES.get(name, UNKNOWN)

    def _generated(self, node: ast.Generator, wanted: Type) -> Told:
        """`element for var in source`, where a list of the type `wanted` would do as well."""
        plain = node.element == ast.Var(node.var.text, node.element.span)
        yield from self.told(node.source, wanted if plain else UNKNOWN)
        inside = Variable(_element(self._type(node.source)))
        inner = _Reading(self.names - {node.var.text}, self.env.binding(node.var.text, inside))
        yield from inner.told(node.element, _element(wanted))
        if node.condition is not None:
            yield from inner.told(node.condition, BOOL)

    def _indexed(self, value: ast.Expr, index: ast.Expr, wanted: Type) -> Told:
        match self._type(index):
            case kind if kind == INT:
                yield from self.told(value, _list_of(wanted))
            case kind if kind == STR and not isinstance(wanted, Unknown):
                yield from self.told(value, DictOf(STR, wanted))
        match self._type(value):
            case ListOf():
                yield from self.told(index, INT)
            case DictOf(key=key):
                yield from self.told(index, key)


def _first(*kinds: Type) -> Type:
    """The first that is known."""
    return next((each for each in kinds if not isinstance(each, Unknown | NoneType)), UNKNOWN)


def _element(kind: Type) -> Type:
    match bare(kind):
        case ListOf(element=element) | SetOf(element=element) | DictOf(key=element):
            return element
    return UNKNOWN


def _list_of(kind: Type) -> Type:
    return UNKNOWN if isinstance(kind, Unknown) else ListOf(kind)


def _operands(op: str, left: Type, right: Type, wanted: Type) -> tuple[Type, Type]:
    """What both operands are, by each other and by what is wanted of them."""
    if isinstance(left, Unknown) and isinstance(right, Unknown):
        if wanted == DATETIME:
            return DATETIME, DURATION
        return (UNKNOWN, UNKNOWN) if wanted == DURATION and op != "+" else (wanted, wanted)
    return _operand(op, right, wanted), _operand(op, left, wanted)


def _operand(op: str, other: Type, wanted: Type) -> Type:
    """What an operand is, by the one beside it."""
    match op, other:
        case _, Unknown():
            return UNKNOWN
        case "*", kind if kind == DURATION:
            return INT
        case "*", kind if kind == INT and wanted == DURATION:
            return DURATION
        case "+" | "-", kind if kind == DURATION:
            return DATETIME if wanted == DATETIME else DURATION
        case "+", kind if kind == DATETIME:
            return DURATION
        case "-", kind if kind == DATETIME:
            found: dict[Type, Type] = {DURATION: DATETIME, DATETIME: DURATION}
            return found.get(wanted, UNKNOWN)
        case "+" | "-" | "*" | "%", kind if kind in NUMBERS and wanted in (DECIMAL, FLOAT):
            return wanted  # a whole number can be read as one, but not the other way round
    return other


def _tested(node: object) -> Iterator[str]:
    """The names of which something asks whether they are none."""
    match node:
        case ast.IsNone(operand=ast.Var(name=name)):
            yield name
        case tuple():
            for part in node:
                yield from _tested(part)
        case Struct():
            for field in node.__struct_fields__:
                yield from _tested(getattr(node, field))

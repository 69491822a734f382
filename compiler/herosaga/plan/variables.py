"""An itinerary's variables: the class that holds them, and how expressions read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar, cast

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.fit import bare
from herosaga.model.journey import loops_of, outputs_of
from herosaga.model.types import JSON, NONE, Optional, Type
from herosaga.model.within import inner, within
from herosaga.names import field_name
from herosaga.plan.code import PyCode, code, docstring, identifier, items, literal
from herosaga.plan.context import Context
from herosaga.plan.shapes import read_code
from herosaga.plan.types import annotation
from msgspec import Struct
from msgspec.structs import replace

Node = TypeVar("Node")
LoopNames = Mapping[tuple[str, Type], str]
"""What the variable of a loop is called in the slip, by its own name and its type."""


class SlotPlan(Struct, frozen=True):
    """A variable: how it is declared, and read from JSON."""

    name: PyCode
    wire: PyCode
    declaration: PyCode
    read: PyCode


class VariablesPlan(Struct, frozen=True):
    """The class of an itinerary's variables. `unset` are those that may not be there yet."""

    name: PyCode
    label: PyCode
    doc: PyCode
    slots: PyCode
    given: tuple[SlotPlan, ...]
    unset: tuple[SlotPlan, ...]
    json_value: PyCode


def variables_plan(context: Context, itinerary: m.Itinerary) -> VariablesPlan:
    """The class of an itinerary's variables."""
    context.codec()
    params = {each.name for each in itinerary.params}
    fields = _fields(context.model, itinerary)
    given = [each for each in fields if each.name in params or each.default is not None]
    name = f"{itinerary.name}Variables"
    words = f"The variables of a slip of `{itinerary.name}`; one that nothing has set yet is unset."
    return VariablesPlan(
        identifier(name),
        literal(name),
        docstring(words),
        items(literal(each) for each in sorted(field_name(each.name) for each in fields)),
        tuple(_slot(context, each) for each in given),
        tuple(_slot(context, each) for each in fields if each not in given),
        context.runtime("message", "JsonValue"),
    )


def _slot(context: Context, variable: m.Field) -> SlotPlan:
    name = identifier(field_name(variable.name))
    declaration = code("{}: {}", name, annotation(context, variable.type))
    return SlotPlan(name, literal(variable.name), declaration, read_code(context, variable))


def _fields(model: m.Model, itinerary: m.Itinerary) -> list[m.Field]:
    """The variables as fields; one that may be none is none where it is absent."""
    span, kinds = itinerary.span, types_of(model, itinerary)
    defaults: dict[str, e.Expr] = {
        name: e.Const(None, NONE, span)
        for name, kind in kinds.items()
        if isinstance(kind, Optional)
    }
    defaults |= {each.name: each.default for each in itinerary.params if each.default is not None}
    names = [(name, kind, defaults.get(name)) for name, kind in kinds.items()]
    names += [(name, kind, None) for (_, kind), name in loop_names(itinerary, kinds).items()]
    return [m.Field(name, kind, default, m.Meta(), span) for name, kind, default in names]


# --- which there are -----------------------------------------------------------------------------


def types_of(model: m.Model, itinerary: m.Itinerary) -> Mapping[str, Type]:
    """Parameters and outputs with the types of their slots: optional where something looks whether they are there."""
    found: dict[str, Type] = {each.name: each.type for each in itinerary.params}
    for each in outputs_of(itinerary, model.activities):
        known = found.get(each.name)
        found[each.name] = each.type if known is None else _either(known, each.type)
    for node in within(itinerary.stages):
        if isinstance(node, e.Local) and node.param and isinstance(node.type, Optional):
            found[node.name] = node.type
    return found


def _either(one: Type, other: Type) -> Type:
    """Of two that are the same but for a `?` the one with it."""
    return other if isinstance(other, Optional) else one


def loop_names(itinerary: m.Itinerary, taken: Mapping[str, Type]) -> LoopNames:
    """Names for the variables of loops: those of one name and type have one, and no other variable has it."""
    python = {field_name(each) for each in taken}
    found: dict[tuple[str, Type], str] = {}
    for loop in loops_of(itinerary):
        if (loop.var, loop.type) not in found:
            name, count = loop.var, 1
            while field_name(name) in python:
                count += 1
                name = f"{loop.var}_{count}"
            python.add(field_name(name))
            found[loop.var, loop.type] = name
    return found


# --- how they are read ---------------------------------------------------------------------------


class Names(Struct, frozen=True):
    """Where the variables are: fields of `owner`, with their types there. `loops` are those that are bound at the place."""

    owner: e.Expr
    types: Mapping[str, Type]
    loops: Mapping[str, str] = {}

    def binding(self, var: str, name: str) -> Names:
        """Here, in a loop whose variable is called `name` in the slip."""
        return replace(self, loops={**self.loops, var: name})

    def hiding(self, var: str) -> Names:
        """Here, where a variable of the expression's own has this name."""
        return replace(self, loops={k: v for k, v in self.loops.items() if k != var})

    def field(self, local: e.Local) -> e.Expr:
        """What a variable is read from."""
        if local.param:
            kind = self.types.get(local.name, local.type)
            found = e.FieldOf(self.owner, local.name, kind, local.span)
            sure = isinstance(kind, Optional) and not isinstance(local.type, Optional)
            # Nothing tells `null` from none: a json value that is surely there may be the one.
            return (
                e.Narrowed(found, local.type, local.span) if sure and bare(kind) != JSON else found
            )
        name = self.loops.get(local.name)
        return local if name is None else e.FieldOf(self.owner, name, local.type, local.span)


def seen(node: Node, names: Names) -> Node:
    """`node` with the fields of the variables' owner wherever it reads a variable."""
    return cast(Node, _seen(node, names))


def _seen(node: object, names: Names) -> object:
    match node:
        case tuple():
            return tuple(_seen(each, names) for each in node)
        case e.Local():
            return names.field(node)
        case e.Fold(var=var, element=element, source=source, condition=condition):
            within_it = names.hiding(var)
            return replace(
                node,
                element=seen(element, within_it),
                source=seen(source, names),
                condition=seen(condition, within_it),
            )
    kind: type = type(node)
    changed = {name: _seen(getattr(node, name), names) for name in inner(kind)}
    return replace(node, **changed) if changed else node  # type: ignore[type-var]

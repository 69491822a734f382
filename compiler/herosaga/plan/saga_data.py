"""A saga's data: a class of slots, of which those not set yet are unset."""

from __future__ import annotations

from herosaga.model.model import (
    Action,
    Field,
    If,
    Meta,
    OnMessage,
    Saga,
    Set,
    Transition,
)
from herosaga.names import field_name
from herosaga.plan.code import PyCode, code, docstring, identifier, items, literal
from herosaga.plan.context import Context
from herosaga.plan.expr import Values, value
from herosaga.plan.shapes import FieldPlan, read_code
from herosaga.plan.types import annotation, written
from msgspec import Struct


class DataPlan(Struct, frozen=True):
    """The class of a saga's data.

    `defaults` have a value at once, `started` from the first step on, `unset` perhaps later. `blank` makes an object
    of which nothing is set; data that has nothing but its key does without.
    """

    name: PyCode
    label: PyCode
    doc: PyCode
    slots: PyCode
    key: FieldPlan
    defaults: tuple[DefaultPlan, ...]
    started: tuple[FieldPlan, ...]
    unset: tuple[UnsetPlan, ...]
    blank: PyCode | None
    json_object: PyCode
    json_value: PyCode

    @property
    def bare(self) -> bool:
        """Whether there is nothing but the key."""
        return not (self.defaults or self.started or self.unset)


class DefaultPlan(Struct, frozen=True):
    """A field that has a value from the start."""

    field: FieldPlan
    value: PyCode


class UnsetPlan(Struct, frozen=True):
    """A field that gets its value later; `slot` is its name as a string."""

    field: FieldPlan
    slot: PyCode


def data_plan(context: Context, saga: Saga) -> DataPlan:
    """The class of a saga's data."""
    context.codec()
    key = Field(saga.key, saga.key_type, None, Meta(), saga.span)
    started = _started(saga)
    fields = (*saga.data, *saga.slots)
    bare = tuple(each for each in fields if each.default is None)
    slots = sorted(field_name(each.name) for each in (key, *fields))
    return DataPlan(
        identifier(f"{saga.name}Data"),
        literal(f"{saga.name}Data"),
        docstring(f"The data of `{saga.name}`; a field that was not set yet is unset."),
        items(literal(each) for each in slots),
        _field(context, key),
        tuple(
            DefaultPlan(_field(context, each), value(Values(context), each.default))
            for each in fields
            if each.default is not None
        ),
        tuple(_field(context, each) for each in bare if each.name in started),
        tuple(
            UnsetPlan(_field(context, each), literal(field_name(each.name)))
            for each in bare
            if each.name not in started
        ),
        context.runtime("instance", "blank") if fields else None,
        context.runtime("message", "JsonObject"),
        context.runtime("message", "JsonValue"),
    )


def _started(saga: Saga) -> set[str]:
    """The fields that every start sets, whatever it is given."""
    sets = [_bound(each) | _set_by(each.actions) for each in saga.start]
    return set.intersection(*sets) if sets else set()


def _bound(transition: Transition) -> set[str]:
    match transition.trigger:
        case OnMessage(binds=names):
            return set(names)
        case _:
            return set()


def _set_by(actions: tuple[Action, ...]) -> set[str]:
    found: set[str] = set()
    for action in actions:
        match action:
            case Set(field):
                found.add(field)
            case If(_, then, other):
                found |= _set_by(then) & _set_by(other)
            case _:
                pass  # a loop may run no time, and the rest sets nothing
    return found


def _field(context: Context, field: Field) -> FieldPlan:
    name = identifier(field_name(field.name))
    declaration = code("{}: {}", name, annotation(context, field.type))
    form = written(context, field.type, code("self.{}", name))
    doc = docstring(field.meta.doc) if field.meta.doc else None
    return FieldPlan(name, literal(field.name), declaration, form, read_code(context, field), doc)

"""Enums, records, messages: the classes that carry values."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.model import expr as e
from herosaga.model.model import Activity, Enum, Field, Message, PolicyDecl, Record
from herosaga.names import constant, field_name
from herosaga.plan.actions import policy_value
from herosaga.plan.code import PyCode, code, docstring, identifier, join, literal
from herosaga.plan.context import Context, python_order
from herosaga.plan.expr import Values, value
from herosaga.plan.types import annotation, reader, written
from msgspec import Struct
from msgspec.structs import replace


class MemberPlan(Struct, frozen=True):
    """A member of an enum."""

    name: PyCode
    value: PyCode
    doc: PyCode | None = None


class EnumPlan(Struct, frozen=True):
    """An enum: a `StrEnum` (`base`) of its values on the wire."""

    name: PyCode
    base: PyCode
    doc: PyCode
    members: tuple[MemberPlan, ...]


class FieldPlan(Struct, frozen=True):
    """A field: how it is declared, written to JSON (`wire: written`) and read from it."""

    name: PyCode
    wire: PyCode
    declaration: PyCode
    written: PyCode
    read: PyCode
    doc: PyCode | None = None


class ShapePlan(Struct, frozen=True):
    """A record, message or parameters of a compensation: decorator, base and fields.

    `wire` says which fields are called otherwise in JSON, where a class has to tell.
    """

    name: PyCode
    label: PyCode
    decorator: PyCode
    bases: PyCode
    doc: PyCode
    fields: tuple[FieldPlan, ...]
    json_object: PyCode
    json_value: PyCode
    wire: PyCode | None = None


class PolicyPlan(Struct, frozen=True):
    """A declared policy: a constant."""

    name: PyCode
    final: PyCode
    value: PyCode
    doc: PyCode | None


def enum_plan(context: Context, enum: Enum) -> EnumPlan:
    """The class of an enum."""
    return EnumPlan(
        identifier(enum.name),
        context.scope.use("enum", "StrEnum"),
        docstring(enum.meta.doc or f"Enum `{enum.name}`."),
        tuple(
            MemberPlan(
                identifier(constant(each.name)),
                literal(each.value),
                docstring(each.meta.doc) if each.meta.doc else None,
            )
            for each in enum.members
        ),
    )


def record_plan(context: Context, record: Record) -> ShapePlan:
    """The class of a record."""
    decorator = code("@{}", context.runtime("message", "record"))
    doc = docstring(record.meta.doc or f"Record `{record.name}`.")
    return _shape(context, record.name, decorator, code(""), doc, record.fields)


def message_plan(context: Context, message: Message) -> ShapePlan:
    """The class of an event or command."""
    kind = message.kind.capitalize()
    base = code("({})", context.runtime("message", kind))
    doc = docstring(message.meta.doc or f"{kind} `{message.name}`.")
    decorator = _message(context, message.id)
    return _shape(context, message.name, decorator, base, doc, message.fields)


def arguments_plan(context: Context, activity: Activity) -> ShapePlan:
    """The class of what an activity is done with."""
    base = code("({})", context.runtime("itineraries.activity", "Arguments"))
    doc = docstring(activity.meta.doc or f"The arguments of activity `{activity.name}`.")
    decorator = _message(context, activity.id)
    shape = _shape(context, activity.name, decorator, base, doc, activity.params)
    return replace(shape, wire=_wire(context, activity.params))


def _wire(context: Context, fields: tuple[Field, ...]) -> PyCode | None:
    """The names in JSON of the fields that are called otherwise in Python: steps built at run time have to know them."""
    renamed = [each.name for each in fields if field_name(each.name) != each.name]
    if not renamed:
        return None
    kind = context.scope.use("typing", "ClassVar"), context.scope.use("collections.abc", "Mapping")
    pairs = [code("{}: {}", literal(field_name(each)), literal(each)) for each in renamed]
    return code("WIRE: {}[{}[str, str]] = {{{}}}", *kind, join(", ", pairs))


def undo_plan(
    context: Context, name: PyCode, type_name: str, doc: str, fields: tuple[Field, ...]
) -> ShapePlan:
    """The class of a compensation's parameters."""
    base = code("({})", context.runtime("message", "Undo"))
    return _shape(context, name, _message(context, type_name), base, docstring(doc), fields)


def policy_plan(context: Context, declared: PolicyDecl) -> PolicyPlan:
    """The constant of a declared policy."""
    final = context.scope.use("typing", "Final")
    doc = docstring(declared.meta.doc) if declared.meta.doc else None
    value_ = policy_value(Values(context), declared.policy)
    return PolicyPlan(identifier(constant(declared.name)), final, value_, doc)


def _message(context: Context, type_name: str) -> PyCode:
    return code("@{}({})", context.runtime("message", "message"), literal(type_name))


def _shape(
    context: Context,
    name: str,
    decorator: PyCode,
    bases: PyCode,
    doc: PyCode,
    fields: tuple[Field, ...],
) -> ShapePlan:
    json = context.runtime("message", "JsonObject"), context.runtime("message", "JsonValue")
    planned = tuple(field_plan(context, each) for each in python_order(fields))
    if planned:
        context.codec()
    return ShapePlan(identifier(name), literal(name), decorator, bases, doc, planned, *json)


def field_plan(context: Context, field: Field) -> FieldPlan:
    """A field of a class."""
    name = identifier(field_name(field.name))
    declared = code("{}: {}", name, annotation(context, field.type))
    if field.default is not None:
        declared = code("{} = {}", declared, value(Values(context), field.default))
    form = written(context, field.type, code("self.{}", name))
    doc = docstring(field.meta.doc) if field.meta.doc else None
    return FieldPlan(name, literal(field.name), declared, form, read_code(context, field), doc)


def read_code(context: Context, field: Field) -> PyCode:
    """`fields.need("sku", codec.read_str)`, or `fields.get(…, default)`."""
    read = reader(context, field.type)
    if field.default is None:
        return code("fields.need({}, {})", literal(field.name), read)
    default = value(Values(context), field.default)
    return code("fields.get({}, {}, {})", literal(field.name), read, default)


def ordered_by_defaults(records: tuple[Record, ...]) -> Iterator[Record]:
    """Records such that a default's class stands before the record that uses it."""
    by_id = {each.id: each for each in records}
    done: set[str] = set()

    def visit(record: Record) -> Iterator[Record]:
        if record.id in done:
            return
        done.add(record.id)
        for each in record.fields:
            for id in _constructed(each.default):
                if id in by_id:
                    yield from visit(by_id[id])
        yield record

    for each in records:
        yield from visit(each)


def _constructed(default: e.Expr | None) -> Iterator[str]:
    match default:
        case e.Construct(id, args):
            yield id
            for _, arg in args:
                yield from _constructed(arg)
        case e.ListExpr(items):
            for item in items:
                yield from _constructed(item)
        case _:
            return

"""Types in Python: annotations, and how values are read from JSON and written to it."""

from __future__ import annotations

from herosaga.model.types import (
    DictOf,
    EnumType,
    ListOf,
    MessageType,
    NoneType,
    OneOf,
    Optional,
    RecordType,
    Scalar,
    SetOf,
    Type,
    Unknown,
)
from herosaga.plan.code import PyCode, code, identifier
from herosaga.plan.context import Context

_IMPORTED = {
    "decimal": ("decimal", "Decimal"),
    "uuid": ("uuid", "UUID"),
    "date": ("datetime", "date"),
    "datetime": ("datetime", "datetime"),
    "duration": ("datetime", "timedelta"),
    "json": ("herosaga_runtime.message", "JsonValue"),
}


def annotation(context: Context, type_: Type) -> PyCode:
    """The Python type of a value."""
    match type_:
        case Scalar(name):
            found = _IMPORTED.get(name)
            return context.scope.use(*found) if found else identifier(name)
        case ListOf(element):
            return code("tuple[{}, ...]", annotation(context, element))
        case SetOf(element):
            return code("frozenset[{}]", annotation(context, element))
        case DictOf(key, value):
            mapping = context.scope.use("collections.abc", "Mapping")
            return code("{}[{}, {}]", mapping, annotation(context, key), annotation(context, value))
        case Optional(of):
            return code("{} | None", annotation(context, of))
        case RecordType(id) | EnumType(id) | MessageType(id):
            return context.type_name(id)
        case NoneType():
            return code("None")
        case OneOf() | Unknown():
            raise AssertionError("a program with errors is not planned")


def reader(context: Context, type_: Type) -> PyCode:
    """A function that reads a value of this type from JSON."""
    codec = context.codec()
    match type_:
        case Scalar(name):
            return code("{}.{}", codec, identifier(f"read_{name}"))
        case ListOf(element):
            return code("{}.read_list({})", codec, reader(context, element))
        case SetOf(element):
            return code("{}.read_set({})", codec, reader(context, element))
        case DictOf(key, value):
            readers = _key_reader(context, key), reader(context, value)
            return code("{}.read_dict({}, {})", codec, *readers)
        case Optional(of):
            return code("{}.read_optional({})", codec, reader(context, of))
        case EnumType(id):
            return code("{}.read_enum({})", codec, context.type_name(id))
        case RecordType(id) | MessageType(id):
            return code("{}.from_json", context.type_name(id))
        case NoneType() | OneOf() | Unknown():
            raise AssertionError("no field has this type")


def _key_reader(context: Context, type_: Type) -> PyCode:
    match type_:
        case Scalar("int" | "bool" as name):
            return code("{}.{}", context.codec(), identifier(f"read_key_{name}"))
        case _:
            return reader(context, type_)


_METHODS = {"decimal", "float", "datetime", "duration", "bytes"}


def written(context: Context, type_: Type, value: PyCode, depth: int = 0) -> PyCode:
    """An expression that gives the JSON form of `value`."""
    item = identifier("item" if depth == 0 else f"item_{depth}")
    match type_:
        case Scalar("uuid"):
            return code("str({})", value)
        case Scalar("date"):
            return code("{}.isoformat()", value)
        case Scalar(name) if name in _METHODS:
            return code("{}.{}({})", context.codec(), identifier(f"write_{name}"), value)
        case Scalar() | EnumType():
            return value if isinstance(type_, Scalar) else code("{}.value", value)
        case ListOf(element):
            inner = written(context, element, item, depth + 1)
            return code("list({})", value) if inner == item else _comprehension(inner, item, value)
        case SetOf(element):
            inner = written(context, element, item, depth + 1)
            listed = value if inner == item else _comprehension(inner, item, value)
            return code("{}.write_set({})", context.codec(), listed)
        case DictOf(key, element):
            return _dict_written(context, key, element, value, item, depth)
        case Optional(of):
            inner = written(context, of, value, depth)
            return value if inner == value else code("None if {} is None else {}", value, inner)
        case RecordType() | MessageType():
            return code("{}.to_json()", value)
        case NoneType() | OneOf() | Unknown():
            raise AssertionError("no field has this type")


def _comprehension(inner: PyCode, item: PyCode, value: PyCode) -> PyCode:
    return code("[{} for {} in {}]", inner, item, value)


def _dict_written(
    context: Context, key: Type, element: Type, value: PyCode, item: PyCode, depth: int
) -> PyCode:
    name = identifier("key" if depth == 0 else f"key_{depth}")
    inner = written(context, element, item, depth + 1)
    key_form = _key(context, key, name)
    if (key_form, inner) == (name, item):
        return code("dict({})", value)
    return code("{{{}: {} for {}, {} in {}.items()}}", key_form, inner, name, item, value)


def _key(context: Context, type_: Type, name: PyCode) -> PyCode:
    match type_:
        case Scalar("str"):
            return name
        case Scalar("int"):
            return code("str({})", name)
        case Scalar("bool"):
            return code('"true" if {} else "false"', name)
        case _:
            return written(context, type_, name)

"""Values from JSON, by their types."""

from __future__ import annotations

import re
from base64 import b64decode
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from herosaga.interpreter.encode import Json, decimal_of, whole
from herosaga.interpreter.evaluate import literal
from herosaga.interpreter.values import Plain, Value, fields_of
from herosaga.model import model as m
from herosaga.model.types import (
    DictOf,
    EnumType,
    ListOf,
    MessageType,
    Optional,
    RecordType,
    Scalar,
    SetOf,
    Type,
)

_DURATION = re.compile(r"(-?)PT([0-9]+)(?:\.([0-9]{1,6}))?S")


def from_json(model: m.Model, kind: Type, form: Json) -> Plain:
    """The value of this type that has this JSON form."""
    match kind:
        case Optional(of=inner):
            return None if form is None else from_json(model, inner, form)
        case Scalar(name=name):
            return _scalar_from_json(name, form)
        case ListOf(element=element):
            return tuple(from_json(model, element, each) for each in form)
        case SetOf(element=element):
            return frozenset(from_json(model, element, each) for each in form)
        case DictOf(key=key, value=element):
            return {
                key_from_json(model, key, name): from_json(model, element, each)
                for name, each in form.items()
            }
        case RecordType(id=id) | MessageType(id=id):
            return message_from_json(model, id, form)
        case EnumType(id=id) if form not in {each.value for each in model.enums[id].members}:
            raise ValueError(f"{form!r} is no {kind}")
    return form


def message_from_json(model: m.Model, id: str, form: Json) -> Value:
    """A record or message; what is absent has its default."""
    found: dict[str, Plain] = {}
    for each in fields_of(model, id):
        if each.name in form:
            found[each.name] = from_json(model, each.type, form[each.name])
        elif each.default is not None:
            found[each.name] = literal(model, each.default)
        else:
            raise ValueError(f"{id} needs {each.name}")
    return Value.of(id, found)


def key_from_json(model: m.Model, kind: Type, text: str) -> Plain:
    """A dict's key from its text."""
    match kind:
        case Scalar(name="int"):
            return whole(text)
        case Scalar(name="bool"):
            return {"true": True, "false": False}[text]
    return from_json(model, kind, text)


def _scalar_from_json(name: str, form: Json) -> Plain:
    match name:
        case "uuid":
            return UUID(form)
        case "date":
            return date.fromisoformat(form)
        case "datetime":
            return datetime.fromisoformat(form).astimezone(UTC)
        case "duration":
            return _duration(form)
        case "decimal":
            return decimal_of(form) if isinstance(form, str) else Decimal(str(form))
        case "float":
            return float(form)
        case "bytes":
            return b64decode(form, validate=True)
    return form


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no duration")
    sign, seconds, fraction = found.groups()
    length = timedelta(seconds=int(seconds), microseconds=int((fraction or "").ljust(6, "0")))
    return -length if sign else length

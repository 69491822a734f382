"""Values as JSON, by their types: the form that messages and data have on the wire and in a store."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from herosaga.interpreter.values import Plain, Value, fields_of
from herosaga.model import model as m
from herosaga.model.types import (
    DictOf,
    ListOf,
    MessageType,
    Optional,
    RecordType,
    Scalar,
    SetOf,
    Type,
)

Json = Plain
"""A JSON value as `json.loads` gives it."""

_DECIMAL = re.compile(r"-?[0-9]{1,200}(\.[0-9]{1,200})?")
_SECOND = timedelta(seconds=1)


# --- writing -----------------------------------------------------------------------------------


def to_json(model: m.Model, kind: Type, value: Plain) -> Json:
    """The JSON form of a value of this type."""
    match kind:
        case Optional(of=inner):
            return None if value is None else to_json(model, inner, value)
        case Scalar(name=name):
            return _scalar_to_json(name, value)
        case ListOf(element=element):
            return [to_json(model, element, each) for each in value]
        case SetOf(element=element):
            return [to_json(model, element, each) for each in ordered(model, element, value)]
        case DictOf(key=key, value=element):
            return {
                key_to_json(model, key, name): to_json(model, element, each)
                for name, each in value.items()
            }
        case RecordType() | MessageType():
            return message_to_json(model, value)
    return value


def message_to_json(model: m.Model, value: Value) -> Json:
    """The fields of a record or message."""
    return {
        each.name: to_json(model, each.type, value[each.name])
        for each in fields_of(model, value.id)
    }


def ordered(model: m.Model, element: Type, values: Iterable[Plain]) -> tuple[Plain, ...]:
    """What a set holds, in the order of its JSON form: numbers by value, all else by its text."""

    def place(value: Plain) -> tuple[int, Plain, str]:
        form = to_json(model, element, value)
        if isinstance(form, int | float) and not isinstance(form, bool):
            return (0, form, "")
        return (1, 0, json.dumps(form, ensure_ascii=False, separators=(",", ":")))

    return tuple(sorted(values, key=place))


def key_to_json(model: m.Model, kind: Type, value: Plain) -> str:
    """A dict's key: text, whatever its type."""
    form = to_json(model, kind, value)
    if isinstance(form, bool):
        return "true" if form else "false"
    return str(form)


def _scalar_to_json(name: str, value: Plain) -> Json:
    match name:
        case "uuid":
            return str(value)
        case "date":
            return str(value.isoformat())
        case "datetime":
            return datetime_text(value)
        case "duration":
            return duration_text(value)
        case "decimal":
            return decimal_text(value)
        case "bytes":
            return b64encode(value).decode("ascii")
    return value


def decimal_text(value: Decimal) -> str:
    """Without exponent, scale kept."""
    text = f"{value:f}"
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{value} has no JSON form")
    return text


def datetime_text(value: datetime) -> str:
    """UTC, with microseconds and `Z`."""
    utc = value.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="microseconds") + "Z"


def duration_text(value: timedelta) -> str:
    """`PT90S`, `PT0.5S`, `-PT1S`."""
    sign = "-" if value < timedelta() else ""
    seconds, rest = divmod(abs(value), _SECOND)
    fraction = f".{rest.microseconds:06d}".rstrip("0") if rest else ""
    return f"{sign}PT{seconds}{fraction}S"


# --- numbers from texts ------------------------------------------------------------------------


def decimal_of(text: str) -> Decimal:
    """A decimal from its text."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{text!r} is no decimal")
    return Decimal(text)


def whole(text: str) -> int:
    """An int from its text."""
    if not re.fullmatch(r"-?[0-9]{1,4000}", text):
        raise ValueError(f"{text!r} is no int")
    return int(text)

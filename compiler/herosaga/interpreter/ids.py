"""What is derived from an instance, and so the same whenever a step is repeated."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from herosaga.interpreter.encode import datetime_text, decimal_text, duration_text
from herosaga.interpreter.values import Plain

_SPACE = UUID("6f6d1c9e-2f0b-5a7e-9d0c-6865726f7361")
_SEPARATOR = "\x1f"


def derived_uuid(origin: str, number: int) -> UUID:
    """The `uuid()` that is the instance's `number`-th message or id."""
    parts = (origin, str(number), "uuid")
    return uuid5(_SPACE, _SEPARATOR.join(parts))


def message_id(saga: str, key: str, incarnation: int, number: int) -> str:
    """The id of an instance's `number`-th message."""
    parts = (saga, key, str(incarnation), str(number))
    return str(uuid5(_SPACE, _SEPARATOR.join(parts)))


def key_text(key: Plain) -> str:
    """A key as text: equal keys have one text, however they were written."""
    match key:
        case bool():
            return "true" if key else "false"
        case Decimal():
            return decimal_text(key.normalize() + 0)
        case float():
            return repr(key + 0.0)
        case datetime():
            return datetime_text(key)
        case date():
            return key.isoformat()
        case timedelta():
            return duration_text(key)
        case bytes():
            from base64 import b64encode

            return b64encode(key).decode("ascii")
    return str(key)

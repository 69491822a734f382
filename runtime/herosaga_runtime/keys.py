"""Keys as text: the same for equal keys, whatever way they were written."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from uuid import UUID

from herosaga_runtime import codec
from herosaga_runtime.errors import UsageError


def key_text(key: object) -> str:
    """The text by which an instance is stored and found: `1.0` and `1.00` are one key, and so is a time in two zones.

    `UsageError` for what no saga's key can be.
    """
    if type(key) is str:  # as most are
        return key
    match key:
        case Enum():
            return key_text(key.value)
        case str() | UUID():
            return str(key)
        case bool():
            return "true" if key else "false"
        case int():
            return str(key)
        case Decimal():
            return codec.write_decimal(key.normalize() + 0)
        case float():
            return repr(codec.write_float(key + 0.0))
        case datetime():
            return codec.write_datetime(key)
        case date():
            return key.isoformat()
        case timedelta():
            return codec.write_duration(key)
        case bytes():
            return codec.write_bytes(key)
        case _:
            raise UsageError(f"{key!r} is no key")

"""JSON in and out, by rules that hold in every language.

decimal: a string without exponent, scale kept (read also from a number's text, never by way of float); datetime: UTC in
RFC 3339 with `Z` and microseconds; date: ISO; duration: ISO 8601 `PT…S`; bytes: base64; uuid: lower case; set: a sorted
array; dict keys: strings. Unknown fields are ignored, NaN and infinity refused.

`read_…` take a parsed JSON value and give the Python one or raise `DecodeError`; `write_…` go the other way. `Fields`
reads an object's members and says in its errors which one was wrong.
"""

from __future__ import annotations

import json
import math
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeGuard, TypeVar, overload
from uuid import UUID

from herosaga_runtime.errors import DecodeError, EncodeError
from herosaga_runtime.message import JsonValue

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")
E = TypeVar("E", bound=StrEnum)
J = TypeVar("J", bound=JsonValue)

_DECIMAL = re.compile(r"-?[0-9]{1,200}(\.[0-9]{1,200})?")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DURATION = re.compile(r"(-?)PT([0-9]{1,14})(?:\.([0-9]{1,6}))?S")
_DATETIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class JsonNumber(float):
    """A number with a fraction or exponent, and the text it was written as."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> JsonNumber:
        number = super().__new__(cls, text)
        if not math.isfinite(number):
            raise DecodeError(f"{text[:60]} is no number that a float can hold")
        number.text = text
        return number


def _refuse_constant(name: str) -> float:
    raise DecodeError(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(parse_float=JsonNumber, parse_constant=_refuse_constant)
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def loads(text: str | bytes) -> JsonValue:
    """Parse JSON text; `DecodeError` says where it is broken."""
    try:
        value: JsonValue = _DECODER.decode(text if isinstance(text, str) else text.decode())
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"not JSON: {error}") from error
    return value


def dumps(value: JsonValue) -> str:
    """JSON text of a value, compact, keys in the given order."""
    try:
        return _ENCODER.encode(value)
    except ValueError as error:
        raise EncodeError(str(error)) from error


# --- reading -----------------------------------------------------------------------------------


def _expected(what: str, value: JsonValue) -> DecodeError:
    shown = repr(value)
    return DecodeError(f"expected {what}, got {shown if len(shown) <= 60 else shown[:57] + '...'}")


def read_str(value: JsonValue) -> str:
    """A string."""
    if not isinstance(value, str):
        raise _expected("a string", value)
    return value


def read_int(value: JsonValue) -> int:
    """An integer; `true` and `1.0` are none."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise _expected("an integer", value)
    return value


def read_float(value: JsonValue) -> float:
    """A finite number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _expected("a number", value)
    try:
        number = float(value)
    except OverflowError as error:
        raise _expected("a number within a float's range", value) from error
    if not math.isfinite(number):
        raise _expected("a finite number", value)
    return number


def read_decimal(value: JsonValue) -> Decimal:
    """A decimal, from a string or a number's text."""
    match value:
        case str() if _DECIMAL.fullmatch(value):
            return Decimal(value)
        case JsonNumber() if abs(Decimal(value.text).adjusted()) <= 200:
            return Decimal(value.text)
        case int() if not isinstance(value, bool):
            return Decimal(value)
        case _:
            raise _expected("a decimal", value)


def read_bool(value: JsonValue) -> bool:
    """`true` or `false`."""
    if not isinstance(value, bool):
        raise _expected("true or false", value)
    return value


def read_uuid(value: JsonValue) -> UUID:
    """A UUID in its usual form with hyphens."""
    if isinstance(value, str) and _UUID.fullmatch(value):
        return UUID(value)
    raise _expected("a UUID", value)


def read_date(value: JsonValue) -> date:
    """A date, `2026-11-22`."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass  # reported below
    raise _expected("a date", value)


def read_datetime(value: JsonValue) -> datetime:
    """A time with its offset, as UTC."""
    if isinstance(value, str) and _DATETIME.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass  # reported below
    raise _expected("a time with its offset, like 2026-11-22T10:00:00Z", value)


def read_duration(value: JsonValue) -> timedelta:
    """A duration in seconds, `PT1.5S`."""
    if isinstance(value, str) and (match := _DURATION.fullmatch(value)):
        sign, seconds, fraction = match.groups()
        try:
            length = timedelta(
                seconds=int(seconds), microseconds=int((fraction or "").ljust(6, "0"))
            )
        except OverflowError as error:
            raise _expected("a duration of at most 999999999 days", value) from error
        return -length if sign else length
    raise _expected("a duration like PT1.5S", value)


def read_bytes(value: JsonValue) -> bytes:
    """Bytes, from base64."""
    text = read_str(value)
    try:
        return b64decode(text, validate=True)
    except ValueError as error:  # beside binascii.Error, what b64decode says of other alphabets
        raise _expected("base64", value) from error


def read_json(value: JsonValue) -> JsonValue:
    """Any JSON value."""
    return value


def read_enum(enum: type[E]) -> Callable[[JsonValue], E]:
    """A reader of an enum's values."""

    def read(value: JsonValue) -> E:
        try:
            return enum(read_str(value))
        except ValueError:  # also what read_str raises
            raise _expected(f"one of {', '.join(member.value for member in enum)}", value) from None

    return read


def read_list(read: Callable[[JsonValue], T]) -> Callable[[JsonValue], tuple[T, ...]]:
    """A reader of arrays."""

    def read_items(value: JsonValue) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise _expected("an array", value)
        return tuple([_at(f"[{index}]", read, item) for index, item in enumerate(value)])

    return read_items


def read_set(read: Callable[[JsonValue], T]) -> Callable[[JsonValue], frozenset[T]]:
    """A reader of arrays whose order does not count."""
    items = read_list(read)
    return lambda value: frozenset(items(value))


def read_dict(
    key: Callable[[JsonValue], K], read: Callable[[JsonValue], V]
) -> Callable[[JsonValue], Mapping[K, V]]:
    """A reader of objects used as dictionaries."""

    def read_members(value: JsonValue) -> Mapping[K, V]:
        if not isinstance(value, dict):
            raise _expected("an object", value)
        return {
            _at(f"[{name!r}]", key, name): _at(f"[{name!r}]", read, item)
            for name, item in value.items()
        }

    return read_members


def read_key_int(value: JsonValue) -> int:
    """An integer written as a dictionary's key."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,4000}", value):
        return int(value)
    raise _expected("an integer written as text", value)


def read_key_bool(value: JsonValue) -> bool:
    """A bool written as a dictionary's key."""
    if value in ("true", "false"):
        return value == "true"
    raise _expected("true or false as key", value)


def read_optional(read: Callable[[JsonValue], T]) -> Callable[[JsonValue], T | None]:
    """A reader that also takes null."""
    return lambda value: None if value is None else read(value)


def _at(place: str, read: Callable[[JsonValue], T], value: JsonValue) -> T:
    try:
        return read(value)
    except DecodeError as error:
        raise DecodeError(f"{place}: {error}") from error


class Fields:
    """The members of a JSON object, read one by one; errors name the type and the field."""

    __slots__ = ("_type", "_values")

    def __init__(self, type_name: str, value: JsonValue) -> None:
        if not isinstance(value, dict):
            raise DecodeError(f"{type_name}: {_expected('an object', value)}")
        self._type = type_name
        self._values = value

    def need(self, name: str, read: Callable[[JsonValue], T]) -> T:
        """A field that must be there."""
        if name not in self._values:
            raise DecodeError(f"{self._type}.{name}: missing")
        try:  # not by way of _at: naming the place beforehand would double the time
            return read(self._values[name])
        except DecodeError as error:
            raise DecodeError(f"{self._type}.{name}: {error}") from error

    def get(self, name: str, read: Callable[[JsonValue], T], default: T) -> T:
        """A field that may be absent."""
        return self.need(name, read) if name in self._values else default

    def has(self, name: str) -> bool:
        """Whether the field is there."""
        return name in self._values


# --- writing -----------------------------------------------------------------------------------


def write_decimal(value: Decimal) -> str:
    """`4.50`: no exponent, scale kept."""
    text = f"{value:f}"
    if not _DECIMAL.fullmatch(text):
        raise EncodeError(f"{value} has no JSON form")
    return text


def write_float(value: float) -> float:
    """A finite number."""
    if not math.isfinite(value):
        raise EncodeError(f"{value} has no JSON form")
    return value


def write_datetime(value: datetime) -> str:
    """UTC with microseconds and `Z`; a naive time is refused."""
    if value.utcoffset() is None:
        raise EncodeError(f"{value!r} has no time zone")
    try:
        utc = value.astimezone(UTC)
    except OverflowError as error:
        raise EncodeError(f"{value!r} is no year of UTC") from error
    return utc.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def write_duration(value: timedelta) -> str:
    """`PT90S`, `PT0.5S`, `-PT1S`."""
    micros = value // timedelta(microseconds=1)
    seconds, fraction = divmod(abs(micros), 1_000_000)
    tail = f".{fraction:06d}".rstrip("0") if fraction else ""
    return f"{'-' if micros < 0 else ''}PT{seconds}{tail}S"


def write_bytes(value: bytes) -> str:
    """Base64."""
    return b64encode(value).decode("ascii")


def write_set(values: Iterable[JsonValue]) -> list[JsonValue]:
    """An array in a fixed order: by JSON text, numbers by value."""
    return sorted(values, key=_place)


@overload
def ordered(values: Iterable[J], /) -> list[J]: ...


@overload
def ordered(values: Iterable[T], write: Callable[[T], JsonValue], /) -> list[T]: ...


def ordered(values: Iterable[Any], write: Callable[[Any], JsonValue] | None = None, /) -> list[Any]:
    """The elements of a set in the order in which they are written; `write` gives the JSON form of those that are none."""
    return sorted(values, key=lambda value: _place(value if write is None else write(value)))


def _place(item: JsonValue) -> tuple[int, float, str]:
    return (0, item, "") if _is_number(item) else (1, 0, dumps(item))


def _is_number(value: JsonValue) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)

"""Python text that is safe to print: the only kind of value a template accepts.

A `PyCode` is made from a checked identifier, from a literal by its value, from a docstring, or by putting such pieces into
a format that stands in this compiler's source. Nothing a user wrote reaches a generated module any other way.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VISIBLE_IN_DOCS = "\n\u00a0\u200c\u200d"
"""What is no letter or sign, and yet belongs to a text: the end of a line, and what scripts and emoji are joined with."""


class PyCode(str):
    """A piece of Python that only this module makes."""

    __slots__ = ()


def identifier(name: str) -> PyCode:
    """A name; a keyword gets an underscore. Anything else that is no ASCII identifier is our own bug."""
    if _IDENTIFIER.fullmatch(name) is None:
        raise ValueError(f"not an identifier: {name!r}")
    return PyCode(name + "_" if keyword.iskeyword(name) else name)


def dotted(path: str) -> PyCode:
    """A module's path."""
    return PyCode(".".join(identifier(part) for part in path.split(".")))


def code(form: LiteralString, *parts: PyCode) -> PyCode:
    """`form` with each `{}` replaced by a piece."""
    for part in parts:
        if not isinstance(part, PyCode):
            raise TypeError(f"not PyCode: {part!r}")
    return PyCode(form.format(*parts))


def join(separator: LiteralString, parts: Iterable[PyCode]) -> PyCode:
    """Pieces in a row."""
    return PyCode(separator.join(code("{}", part) for part in parts))


def items(parts: Iterable[PyCode]) -> PyCode:
    """A tuple display; black decides about its lines."""
    listed = list(parts)
    return code("({},)", listed[0]) if len(listed) == 1 else code("({})", join(", ", listed))


def literal(value: str | int | float | bool | None) -> PyCode:
    """A literal, by value."""
    match value:
        case None | bool() | int() | float():
            return PyCode(repr(value))
        case str():
            return PyCode(_string(value))


def _string(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_escaped(escaped)}"'


def _escaped(text: str, kept: str = "") -> str:
    """The text with all that does not show, or shows elsewhere than it stands, as an escape."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each in kept else _escape(each) for each in text)


def _escape(letter: str) -> str:
    point = ord(letter)
    return (
        f"\\x{point:02x}"
        if point < 0x100
        else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
    )


def docstring(text: str) -> PyCode:
    """A docstring: user's words as data, whatever they contain."""
    lines = [line.rstrip() for line in text.strip().splitlines()] or [""]
    body = "\n".join(lines).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    body = _escaped(body, _VISIBLE_IN_DOCS)
    if body.startswith(" "):
        body = body.lstrip()
    tail = "\n" if "\n" in body or body.endswith('"') else ""
    return PyCode(f'"""{body}{tail}"""')


def duration(value: timedelta) -> tuple[str, str]:
    """The unit of `timedelta` that shows a duration best, and how many of it."""
    micros = value // timedelta(microseconds=1)
    for unit, size in _UNITS:
        if micros and micros % size == 0:
            return unit, str(micros // size)
    return "microseconds", str(micros)


_UNITS = (
    ("days", 86_400_000_000),
    ("hours", 3_600_000_000),
    ("minutes", 60_000_000),
    ("seconds", 1_000_000),
    ("milliseconds", 1_000),
)


def number(value: int) -> PyCode:
    """A whole number."""
    return PyCode(str(value))


def duration_code(timedelta_: PyCode, value: timedelta) -> PyCode:
    """`timedelta(seconds=30)`."""
    unit, count = duration(value)
    return PyCode(f"{timedelta_}({unit}={int(count)})") if value else PyCode(f"{timedelta_}()")


def decimal_code(decimal_: PyCode, value: Decimal) -> PyCode:
    """`Decimal("4.50")`, or `Decimal(4)` for a whole one."""
    if value == value.to_integral_value() and value.as_tuple().exponent == 0:
        return PyCode(f"{decimal_}({int(value)})")
    return PyCode(f'{decimal_}("{value:f}")')


def uuid_code(uuid_: PyCode, value: UUID) -> PyCode:
    """`UUID("…")`."""
    return PyCode(f'{uuid_}("{value}")')


def date_code(date_: PyCode, value: date) -> PyCode:
    """`date(2026, 11, 22)`."""
    return PyCode(f"{date_}({value.year}, {value.month}, {value.day})")


def datetime_code(datetime_: PyCode, utc: PyCode, value: datetime) -> PyCode:
    """`datetime(2026, 11, 22, 10, 0, tzinfo=UTC)`; `value` is in UTC."""
    parts = [value.year, value.month, value.day, value.hour, value.minute]
    if value.second or value.microsecond:
        parts.append(value.second)
    if value.microsecond:
        parts.append(value.microsecond)
    return PyCode(f"{datetime_}({', '.join(map(str, parts))}, tzinfo={utc})")

"""Messages and durations in a few words, as `.saga` files write them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from herosaga_runtime.message import JsonValue, Message

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_LONG: Final = 32
_UNITS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1))


_OF_ITINERARIES: Final = frozenset(("completed", "faulted", "compensated", "back"))


def name_of(kind: type[Message]) -> str:
    """What a message is called in its own file."""
    return short(kind.TYPE)


def short(type_name: str) -> str:
    """A type without its namespace; a message of an itinerary keeps the itinerary's name: `Fulfilment.completed`."""
    *parts, last = type_name.split(".")
    return ".".join([*parts[-1:], last]) if last in _OF_ITINERARIES else last


def described(message: Message, key: str = "") -> str:
    """A message with its fields, long values shortened: `ChargeCard(amount = "4.50")`. A UUID that is the key is left out."""
    json = message.to_json().items()
    own = key if _UUID.fullmatch(key) else None
    fields = ", ".join(
        f"{name} = {shown(value)}" for name, value in json if value != own or own is None
    )
    return f"{name_of(type(message))}({fields})" if fields else name_of(type(message))


def shown(value: JsonValue) -> str:
    """A JSON value, cut where it is long."""
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case str() if _UUID.fullmatch(value):
            return f'"…{value[-4:]}"'
        case str():
            return f'"{value if len(value) <= _LONG else value[: _LONG - 1] + "…"}"'
        case Mapping():
            first = next((f"{name} = {shown(each)}" for name, each in value.items()), "")
            return f"{{{first}{', …' if len(value) > 1 else ''}}}"
        case Sequence():
            first = shown(value[0]) if value else ""
            return f"[{first}{', …' if len(value) > 1 else ''}]"
        case _:
            return str(value)


def duration(length: timedelta) -> str:
    """A length of time: `1d12h`, `500ms`."""
    left, micros = divmod(length // timedelta(microseconds=1), 1000)
    if micros or left <= 0:
        return str(length)
    parts = list[str]()
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)

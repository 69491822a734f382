"""Values at run time.

Numbers, texts, times and the like are Python's own. A list is a tuple, a set a frozenset, a dict a mapping, a member of
an enum the text that it has on the wire. Records and messages are `Value`s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any, TypeAlias

from herosaga.model import model as m
from herosaga.model.itinerary import OUTCOMES
from herosaga.model.types import DECIMAL, FLOAT, Optional, Scalar, Type

Plain: TypeAlias = Any
"""Any value of the language. Its type is what the model says: the checker has seen to that."""

DECIMALS = Context(
    prec=28, rounding=ROUND_HALF_EVEN, traps=[DivisionByZero, InvalidOperation, Overflow]
)
"""How decimals are calculated, whatever the thread's own context is."""


_OF_ITINERARIES = frozenset((*OUTCOMES, "back"))


@dataclass(frozen=True, slots=True)
class Value:
    """A record or message: the id of its declaration, and every field in declared order."""

    id: str
    fields: tuple[tuple[str, Plain], ...] = ()

    @classmethod
    def of(cls, id: str, fields: Mapping[str, Plain]) -> Value:
        """A value with these fields."""
        return cls(id, tuple(fields.items()))

    def __getitem__(self, name: str) -> Plain:
        for field, value in self.fields:
            if field == name:
                return value
        raise KeyError(f"{self.id} has no {name}")

    def get(self, name: str) -> Plain:
        """A field, none where there is no such field."""
        return dict(self.fields).get(name)

    @property
    def name(self) -> str:
        """The declaration's own name; of what an itinerary says, with that of the itinerary."""
        *parts, last = self.id.split(".")
        return ".".join([*parts[-1:], last]) if last in _OF_ITINERARIES else last

    def __str__(self) -> str:
        return f"{self.name}({', '.join(f'{name} = {value}' for name, value in self.fields)})"


def fields_of(model: m.Model, id: str) -> tuple[m.Field, ...]:
    """The fields of a record or message."""
    return (model.records.get(id) or model.messages[id]).fields


def bare(kind: Type) -> Type:
    """The type without its `?`."""
    return kind.of if isinstance(kind, Optional) else kind


def widened(value: Plain, kind: Type) -> Plain:
    """An int where a decimal or float is expected; any other value as it is."""
    if isinstance(value, int) and not isinstance(value, bool):
        if bare(kind) == DECIMAL:
            return Decimal(value)
        if bare(kind) == FLOAT:
            return float(value)
    return value


def zero(kind: Type) -> Plain:
    """What a fold over nothing gives."""
    match kind:
        case Scalar(name="int"):
            return 0
        case Scalar(name="float"):
            return 0.0
        case Scalar(name="decimal"):
            return Decimal(0)
        case Scalar(name="duration"):
            return timedelta()
        case Scalar(name="date"):
            return date.min
        case Scalar(name="datetime"):
            return datetime.min.replace(tzinfo=UTC)
    return ""

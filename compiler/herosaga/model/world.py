"""What expressions can be about: the shapes of records and messages, and the members of enums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from herosaga.model.types import Type
from herosaga.source import Span


@dataclass(frozen=True, slots=True)
class Slot:
    """A field or parameter as a caller sees it; `required` where it has to be given."""

    name: str
    type: Type
    required: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Shape:
    """A record, message or compensation: what it takes. `kind` is the word for it."""

    id: str
    name: str
    kind: str
    slots: Mapping[str, Slot]


@dataclass(frozen=True, slots=True)
class World:
    """All shapes by id; enums by id, each as its members' values by name."""

    shapes: Mapping[str, Shape]
    enums: Mapping[str, Mapping[str, str]]

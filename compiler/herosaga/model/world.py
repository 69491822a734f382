"""What expressions can be about: the shapes of what takes arguments or has fields, and the members of enums."""

from __future__ import annotations

from collections.abc import Mapping

from herosaga.model.types import Type
from herosaga.source import Span
from msgspec import Struct


class Slot(Struct, frozen=True):
    """A field or parameter as a caller sees it; `required` where it has to be given."""

    name: str
    type: Type
    required: bool
    span: Span


class Shape(Struct, frozen=True):
    """What takes arguments or has fields. `kind` is the word for it.

    Records, messages, extern functions, activities and itineraries have one under their id, compensations
    one without an id. How an itinerary `oms.Fulfilment` ended is the shape `oms.Fulfilment.completed`
    (`faulted`, `compensated`), of the kind "outcome". One that is `open` may have more fields: what would
    have brought them is wrong already.
    """

    id: str
    name: str
    kind: str
    slots: Mapping[str, Slot]
    open: bool = False


class World(Struct, frozen=True):
    """All shapes by id; enums by id, each as its members' values by name.

    `outputs` are those of activities, and `results` those of extern functions, by id.
    """

    shapes: Mapping[str, Shape]
    enums: Mapping[str, Mapping[str, str]]
    outputs: Mapping[str, Mapping[str, Slot]] = {}
    results: Mapping[str, Type] = {}


FAILURE = "*.failure"
"""The id of the shape of `failure` in a sequence; no declaration can have it."""

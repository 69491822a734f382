"""What the stages of an itinerary bring together: what they give, and what they go through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.within import within


def activities_of(
    itinerary: m.Itinerary, activities: Mapping[str, m.Activity]
) -> tuple[m.Activity, ...]:
    """The activities that an itinerary names, each once, in source order."""
    done = (each.message for each in within(itinerary.stages) if isinstance(each, m.Do))
    found = (activities.get(each.id) for each in done if isinstance(each, e.Construct))
    return tuple({each.id: each for each in found if each is not None}.values())


def outputs_of(itinerary: m.Itinerary, activities: Mapping[str, m.Activity]) -> Iterator[m.Field]:
    """Every output of every activity; several activities may have one of the same name."""
    for each in activities_of(itinerary, activities):
        yield from each.outputs


def loops_of(itinerary: m.Itinerary) -> Iterator[m.Loop]:
    """All loops around stages, outer ones first."""
    return (each for each in within(itinerary.stages) if isinstance(each, m.Loop))


def variables_of(
    itinerary: m.Itinerary, activities: Mapping[str, m.Activity]
) -> tuple[m.Field, ...]:
    """All variables as fields, each once: parameters, outputs, and those of loops."""
    loops = (_field(each) for each in loops_of(itinerary))
    found: dict[str, m.Field] = {}
    for each in (*itinerary.params, *outputs_of(itinerary, activities), *loops):
        found.setdefault(each.name, each)
    return tuple(found.values())


def _field(loop: m.Loop) -> m.Field:
    return m.Field(loop.var, loop.type, None, m.Meta(), loop.source.span)

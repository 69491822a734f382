"""Data fields that are read where some path has not set them (HS204)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herosaga.checks import hs204
from herosaga.findings import Finding
from herosaga.model import model as m
from herosaga.model.flow import (
    START,
    UNDOING,
    Flow,
    Move,
    Paths,
    Place,
    flow_of,
    settled,
    trigger_text,
    without,
)
from herosaga.model.reads import Fields, Read, entered, step, undone, use, walk
from herosaga.model.types import Optional
from herosaga.source import Span
from msgspec import Struct

_PATHS = 100


class Unset(Struct, frozen=True):
    """A read of a field that is not set on some way to `place`. `where` and `last` are for the report."""

    name: str
    span: Span
    place: Place
    where: str
    last: str


def unset(saga: m.Saga) -> Iterator[Finding]:
    """One finding a field: at the read that the shortest path leads to, the others as its labels.

    Only so many fields have their path: a file full of them is the same mistake all over.
    """
    flow = flow_of(saga)
    known = settled(flow, _initial(saga))
    by_field: dict[str, list[Unset]] = {}
    for each in _all(saga, flow, known):
        by_field.setdefault(each.name, []).append(each)
    declared = {field.name: field.span for field in saga.data}
    for index, (name, found) in enumerate(by_field.items()):
        paths = without(flow, name) if index < _PATHS else Paths({}, {})
        yield _finding(
            name, found, paths, declared[name], tuple(dict.fromkeys(_sometimes(name, saga)))
        )


def _initial(saga: m.Saga) -> Fields:
    """What is set from the beginning."""
    return frozenset(
        field.name
        for field in (*saga.data, *saga.slots)
        if field.default is not None or isinstance(field.type, Optional)
    )


def _sometimes(name: str, saga: m.Saga) -> Iterator[Span]:
    """Where a transition sets the field in an `if` or `for` only."""
    inside = (*saga.start, *(each for state in saga.states for each in state.members))
    for each in inside:
        if isinstance(each, m.Transition):
            for action in each.actions:
                match action:
                    case m.If(then=then, other=other):
                        yield from _sets(name, (*then, *other))
                    case m.For(body=body):
                        yield from _sets(name, body)


def _sets(name: str, actions: tuple[m.Action, ...]) -> Iterator[Span]:
    for action in actions:
        match action:
            case m.Set(field=field, span=span) if field == name:
                yield span
            case m.If(then=then, other=other):
                yield from _sets(name, (*then, *other))
            case m.For(body=body):
                yield from _sets(name, body)


def _finding(
    name: str, found: list[Unset], paths: Paths, declared: Span, sometimes: tuple[Span, ...]
) -> Finding:
    first = min(found, key=lambda each: (paths.lengths.get(each.place, 0), each.span.start))
    path = (*paths.to(first.place), *filter(None, [first.last])) if paths.lengths else ()
    others = {each.span: None for each in found if each.span != first.span}
    return hs204.unset(name, first.where, first.span, declared, path, tuple(others), sometimes)


def _all(saga: m.Saga, flow: Flow, known: Mapping[Place, Fields]) -> Iterator[Unset]:
    """Every such read of a saga."""
    states = {state.name: state for state in saga.states}
    for transition, move in zip(saga.start, flow.moves[""], strict=True):
        yield from _in_move(move, START, known[START], "in `start`")
        yield from _deadline(saga, transition, states.get(transition.target or ""), known[START])
    for state in saga.states:
        yield from _in_state(state, flow, known)
    for final in saga.finals:
        place = (final.name, "")
        if place in known:
            found: list[Read] = []
            walk(final.actions, known[place], found)
            yield from _told(found, place, f"in `{final.name}`", "")
    for block in saga.compensations:
        place = (UNDOING, block.name)
        if place in known:
            found = []
            undone(block, known[place], found)
            last = f"`{block.name}` runs"
            yield from _told(found, place, f"when `{block.name}` runs", last)


def _deadline(
    saga: m.Saga, start: m.Transition, entry: m.State | None, known: Fields
) -> Iterator[Unset]:
    """The deadline is evaluated once, at the end of the step that starts an instance."""
    if saga.deadline is None:
        return
    known = step(start, known, [])
    if entry is not None:
        known = entered(entry, known, [])
    found: list[Read] = []
    use(saga.deadline.trigger, known, found)
    yield from _told(found, START, "in `start`", f"{trigger_text(start.trigger)}: starts")


def _in_state(state: m.State, flow: Flow, known: Mapping[Place, Fields]) -> Iterator[Unset]:
    place = (state.name, "")
    if place not in known:
        return
    where = f"in `{state.sequence if state.passing else state.name}`"
    found: list[Read] = []
    inside = entered(state, known[place], found)
    yield from _told(found, place, where, "")
    for every in state.every:
        found = []
        walk(every.actions, inside, found)
        yield from _told(found, place, where, "")
    for move in flow.moves[state.name]:
        yield from _in_move(move, place, inside, where)


def _in_move(move: Move, place: Place, known: Fields, where: str) -> Iterator[Unset]:
    found = [read for read in move.reads if read[0] not in known and read[0] not in move.given]
    yield from _told(found, place, where, "" if move.told.onward else f"{move.told.what}: reads it")


def _told(found: list[Read], place: Place, where: str, last: str) -> Iterator[Unset]:
    for name, span in found:
        yield Unset(name, span, place, where, last)

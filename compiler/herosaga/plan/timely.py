"""Which of two times that come in the same moment is first: the one that stands earlier in the source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herosaga.model import model as m
from herosaga.source import Span
from msgspec import Struct

_TIMED = m.After | m.At


class Orders(Struct, frozen=True):
    """The places of all that waits for a time, from 1; empty where the order of the arms says it already."""

    nodes: Mapping[int, int] = {}
    timers: Mapping[str, int] = {}
    deadline: int = 0


def orders(saga: m.Saga) -> Orders:
    """The places of a saga's times."""
    if not _needed(saga):
        return Orders()
    nodes = {id(each): each.span for state in saga.states for each in _timed(state)}
    timers = {each.name: each.span for each in saga.timers}
    spans = [*nodes.values(), *timers.values()]
    if saga.deadline is not None:
        spans.append(saga.deadline.span)
    places = {start: number for number, start in enumerate(sorted(map(_start, spans)), 1)}
    return Orders(
        {node: places[span.start] for node, span in nodes.items()},
        {name: places[span.start] for name, span in timers.items()},
        places[saga.deadline.span.start] if saga.deadline is not None else 0,
    )


def _start(span: Span) -> int:
    return span.start


def _needed(saga: m.Saga) -> bool:
    return bool(saga.timers) or saga.deadline is not None or any(map(_says_too_little, saga.states))


def _says_too_little(state: m.State) -> bool:
    """Whether the order of a state's arms leaves something open."""
    starts = [each.span.start for each in _timed(state)]
    moments = any(isinstance(each, m.Transition) and _is_moment(each) for each in state.members)
    return moments or bool(state.every) or starts != sorted(starts)


def _is_moment(transition: m.Transition) -> bool:
    return isinstance(transition.trigger, m.At)


def _timed(state: m.State) -> Iterator[m.Transition | m.Every]:
    for each in state.members:
        if isinstance(each, m.Transition) and isinstance(each.trigger, _TIMED):
            yield each
    yield from state.every

"""What is set where: a saga as a graph of places, and the data fields that every way to a place sets.

A place is a state (or final, or "" for the start), together with a compensation block of which a record
has been made on the way, or "". The body of a block is a place too: it is reached from wherever things
are undone and such a record has been made. So its data is only judged by ways that can lead to it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from herosaga.model import model as m
from herosaga.model.reads import Fields, blocks_recorded, entered, step

Place = tuple[str, str]
START: Place = ("", "")
UNDOING = "Compensating"


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from a place to a place: what it sets, and how a path tells of it."""

    target: Place
    sets: Fields
    text: str


Flow = Mapping[Place, tuple[Edge, ...]]


def flow_of(saga: m.Saga) -> Flow:
    """All ways, by the place that they leave."""
    blocks = ("", *(block.name for block in saga.compensations))
    found: dict[Place, tuple[Edge, ...]] = {}
    found[START] = tuple(edge for t in saga.start for edge in _edges("", "", t, frozenset()))
    for state in saga.states:
        before = entered(state, frozenset(), [])
        for block in blocks:
            found[state.name, block] = tuple(
                edge
                for t in state.members
                if isinstance(t, m.Transition)
                for edge in _edges(state.name, block, t, before)
            )
    for each in saga.compensations:
        if each.otherwise is not None:
            text = f"`{each.name}` can't be done: {each.otherwise}"
            found[UNDOING, each.name] = (Edge((each.otherwise, ""), frozenset(), text),)
    return found


def settled(flow: Flow, initial: Fields) -> Mapping[Place, Fields]:
    """What is set at each place that can be reached, on every way to it."""
    known = {START: initial}
    queue = deque([START])
    while queue:
        place = queue.popleft()
        for edge in flow.get(place, ()):
            after = known[place] | edge.sets
            if edge.target in known:
                after &= known[edge.target]
            if known.get(edge.target) != after:
                known[edge.target] = after
                queue.append(edge.target)
    return known


def shortest(flow: Flow, goal: Place, name: str) -> tuple[str, ...]:
    """The shortest path to `goal` on which nothing sets the field `name`."""
    paths: dict[Place, tuple[str, ...]] = {START: ()}
    queue = deque([START])
    while queue:
        place = queue.popleft()
        if place == goal:
            return paths[place]
        for edge in flow.get(place, ()):
            if edge.target not in paths and name not in edge.sets:
                paths[edge.target] = (*paths[place], edge.text)
                queue.append(edge.target)
    return ()


def trigger_text(trigger: m.Trigger) -> str:
    """A trigger as a path tells of it."""
    match trigger:
        case m.OnMessage(message=message):
            return message.rpartition(".")[2]
        case m.OnFailure(command=command):
            return f"failure of {command.rpartition('.')[2]}"
        case m.After(span=span):
            return span.source.text[span.start : span.end] or "after"


def _edges(source: str, block: str, transition: m.Transition, before: Fields) -> Iterator[Edge]:
    """The ways that a transition opens from a state, with and without records that it makes."""
    sets = before | step(transition, frozenset(), [])
    text = f"{trigger_text(transition.trigger)}: {_outcome(source, transition)}"
    text += f" (line {transition.span.line})"
    goal = transition.target or source
    made = {block, *blocks_recorded(transition.actions)} - {""}
    if transition.compensate:
        for each in sorted(made):
            yield Edge((UNDOING, each), sets, text)
        made = set()
    if not block:
        yield Edge((goal, ""), sets, text)
    for each in sorted(made):
        if not block or each == block:
            yield Edge((goal, each), sets, text)


def _outcome(source: str, transition: m.Transition) -> str:
    if transition.compensate:
        return f"compensates, then {transition.target}"
    return transition.target or (f"stays in {source}" if source else "nothing starts")

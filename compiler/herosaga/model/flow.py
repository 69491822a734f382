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
from herosaga.model.reads import Actions, Fields, blocks_recorded, entered, joined, step

Place = tuple[str, str]
START: Place = ("", "")
UNDOING = "Compensating"


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from a place to a place: what it sets, and how a path tells of it."""

    target: Place
    sets: Fields
    text: str


@dataclass(frozen=True, slots=True)
class Move:
    """What a transition does to the data, whatever was recorded before: `made` are the records there may be."""

    target: str
    compensate: bool
    sets: Fields
    made: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Flow:
    """The moves that leave each state, and those that follow a compensation which can't be done."""

    moves: Mapping[str, tuple[Move, ...]]
    given_up: Mapping[str, Edge]

    def edges(self, place: Place) -> Iterator[Edge]:
        """All ways that leave a place."""
        name, block = place
        if name == UNDOING:
            if block in self.given_up:
                yield self.given_up[block]
            return
        for move in self.moves.get(name, ()):
            yield from _edges(move, block)


def flow_of(saga: m.Saga) -> Flow:
    """All ways of a saga."""
    found: dict[str, tuple[Move, ...]] = {}
    found[""] = tuple(_move("", each, frozenset(), ()) for each in saga.start)
    for state in saga.states:
        found[state.name] = tuple(_moves(saga, state))
    given_up = {
        each.name: Edge(
            (each.otherwise, ""), frozenset(), f"`{each.name}` can't be done: {each.otherwise}"
        )
        for each in saga.compensations
        if each.otherwise is not None
    }
    return Flow(found, given_up)


def leaving(saga: m.Saga, state: m.State) -> Iterator[m.Transition]:
    """The transitions that hold in a state, the saga's deadline among them."""
    for member in state.members:
        if isinstance(member, m.Transition):
            yield member
    if saga.deadline is not None and not state.passing:
        yield saga.deadline


def settled(flow: Flow, initial: Fields) -> Mapping[Place, Fields]:
    """What is set at each place that can be reached, on every way to it."""
    known = {START: initial}
    queue = deque([START])
    while queue:
        place = queue.popleft()
        for edge in flow.edges(place):
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
        for edge in flow.edges(place):
            if edge.target not in paths and name not in edge.sets:
                paths[edge.target] = (*paths[place], edge.text)
                queue.append(edge.target)
    return ()


def trigger_text(trigger: m.Trigger) -> str:
    """A trigger as a path tells of it."""
    match trigger:
        case m.OnMessage(message=message):
            return _short(message)
        case m.OnFailure(command=command):
            return f"failure of {_short(command)}"
        case m.OnTimeout(command=command):
            return f"timeout of {_short(command)}"
        case m.OnFault(command=command):
            return f"fault of {_short(command)}"
        case m.OnTimer(timer=timer):
            return timer
        case m.OnAll(messages=messages):
            return f"all({', '.join(map(_short, messages))})"
        case m.OnOutcome(of=of, outcome=outcome):
            return f"{_short(of)}.{outcome}"
        case m.After(span=span) | m.At(span=span) | m.Deadline(span=span):
            return span.source.text[span.start : span.end] or "time"
        case m.Onward():
            return "onward"


def _short(id: str) -> str:
    return id.rpartition(".")[2]


def _moves(saga: m.Saga, state: m.State) -> Iterator[Move]:
    """What the transitions of a state open, records that are made while it is current among it."""
    before = entered(state, frozenset(), [])
    blocks = (state.entry, state.exit, *(each.actions for each in state.every))
    made = tuple(name for actions in blocks for name in blocks_recorded(actions))
    for each in leaving(saga, state):
        known = before | joined(state, each.trigger)
        yield _move(state.name, each, known, made, state.exit)


def _move(
    source: str,
    transition: m.Transition,
    before: Fields,
    made: tuple[str, ...],
    exit: Actions = (),
) -> Move:
    text = f"{trigger_text(transition.trigger)}: {_outcome(source, transition)}"
    return Move(
        transition.target or source,
        transition.compensate,
        before | step(transition, before, [], exit),
        tuple(sorted({*made, *blocks_recorded(transition.actions)})),
        f"{text} (line {transition.span.line})",
    )


def _edges(move: Move, block: str) -> Iterator[Edge]:
    """A move with each of the records that there may be, and without one where none was before."""
    if move.compensate:
        for each in sorted({block, *move.made} - {""}):
            yield Edge((UNDOING, each), move.sets, move.text)
    if not block:
        yield Edge((move.target, ""), move.sets, move.text)
    if not move.compensate:
        for each in [block] if block else move.made:
            yield Edge((move.target, each), move.sets, move.text)


def _outcome(source: str, transition: m.Transition) -> str:
    if transition.compensate:
        return f"compensates, then {transition.target}"
    return transition.target or (f"stays in {source}" if source else "nothing starts")

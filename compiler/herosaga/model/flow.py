"""What is set where: a saga as a graph of places, and the data fields that every way to a place sets.

A place is a state (or final, or "" for the start), together with a compensation block of which a record
has been made on the way, or "". The body of a block is a place too: it is reached from wherever things
are undone and such a record has been made. So its data is only judged by ways that can lead to it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from herosaga.model import model as m
from herosaga.model.reads import Fields, blocks_recorded, entered, joined, step

Place = tuple[str, str]
START: Place = ("", "")
UNDOING = "Compensating"


@dataclass(frozen=True, slots=True)
class Told:
    """A way as a path tells of it: what happens, where it leads, and on which line.

    What a sequence goes on to by itself (`onward`) is told with the step before: only `leads` differs.
    """

    what: str
    leads: str
    line: int = 0
    onward: bool = False

    def __str__(self) -> str:
        return f"{self.what}: {self.leads}" + (f" (line {self.line})" if self.line else "")


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from a place to a place: what it sets, and how a path tells of it."""

    target: Place
    sets: Fields
    told: Told


@dataclass(frozen=True, slots=True)
class Move:
    """What a transition does to the data, whatever was recorded before: `made` are the records there may be."""

    target: str
    compensate: bool
    sets: Fields
    made: tuple[str, ...]
    told: Told


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
    between = {state.name: state.sequence for state in saga.states if state.passing}
    found[""] = tuple(_move("", each, frozenset(), (), between) for each in saga.start)
    for state in saga.states:
        found[state.name] = tuple(_moves(saga, state, between))
    given_up = {
        each.name: Edge(
            (each.otherwise, ""),
            frozenset(),
            Told(f"`{each.name}` can't be done", each.otherwise),
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
    paths: dict[Place, tuple[Told, ...]] = {START: ()}
    queue = deque([START])
    while queue:
        place = queue.popleft()
        if place == goal:
            return tuple(str(each) for each in paths[place])
        for edge in flow.edges(place):
            if edge.target not in paths and name not in edge.sets:
                paths[edge.target] = _with(paths[place], edge.told)
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
            return "all answered"


def _with(path: tuple[Told, ...], told: Told) -> tuple[Told, ...]:
    if told.onward and path:
        return (*path[:-1], replace(path[-1], leads=told.leads))
    return (*path, told)


def _short(id: str) -> str:
    return id.rpartition(".")[2]


def _moves(saga: m.Saga, state: m.State, between: Mapping[str, str]) -> Iterator[Move]:
    """What the transitions of a state open, records that are made while it is current among it.

    `between` are the states that only stand between steps, each with the sequence that a path names for it.
    """
    before = entered(state, frozenset(), [])
    blocks = (state.entry, state.exit, *(each.actions for each in state.every))
    made = tuple(name for actions in blocks for name in blocks_recorded(actions))
    for each in leaving(saga, state):
        known = before | joined(state, each.trigger)
        yield _move(state.name, each, known, made, between, state)


def _move(
    source: str,
    transition: m.Transition,
    before: Fields,
    made: tuple[str, ...],
    between: Mapping[str, str],
    state: m.State | None = None,
) -> Move:
    exit = state.exit if state is not None else ()
    told = Told(
        trigger_text(transition.trigger),
        _outcome(source, transition, between),
        transition.span.line,
        state is not None and state.passing,
    )
    return Move(
        transition.target or source,
        transition.compensate,
        before | step(transition, before, [], exit),
        tuple(sorted({*made, *blocks_recorded(transition.actions)})),
        told,
    )


def _edges(move: Move, block: str) -> Iterator[Edge]:
    """A move with each of the records that there may be, and without one where none was before."""
    if move.compensate:
        for each in sorted({block, *move.made} - {""}):
            yield Edge((UNDOING, each), move.sets, move.told)
    if not block:
        yield Edge((move.target, ""), move.sets, move.told)
    if not move.compensate:
        for each in [block] if block else move.made:
            yield Edge((move.target, each), move.sets, move.told)


def _outcome(source: str, transition: m.Transition, between: Mapping[str, str]) -> str:
    target = between.get(transition.target or "", transition.target)
    if transition.compensate:
        return f"compensates, then {target}"
    return target or (f"stays in {source}" if source else "nothing starts")

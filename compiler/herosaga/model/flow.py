"""What is set where: a saga as a graph of places, and the data fields that every way to a place sets.

A place is a state (or final, or "" for the start), together with a compensation block of which a record
has been made on the way, or "". The body of a block is a place too: it is reached from wherever things
are undone and such a record has been made. So its data is only judged by ways that can lead to it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from herosaga.model import model as m
from herosaga.model.reads import Fields, Read, blocks_recorded, entered, joined, step
from msgspec import Struct
from msgspec.structs import replace

Place = tuple[str, str]
START: Place = ("", "")
UNDOING = "Compensating"


class Told(Struct, frozen=True):
    """A way as a path tells of it: what happens, where it leads, and on which line.

    What a sequence goes on to by itself (`onward`) is told with the step before: only `leads` differs.
    """

    what: str
    leads: str
    line: int = 0
    onward: bool = False

    def __str__(self) -> str:
        return f"{self.what}: {self.leads}" + (f" (line {self.line})" if self.line else "")


class Edge(Struct, frozen=True):
    """A way from a place to a place: what it sets, and how a path tells of it."""

    target: Place
    sets: Fields
    told: Told


class Move(Struct, frozen=True):
    """What a transition does to the data, whatever was recorded before.

    `given` is set before it runs, wherever it comes from; `reads` are what it reads before it sets it. `sets`
    is all that is set after it. `made` are the records there may be then.
    """

    target: str
    compensate: bool
    given: Fields
    reads: tuple[Read, ...]
    sets: Fields
    made: tuple[str, ...]
    told: Told


class Flow(Struct, frozen=True):
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
    making = _Making({s.name: s.sequence for s in saga.states if s.passing}, {})
    found[""] = tuple(making.move("", each, frozenset(), ()) for each in saga.start)
    for state in saga.states:
        found[state.name] = tuple(making.moves(saga, state))
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


class Paths(Struct, frozen=True):
    """The shortest ways to all places on which nothing sets a field: each place with the edge that leads to it."""

    back: Mapping[Place, tuple[Place, Told]]
    lengths: Mapping[Place, int]

    def to(self, place: Place) -> tuple[str, ...]:
        """The path to a place; none where there is no way."""
        found: list[Told] = []
        while place in self.back:
            place, told = self.back[place]
            found.append(told)
        path: list[Told] = []
        for told in reversed(found):
            if told.onward and path:
                path[-1] = replace(path[-1], leads=told.leads)
            else:
                path.append(told)
        return tuple(str(each) for each in path)


def without(flow: Flow, name: str) -> Paths:
    """The ways on which nothing sets the field `name`."""
    back: dict[Place, tuple[Place, Told]] = {}
    lengths = {START: 0}
    queue = deque([START])
    while queue:
        place = queue.popleft()
        for edge in flow.edges(place):
            if edge.target not in lengths and name not in edge.sets:
                lengths[edge.target] = lengths[place] + 1
                back[edge.target] = (place, edge.told)
                queue.append(edge.target)
    return Paths(back, lengths)


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


def _short(id: str) -> str:
    return id.rpartition(".")[2]


class _Making(Struct, frozen=True):
    """The moves of one saga while they are made.

    `between` are the states that only stand between steps, each with the sequence that a path names for it.
    `steps` are what transitions do, by identity, so that those of a group are walked once.
    """

    between: Mapping[str, str]
    steps: dict[tuple[int, int], tuple[Fields, tuple[Read, ...]]]

    def moves(self, saga: m.Saga, state: m.State) -> Iterator[Move]:
        """What the transitions of a state open, records that are made while it is current among it."""
        before = entered(state, frozenset(), [])
        blocks = (state.entry, state.exit, *(each.actions for each in state.every))
        made = tuple(name for actions in blocks for name in blocks_recorded(actions))
        for each in leaving(saga, state):
            yield self.move(state.name, each, before, made, state)

    def move(
        self,
        source: str,
        transition: m.Transition,
        before: Fields,
        made: tuple[str, ...],
        state: m.State | None = None,
    ) -> Move:
        """What one transition opens, from a state or at the start."""
        given = joined(state, transition.trigger) if state is not None else frozenset()
        sets, read = self._step(transition, state.exit if state is not None else ())
        told = Told(
            trigger_text(transition.trigger),
            _outcome(source, transition, self.between),
            transition.span.line,
            state is not None and state.passing,
        )
        return Move(
            transition.target or source,
            transition.compensate,
            given,
            read,
            before | given | sets,
            tuple(sorted({*made, *blocks_recorded(transition.actions)})),
            told,
        )

    def _step(
        self, transition: m.Transition, exit: tuple[m.Action, ...]
    ) -> tuple[Fields, tuple[Read, ...]]:
        key = (id(transition), id(exit) if exit else 0)
        if key not in self.steps:
            found: list[Read] = []
            sets = step(transition, frozenset(), found, exit)
            self.steps[key] = (sets, tuple(found))
        return self.steps[key]


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

"""A saga's states and the ways between them: what the rules on states walk over, and the diagram draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from herosaga.graph.members import bodies, moves, names
from herosaga.graph.outputs import blocks, flat
from herosaga.graph.words import message_of, requested, short, trigger
from herosaga.model.model import Request, Run, Saga, Transition
from msgspec import Struct

START = ""
"""The node before the first state. No state can be called that."""
UNKNOWN = "?"
"""Where an arrow leads whose state does not exist: that has its report, and no rule should add one."""

Kind = Literal["goes", "compensates", "gives up"]


class Way(Struct, frozen=True):
    """One way from a state to another.

    A transition `goes` there, or `compensates`: then it gets there by way of `Compensating`, once all
    undo ran; or it `gives up`, because an undo could not be done, and goes where `otherwise` leads.
    `passing` where the source is left without waiting.
    """

    source: str
    target: str
    kind: Kind
    transition: Transition
    passing: bool = False


class StateGraph(Struct, frozen=True):
    """The ways of a saga, by the state that they leave. All states are keys, and wherever an arrow leads.

    It is no networkx graph: nearly all sagas are right, and to find that out takes two walks, for which the
    library need not be loaded. What looks closer at a saga that is wrong makes one of it.
    """

    out: Mapping[str, tuple[Way, ...]]

    def successors(self, state: str) -> tuple[str, ...]:
        """Where the ways from a state lead; each as often as there are ways."""
        return tuple(way.target for way in self.out[state])

    def reached(self) -> Mapping[str, Way | None]:
        """The states that an instance can get to, nearest first, each with the last way of a shortest path."""
        found: dict[str, Way | None] = {START: None}
        for state in (queue := [START]):
            for way in self.out[state]:
                if way.target not in found:
                    found[way.target] = way
                    queue.append(way.target)
        return found

    def leading(self, goals: Iterable[str]) -> frozenset[str]:
        """The states from which one of the goals can be reached, the goals among them."""
        into: dict[str, list[str]] = {}
        for state, leaving in self.out.items():
            for way in leaving:
                into.setdefault(way.target, []).append(state)
        found = dict.fromkeys(goals)
        for state in (queue := [*found]):
            for before in into.get(state, ()):
                if before not in found:
                    found[before] = None
                    queue.append(before)
        return frozenset(found)


def ways(saga: Saga) -> tuple[Way, ...]:
    """All ways of a saga, in source order of the states that they leave. Internal transitions are none.

    The deadline is a way out of every state that waits.
    """
    known = set(names(saga))
    resorts = sorted(_last_resorts(saga) & known)
    found: list[Way] = []
    for each in saga.start:
        found.extend(_ways(START, each, known, resorts))
    for state in saga.states:
        late = (saga.deadline,) if saga.deadline is not None and not state.passing else ()
        for each in (*moves(state), *late):
            found.extend(_ways(state.name, each, known, resorts, state.passing))
    return tuple(found)


def state_graph(saga: Saga) -> StateGraph:
    """The ways as a graph."""
    found: dict[str, list[Way]] = {name: [] for name in (START, *names(saga))}
    for way in ways(saga):
        found[way.source].append(way)
        found.setdefault(way.target, [])
    return StateGraph({state: tuple(leaving) for state, leaving in found.items()})


def shortest(graph: StateGraph, target: str) -> tuple[Way, ...]:
    """The ways of the shortest path from the start to a state; none where there is no path."""
    reached = graph.reached()
    path: list[Way] = []
    way = reached.get(target)
    while way is not None:
        path.append(way)
        way = reached[way.source]
    return tuple(reversed(path))


def steps(path: tuple[Way, ...]) -> tuple[str, ...]:
    """A path in the words of a report: what happens, where it leads, and on which line that stands.

    What a sequence goes on to by itself is told with the step before.
    """
    told: list[tuple[Way, Way]] = []
    for way in path:
        if way.passing and told:
            told[-1] = (told[-1][0], way)
        else:
            told.append((way, way))
    return tuple(_step(first, last) for first, last in told)


def _ways(
    source: str,
    transition: Transition,
    known: set[str],
    resorts: list[str],
    passing: bool = False,
) -> list[Way]:
    if transition.target is None and transition.target_span is None:
        return []
    target = transition.target if transition.target in known else UNKNOWN
    assert target is not None
    if not transition.compensate:
        return [Way(source, target, "goes", transition, passing)]
    given_up = [Way(source, resort, "gives up", transition) for resort in resorts]
    return [Way(source, target, "compensates", transition), *given_up]


def _last_resorts(saga: Saga) -> set[str]:
    """Where `otherwise` leads, for those compensations that something records."""
    recorded = {name for body in bodies(saga) for name in blocks(body)}
    return {
        block.otherwise
        for block in saga.compensations
        if block.otherwise is not None and block.name in recorded
    }


def _step(way: Way, last: Way) -> str:
    actions = tuple(flat(way.transition.actions))
    asked = [short(requested(a)) for a in actions if isinstance(a, Request)]
    slips = [short(message_of(a.message)) for a in actions if isinstance(a, Run)]
    parts = [f"{trigger(way.transition.trigger)}: {_leads(last)}"]
    if names := ", ".join(filter(None, asked)):
        parts.append(f"requests {names}")
    if names := ", ".join(filter(None, slips)):
        parts.append(f"runs {names}")
    return f"{', '.join(parts)} (line {way.transition.span.line})"


def _leads(way: Way) -> str:
    match way.kind:
        case "goes":
            return way.target
        case "compensates":
            return f"compensates, then {way.target}"
        case "gives up":
            return f"compensates; an undo fails for good, so {way.target}"

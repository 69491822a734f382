"""A saga's states and the ways between them: what the rules on states walk over, and the diagram draws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from herosaga.graph.members import bodies, moves, names
from herosaga.graph.outputs import blocks, flat
from herosaga.graph.words import requested, short, trigger
from herosaga.model.model import Request, Saga, Transition

if TYPE_CHECKING:
    from networkx import MultiDiGraph

    StateGraph = MultiDiGraph[str]

START = ""
"""The node before the first state. No state can be called that."""
UNKNOWN = "?"
"""Where an arrow leads whose state does not exist: that has its report, and no rule should add one."""

Kind = Literal["goes", "compensates", "gives up"]


@dataclass(frozen=True, slots=True)
class Way:
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
            out = _ways(state.name, each, known, resorts)
            found.extend(replace(way, passing=state.passing) for way in out)
    return tuple(found)


def state_graph(saga: Saga) -> StateGraph:
    """The ways as a graph: every edge has its `way`; states without a way are nodes too."""
    from networkx import MultiDiGraph

    graph: StateGraph = MultiDiGraph()
    graph.add_nodes_from((START, *names(saga)))
    for way in ways(saga):
        graph.add_edge(way.source, way.target, way=way)
    return graph


def shortest(graph: StateGraph, target: str) -> tuple[Way, ...]:
    """The ways of the shortest path from the start to a state; none where there is no path."""
    from networkx import has_path, shortest_path

    if not has_path(graph, START, target):
        return ()
    nodes: list[str] = shortest_path(graph, START, target)
    edges = (graph[here][there].values() for here, there in pairwise(nodes))
    return tuple(next(iter(parallel))["way"] for parallel in edges)


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


def _ways(source: str, transition: Transition, known: set[str], resorts: list[str]) -> list[Way]:
    if transition.target is None and transition.target_span is None:
        return []
    target = transition.target if transition.target in known else UNKNOWN
    assert target is not None
    if not transition.compensate:
        return [Way(source, target, "goes", transition)]
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
    asked = [short(requested(a)) for a in flat(way.transition.actions) if isinstance(a, Request)]
    parts = [f"{trigger(way.transition.trigger)}: {_leads(last)}"]
    if names := ", ".join(filter(None, asked)):
        parts.append(f"requests {names}")
    return f"{', '.join(parts)} (line {way.transition.span.line})"


def _leads(way: Way) -> str:
    match way.kind:
        case "goes":
            return way.target
        case "compensates":
            return f"compensates, then {way.target}"
        case "gives up":
            return f"compensates; an undo fails for good, so {way.target}"

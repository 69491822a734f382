"""HS304: states that lead to each other, and never to an end."""

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.graphs import Graphs
from herosaga.graph.states import UNKNOWN, StateGraph, shortest, steps
from herosaga.graph.words import listed
from herosaga.model.model import Model, Saga, State

_PROGRAM = """\
event Paid {{ key order_id: uuid }}
extern event Packed {{ key order_id: uuid }}
extern event Returned {{ key order_id: uuid }}
extern event Delivered {{ key order_id: uuid }}

saga Delivery by order_id: uuid {{
  start {{
    on Paid -> Packing
  }}
  state Packing {{
    on Packed -> Sending
  }}
  state Sending {{
    on Returned -> Packing
    {}
  }}
  final Completed
}}
"""

PAGE = Page(
    code="HS304",
    severity=Severity.ERROR,
    title="No end can be reached",
    what="From this state there are ways on, but none of them, however long, leads to a final state. "
    "States that only lead into a trap are left to HS303.",
    why="The business goes round and is never done: it is neither completed nor given back, and its "
    "instances stay in the store for ever.",
    failing=_PROGRAM.format("ignore Delivered"),
    mended=_PROGRAM.format("on Delivered -> Completed"),
)


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """Groups of states that can't be left, one report a group."""
    for saga in model.sagas.values():
        graph = graphs.states[saga.id]
        ends = graph.leading((UNKNOWN, *(final.name for final in saga.finals)))
        if not ends >= {state.name for state in saga.states}:
            for group in _groups(graph):
                if len(group) > 1 and not group & ends:
                    yield _endless([s for s in saga.states if s.name in group], saga, graphs)


def _groups(graph: StateGraph) -> Iterator[set[str]]:
    """The states that lead to each other and nowhere else."""
    from networkx import DiGraph, strongly_connected_components

    edges = ((here, there) for here in graph.out for there in graph.successors(here))
    whole: DiGraph[str] = DiGraph(edges)
    for group in strongly_connected_components(whole):
        if all(there in group for here in group for there in graph.successors(here)):
            yield group


def _endless(states: list[State], saga: Saga, graphs: Graphs) -> Finding:
    graph = graphs.states[saga.id]
    first = min(states, key=lambda state: len(shortest(graph, state.name)) or len(graph.out))
    others = tuple(state for state in states if state is not first)
    end = saga.finals[0].name if saga.finals else "SomeFinal"
    names = listed((first.name, *(state.name for state in others)))
    return finding(
        PAGE,
        f"{names} lead to each other, and never to an end",
        first.span,
        text="no final state can be reached from here",
        labels=tuple(Label(state.span, "nor from here") for state in others),
        path=steps(shortest(graph, first.name)),
        hint=f"lead one of them to a final state: `on SomeEvent -> {end}`, `after 1d -> {end}`",
    )

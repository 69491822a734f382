"""HS303: a state that is not final and that nothing leaves."""

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.graphs import Graphs
from herosaga.graph.members import moves
from herosaga.graph.states import shortest, steps
from herosaga.graph.words import head
from herosaga.model.model import Model, Saga, State, Transition

_PROGRAM = """\
event Paid {{ key order_id: uuid }}
extern event Shipped {{ key order_id: uuid }}

saga Delivery by order_id: uuid {{
  start {{
    on Paid -> Sending
  }}
  state Sending {{
    on Shipped{}
  }}
  final Completed
}}
"""

PAGE = Page(
    code="HS303",
    severity=Severity.ERROR,
    title="Trap",
    what="A state that is not final, and in which every transition stays: none has an arrow to another "
    "state. Transitions of `during` groups count.",
    why="Whatever gets here is never finished and never given up. The order stays open, its money and "
    "goods stay tied up, and nobody is told.",
    failing=_PROGRAM.format("").replace("on Shipped\n", "ignore Shipped\n"),
    mended=_PROGRAM.format(" -> Completed"),
)


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """States without a way out."""
    for saga in model.sagas.values():
        graph = graphs.states[saga.id]
        for state in saga.states:
            if any(target != state.name for target in graph.successors(state.name)):
                continue
            staying = moves(state)
            yield finding(
                PAGE,
                f"what gets to `{state.name}` stays there for ever",
                state.span,
                text="nothing leads out of this state",
                labels=tuple(Label(each.span, "stays in the state") for each in staying[:3]),
                path=steps(shortest(graph, state.name)),
                hint=_way_out(state, staying, saga),
            )


def _way_out(state: State, staying: tuple[Transition, ...], saga: Saga) -> str:
    end = saga.finals[0].name if saga.finals else "SomeFinal"
    if staying:
        return f"give it an arrow: `{head(staying[0])} -> {end}`"
    return f"say what ends it, `on SomeEvent -> {end}` or `after 1d -> {end}`, or make it a `final`"

"""HS303: a state that is not final and that nothing leaves."""

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Severity
from herosaga.graph.graphs import Graphs
from herosaga.graph.states import shortest, steps
from herosaga.model.model import Model

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
            ends = [final.name for final in saga.finals]
            yield finding(
                PAGE,
                f"what gets to `{state.name}` stays there for ever",
                state.span,
                text="nothing leads out of this state",
                path=steps(shortest(graph, state.name)),
                hint=f"give it a way out: `on SomeEvent -> {(ends or ['SomeState'])[0]}`, "
                f"`after 1d -> …`, or make it `final {state.name}`",
            )

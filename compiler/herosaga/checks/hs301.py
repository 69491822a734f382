"""HS301: a saga that nothing can start, or that starts without going anywhere."""

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Severity
from herosaga.graph.graphs import Graphs
from herosaga.graph.words import head
from herosaga.model.model import Model, Saga

_PROGRAM = """\
event Paid {{ key order_id: uuid }}
extern event Shipped {{ key order_id: uuid }}

saga Delivery by order_id: uuid {{
  start {{
    on Paid{}
  }}
  state Sending {{
    on Shipped -> Completed
  }}
  final Completed
}}
"""

PAGE = Page(
    code="HS301",
    severity=Severity.ERROR,
    title="Saga that can't start",
    what="A saga without a `start` block, or a transition in `start` without an arrow to a state.",
    why="No instance would ever exist, or it would exist in no state: the message that should begin "
    "the business is taken, and nothing comes of it.",
    failing=_PROGRAM.format(""),
    mended=_PROGRAM.format(" -> Sending"),
)


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """Sagas that can't start."""
    for saga in model.sagas.values():
        if saga.start_span is None:
            yield _no_start(saga)
        for each in saga.start:
            if each.target_span is None:
                yield finding(
                    PAGE,
                    f"`{saga.name}` starts, but in no state",
                    each.span,
                    text="leads nowhere",
                    hint=f"name the first state: `{head(each)} -> {_first(saga)}`",
                )


def _no_start(saga: Saga) -> Finding:
    return finding(
        PAGE,
        f"nothing starts `{saga.name}`",
        saga.span,
        text="this saga has no `start`",
        hint=f"say what begins it: `start {{ on SomeEvent -> {_first(saga)} }}`",
    )


def _first(saga: Saga) -> str:
    return saga.states[0].name if saga.states else "SomeState"

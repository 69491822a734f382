"""HS413: an arrow of a flow along which nobody goes."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.events import Reaction
from herosaga.graph.graphs import Graphs
from herosaga.graph.ways import unrealised
from herosaga.graph.words import short
from herosaga.model.model import Arrow, Model

_PROGRAM = """\
extern event OrderPlaced {{ key order_id: uuid }}
event OrderPaid {{ key order_id: uuid }}
event ParcelPacked {{ key order_id: uuid }}

service Payments {{
  on OrderPlaced emits OrderPaid
}}

service Depot {{
  on {} emits ParcelPacked
}}

service Notifications {{
  {}on ParcelPacked
}}

flow OrderProcessing {{
  OrderPlaced -> OrderPaid -> ParcelPacked
}}
"""

PAGE = Page(
    code="HS413",
    severity=Severity.ERROR,
    title="Arrow that nobody realises",
    what="A `flow` says `A -> B`, and no handler that takes `A` emits or refuses with `B`, and no saga or itinerary sends it. "
    "An arrow to an `extern event` is not reported: somebody outside may send that.",
    why="The flow is what people read to learn how the business runs, and what a host follows. Along this arrow it never "
    "goes: every order would be late, waiting for something that nobody does.",
    failing=_PROGRAM.format("OrderPlaced", "on OrderPaid\n  "),
    mended=_PROGRAM.format("OrderPaid", ""),
)


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """Each arrow that nobody realises, in source order."""
    for flow in model.flows.values():
        for arrow in unrealised(model, flow):
            yield _nobody_goes(arrow, graphs.reactions)


def _nobody_goes(arrow: Arrow, reactions: tuple[Reaction, ...]) -> Finding:
    source, target = short(arrow.source), short(arrow.target)
    takers = [each for each in reactions if each.receives == arrow.source]
    senders = [each for each in reactions if any(o.message == arrow.target for o in each.outputs)]
    return finding(
        PAGE,
        f"nothing leads from `{source}` to `{target}`",
        arrow.span,
        text=f"nobody sends this because of `{source}`",
        labels=(
            *(Label(each.span, f"takes `{source}`") for each in takers[:2]),
            *(Label(each.span, f"`{target}` is sent because of this") for each in senders[:2]),
        ),
        hint=_hint(source, target, [short(each.receives) for each in senders if each.receives]),
    )


def _hint(source: str, target: str, causes: list[str]) -> str:
    realise = f"let who takes `{source}` send it (`on {source} emits {target}` in a service)"
    if not causes:
        return f"{realise}, or take the arrow out"
    return f"{realise}, or write the arrow as it is: `{causes[0]} -> {target}`"

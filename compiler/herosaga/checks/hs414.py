"""HS414: a handler that goes on from a message of a flow to one that the flow does not know."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.graphs import Graphs
from herosaga.graph.ways import unrealised, ways
from herosaga.graph.words import short
from herosaga.model.model import Flow, Handler, Model

_PROGRAM = """\
extern event OrderPlaced {{ key order_id: uuid }}
event OrderPaid {{ key order_id: uuid }}
event ReceiptSent {{ key order_id: uuid }}

service Payments {{
  on OrderPlaced emits OrderPaid
}}

service Accounting {{
  on OrderPaid emits ReceiptSent
}}

service Notifications {{
  on ReceiptSent
}}

/// Depot is told by phone.
service Depot {{
  on OrderPaid
}}

flow OrderProcessing {{
  OrderPlaced -> OrderPaid{}
}}
"""

PAGE = Page(
    code="HS414",
    severity=Severity.WARNING,
    title="Flow that is not the whole story",
    what="A handler of a service takes a message of a `flow`, and what it emits because of that is in no flow that has the "
    "message. A handler that emits nothing is an end, and not reported; nor is a saga, which is another story.",
    why="Who reads the flow does not learn that this happens too, and no host sees when it does not: a flow is complete "
    "although nobody has got a receipt.",
    failing=_PROGRAM.format(""),
    mended=_PROGRAM.format(" -> ReceiptSent"),
)


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """Each handler that no flow with its message tells of. Where it sends what an arrow lacks, that is HS413's."""
    lacking = {arrow.target for flow in model.flows.values() for arrow in unrealised(model, flow)}
    told = {
        (way.source, way.by) for flow in model.flows.values() for way in ways(model, flow) if way.by
    }
    for service in model.services.values():
        for handler in service.handlers:
            by = f"{service.id}.{model.messages[handler.message].name}"
            flow = _flow_with(model, handler.message)
            untold = handler.emits and (handler.message, by) not in told
            if flow is not None and untold and not lacking & {*handler.emits}:
                yield _untold(handler, flow)


def _flow_with(model: Model, message: str) -> Flow | None:
    return next(
        (
            flow
            for flow in model.flows.values()
            if any(message in (each.source, each.target) for each in flow.arrows)
        ),
        None,
    )


def _untold(handler: Handler, flow: Flow) -> Finding:
    service, message = short(handler.service), short(handler.message)
    arrows = " and ".join(f"`{message} -> {short(each)}`" for each in handler.emits[:3])
    return finding(
        PAGE,
        f"`{service}` goes on from `{message}`, and `{flow.name}` does not say so",
        handler.span,
        text=f"leads to {' or '.join(f'`{short(each)}`' for each in handler.emits[:3])}",
        labels=(Label(flow.span, "this flow has the one, and not the other"),),
        hint=f"write {arrows} in `flow {flow.name}`; if that is another story, write "
        f'`@allow(HS414, "…")` before the handler',
    )

"""HS402: an event that is awaited and that nobody sends."""

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.events import Reaction, asked
from herosaga.graph.graphs import Graphs
from herosaga.graph.outputs import everything
from herosaga.graph.words import short
from herosaga.model.model import Model
from herosaga.source import Span

_PROGRAM = """\
event Paid {{ key order_id: uuid }}
event Shipped {{ key order_id: uuid }}

service Depot {{
  on Paid{}
}}

saga Delivery by order_id: uuid {{
  start {{
    on Paid -> Sending
  }}
  state Sending {{
    on Shipped -> Completed
  }}
  final Completed
}}
"""

PAGE = Page(
    code="HS402",
    severity=Severity.WARNING,
    title="Event that nobody sends",
    what="A service or a state of a saga waits for the event, and no handler emits it and no saga "
    "publishes it. What starts a saga or a flow may come from outside, and so may an `extern event`; so "
    "may every command. What an `extern service` emits counts as emitted.",
    why="The step that waits for it never happens. An order stays where it is, until a time-out, or for "
    "ever.",
    failing=_PROGRAM.format(""),
    mended=_PROGRAM.format(" emits Shipped"),
)


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """Events without a sender, each once, at the first place that waits for it."""
    sent = {output.message for each in graphs.reactions for output in each.outputs}
    sent |= {out.message for saga in model.sagas.values() for out in everything(saga)}
    sent |= {each.receives for each in graphs.reactions if each.where == "start"}
    sent |= _first(model)
    unsure = _unanswered(model, graphs)
    for message, waits in _awaited(graphs.reactions, unsure).items():
        declared = model.messages.get(message)
        if declared is None or declared.kind != "event" or declared.extern:
            continue
        if message not in sent:
            yield _unsent(message, waits)


def _first(model: Model) -> set[str]:
    """What flows begin with."""
    arrows = [arrow for flow in model.flows.values() for arrow in flow.arrows]
    return {arrow.source for arrow in arrows} - {arrow.target for arrow in arrows}


def _unanswered(model: Model, graphs: Graphs) -> set[str]:
    """Sagas that request what nobody handles, which HS403 tells: they may wait for the answer to that."""
    taken = {*graphs.handlers, *(each.receives for each in graphs.reactions)}
    return {saga.id for saga in model.sagas.values() if not asked(saga) <= taken}


def _awaited(reactions: tuple[Reaction, ...], unsure: set[str]) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for each in reactions:
        if each.receives and each.owner not in unsure:
            found.setdefault(each.receives, []).append(each.span)
    return found


def _unsent(message: str, waits: list[Span]) -> Finding:
    name = short(message)
    return finding(
        PAGE,
        f"nobody sends `{name}`",
        waits[0],
        text="waits for it",
        labels=tuple(Label(span, "and here") for span in waits[1:4]),
        hint=f"let a handler emit it (`emits {name}`) or a saga publish it; declare it "
        f"`extern event {name}` if it comes from outside",
    )

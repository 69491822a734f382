"""HS401: an event that goes out and that nobody receives."""

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.events import Reaction, answers, asked
from herosaga.graph.graphs import Graphs
from herosaga.graph.members import dropped
from herosaga.graph.outputs import Output, everything
from herosaga.graph.words import short
from herosaga.model.model import Handler, Model

_PROGRAM = """\
extern event Paid {{ key order_id: uuid }}
event Shipped {{ key order_id: uuid }}

service Depot {{
  on Paid emits Shipped
}}
{}"""

PAGE = Page(
    code="HS401",
    severity=Severity.WARNING,
    title="Event that nobody receives",
    what="A handler emits the event, or a saga publishes it, and no service has `on` for it, no saga a "
    "transition or `ignore`, and no saga requests the command that it answers. `extern event` is not "
    "reported: somebody outside may receive it.",
    why="Something happened and nobody in this project will ever know: a customer is not told, a parcel "
    "is not sent, a bill is not written.",
    failing=_PROGRAM.format(""),
    mended=_PROGRAM.format("\n/// Tells the customer.\nservice Shop {\n  on Shipped\n}\n"),
)


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """Events without a receiver, each once, at the first place that sends it."""
    received = _received(model, graphs)
    for message, outputs in _emitted(model, graphs.reactions).items():
        if message not in received and not model.messages[message].extern:
            yield _unheard(message, outputs)


def _received(model: Model, graphs: Graphs) -> set[str]:
    taken = {each.receives for each in graphs.reactions}
    for saga in model.sagas.values():
        taken |= dropped(saga) | answers(graphs.handlers, asked(saga))
    return taken


def _emitted(model: Model, reactions: tuple[Reaction, ...]) -> dict[str, list[Output]]:
    """Events, each with the places that send it.

    The answers to a command that nobody here sends are for whoever sends it, and that is somebody outside.
    """
    sent = {output.message for each in reactions for output in each.outputs}
    services = (
        output
        for each in reactions
        if each.where in ("service", "itinerary") and not _asked_outside(each, sent)
        for output in each.outputs
    )
    sagas = (output for saga in model.sagas.values() for output in everything(saga))
    found: dict[str, list[Output]] = {}
    for output in (*services, *sagas):
        message = model.messages.get(output.message)
        if message is not None and message.kind == "event":
            found.setdefault(output.message, []).append(output)
    return found


def _asked_outside(reaction: Reaction, sent: set[str]) -> bool:
    handler = reaction.node
    return isinstance(handler, Handler) and handler.kind == "handle" and handler.message not in sent


def _unheard(message: str, outputs: list[Output]) -> Finding:
    name = short(message)
    first, *others = outputs
    return finding(
        PAGE,
        f"nobody receives `{name}`",
        first.span,
        text="goes out here",
        labels=tuple(Label(each.span, "and here") for each in others[:3]),
        hint=f"receive it (`on {name}` in a service or saga), declare it `extern event {name}` if "
        "somebody outside does, or don't send it",
    )

"""HS415: a choreography that has grown so far that a saga would be clearer."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.graphs import Graphs
from herosaga.graph.ways import ways
from herosaga.graph.words import short
from herosaga.model.model import Flow, Handler, Model

_MANY = 5

_STEPS = """\
extern event BookOrdered {{ key book_id: uuid }}
event BookFound {{ key book_id: uuid }}
event BookPacked {{ key book_id: uuid }}
event BookSent {{ key book_id: uuid }}
event BookArrived {{ key book_id: uuid }}
event ReaderTold {{ key book_id: uuid }}

service Shelves {{
  on BookOrdered emits BookFound
  on BookFound emits BookPacked
}}

service Post {{
  on BookPacked emits BookSent
  on BookSent emits BookArrived
}}

service Desk {{
  on BookArrived{}
  on ReaderTold
}}
{}
flow Lending {{
  BookOrdered -> BookFound -> BookPacked -> BookSent -> BookArrived{}
}}
"""

PAGE = Page(
    code="HS415",
    severity=Severity.NOTE,
    title="Choreography that would be clearer as a saga",
    what=f"A `flow` has a message that comes {_MANY} arrows or more after its first; or it branches, and one of its handlers is "
    "`undone by` a command. A note: it is counted, and shown with `--notes`.",
    why="Nobody coordinates a choreography. With many steps, or with something to give back on one way and not on another, nobody "
    "can tell what becomes of an order without reading every service. A saga has it on one page, and its undo is checked.",
    failing=_STEPS.format(" emits ReaderTold", "", " -> ReaderTold"),
    mended=_STEPS.format(
        "",
        "\n/// Goes on where the flow ends.\nsaga Notice by book_id: uuid {\n"
        "  start { on BookArrived -> Told { publish ReaderTold(book_id) } }\n  final Told\n}\n",
        "",
    ),
)


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """Each flow that has grown too far."""
    for flow in model.flows.values():
        steps, last = _longest(flow)
        handler = _undone(model, flow)
        if steps >= _MANY:
            yield _grown(flow, f"`{short(last)}` comes {steps} steps after its beginning", ())
        elif handler is not None and _branches(model, flow):
            label = Label(handler.span, "this may have to be undone on one way, and not on another")
            yield _grown(
                flow, f"it branches, and `{short(handler.message)}` can be undone", (label,)
            )


def _longest(flow: Flow) -> tuple[int, str]:
    """The message that is most arrows after the first, by the shortest way to it, and how many those are."""
    after: dict[str, list[str]] = {}
    for arrow in flow.arrows:
        after.setdefault(arrow.source, []).append(arrow.target)
    led_to = {each.target for each in flow.arrows}
    depth = {each: 0 for each in after if each not in led_to} or dict.fromkeys([*after][:1], 0)
    queue = list(depth)
    for each in queue:
        for target in after.get(each, ()):
            if target not in depth:
                depth[target] = depth[each] + 1
                queue.append(target)
    return max(((steps, name) for name, steps in depth.items()), default=(0, ""))


def _branches(model: Model, flow: Flow) -> bool:
    return any(len(each.targets) + len(each.others) > 1 for each in ways(model, flow))


def _undone(model: Model, flow: Flow) -> Handler | None:
    """A handler of the flow that can be undone: the first in the order of the arrows."""
    handlers = (each for arrow in flow.arrows for each in model.handlers_of(arrow.source))
    return next((each for each in handlers if each.undone_by), None)


def _grown(flow: Flow, why: str, labels: tuple[Label, ...]) -> Finding:
    return finding(
        PAGE,
        f"`{flow.name}` would be clearer as a saga",
        flow.span,
        text=why,
        labels=labels,
        hint="let a saga take the first event and request the steps as commands; the services stay as they are",
    )

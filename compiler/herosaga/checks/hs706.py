"""HS706: an end of an itinerary that the saga which runs it does not take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.commands import Command
from herosaga.graph.graphs import Graphs
from herosaga.graph.keys import Handlers, taken
from herosaga.graph.members import transitions
from herosaga.graph.requests import Life, Requests, requests
from herosaga.graph.states import Way, steps
from herosaga.graph.words import short
from herosaga.model.model import Model, Request, Saga, State, Transition
from herosaga.model.runs import with_runs
from msgspec.structs import replace

_PROGRAM = """\
extern event ParcelOrdered {{ key order_id: uuid }}

activity HandOver(order_id: uuid) {{ irreversible }}

itinerary Fulfilment(order_id: uuid) {{
  do HandOver(order_id)
}}

saga Delivery by order_id: uuid {{
  start {{ on ParcelOrdered -> Sending {{ run Fulfilment(order_id) }} }}
  state Sending {{
    on Fulfilment.completed -> Sent{}
  }}
  final Sent{}
}}
"""

PAGE = Page(
    code="HS706",
    severity=Severity.WARNING,
    title="End of an itinerary that nothing takes",
    what="An itinerary that a saga runs ends in one of two ways: it has `completed`, or it has `faulted`, and what it had "
    "done is undone. One of them can arrive in a state that has no transition, `ignore` or `defer` for it.",
    why="The end of the itinerary goes to the dead letters, and the order stays where it is until an operator looks "
    "after it.",
    failing=_PROGRAM.format("", ""),
    mended=_PROGRAM.format("\n    on Fulfilment.faulted -> Lost", "\n  final Lost failed"),
)

_ENDS = ("completed", "faulted")

Written = Mapping[tuple[int, str | None], Transition]
"""The transitions of a saga, by their place and where they lead."""


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """One finding for each itinerary of a saga, at the first state that lacks something.

    `compensated` need not be taken: a saga that says nothing of it gets `faulted` instead.
    """
    lowered = with_runs(model)
    for id, saga in lowered.sagas.items():
        if saga is model.sagas[id]:
            continue
        asked, written = requests(saga, lowered.by_message), _written(model.sagas[id])
        for command, followed in asked.lives:
            if command.id in model.itineraries:
                yield from _untaken(asked, command, followed, lowered.by_message, written)


def _untaken(
    asked: Requests, command: Command, followed: Life, handlers: Handlers, written: Written
) -> Iterator[Finding]:
    for moment in followed.moments:
        state = asked.on.states.get(moment.state)
        if state is None or state.passing or not moment.standing.open:
            continue
        keys = taken(state, handlers)
        missing = [each for each in _ENDS if ("message", f"{command.id}.{each}") not in keys]
        if missing:
            run = command.requests[moment.standing.request]
            yield _lacks(run, command, state, missing, _path(followed.path(moment), written))
            return


def _written(saga: Saga) -> Written:
    return {_place(each.transition): each.transition for each in transitions(saga)}


def _place(transition: Transition) -> tuple[int, str | None]:
    return transition.span.start, transition.target


def _path(ways: tuple[Way, ...], written: Written) -> tuple[str, ...]:
    """A path in the words of the saga as it was written, in which it runs itineraries and waits for their ends."""
    said = (written.get(_place(each.transition), each.transition) for each in ways)
    return steps(tuple(replace(way, transition=each) for way, each in zip(ways, said, strict=True)))


def _lacks(
    run: Request, command: Command, state: State, missing: list[str], path: tuple[str, ...]
) -> Finding:
    name, them = short(command.id), "it" if len(missing) == 1 else "them"
    what = " and ".join(f"`{name}.{each}`" for each in missing)
    return finding(
        PAGE,
        f"{what} can arrive in `{state.name}`, where nothing takes {them}",
        run.message.span,
        text="run here, and may end so",
        labels=(Label(state.span, f"`{name}` is under way in `{state.name}`"),),
        path=path,
        hint=_hint(name, missing, state),
    )


def _hint(name: str, missing: list[str], state: State) -> str:
    if state.sequence and missing == ["faulted"]:
        return f"write in `sequence {state.sequence}`: `failed compensate -> SomeFinal`"
    parts = (f"`on {name}.{each} -> NextState` or `ignore {name}.{each}`" for each in missing)
    return f"write in `state {state.name}`: {', and '.join(parts)}"

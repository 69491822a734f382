"""HS411: an answer that nothing takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.commands import Command
from herosaga.graph.graphs import Graphs
from herosaga.graph.keys import Handlers, Key, taken
from herosaga.graph.requests import Life, Moment
from herosaga.graph.states import steps
from herosaga.graph.words import short
from herosaga.model.model import Model, Policy, Request, State
from msgspec import Struct

_PROGRAM = """\
extern event OrderPlaced {{ key order_id: uuid }}
event ItemsReserved {{ key order_id: uuid }}
event ItemsRejected {{ key order_id: uuid }}
event ItemsReleased {{ key order_id: uuid }}

command ReserveItems {{ key order_id: uuid }}
command ReleaseItems {{ key order_id: uuid }}

service Inventory {{
  handle ReserveItems emits ItemsReserved refuses ItemsRejected undone by ReleaseItems
  handle ReleaseItems emits ItemsReleased
}}

saga Order by order_id: uuid {{
  start {{
    on OrderPlaced -> Reserving {{ request ReserveItems(order_id) within 30s compensable }}
  }}
  state Reserving {{
    on ItemsReserved -> Completed
    on ItemsRejected -> Rejected{}
  }}
  final Completed
  final Rejected failed
}}
"""

PAGE = Page(
    code="HS411",
    severity=Severity.WARNING,
    title="Answer that nothing takes",
    what="A request can be answered in several ways: by one of the events that its handler `emits`, by a refusal, "
    "by a time-out of its policy, or by a fault, when the handler's host has given up. One of them can arrive "
    "in a state that has no transition, `ignore` or `defer` for it.",
    why="The answer goes to the dead letters, and the order stays where it is until an operator looks after it.",
    failing=_PROGRAM.format(""),
    mended=_PROGRAM.format("\n    on failure of ReserveItems compensate -> Rejected"),
)


class _Answer(Struct, frozen=True):
    """A way in which a request can come back: the words for it, and the key of what takes it."""

    words: str
    key: Key


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """One finding for each command of a saga, at the first state that lacks something."""
    outside = {each.id for each in model.services.values() if each.extern}
    for saga in model.sagas.values():
        told: set[str] = set()
        asked = graphs.requests[saga.id]
        for command, followed in asked.lives:
            extern = command.handler.service in outside
            states = asked.on.states
            yield from _untaken(states, command, followed, extern, graphs.handlers, told)


def _untaken(
    states: Mapping[str, State],
    command: Command,
    followed: Life,
    extern: bool,
    handlers: Handlers,
    told: set[str],
) -> Iterator[Finding]:
    """The first state that lacks something; of a sequence without `failed` one step speaks for all."""
    for moment in followed.moments:
        state = states.get(moment.state)
        if state is None or state.passing or not moment.standing.open:
            continue
        keys, request = taken(state, handlers), command.requests[moment.standing.request]
        answers = _answers(command, request, extern)
        missing = tuple(each.words for each in answers if each.key not in keys)
        if missing:
            whole = state.sequence if _failures(missing) else ""
            if not whole or whole not in told:
                yield _lacks(command, request, state, missing, followed, moment)
            told.add(whole)
            return


def _answers(command: Command, request: Request, extern: bool) -> Iterator[_Answer]:
    """All ways in which the request can come back. From outside the project no fault is ever told."""
    id, name = command.id, short(command.id)
    for event in command.handler.answers:
        yield _Answer(f"`{short(event)}`", ("message", event))
    if not command.handler.answers:
        yield _Answer(f"`{name}.done`", ("done", id))
    for event in command.handler.refuses:
        yield _Answer(f"the refusal `{short(event)}`", ("message", event))
    if _expires(request.policy):
        yield _Answer(f"the time-out of `{name}`", ("timeout", id))
    if not extern:
        yield _Answer(f"a fault of `{name}`", ("fault", id))


def _expires(policy: Policy | None) -> bool:
    """Whether its last attempt can run out of time: one that is retried for ever has no last attempt."""
    return policy is not None and policy.within is not None and policy.retries is not None


def _lacks(
    command: Command,
    request: Request,
    state: State,
    missing: tuple[str, ...],
    followed: Life,
    moment: Moment,
) -> Finding:
    what = " and ".join(filter(None, (", ".join(missing[:-1]), missing[-1])))
    them = "it" if len(missing) == 1 else "them"
    return finding(
        PAGE,
        f"{what} can arrive in `{state.name}`, where nothing takes {them}",
        request.message.span,
        text="asked here, and may be answered so",
        labels=(Label(state.span, f"`{short(command.id)}` is open in `{state.name}`"),),
        path=steps(followed.path(moment)),
        hint=_hint(short(command.id), missing, state),
    )


def _failures(missing: tuple[str, ...]) -> bool:
    """Whether it is only failures that nothing takes."""
    return all(not each.startswith("`") for each in missing)


def _hint(name: str, missing: tuple[str, ...], state: State) -> str:
    where = f"in `state {state.name}`" if not state.sequence else f"in `sequence {state.sequence}`"
    events = [each.strip("`") for each in missing if each.startswith("`")]
    parts = [f"`on {event} -> NextState` or `ignore {event}`" for event in events]
    if len(events) < len(missing):
        failed = "failed" if state.sequence else f"on failure of {name}"
        parts.append(f"`{failed} compensate -> SomeFinal`")
    return f"write {where}: {', and '.join(parts)}"

"""HS502: an undo that is recorded too late for a time-out."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.graphs import Graphs
from herosaga.graph.members import bodies
from herosaga.graph.outputs import flat
from herosaga.graph.requests import Command, commands, late_records
from herosaga.graph.words import requested, short
from herosaga.model.model import Model, Recording, Request, Saga

_PROGRAM = """\
extern event TripBooked {{ key trip_id: uuid }}
event CarReserved {{ key trip_id: uuid }}
event NoCarLeft {{ key trip_id: uuid }}
event CarReleased {{ key trip_id: uuid }}

command ReserveCar {{ key trip_id: uuid }}
command ReleaseCar {{ key trip_id: uuid }}

service Cars {{
  handle ReserveCar emits CarReserved refuses NoCarLeft undone by ReleaseCar
  handle ReleaseCar emits CarReleased
}}

saga Trip by trip_id: uuid {{
  start {{
    on TripBooked -> Reserving {{ request ReserveCar(trip_id) within 30s{} }}
  }}
  state Reserving {{
    on CarReserved -> Reserved{}
    on failure of ReserveCar compensate -> Cancelled
  }}
  state Reserved {{
    after 1d -> Travelling
    on TripBooked compensate -> Cancelled
  }}
  final Travelling
  final Cancelled failed
}}
"""

PAGE = Page(
    code="HS502",
    severity=Severity.WARNING,
    title="Undo recorded only after success",
    what="A request can time out or be given up, and the record of its undo is only made when its good answer "
    "has come.",
    why="Silence does not mean that nothing was done: the car may be reserved and only the answer lost. "
    "Then there is no record, and nobody gives the car back. `compensable` at the request makes the record first.",
    failing=_PROGRAM.format("", " { compensable by ReleaseCar(trip_id) }"),
    mended=_PROGRAM.format(" compensable", ""),
)


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """One finding for each command whose undo is recorded too late."""
    for saga in model.sagas.values():
        for command in commands(saga, graphs.handlers):
            request = _unrecorded(saga, command)
            late = next(late_records(saga, command), None)
            if request is not None and late is not None:
                yield _late(command, request, late)


def _unrecorded(saga: Saga, command: Command) -> Request | None:
    """A request of the command without a record of its undo."""
    actions = (action for body in bodies(saga) for action in flat(body))
    requests = (each for each in actions if isinstance(each, Request))
    found = (each for each in requests if requested(each) == command.id and each.undo is None)
    return next(found, None)


def _late(command: Command, request: Request, late: Recording) -> Finding:
    name = short(command.id)
    return finding(
        PAGE,
        f"if the answer to `{name}` is lost, what it did is never undone",
        late.span,
        text="the undo is recorded only when the answer has come",
        labels=(Label(request.message.span, "no answer may come to this, though it was done"),),
        hint=f"write `compensable by …` at the request of `{name}`: the record is then made before it is sent",
    )

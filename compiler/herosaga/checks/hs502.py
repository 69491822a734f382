"""HS502: an undo that is recorded too late for a time-out."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.commands import Command
from herosaga.graph.graphs import Graphs
from herosaga.graph.words import short
from herosaga.model.model import Model, Recording, Request

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
        for command, _ in graphs.requests[saga.id].lives:
            bare = [each for each in command.requests.values() if each.undo is None]
            if bare and command.late:
                yield _late(command, bare[0], command.late[0])


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

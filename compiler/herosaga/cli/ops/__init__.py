"""`herosaga ops`: what a host shows of its store, and what an operator may tell it, from the command line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from herosaga.cli import tell
from herosaga.cli.ops import looking, telling
from herosaga.cli.ops.store import VARIABLE, Absent, At, Target, visit
from herosaga.cli.output import say
from herosaga.cli.stop import Stop
from herosaga.report.text import visible
from herosaga_runtime import Outcome, SlipStatus

NOT_THERE = 1

ops = typer.Typer(
    help="Look at what runs in a store, and tell it what to do: instances, slips, flows, dead letters.\n\n"
    "Nothing is worked on here; hosts that run on the store do what follows. Exits with 0 if it is done, 1 if what "
    "is asked for is not there or can't be done, and 2 if the call is wrong.",
    rich_markup_mode=None,
    add_completion=False,
)

Db = Annotated[
    str,
    typer.Option(
        "--db",
        metavar="FILE",
        envvar=VARIABLE,
        show_envvar=False,
        help=f"The store, a file or sqlite:///file; else what {VARIABLE} says.",
    ),
]
Project = Annotated[
    str,
    typer.Option("--project", metavar="FOLDER", help="The project's folder, whose app is asked."),
]
Raw = Annotated[bool, typer.Option("--raw", help="Ask the store alone, and not the app.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the history.", show_default=False)]
What = Annotated[
    str,
    typer.Argument(
        metavar="SAGA|SLIP", help="A saga by its name, or a slip by its id or how that begins."
    ),
]
Key = Annotated[
    str | None,
    typer.Argument(metavar="KEY", help="The instance's key, for a saga.", show_default=False),
]
Slip = Annotated[str, typer.Argument(metavar="SLIP", help="The slip's id, or how it begins.")]

F = TypeVar("F", bound=Callable[..., int])


def _command(name: str | None = None) -> Callable[[F], F]:
    """A command that is listed with its whole first sentence: else it is cut where the line ends."""

    def add(function: F) -> F:
        sentence = " ".join((function.__doc__ or "").partition("\n\n")[0].split())
        return ops.command(name, short_help=sentence)(function)

    return add


@_command()
def instances(
    saga: Annotated[str, typer.Argument(help="Only those of this saga.", show_default=False)] = "",
    state: Annotated[str, typer.Option(metavar="STATE", help="Only those in this state.")] = "",
    outcome: Annotated[
        Outcome | None, typer.Option(metavar="OUTCOME", help=f"One of {', '.join(Outcome)}.")
    ] = None,
    stuck: Annotated[
        bool, typer.Option("--stuck", help="Only those that need a person, or a newer program.")
    ] = False,
    archived: Annotated[bool, typer.Option("--archived", help="Those in the archive too.")] = False,
    db: Db = "",
    project: Project = ".",
    raw: Raw = False,
    json: Json = False,
) -> int:
    """List instances of sagas: where each is, or how it has ended."""

    def work(at: At) -> Awaitable[looking.Show]:
        return looking.instances(at, saga, state, outcome, stuck, archived)

    return _looked(Target(db, project, raw), work, json)


@_command()
def show(
    what: What,
    key: Key = None,
    db: Db = "",
    project: Project = ".",
    raw: Raw = False,
    json: Json = False,
) -> int:
    """Draw where an instance is on its saga's diagram, or a slip on its itinerary."""
    return _looked(Target(db, project, raw), lambda at: looking.show(at, what, key), json)


@_command()
def history(
    what: What,
    key: Key = None,
    db: Db = "",
    project: Project = ".",
    raw: Raw = False,
    json: Json = False,
) -> int:
    """List all that has happened to an instance or a slip, oldest first."""
    return _looked(Target(db, project, raw), lambda at: looking.history(at, what, key), json)


@_command()
def slips(
    itinerary: Annotated[
        str, typer.Argument(help="Only those of this itinerary.", show_default=False)
    ] = "",
    status: Annotated[
        SlipStatus | None, typer.Option(metavar="STATUS", help=f"One of {', '.join(SlipStatus)}.")
    ] = None,
    stuck: Annotated[
        bool, typer.Option("--stuck", help="Only those that wait for an operator or are tried on.")
    ] = False,
    db: Db = "",
    project: Project = ".",
    raw: Raw = False,
    json: Json = False,
) -> int:
    """List slips of itineraries: how each stands, and with which activities it is."""

    def work(at: At) -> Awaitable[looking.Show]:
        return looking.slips(at, itinerary, status, stuck)

    return _looked(Target(db, project, raw), work, json)


@_command()
def flows(
    flow: Annotated[str, typer.Argument(help="Only those of this flow.", show_default=False)] = "",
    late: Annotated[
        bool, typer.Option("--late", help="Only those that should be complete and are not.")
    ] = False,
    db: Db = "",
    project: Project = ".",
    raw: Raw = False,
    json: Json = False,
) -> int:
    """Show how far choreographies have come: which arrows have happened, what is awaited, what is late."""
    return _looked(Target(db, project, raw), lambda at: looking.flows(at, flow, late), json)


@_command("dead-letters")
def dead_letters(
    id: Annotated[
        str, typer.Argument(metavar="ID", help="All about this one.", show_default=False)
    ] = "",
    db: Db = "",
    project: Project = ".",
    raw: Raw = False,
    json: Json = False,
) -> int:
    """List messages that were put aside, or show one with its traceback and envelope."""
    return _looked(Target(db, project, raw), lambda at: looking.dead_letters(at, id), json)


@_command()
def retry(
    what: Annotated[
        str,
        typer.Argument(
            metavar="LETTER|SLIP|SAGA",
            help="A dead letter's number, a slip, or a saga whose instance is named by KEY.",
        ),
    ],
    key: Key = None,
    reason: Reason = "",
    db: Db = "",
    project: Project = ".",
) -> int:
    """Offer a dead letter again, or begin again what a slip or a stuck undo waits for."""
    return _told(db, project, reason, lambda at: telling.retry(at, what, key, reason))


@_command()
def skip(
    what: What, key: Key = None, reason: Reason = "", db: Db = "", project: Project = "."
) -> int:
    """Leave as it is what a stuck undo or a slip waits for, and go on."""
    return _told(db, project, reason, lambda at: telling.skip(at, what, key, reason))


@_command()
def compensate(
    saga: Annotated[str, typer.Argument(help="The saga.", show_default=False)],
    key: Annotated[str, typer.Argument(help="The instance's key.", show_default=False)],
    to: Annotated[
        str, typer.Option("--to", metavar="STATE", help="Where that leads.", show_default=False)
    ],
    reason: Reason = "",
    db: Db = "",
    project: Project = ".",
) -> int:
    """Let an instance undo all that it has done, and then go to a state."""
    return _told(db, project, reason, lambda at: telling.compensate(at, saga, key, to, reason))


@_command("turn-back")
def turn_back(slip: Slip, reason: Reason = "", db: Db = "", project: Project = ".") -> int:
    """Turn a slip back: it undoes what it has done, also if it had completed."""
    return _told(db, project, reason, lambda at: telling.turn_back(at, slip, reason))


def _looked(target: Target, work: Callable[[At], Awaitable[looking.Show]], as_json: bool) -> int:
    """Read, and then print: who reads slowly does not keep the store open."""
    try:
        visit(target, work)(as_json)
    except Absent as error:
        return tell(visible(str(error)), NOT_THERE)
    return 0


def _told(db: str, project: str, reason: str, work: Callable[[At], Awaitable[str]]) -> int:
    if not reason.strip():
        raise Stop('say why, for the history: `--reason "…"`')
    try:
        said = visit(Target(db, project), work)
    except Absent as error:
        return tell(visible(str(error)), NOT_THERE)
    say(f"{visible(said)}\n")
    return 0

"""HS501: what a saga had done, and leaves in place although it failed."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.commands import Command, commands
from herosaga.graph.graphs import Graphs
from herosaga.graph.outputs import everything
from herosaga.graph.requests import Ground, Life, Moment, ground, life
from herosaga.graph.states import Way, steps
from herosaga.graph.words import head, short
from herosaga.model.model import Model

_PROGRAM = """\
extern event OrderPlaced {{ key order_id: uuid }}
event CardCharged {{ key order_id: uuid }}
event CardDeclined {{ key order_id: uuid }}
event CardRefunded {{ key order_id: uuid }}
event ItemsPacked {{ key order_id: uuid }}
event ItemsMissing {{ key order_id: uuid }}

command ChargeCard {{ key order_id: uuid }}
command RefundCard {{ key order_id: uuid }}
command PackItems {{ key order_id: uuid }}

service Payments {{
  handle ChargeCard emits CardCharged refuses CardDeclined undone by RefundCard
  handle RefundCard emits CardRefunded
}}

service Warehouse {{
  handle PackItems emits ItemsPacked refuses ItemsMissing irreversible
}}

saga Order by order_id: uuid {{
  start {{
    on OrderPlaced -> Charging {{ request ChargeCard(order_id) within 30s compensable }}
  }}
  state Charging {{
    on CardCharged -> Packing {{ request PackItems(order_id) within 1d }}
    on failure of ChargeCard compensate -> Cancelled
  }}
  state Packing {{
    on ItemsPacked -> Completed
    {}
    on failure of PackItems -> Unclear
  }}
  final Completed
  final Cancelled failed
  final Unclear manual
}}
"""

PAGE = Page(
    code="HS501",
    severity=Severity.WARNING,
    title="Done and never undone",
    what="On some path to a `failed` final a command that took effect, or may have, is still in place: "
    "it was requested without a record of its undo, or nothing compensates on the way. Commands that are "
    "`readonly` and those that undo others leave nothing behind. What was done before a `pivot` is meant to stay, "
    "and behind it also what is `irreversible`.",
    why="The order is cancelled and the card stays charged. Nobody hears of it until the customer does.",
    failing=_PROGRAM.format("on ItemsMissing -> Cancelled"),
    mended=_PROGRAM.format("on ItemsMissing compensate -> Cancelled"),
)


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """One finding for each command of a saga: the shortest path on which it stays in place."""
    undos = {each.undone_by for each in model.handlers()} | _used_as_undo(model)
    for saga in model.sagas.values():
        on = ground(saga)
        for command in commands(saga, graphs.handlers):
            if command.id not in undos and not command.handler.readonly:
                yield from _left(on, command)


def _used_as_undo(model: Model) -> set[str]:
    return {
        each.message
        for saga in model.sagas.values()
        for each in everything(saga)
        if each.how == "undoes with"
    }


def _left(on: Ground, command: Command) -> Iterator[Finding]:
    """The first end at which the command stays in place; what HS502 tells is not told again."""
    followed = life(on, command)
    for moment in followed.moments:
        final = on.finals.get(moment.state)
        failed = final is not None and final.mark == "failed"
        if failed and moment.standing.taken and not _meant(moment, command):
            path = followed.path(moment)
            told = command.late and any(command.failed_by(way.transition.trigger) for way in path)
            if not told:
                yield _stays(command, moment, followed)
                return


def _meant(moment: Moment, command: Command) -> bool:
    return command.handler.irreversible and moment.standing.pivoted


def _stays(command: Command, moment: Moment, followed: Life) -> Finding:
    path = followed.path(moment)
    last, name = path[-1].transition, short(command.id)
    request = command.requests[moment.standing.request]
    return finding(
        PAGE,
        f"`{name}` may stay done although `{moment.state}` means that it all failed",
        last.span,
        text=f"ends in `{moment.state}` without undoing `{name}`",
        labels=(Label(request.message.span, _how(moment)),),
        path=steps(path),
        hint=_hint(path[-1], moment, command),
    )


def _how(moment: Moment) -> str:
    return (
        "requested here"
        if moment.standing.recorded
        else "requested here, with no record of an undo"
    )


def _hint(last: Way, moment: Moment, command: Command) -> str:
    name = short(command.id)
    if moment.standing.recorded:
        return f"write `{head(last.transition)} compensate -> {moment.state}`"
    if command.handler.undone_by or command.blocks:
        arrow = "" if last.kind == "compensates" else f", and `compensate -> {moment.state}` here"
        return f"request `{name}` with `compensable`{arrow}"
    if command.handler.irreversible:
        return f"put a `pivot` before `{name}`, and lead on from there; or end in a `manual` final"
    return (
        f"say at `handle {name}` what undoes it: `undone by SomeCommand`, and request it `compensable`; "
        "or that there is nothing to undo: `readonly`"
    )

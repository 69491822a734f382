"""HS501: what a saga had done, and leaves in place although it failed."""

from __future__ import annotations

from collections.abc import Iterator, Set

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.commands import Command
from herosaga.graph.graphs import Graphs
from herosaga.graph.outputs import everything
from herosaga.graph.requests import Ground, Life, Moment, Requests, requests
from herosaga.graph.states import Way, steps
from herosaga.graph.words import head, listed, short
from herosaga.model.model import Member, Model, OnFailure, Request, Saga, Transition
from msgspec import Struct
from msgspec.structs import replace

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


class _Left(Struct, frozen=True):
    """A command that stays in place at the end of a path."""

    command: Command
    moment: Moment
    path: tuple[Way, ...]


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """The shortest path on which each command stays in place; those that one `compensate` would undo are one finding."""
    undos = {each.undone_by for each in model.handlers()} | _used_as_undo(model)
    for saga in model.sagas.values():
        together: dict[tuple[int, str], list[_Left]] = {}
        for left in _all_left(saga, graphs):
            if left.command.id not in undos and not left.command.handler.readonly:
                key = left.path[-1].transition.span.start, _alone(left)
                together.setdefault(key, []).append(left)
        yield from map(_stays, together.values())


def _all_left(saga: Saga, graphs: Graphs) -> Iterator[_Left]:
    """Each command that stays in place. A way that an `@allow` means is looked at by itself, so that it hides no other."""
    meant = {id(x): x for state in saga.states for x in state.members if _is_meant(x)}
    if not meant:
        yield from _left_of(graphs.requests[saga.id])
        return
    yield from _left_of(requests(_without(saga, meant.keys()), graphs.handlers))
    for each in meant:
        alone = requests(_without(saga, meant.keys() - {each}), graphs.handlers)
        yield from (x for x in _left_of(alone) if id(x.path[-1].transition) == each)


def _left_of(asked: Requests) -> Iterator[_Left]:
    for command, followed in asked.lives:
        yield from _left(asked.on, command, followed)


def _is_meant(member: Member) -> bool:
    return isinstance(member, Transition) and any(x.code == PAGE.code for x in member.meta.allows)


def _without(saga: Saga, gone: Set[int]) -> Saga:
    """The saga without these transitions."""
    states = tuple(
        replace(each, members=tuple(x for x in each.members if id(x) not in gone))
        for each in saga.states
    )
    return replace(saga, states=states)


def _used_as_undo(model: Model) -> set[str]:
    return {
        each.message
        for saga in model.sagas.values()
        for each in everything(saga)
        if each.how == "undoes with"
    }


def _left(on: Ground, command: Command, followed: Life) -> Iterator[_Left]:
    """The first end at which the command stays in place; what HS502 tells is not told again."""
    for moment in followed.moments:
        final = on.finals.get(moment.state)
        failed = final is not None and final.mark == "failed"
        if failed and moment.standing.taken and not _meant(moment, command):
            path = followed.path(moment)
            told = command.late and any(command.failed_by(way.transition.trigger) for way in path)
            if not told:
                yield _Left(command, moment, path)
                return


def _meant(moment: Moment, command: Command) -> bool:
    return command.handler.irreversible and moment.standing.pivoted


def _alone(left: _Left) -> str:
    """Whose mistake it is: that of the last transition, or the command's, which has no record."""
    return "" if left.moment.standing.recorded else left.command.id


def _stays(found: list[_Left]) -> Finding:
    last = max(found, key=lambda each: len(each.path))
    names = listed(tuple(short(each.command.id) for each in found))
    end = last.moment.state
    return finding(
        PAGE,
        f"{names} may stay done although `{end}` means that it all failed",
        last.path[-1].transition.span,
        text=f"ends in `{end}` without undoing {names}",
        labels=tuple(Label(_request(each).message.span, _how(each)) for each in found),
        path=steps(last.path),
        hint=_hint(last),
    )


def _request(left: _Left) -> Request:
    return left.command.requests[left.moment.standing.request]


def _how(left: _Left) -> str:
    recorded = left.moment.standing.recorded
    return "requested here" if recorded else "requested here, with no record of an undo"


def _written(last: Transition) -> str:
    """How the transition begins: what fails in a sequence is told there for all of its steps."""
    failed = isinstance(last.trigger, OnFailure) and last.level.startswith("sequence ")
    return "failed" if failed else head(last)


def _hint(left: _Left) -> str:
    command, last = left.command, left.path[-1]
    name = short(command.id)
    if left.moment.standing.recorded:
        return f"write `{_written(last.transition)} compensate -> {left.moment.state}`"
    if command.handler.undone_by or command.blocks:
        arrow = (
            "" if last.kind == "compensates" else f", and `compensate -> {left.moment.state}` here"
        )
        return f"request `{name}` with `compensable`{arrow}"
    if command.handler.irreversible:
        return f"put a `pivot` before `{name}`, and lead on from there; or end in a `manual` final"
    return (
        f"say at `handle {name}` what undoes it: `undone by SomeCommand`, and request it `compensable`; "
        "or that there is nothing to undo: `readonly`"
    )

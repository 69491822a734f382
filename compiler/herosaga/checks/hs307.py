"""HS307: guards that may all fail."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.cases import exhaustive, unnamed
from herosaga.graph.graphs import Graphs
from herosaga.graph.keys import Handlers, Key, covered, key, trigger_of
from herosaga.graph.words import listed, source_text, trigger
from herosaga.model.model import Ignore, Member, Model, Saga, Transition

_PROGRAM = """\
extern event OrderPlaced {{ key order_id: uuid  total: decimal }}

saga Approval by order_id: uuid {{
  data {{ total: decimal }}
  start {{
    on OrderPlaced(total) when event.total < 100 -> Approved
    on OrderPlaced(total){} -> Asking
  }}
  state Asking {{
    after 2d when total < 1000 -> Approved
    after 3d -> Refused
  }}
  final Approved
  final Refused failed
}}
"""

PAGE = Page(
    code="HS307",
    severity=Severity.WARNING,
    title="Guards that may all fail",
    what="Every transition for this message has a guard, and there is a value for which none of them holds: no "
    "transition without a guard, `ignore` or `defer` catches the rest, in this state or a group around it. "
    "What starts the saga is swallowed where it comes again, and what starts nothing may be caught by `missing`. "
    "Guards that plainly leave nothing out (`x < 3` and `x >= 3`, all members of an enum) are known.",
    why="For just that value the message goes to the dead letters and the order stands still: the case that "
    "nobody thought of is the one that nobody tests.",
    failing=_PROGRAM.format(" when event.total > 100"),
    mended=_PROGRAM.format(""),
)

_KINDS = (
    "message",
    "failure",
    "timeout",
    "fault",
    "timer",
    "completed",
    "faulted",
    "compensated",
    "done",
)
"""The keys of what comes by itself: for what comes with time a false guard is an answer."""


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """One finding for each trigger of a block, at its first transition; groups are told once."""
    enums = {id: frozenset(each.name for each in enum.members) for id, enum in model.enums.items()}
    for saga in model.sagas.values():
        told: set[int] = set()
        for where, members, elsewhere in _blocks(saga):
            for guarded in _open(members, elsewhere, graphs.handlers):
                guards = [each.guard for each in guarded if each.guard is not None]
                if guarded[0].span.start not in told and not exhaustive(guards, enums):
                    told.add(guarded[0].span.start)
                    yield _left_over(guarded, where, unnamed(guards, enums))


def _blocks(saga: Saga) -> Iterator[tuple[str, tuple[Member, ...], set[Key]]]:
    """Each place with what holds there, and what can do without: a start that is repeated is swallowed."""
    unguarded = (each for each in saga.missing if isinstance(each, Ignore) or each.guard is None)
    yield "here", saga.start, {key(trigger_of(each)) for each in unguarded}
    repeated = {key(each.trigger) for each in saga.start}
    for state in saga.states:
        if not state.passing:
            yield f"in `{state.name}`", state.members, repeated


def _open(
    members: tuple[Member, ...], elsewhere: set[Key], handlers: Handlers
) -> Iterator[list[Transition]]:
    """The transitions of each trigger of which all have guards, innermost first."""
    found: dict[Key, list[Transition]] = {}
    caught = set(elsewhere)
    for each in members:
        if isinstance(each, Transition) and each.guard is not None:
            found.setdefault(key(each.trigger), []).append(each)
        else:
            caught.update(covered(trigger_of(each), handlers))
    for what, guarded in found.items():
        if what[0] in _KINDS and what not in caught:
            yield guarded


def _left_over(
    guarded: list[Transition], where: str, unnamed: tuple[str, tuple[str, ...]] | None
) -> Finding:
    first, *others = guarded
    name = trigger(first.trigger)
    return finding(
        PAGE,
        f"`{name}` may come when {_case(guarded, unnamed)}, and then nothing takes it",
        first.span,
        text=f"every transition for it {where} has a guard",
        labels=tuple(Label(each.span, "this one too") for each in others[:3]),
        hint=f"end with a transition without a guard, `on {name} -> SomeState`, or with `ignore {name}`",
    )


def _case(guarded: list[Transition], unnamed: tuple[str, tuple[str, ...]] | None) -> str:
    """The case that is left over."""
    if unnamed is not None:
        value, members = unnamed
        return f"`{value}` is {listed(members, 'or')}"
    guards = tuple(source_text(each.guard.span) for each in guarded if each.guard is not None)
    if len(guards) == 1:
        return f"{listed(guards)} does not hold"
    return f"{'neither' if len(guards) == 2 else 'none'} of {listed(guards)} holds"

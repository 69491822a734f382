"""HS306: a transition that an earlier one leaves nothing to."""

from collections.abc import Iterator
from typing import TypeGuard

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.graphs import Graphs
from herosaga.graph.keys import Handlers, Key, covered, key, trigger_of
from herosaga.graph.words import head, swallowed
from herosaga.model.model import (
    Member,
    Model,
    OnMessage,
    OnOutcome,
    Onward,
    Saga,
    Transition,
    Trigger,
)

_PROGRAM = """\
event Paid {{ key order_id: uuid  amount: int }}
extern event Shipped {{ key order_id: uuid }}

saga Delivery by order_id: uuid {{
  start {{
    {}
    {}
  }}
  state Sending {{
    on Shipped -> Completed
  }}
  final Completed
}}
"""

PAGE = Page(
    code="HS306",
    severity=Severity.WARNING,
    title="Shadowed transition",
    what="An earlier transition of the same block takes the same message under every condition: it has "
    "no guard. Or `on failure of C` without a guard stands above one of the refusals of `C`, its time-out or its fault.",
    why="The special case that this line was written for is treated like all others, without a word.",
    failing=_PROGRAM.format("on Paid -> Sending", "on Paid when event.amount == 0 -> Completed"),
    mended=_PROGRAM.format("on Paid when event.amount == 0 -> Completed", "on Paid -> Sending"),
)


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """Transitions that are never tried. One of a group is reported once."""
    for saga in model.sagas.values():
        # What is special stands above a sequence's `failed`, which is for all the rest.
        seen = {each.failed.span.start for each in saga.sequences if each.failed is not None}
        for level in _levels(saga):
            for earlier, later in _shadows(level, graphs.handlers):
                if later.span.start not in seen:
                    seen.add(later.span.start)
                    yield _shadowed(earlier, later)


def _levels(saga: Saga) -> Iterator[list[Member]]:
    """The members that are tried one after the other: outer levels are meant to be overridden."""
    for block in (saga.start, *(state.members for state in saga.states), saga.missing):
        levels: dict[str, list[Member]] = {}
        for each in block:
            levels.setdefault(each.level, []).append(each)
        yield from levels.values()


def _shadows(level: list[Member], handlers: Handlers) -> Iterator[tuple[Transition, Member]]:
    """What is never tried, each with the transition without a guard that takes all of it."""
    taken: dict[Key, Transition] = {}
    for each in level:
        earlier = taken.get(key(trigger_of(each)))
        if earlier is not None and not _alike(earlier, each):
            yield earlier, each
        elif _takes_all(each):
            for found in covered(each.trigger, handlers):
                taken.setdefault(found, each)


def _takes_all(member: Member) -> TypeGuard[Transition]:
    """Whether nothing of what it takes is left; what only goes on leaves whatever it can't."""
    plain = isinstance(member, Transition) and member.guard is None
    return plain and not isinstance(trigger_of(member), Onward)


def _alike(earlier: Transition, later: Member) -> bool:
    """Whether the earlier answers another step of a `parallel` block, which tells them apart by the request."""
    step = _step(trigger_of(earlier))
    return bool(step) and step != _step(trigger_of(later))


def _step(trigger: Trigger) -> str:
    """The step of which only the answers are taken, "" for any."""
    return trigger.step if isinstance(trigger, OnMessage | OnOutcome) else ""


def _shadowed(earlier: Transition, later: Member) -> Finding:
    written = head(later) if isinstance(later, Transition) else swallowed(later)
    return finding(
        PAGE,
        f"`{written}` never gets its turn",
        later.span,
        text="not tried",
        labels=(Label(earlier.span, "takes it always: it has no guard"),),
        hint="put what is more specific first, or give the earlier one a guard with `when`",
    )

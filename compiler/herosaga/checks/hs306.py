"""HS306: a transition that an earlier one leaves nothing to."""

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.graphs import Graphs
from herosaga.graph.words import head, short
from herosaga.model.model import (
    Ignore,
    Model,
    OnFailure,
    OnMessage,
    Saga,
    Transition,
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
    "no guard. Or `on failure of C` without a guard stands above one of the refusals of `C`.",
    why="The special case that this line was written for is treated like all others, without a word.",
    failing=_PROGRAM.format("on Paid -> Sending", "on Paid when event.amount == 0 -> Completed"),
    mended=_PROGRAM.format("on Paid when event.amount == 0 -> Completed", "on Paid -> Sending"),
)

Member = Transition | Ignore


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """Transitions that are never tried. One of a group is reported once."""
    for saga in model.sagas.values():
        seen: set[int] = set()
        for members in _levels(saga):
            for index, later in enumerate(members):
                earlier = _taker(members[:index], later, model)
                if earlier is not None and later.span.start not in seen:
                    seen.add(later.span.start)
                    yield _shadowed(earlier, later)


def _levels(saga: Saga) -> Iterator[tuple[Member, ...]]:
    """The members that are tried one after the other: outer levels are meant to be overridden."""
    for block in (saga.start, *(state.members for state in saga.states), saga.missing):
        for level in dict.fromkeys(each.level for each in block):
            yield tuple(each for each in block if each.level == level)


def _taker(earlier: tuple[Member, ...], later: Member, model: Model) -> Transition | None:
    for each in earlier:
        if isinstance(each, Transition) and each.guard is None and _takes(each, later, model):
            return each
    return None


def _takes(earlier: Transition, later: Member, model: Model) -> bool:
    message = _message(later)
    match earlier.trigger:
        case OnMessage(message=taken):
            return taken == message
        case OnFailure(command=command):
            if isinstance(later, Transition) and isinstance(later.trigger, OnFailure):
                return later.trigger.command == command
            return any(message in each.refuses for each in model.handlers_of(command))
    return False


def _message(member: Member) -> str:
    if isinstance(member, Ignore):
        return member.message
    return member.trigger.message if isinstance(member.trigger, OnMessage) else ""


def _shadowed(earlier: Transition, later: Member) -> Finding:
    written = head(later) if isinstance(later, Transition) else f"ignore {short(later.message)}"
    return finding(
        PAGE,
        f"`{written}` never gets its turn",
        later.span,
        text="not tried",
        labels=(Label(earlier.span, "takes it always: it has no guard"),),
        hint="put what is more specific first, or give the earlier one a guard with `when`",
    )

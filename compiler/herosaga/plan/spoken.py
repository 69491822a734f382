"""What is said of a transition as a whole: all that sets it off, when, and where it leads."""

from __future__ import annotations

import re

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.plan.place import Place
from herosaga.plan.words import said, source_of, what_said
from herosaga.plan.written import Written

_NAME = re.compile(r"[A-Za-z_][\w.]*")


def all_said(place: Place, found: Written) -> str:
    """Triggers and guard, as they were written."""
    model, first = place.context.model, found.first
    if isinstance(first.trigger, m.Onward):
        return _onward_said(place.saga, found)
    if is_failed(place.saga, first):
        words = "failed"
    else:
        others = [what_said(model, each) for each in found.triggers[1:]]
        words = ", ".join(dict.fromkeys([said(model, first.trigger), *others]))
    return f"{words} when {source_of(first.guard)}" if first.guard is not None else words


def goal(transition: m.Transition) -> str:
    """Where an arrow leads, as it was written: to a sequence, or to a state."""
    span, name = transition.target_span, transition.target or ""
    written = span.source.text[span.start : span.end] if span is not None else ""
    is_part = _NAME.fullmatch(written) is not None and name.startswith(written)
    return written if is_part else name


def is_failed(saga: m.Saga, transition: m.Transition) -> bool:
    """Whether it is the `failed` of a sequence, which holds once for each way in which a step can fail."""
    failed = (each.failed for each in saga.sequences)
    return any(each is not None and each.span == transition.span for each in failed)


# --- how a state is left that waits for nothing (more) -------------------------------------------


def onward_name(saga: m.Saga, found: Written) -> str:
    """The end of the name of such a transition's function."""
    assert found.state is not None
    guarded = found.first.guard is not None
    if found.state.joins:
        return "all_answered"
    if _only(found.state):
        return "goes_on"
    if _goes_through(saga, _condition(found.state)):
        return "next" if guarded else "after_the_last"
    return "then" if guarded else "otherwise"


def _onward_said(saga: m.Saga, found: Written) -> str:
    assert found.state is not None
    condition = _condition(found.state)
    there = "" if condition is None else source_of(condition)
    match onward_name(saga, found):
        case "all_answered":
            return "all is answered"
        case "then":
            return f"if {there}"
        case "otherwise":
            return f"if {there}: else"
        case "next":
            return f"{there}: the next"
        case "after_the_last":
            return f"{there}: after the last"
        case _:
            return "and on"


def _moves(state: m.State) -> list[m.Transition]:
    return [each for each in state.members if isinstance(each, m.Transition)]


def _only(state: m.State) -> bool:
    return len(_moves(state)) == 1


def _condition(state: m.State) -> e.Expr | None:
    return _moves(state)[0].guard


def _goes_through(saga: m.Saga, guard: e.Expr | None) -> bool:
    """Whether it is the guard of a lowered `for`: there is an element left."""
    match guard:
        case e.Binary("<", e.DataField(at), e.Function("len")):
            return any(at == each.name for each in saga.slots)
        case _:
            return False

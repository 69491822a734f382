"""Arrows into the middle of a sequence's `for`, from where it does not run (HS204)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herosaga.checks import hs204
from herosaga.findings import Finding
from herosaga.model import model as m
from herosaga.model.flow import leaving

Around = Mapping[str, tuple[m.Loop, ...]]
"""The loops around each state that is in one, the outer ones first."""


def into_loops(saga: m.Saga) -> Iterator[Finding]:
    """One finding for each arrow, however many states it leads from."""
    around = {name: loops for each in saga.sequences for name, loops in _inside(each.stages, ())}
    if not around:
        return
    told: set[int] = set()
    for source, transition in _moves(saga):
        loop = _entered(transition, around.get(source, ()), around)
        span = transition.target_span
        if loop is None or span is None or span.start in told:
            continue
        told.add(span.start)
        yield hs204.into_loop(transition.target or "", loop.var, span, loop.source.span)


def _inside(
    stages: tuple[m.Stage, ...], loops: tuple[m.Loop, ...]
) -> Iterator[tuple[str, tuple[m.Loop, ...]]]:
    """The states that are entered in a loop; where all rounds are asked for at once, that is one state, outside."""
    for stage in stages:
        match stage:
            case m.Step(state=state) | m.RunStep(state=state) if loops:
                yield state, loops
            case m.Branch(then=then, other=other):
                yield from _inside((*then, *other), loops)
            case m.Loop(body=body, parallel=False):
                yield from _inside(body, (*loops, stage))
            case m.Loop(state=state) | m.Parallel(state=state) if loops and state:
                yield state, loops


def _moves(saga: m.Saga) -> Iterator[tuple[str, m.Transition]]:
    """What leads from state to state, each with the state that it leaves; what goes on by itself leads where it should."""
    yield from (("", each) for each in saga.start)
    for state in saga.states:
        for each in leaving(saga, state):
            if not isinstance(each.trigger, m.Onward):
                yield state.name, each


def _entered(transition: m.Transition, here: tuple[m.Loop, ...], around: Around) -> m.Loop | None:
    """The outermost loop that a transition leads into."""
    if transition.target is None or transition.target_span is None:
        return None
    loops = around.get(transition.target, ())
    return next((each for each in loops if all(each is not other for other in here)), None)

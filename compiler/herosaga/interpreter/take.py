"""Taking a transition: the first of a state's members that fits and whose guard holds."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from herosaga.interpreter import undo
from herosaga.interpreter.act import NOTHING, Seen, Step, scope
from herosaga.interpreter.enter import act, enter, holds
from herosaga.interpreter.evaluate import evaluate
from herosaga.interpreter.instance import Kind, Wait
from herosaga.interpreter.occasion import Occasion, fits
from herosaga.model import model as m


class Found(Enum):
    """What the members of a state say of an occasion."""

    TAKEN = "taken"
    IGNORED = "ignored"
    DEFERRED = "deferred"
    NOTHING = "nothing"


def try_members(work: Step, occasion: Occasion) -> Found:
    """Let the first member that fits, and whose guard holds, take it."""
    for member in work.program.states[work.instance.state].members:
        match member:
            case m.Transition(trigger=trigger) if fits(trigger, occasion):
                if holds(work, member, occasion.seen):
                    take(work, member, occasion.seen)
                    return Found.TAKEN
            case m.Ignore(what=what) if fits(what, occasion):
                return Found.IGNORED
            case m.Defer(what=what) if fits(what, occasion):
                return Found.DEFERRED
    return Found.NOTHING


def take(work: Step, transition: m.Transition, seen: Seen) -> None:
    """Take a transition."""
    starts = not work.instance.state
    act(work, transition, seen)
    if starts:
        _set_deadline(work)
    target = transition.target
    if target is None:
        return
    expired = isinstance(transition.trigger, m.Deadline)
    if transition.compensate:
        undo.begin(work, target, expired)
    else:
        work.instance = replace(work.instance, expired=expired)
        enter(work, target)


def _set_deadline(work: Step) -> None:
    """The deadline counts from the start step."""
    deadline = work.program.saga.deadline
    if deadline is None:
        return
    assert isinstance(deadline.trigger, m.Deadline), "that is its trigger"
    due = work.due(evaluate(deadline.trigger.delay, scope(work, NOTHING)))
    wait = Wait(Kind.DEADLINE, work.token("deadline"), due, deadline.span.start)
    work.instance = replace(work.instance, waits=(*work.instance.waits, wait))

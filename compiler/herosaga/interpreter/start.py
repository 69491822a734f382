"""What comes to a key that has no instance: it starts one, or `missing` says what happens to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from herosaga.interpreter.act import Seen, Step, perform
from herosaga.interpreter.correlation import key_of
from herosaga.interpreter.enter import holds
from herosaga.interpreter.evaluate import literal
from herosaga.interpreter.instance import Deliver, Input, Instance, Outcome, Reception
from herosaga.interpreter.occasion import Occasion, fits
from herosaga.interpreter.program import Program
from herosaga.interpreter.requests import late
from herosaga.interpreter.take import take
from herosaga.model import model as m


def start(program: Program, given: Input, now: datetime, incarnation: int) -> Outcome:
    """Start an instance, or do what `missing` says."""
    if not isinstance(given, Deliver):
        return Outcome(None, (), Reception.LATE)
    work = _first(program, given, now, incarnation)
    seen = Seen(given.message)
    for each in program.saga.start:
        if fits(each.trigger, Occasion(given.message)) and holds(work, each, seen):
            take(work, each, seen)
            return work.outcome(Reception.TAKEN)
    return _missing(program, given, now)


def _first(program: Program, given: Deliver, now: datetime, incarnation: int) -> Step:
    """The step that no instance comes before."""
    saga = program.saga
    key = key_of(program, given.message)
    data = {} if key is None else {saga.key: key}
    for each in (*saga.data, *saga.slots):
        if each.default is not None:
            data[each.name] = literal(program.model, each.default)
    nothing = Instance(saga.id, saga.version, key, incarnation, now, "", data, caller=given.request)
    return Step(program, nothing, given, now)


def _missing(program: Program, given: Deliver, now: datetime) -> Outcome:
    """What happens to a message that finds no instance. What is sent then is derived from the message."""
    work = _first(program, given, now, 0)
    work.instance = replace(work.instance, name=given.id, caller="")
    seen, occasion = Seen(given.message), Occasion(given.message)
    for member in program.saga.missing:
        match member:
            case m.Ignore(what=what) if fits(what, occasion):
                return Outcome(None, (), Reception.IGNORED)
            case m.Transition(trigger=trigger) if fits(trigger, occasion):
                if holds(work, member, seen):
                    perform(work, member.actions, seen)
                    notes = "; ".join(work.notes)
                    return Outcome(None, tuple(work.sent), Reception.TAKEN, notes)
    if late(program, given):
        return Outcome(None, (), Reception.LATE)
    reason = f"no instance has this key, and {given.message.name} does not start one"
    return Outcome(None, (), Reception.UNEXPECTED, reason)

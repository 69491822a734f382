"""Composites: `all(A, B)` keeps what has come of its parts, and runs with the last."""

from __future__ import annotations

from dataclasses import replace

from herosaga.interpreter.act import NOTHING, Step
from herosaga.interpreter.enter import holds
from herosaga.interpreter.instance import Composite
from herosaga.interpreter.take import take
from herosaga.interpreter.values import Value
from herosaga.model import model as m


def arrive(work: Step, message: Value) -> bool:
    """Note the part of a composite, once; whether there is a composite that waits for it."""
    waiting = [each for each, _ in _composites(work) if message.id in each.parts]
    arrivals = list(work.instance.arrivals)
    arrivals += ((each, message.id) for each in waiting if (each, message.id) not in arrivals)
    work.instance = replace(work.instance, arrivals=tuple(dict.fromkeys(arrivals)))
    return bool(waiting)


def compose(work: Step, message: Value) -> bool:
    """Run the first composite that has this part and is complete, and whose guard holds."""
    for composite, transition in _composites(work):
        arrived = {part for each, part in work.instance.arrivals if each == composite}
        complete = message.id in arrived and arrived >= set(composite.parts)
        if complete and holds(work, transition, NOTHING):
            kept = tuple(each for each in work.instance.arrivals if each[0] != composite)
            work.instance = replace(work.instance, arrivals=kept)
            take(work, transition, NOTHING)
            return True
    return False


def _composites(work: Step) -> tuple[tuple[Composite, m.Transition], ...]:
    return work.program.composites[work.instance.state]

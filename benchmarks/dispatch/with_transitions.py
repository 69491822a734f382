"""A saga on `transitions`, in its fastest configuration.

One machine serves all models, without a queue, nested states, automatic transitions or event objects; callbacks are
named and found on the model. Its log is silenced: it would else write a warning for each message that is ignored.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import transitions

if TYPE_CHECKING:
    from transitions.core import TransitionConfig

from benchmarks.dispatch.contender import Script, View
from benchmarks.dispatch.in_place import NEW, Arrow, Machine, Model


class Transitions:
    """The contender on `transitions`."""

    name = "transitions"

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def prepare(self, count: int, script: Script) -> Callable[[], None]:
        models = _models(self._machine, count)
        return lambda: self._machine.drive(models, script)

    def views(self, script: Script) -> Iterator[View]:
        (model,) = _models(self._machine, 1)
        for delivery in script:
            self._machine.drive([model], (delivery,))
            yield self._machine.view(model)


def _models(machine: Machine, count: int) -> list[Model]:
    logging.getLogger("transitions").setLevel(logging.ERROR)
    models = [machine.model() for _ in range(count)]
    transitions.Machine(
        models,
        states=machine.states(),
        transitions=[_transition(machine, each) for each in machine.arrows],
        initial=NEW,
        auto_transitions=False,
        ignore_invalid_triggers=True,
    )
    return models


def _transition(machine: Machine, arrow: Arrow) -> TransitionConfig:
    return {
        "trigger": machine.triggers[arrow.trigger],
        "source": arrow.source,
        "dest": arrow.dest,
        "before": arrow.do or [],
        "conditions": arrow.when or [],
    }

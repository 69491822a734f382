"""A saga on `python-statemachine`, in its fastest configuration.

`StateMachine` rather than `StateChart`: no statechart semantics, no errors as events. Callbacks are found on the model, and
take the two arguments that the event is called with. An event without a transition is ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from statemachine import StateMachine

from benchmarks.dispatch.contender import Script, View
from benchmarks.dispatch.in_place import Machine


class PythonStateMachine:
    """The contender on `python-statemachine`; `chart` is the saga's class of it."""

    name = "python-statemachine"

    def __init__(self, machine: Machine, chart: type[StateMachine]) -> None:
        self._machine = machine
        self._chart = chart

    def prepare(self, count: int, script: Script) -> Callable[[], None]:
        charts = [self._chart(self._machine.model()) for _ in range(count)]
        return lambda: self._machine.drive(charts, script)

    def views(self, script: Script) -> Iterator[View]:
        model = self._machine.model()
        chart = self._chart(model)
        for delivery in script:
            self._machine.drive([chart], (delivery,))
            yield self._machine.view(model)

"""A process as the state machine libraries drive it: one object whose methods are their guards and actions.

It is changed in place, as is their way: nothing is copied, and lists are appended to. What the methods note and send is
the same as in the generated module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from herosaga_runtime.envelope import Envelope
from herosaga_runtime.message import Command, Message
from herosaga_runtime.policy import Policy

from benchmarks.dispatch.contender import Script, View
from benchmarks.dispatch.parts import Identity, Record, Request, Sent, find

NEW = "New"
"""The state of a model that was not started."""


class Model:
    """A process; `state` is for whoever drives it to set, `identity` for its first action."""

    state: Any
    identity: Identity

    def __init__(self) -> None:
        self.sequence = 0
        self.sent: list[Sent] = []
        self.requests: list[Request] = []
        self.records: list[Record] = []
        self.deadline: datetime | None = None

    def send(self, message: Message) -> None:
        """Send a command, or publish an event."""
        self.sequence = number = self.sequence + 1
        self.sent.append(Sent(number, message, False))

    def request(
        self, command: Command, policy: Policy, now: datetime, undo: Command | None = None
    ) -> None:
        """Send a command, note that it awaits an answer, and with `undo` how to undo it."""
        self.sequence = number = self.sequence + 1
        within = policy.within
        due = None if within is None else now + within
        self.requests.append(Request(number, command, policy, 1, due))
        self.sent.append(Sent(number, command, True))
        if undo is not None:
            self.records.append(Record(number, undo, policy))

    def close(self, envelope: Envelope, command: type[Command]) -> Request | None:
        """Close the open request of this kind that a message answers."""
        request = find(self.identity, self.requests, envelope, command)
        if request is not None:
            self.requests.remove(request)
        return request

    def refuse(self, envelope: Envelope, command: type[Command]) -> None:
        """The same, of a refusal: nothing was done, so there is nothing to undo."""
        request = self.close(envelope, command)
        if request is not None:
            number = request.number
            self.records = [each for each in self.records if each.number != number]

    def end(self, envelope: Envelope, now: datetime) -> None:
        """On what leads to a final state."""
        self.requests.clear()
        self.records.clear()
        self.deadline = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """A transition: what `do` names happens, if what `when` names holds. Without `dest` the state is not left."""

    trigger: type[Message]
    source: str
    dest: str | None
    do: str | None = None
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """A process in place: what makes its model, its transitions, what the libraries call its triggers.

    `fields` are those of the model that are compared.
    """

    model: type[Model]
    arrows: Sequence[Arrow]
    triggers: Mapping[type[Message], str]
    fields: tuple[str, ...]

    def states(self) -> list[str]:
        """The names of all states, in source order."""
        names = [name for each in self.arrows for name in (each.source, each.dest) if name]
        return list(dict.fromkeys(names))

    def drive(self, targets: Sequence[Any], script: Script) -> None:
        """Bring a script's messages to each target, as the method that a library gave it for the message."""
        triggers = self.triggers
        for target in targets:
            for envelope, now in script:
                getattr(target, triggers[type(envelope.message)])(envelope, now)

    def view(self, model: Model) -> View:
        """What a model has come to."""
        return View(
            str(model.state),
            tuple(getattr(model, each) for each in self.fields),
            tuple((each.number, each.message, each.awaits) for each in model.sent),
            tuple((each.number, each.attempt, each.due) for each in model.requests),
            tuple((each.number, type(each.undo).__name__) for each in model.records),
            model.deadline,
        )


Guard: TypeAlias = Callable[[Any, Envelope, datetime], bool]
Action: TypeAlias = Callable[[Any, Envelope, datetime], None]
Rows: TypeAlias = dict[
    str, dict[type[Message], list[tuple[Guard | None, Action | None, str | None]]]
]


class NoLibrary:
    """The contender with the libraries' actions and the least that can call them: a dictionary for each state."""

    name = "no library, in place"

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._rows = _rows(machine)

    def prepare(self, count: int, script: Script) -> Callable[[], None]:
        models = [self._model() for _ in range(count)]
        rows = self._rows
        return lambda: _run(rows, models, script)

    def views(self, script: Script) -> Iterator[View]:
        model = self._model()
        for delivery in script:
            _run(self._rows, [model], (delivery,))
            yield self._machine.view(model)

    def _model(self) -> Model:
        model = self._machine.model()
        model.state = NEW
        return model


def _rows(machine: Machine) -> Rows:
    rows: Rows = {name: {} for name in machine.states()}
    for arrow in machine.arrows:
        guard = getattr(machine.model, arrow.when) if arrow.when else None
        action = getattr(machine.model, arrow.do) if arrow.do else None
        rows[arrow.source].setdefault(arrow.trigger, []).append((guard, action, arrow.dest))
    return rows


def _run(rows: Rows, models: Sequence[Model], script: Script) -> None:
    for model in models:
        for envelope, now in script:
            _step(rows, model, envelope, now)


def _step(rows: Rows, model: Model, envelope: Envelope, now: datetime) -> None:
    for guard, action, dest in rows[model.state].get(type(envelope.message), ()):
        if guard is None or guard(model, envelope, now):
            if action is not None:
                action(model, envelope, now)
            if dest is not None:
                model.state = dest
            return

"""The other implementation: the reference interpreter, on the model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import localcontext
from itertools import count
from typing import Any

from agreement.generated import Externs
from agreement.generated import key_of as key_of_runs
from agreement.inputs import Input, micros
from agreement.programs import Program as Checked
from agreement.seen import Open, Seen, Sent, Taken, Undo, told
from herosaga.interpreter import instance as i
from herosaga.interpreter.correlation import finds, key_of
from herosaga.interpreter.decode import from_json, message_from_json
from herosaga.interpreter.encode import message_to_json, to_json
from herosaga.interpreter.ids import key_text
from herosaga.interpreter.program import Program
from herosaga.interpreter.step import advance
from herosaga.interpreter.values import DECIMALS, Value
from herosaga.model import model as m
from herosaga_runtime import policy

_KINDS = {"send": "command", "request": "request"}


def pause(given: i.Policy, attempt: int, seed: str) -> timedelta:
    """How long a pause is. Jitter is chance, which nobody can say twice: here it is the runtime's."""
    same = policy.Policy(given.within, given.retries, given.every, given.up_to)
    return same.pause(attempt, seed)


class Interpreted:
    """One key of the saga `X` of a program, and what happens to it."""

    def __init__(self, checked: Checked) -> None:
        functions = {
            id: getattr(Externs(), each.name) for id, each in checked.model.externs.items()
        }
        self.program = Program(checked.model, checked.saga, functions, pause)
        self.model = checked.model
        self.saga = checked.saga
        kind = checked.saga.key_type
        self.key = from_json(checked.model, kind, key_of_runs(str(kind))[0])
        self.found: i.Instance | None = None
        self._tokens: dict[tuple[str, int], str] = {}

    def bring(self, given: Input, name: str) -> Seen:
        """Bring an input, whose message is called `name`; what is seen then."""
        brought = self._input(given, name)
        finds = self._finds(brought.message) if isinstance(brought, i.Deliver) else ""
        try:
            with localcontext(DECIMALS):
                steps = [each for _, each in advance(self.program, self.found, brought, given.now)]
        except Exception:
            return self._seen(finds, True, ())
        self.found = steps[-1].instance
        return self._seen(finds, False, told(self._taken(each) for each in steps))

    def _input(self, given: Input, name: str) -> i.Input:
        answers: i.Answers = given.number or None
        if given.whose != "own":
            another = given.whose == "earlier"
            answers = i.ANOTHER_INSTANCE if another else i.ANOTHER_SAGA
        match given.do:
            case "alarm":
                return i.Alarm(self._tokens.get((given.what, given.number), "nothing"))
            case "fault":
                return i.Fault(answers, "broken", given.final)
            case "done":
                return i.Done(answers)
            case "retry":
                return i.Retry()
            case "skip":
                return i.Skip()
        id = next(each.id for each in self.model.messages.values() if each.name == given.what)
        message = message_from_json(self.model, id, given.data)
        return i.Deliver(message, answers, f"it.Asking/1/{given.at}/7" if given.asks else "", name)

    # --- what is seen --------------------------------------------------------------------------

    def _finds(self, message: Value) -> str:
        """How a message finds its instance: by which key, or whether by its data."""
        if any(each.where for each in self.saga.correlations if each.message == message.id):
            return str(self.found is not None and finds(self.program, message, self.found))
        key = key_of(self.program, message)
        return "" if key is None else key_text(key)

    def _seen(self, finds: str, failed: bool, steps: tuple[Taken, ...]) -> Seen:
        found = self.found
        if found is None:
            return Seen(finds, failed, steps)
        for request in found.requests:
            if request.due is not None:
                label = f"request {request.number}", micros(request.due)
                self._tokens[label] = request.token
        return Seen(
            finds,
            failed,
            steps,
            found.state,
            self._data(found),
            found.number,
            tuple(self._undo(each) for each in found.records),
            tuple(self._open(each) for each in found.requests),
            tuple(self._timers(found)),
            tuple(_called(each) for each in found.deferred),
            tuple(sorted(f"{c.level}: {', '.join(c.parts)} {part}" for c, part in found.arrivals)),
            found.undone,
            bool(found.stuck),
            str(found.outcome),
        )

    def _data(self, found: i.Instance) -> dict[str, Any]:
        fields: tuple[m.Field, ...] = (*self.saga.data, *self.saga.slots)
        kinds = {self.saga.key: self.saga.key_type, **{each.name: each.type for each in fields}}
        return {name: to_json(self.model, kinds[name], each) for name, each in found.data.items()}

    def _timers(self, found: i.Instance) -> Iterator[tuple[str, int]]:
        places = count()
        for each in sorted(found.waits, key=lambda each: (each.due, _name(each), each.order)):
            match each.kind:
                case i.Kind.TIMER | i.Kind.DEADLINE:
                    label = _name(each)
                case i.Kind.RUN | i.Kind.REST:
                    label = "undo"
                case _:
                    label = f"state {next(places)}"
            self._tokens[label, micros(each.due)] = each.token
            yield label, micros(each.due)

    def _taken(self, step: i.Outcome) -> Taken:
        return Taken(str(step.reception), tuple(self._sent(each) for each in step.sent))

    def _sent(self, each: i.Sent) -> Sent:
        kind = _KINDS.get(each.kind, "event")
        return Sent(each.number, kind, each.message.id, self._json(each.message), each.to)

    def _open(self, each: i.Request) -> Open:
        due = None if each.due is None else micros(each.due)
        command = each.command
        return Open(
            each.number,
            command.id,
            self._json(command),
            each.attempt,
            due,
            each.paused,
            each.renew,
        )

    def _undo(self, each: i.Record) -> Undo:
        if isinstance(each.undo, Value):
            return Undo(each.undo.id, self._json(each.undo), each.request)
        params = self.program.blocks[each.undo.compensation].params
        given = dict(each.undo.args)
        args = {p.name: to_json(self.model, p.type, given[p.name]) for p in params}
        return Undo(each.undo.compensation, args, each.request)

    def _json(self, message: Value) -> Any:
        if message.id.startswith("herosaga."):
            return dict(message.fields)
        return message_to_json(self.model, message)


def _name(wait: i.Wait) -> str:
    """The name of a timer of the saga's, or of its deadline; "" for one of a state."""
    return "@deadline" if wait.kind is i.Kind.DEADLINE else wait.name


def _called(given: i.Input) -> str:
    """A deferred input, as `Generated` calls it."""
    return given.message.id if isinstance(given, i.Deliver) else type(given).__name__.lower()

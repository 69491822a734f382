"""One of the two implementations: the module that the compiler generates, on the runtime's step."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, localcontext
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

from agreement.inputs import Input, micros
from agreement.seen import Open, Seen, Sent, Taken, Undo, told
from herosaga.emit.python import printed
from herosaga.model.model import Model
from herosaga_runtime import undo
from herosaga_runtime.decision import Decision, Outgoing
from herosaga_runtime.envelope import Alarm, Done, Envelope, Fault, Ref
from herosaga_runtime.expressions import DECIMALS
from herosaga_runtime.instance import Instance, Timer
from herosaga_runtime.message import Command
from herosaga_runtime.saga import Saga
from herosaga_runtime.step import advance, offers
from herosaga_runtime.stored import instance_from_json, instance_to_json

AnyInstance = Instance[Any, Any]
AnySaga = Saga[Any, Any, Any]
AnyDecision = Decision[Any, Any]
_COUNT = count()
FILE = "it.saga"


class Externs:
    """What the program's `extern` functions do: the interpreter has the same ones."""

    def is_vip(self, n: int, text: str = "a") -> bool:
        """Any rule will do."""
        return (n + len(text)) % 3 == 0

    def priced(self, item: Any, much: Decimal) -> Decimal:
        """Any rule will do."""
        price: Decimal = item.price if hasattr(item, "price") else item["price"]
        return price * 2 - much


def module_of(model: Model, folder: Path) -> ModuleType:
    """The module that a program compiles to, read from a file in this folder."""
    name = f"agreement_it_{next(_COUNT)}"
    path = folder / f"{name}.py"
    path.write_text(printed(model, FILE))
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
        path.unlink()
    return module


def taken(module: ModuleType) -> tuple[type[Any], ...]:
    """The messages that the saga `X` of a module takes: those of its transitions, and what answers its requests."""
    saga: AnySaga = module.X
    return (*saga.keys, *saga.matches, *saga.answers)


class Generated:
    """One key of the saga `X` of a generated module, and what happens to it."""

    def __init__(self, module: ModuleType, model: Model, key: str) -> None:
        self.module = module
        self.saga: AnySaga = module.X(Externs()) if model.externs and _uses(module) else module.X
        self.key = key
        self.found: AnyInstance | None = None
        self._tokens: dict[tuple[str, int], str] = {}

    def bring(self, given: Input, name: str) -> Seen:
        """Bring an input, whose message is called `name`; what is seen then."""
        if given.kill and self.found is not None:
            self.found = self._stored(self.found)
        envelope = None if given.do in ("retry", "skip") else self._envelope(given, name)
        finds = "" if envelope is None else self._finds(envelope.message)
        try:
            steps = self._steps(given, envelope)
        except Exception:
            return self._seen(finds, True, ())
        if given.kill:
            again = self._steps(given, envelope)
            assert [_decided(each) for each in again] == [_decided(each) for each in steps]
        self.found = steps[-1].instance
        return self._seen(finds, False, told(_taken(each) for each in steps))

    def _steps(self, given: Input, envelope: Envelope | None) -> list[AnyDecision]:
        """The steps that an input brings about. They change nothing here."""
        with localcontext(DECIMALS):
            if envelope is not None:
                steps = advance(self.saga, self.found, envelope, given.now)
                return [decision for _, decision in steps]
            assert self.found is not None
            act = undo.retry if given.do == "retry" else undo.skip
            first = act(self.saga, self.found, given.now)
            if not first.entered or first.instance is None:
                return [first]
            more = offers(self.saga, first.instance, given.now)
            return [first, *(decision for _, decision in more)]

    def _envelope(self, given: Input, name: str) -> Envelope:
        answers = self._ref(given) if given.number and given.do != "alarm" else None
        asks = Ref("it.Asking", "7", 1, given.at) if given.asks else None
        return Envelope(name, self._message(given), given.now, "c", None, answers, asks)

    def _message(self, given: Input) -> Any:
        match given.do:
            case "alarm":
                return Alarm(self._tokens.get((given.what, given.number), "nothing"))
            case "fault":
                return Fault(given.what, "broken", given.final)
            case "done":
                return Done(given.what)
        kind = getattr(self.module, given.what)
        return kind.from_json(given.data)

    def _ref(self, given: Input) -> Ref:
        saga = "it.Asking" if given.whose == "other" else self.saga.name
        return Ref(saga, self.key, 0 if given.whose == "earlier" else 1, given.number)

    def _stored(self, instance: AnyInstance) -> AnyInstance:
        """The instance as another process reads it."""
        return instance_from_json(self.saga, json.loads(json.dumps(instance_to_json(instance))))

    def _finds(self, message: Any) -> str:
        """How a message finds its instance: by which key, or whether by its data."""
        match = self.saga.match_of(message)
        if match is None:
            return self.saga.key_of(message) or ""
        field, text = match
        indexed = {} if self.found is None else self.saga.indexed(self.found)
        return str(text is not None and indexed.get(field) == text)

    def _seen(self, finds: str, failed: bool, steps: tuple[Taken, ...]) -> Seen:
        found = self.found
        if found is None:
            return Seen(finds, failed, steps)
        timers = tuple(self._timers(found))
        for each in found.requests:
            if each.due is not None:
                self._tokens[f"request {each.number}", micros(each.due)] = each.token
        extras = found.extras
        return Seen(
            finds,
            failed,
            steps,
            str(found.state),
            found.data.to_json(),
            found.sequence,
            tuple(_undo(self.saga, each) for each in found.records),
            tuple(_open(each) for each in found.requests),
            timers,
            tuple(_called(each) for each in extras.deferred),
            tuple(sorted(f"{each.of} {each.part}" for each in extras.arrivals)),
            extras.undone,
            bool(extras.stuck),
            "" if found.outcome is None else str(found.outcome),
        )

    def _timers(self, found: AnyInstance) -> Iterator[tuple[str, int]]:
        """The timers by what they are called here, in the order of their times."""
        named = sorted(found.timers, key=lambda each: (each.due, each.name, self._order(each)))
        places = count()
        for each in named:
            label = each.name or ("undo" if self._undoing else f"state {next(places)}")
            self._tokens[label, micros(each.due)] = each.token
            yield label, micros(each.due)

    @property
    def _undoing(self) -> bool:
        return self.found is not None and self.found.state is self.saga.compensating

    def _order(self, timer: Timer) -> int:
        assert self.found is not None
        return 0 if self._undoing else self.saga.order(self.found.state, timer)


def _uses(module: ModuleType) -> bool:
    return type(module.X).__mro__[1].__name__ == "ExternSaga"


def _decided(decision: AnyDecision) -> object:
    instance = decision.instance
    stored = None if instance is None else instance_to_json(instance)
    return stored, decision.sent, decision.reception, decision.entered, decision.reason


def _taken(decision: AnyDecision) -> Taken:
    return Taken(str(decision.reception), tuple(_sent(each) for each in decision.sent))


def _sent(each: Outgoing) -> Sent:
    message = each.message
    kind = "command" if isinstance(message, Command) else "event"
    kind = "request" if each.awaits else kind
    answers = "" if each.reply is None else str(each.reply)
    return Sent(each.number, kind, message.TYPE, message.to_json(), answers)


def _open(each: Any) -> Open:
    due: datetime | None = each.due
    return Open(
        each.number,
        each.command.TYPE,
        each.command.to_json(),
        each.attempt,
        None if due is None else micros(due),
        each.paused,
        each.renew,
    )


def _undo(saga: AnySaga, each: Any) -> Undo:
    return Undo(each.undo.TYPE.removeprefix(f"{saga.name}."), each.undo.to_json(), each.request)


def _called(envelope: Envelope) -> str:
    """A deferred input, as `Interpreted` calls it."""
    message = envelope.message
    system = isinstance(message, Alarm | Fault | Done)
    return type(message).__name__.lower() if system else message.TYPE


def key_of(kind: str) -> tuple[Any, str]:
    """The key that runs use, as JSON and as text."""
    if kind == "int":
        return 1, "1"
    if kind == "str":
        return "k", "k"
    return str(UUID(int=1)), str(UUID(int=1))

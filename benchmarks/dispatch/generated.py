"""The generated module, run by the runtime's pure step."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from herosaga_runtime.decision import Decision, Outgoing
from herosaga_runtime.instance import Instance
from herosaga_runtime.message import Message
from herosaga_runtime.saga import Saga
from herosaga_runtime.step import start, step
from herosaga_runtime.stored import instance_from_json, instance_to_json

from benchmarks.dispatch.contender import Script, View

AnySaga: TypeAlias = Saga[Any, Any, Any]
AnyInstance: TypeAlias = Instance[Any, Any]


class Generated:
    """The contender that the others are compared with.

    `fields` are those of its data that are compared; `undos` says what the other contenders call a record's undo.
    """

    name = "generated module"

    def __init__(
        self,
        saga: AnySaga,
        fields: tuple[str, ...],
        undos: Mapping[type[Message], str] | None = None,
    ) -> None:
        self._saga = saga
        self._fields = fields
        self._undos = undos or {}

    def prepare(self, count: int, script: Script) -> Callable[[], None]:
        saga = self._saga
        return lambda: _run(saga, count, script)

    def views(self, script: Script) -> Iterator[View]:
        (first, begin), *rest = script
        decision: Decision[Any, Any] = start(self._saga, first, begin)
        sent: list[Outgoing] = []
        yield self._view(decision, sent)
        for envelope, now in rest:
            assert decision.instance is not None
            decision = step(self._saga, decision.instance, envelope, now)
            yield self._view(decision, sent)

    def _view(self, decision: Decision[Any, Any], sent: list[Outgoing]) -> View:
        instance = decision.instance
        assert instance is not None
        sent += decision.sent
        outcome = None if instance.outcome is None else instance.outcome.value
        return View(
            instance.state.value,
            tuple(getattr(instance.data, each) for each in self._fields),
            tuple((each.number, each.message, each.awaits) for each in sent),
            tuple((each.number, each.attempt, each.due) for each in instance.requests),
            tuple((each.request, self._undo(each.undo)) for each in instance.records),
            instance.timers[0].due if instance.timers else None,
            (decision.reception.value, instance.revision, outcome),
        )

    def _undo(self, undo: Message) -> str:
        return self._undos.get(type(undo), type(undo).__name__)


def _run(saga: AnySaga, count: int, script: Script) -> None:
    (first, begin), *rest = script
    for _ in range(count):
        instance = start(saga, first, begin).instance
        assert instance is not None
        for envelope, now in rest:
            instance = step(saga, instance, envelope, now).instance
            assert instance is not None


def size(saga: AnySaga, script: Script, count: int) -> float:
    """Bytes in memory of an instance that has run a script.

    It is read from its stored form, so it shares nothing with others.
    """
    stored = json.dumps(instance_to_json(_after(saga, script)))
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    instances = [instance_from_json(saga, json.loads(stored)) for _ in range(count)]
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / len(instances)


def _after(saga: AnySaga, script: Script) -> AnyInstance:
    (first, begin), *rest = script
    instance = start(saga, first, begin).instance
    for envelope, now in rest:
        assert instance is not None
        instance = step(saga, instance, envelope, now).instance
    assert instance is not None
    return instance

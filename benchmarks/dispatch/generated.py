"""The generated module, run by the runtime's pure step."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from herosaga_runtime.instance import Instance, Record
from herosaga_runtime.saga import Outgoing
from herosaga_runtime.step import start, step
from herosaga_runtime.stored import instance_from_json

from benchmarks.dispatch.scripts import GIVEN_BACK, Script, View
from benchmarks.dispatch.subject import orders

Order = Instance[orders.OrderFulfilmentData, orders.OrderFulfilmentState]


class Generated:
    """The contender that the others are compared with."""

    name = "generated module"

    def prepare(self, count: int, script: Script) -> Callable[[], None]:
        return lambda: _run(count, script)

    def views(self, script: Script) -> Iterator[View]:
        saga = orders.OrderFulfilment
        (first, begin), *rest = script
        decision = start(saga, first, begin)
        sent = decision.sent
        assert decision.instance is not None
        yield _view(decision.instance, sent)
        for envelope, now in rest:
            decision = step(saga, decision.instance, envelope, now)
            sent += decision.sent
            assert decision.instance is not None
            yield _view(decision.instance, sent)


def _run(count: int, script: Script) -> None:
    saga = orders.OrderFulfilment
    (first, begin), *rest = script
    for _ in range(count):
        instance = start(saga, first, begin).instance
        assert instance is not None
        for envelope, now in rest:
            instance = step(saga, instance, envelope, now).instance
            assert instance is not None


def charging() -> Order:
    """An order whose card was declined twice: the fullest instance that the scripts come to."""
    saga = orders.OrderFulfilment
    (first, begin), *rest = GIVEN_BACK[:4]
    instance = start(saga, first, begin).instance
    for envelope, now in rest:
        assert instance is not None
        instance = step(saga, instance, envelope, now).instance
    assert instance is not None
    return instance


def loaded(stored: str) -> Order:
    """An order as a store gives it back."""
    return instance_from_json(orders.OrderFulfilment, json.loads(stored))


def _view(instance: Order, sent: list[Outgoing]) -> View:
    return View(
        instance.state.value,
        instance.data.declined,
        tuple((each.number, each.message, each.awaits) for each in sent),
        tuple((each.number, each.attempt, each.due) for each in instance.requests),
        tuple((each.request, _undo(each)) for each in instance.records),
        instance.timers[0].due if instance.timers else None,
    )


def _undo(record: Record) -> str:
    """The type of the command that undoes this; the compensation `refund` requests one."""
    undo = type(record.undo)
    return "RefundCard" if undo is orders.OrderFulfilmentRefund else undo.__name__

"""Services that set each other off: what ends that, where it is meant and where it is not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from herosaga_runtime import Context, DecodeError, Host
from herosaga_runtime.envelope import Done, Envelope, Rounds
from herosaga_runtime.ports import from_micros
from herosaga_runtime.stored import envelope_from_json, envelope_to_json
from herosaga_runtime.testing import SeededRandom, VirtualClock

from helpers.projects import loaded

PROGRAM = """
namespace loops

extern event OrderChanged {{ key order_id: str }}
event StockChanged {{ key order_id: str }}
event PlanChanged {{ key order_id: str }}
event PlanSettled {{ key order_id: str }}
command Settle {{ key order_id: str }}

service Stock {{
  on OrderChanged emits StockChanged
  {}on PlanChanged emits StockChanged
}}
service Planning {{ on StockChanged emits PlanChanged }}
service Desk {{ handle Settle emits PlanSettled }}

activity Replan(order_id: str) {{ log {{ draft: str }} }}
itinerary Replanning(order_id: str) {{
  do Replan(order_id)
  do Replan(order_id)
  on completed {{ publish PlanChanged(order_id) }}
}}
saga Travelling by order_id: str {{
  start {{ on PlanSettled -> Going }}
  state Going {{
    on StockChanged -> Going {{ run Replanning(order_id) }}
    on Replanning.completed
    on Replanning.faulted -> Done
  }}
  final Done
}}

saga Plan by order_id: str {{
  start {{ on PlanSettled -> Going }}
  state Going {{ on StockChanged -> Going {{ publish PlanChanged(order_id) }} on PlanSettled -> Done }}
  final Done
}}
"""
Scene = Callable[[Host, Any], Awaitable[None]]


class Services:
    """All services; planning publishes once more through the host where there is one."""

    def __init__(self, module: Any, host: Host | None) -> None:
        self.it = module
        self.host = host
        self.runs: list[str] = []

    async def on_order_changed(self, event: Any, context: Context) -> Any:
        return self.it.StockChanged(event.order_id)

    async def on_plan_changed(self, event: Any, context: Context) -> Any:
        self.runs.append("stock")
        return self.it.StockChanged(event.order_id)

    async def on_stock_changed(self, event: Any, context: Context) -> Any:
        self.runs.append("planning")
        if self.host is not None:
            await self.host.publish(self.it.PlanChanged(event.order_id))
        return self.it.PlanChanged(event.order_id)

    async def execute(self, arguments: Any, context: Any) -> Any:
        return self.it.ReplanResult(self.it.ReplanLog("a draft"))

    async def compensate(self, log: Any, context: Any) -> None:
        raise AssertionError("nothing is undone here")

    async def settle(self, command: Any, context: Context) -> Any:
        return self.it.PlanSettled(command.order_id)


def played(root: Path, bound: str, scene: Scene, plan: str = "service", **options: Any) -> Services:
    """What the services have done: planning is a service, one that also publishes through the host, a saga, or a
    saga whose itinerary does it.
    """

    async def run(module: Any) -> Services:
        host = Host("memory:", clock=VirtualClock(), random=SeededRandom(0), **options)
        services = Services(module, host if plan == "host" else None)
        host.add(module.StockService, services)
        host.add(module.DeskService, services)
        if plan == "saga":
            host.add(module.Plan)
        elif plan == "slip":
            host.add(module.Travelling)
            host.add(module.ReplanningItinerary)
            host.add(module.ReplanActivity, services)
        else:
            host.add(module.PlanningService, services)
        async with host:
            await scene(host, module)
        return services

    with loaded({"loops.saga": PROGRAM.format(bound)}, root, "loops.loops") as (module,):
        return asyncio.run(run(module))


async def changed(host: Host, it: Any) -> None:
    """An order changes, and what follows has its end."""
    await host.publish(it.OrderChanged("a"), id="first")
    await host.settle()


def test_a_loop_that_nobody_meant_ends_at_the_hop_limit(tmp_path: Path) -> None:
    async def scene(host: Host, it: Any) -> None:
        await changed(host, it)
        (letter,) = await host.dead_letters()
        assert letter.consumer == "loops.Planning.StockChanged"
        assert letter.reason == "9 messages have led to this one, which looks endless"

    services = played(tmp_path, "", scene, hop_limit=8)
    assert services.runs == ["planning", "stock"] * 4


def test_a_loop_that_is_meant_ends_after_as_many_rounds(tmp_path: Path) -> None:
    async def scene(host: Host, it: Any) -> None:
        await changed(host, it)
        (letter,) = await host.dead_letters()
        assert letter.consumer == "loops.Stock.PlanChanged"
        assert letter.reason == "@bounded(3): it has run 3 times to bring this about"

    services = played(tmp_path, "@bounded(3) ", scene)
    assert services.runs == [*["planning", "stock"] * 3, "planning"]


def test_each_chain_is_counted_by_itself(tmp_path: Path) -> None:
    async def scene(host: Host, it: Any) -> None:
        for order in "ab":
            await host.publish(it.OrderChanged(order))
        await host.settle()
        letters = await host.dead_letters()
        assert [each.reason for each in letters] == [
            "@bounded(1): it has run once to bring this about"
        ] * 2

    assert played(tmp_path, "@bounded(1) ", scene).runs.count("stock") == 2


def test_an_operator_may_let_it_go_on_for_another_round(tmp_path: Path) -> None:
    async def scene(host: Host, it: Any) -> None:
        await changed(host, it)
        (letter,) = await host.dead_letters()
        await host.retry(letter.id, "the plan is nearly settled")
        await host.settle()
        (letter,) = await host.dead_letters()
        assert letter.reason == "@bounded(2): it has run 3 times to bring this about"

    assert played(tmp_path, "@bounded(2) ", scene).runs.count("stock") == 3


def test_what_a_handler_publishes_through_the_host_is_counted_too(tmp_path: Path) -> None:
    async def scene(host: Host, it: Any) -> None:
        await changed(host, it)
        letters = await host.dead_letters()
        assert [each.reason for each in letters] == [
            "@bounded(2): it has run 2 times to bring this about"
        ] * 8  # twice as many in each round

    assert played(tmp_path, "@bounded(2) ", scene, "host").runs.count("stock") == 2 + 4


@pytest.mark.parametrize("plan", ["saga", "slip"])
def test_a_saga_in_the_loop_passes_the_count_on(plan: str, tmp_path: Path) -> None:
    async def scene(host: Host, it: Any) -> None:
        await host.send(it.Settle("a"))
        await host.settle()
        await changed(host, it)
        (letter,) = await host.dead_letters()
        assert letter.reason == "@bounded(2): it has run 2 times to bring this about"

    assert played(tmp_path, "@bounded(2) ", scene, plan).runs == ["stock"] * 2


@pytest.mark.parametrize("rounds", [(), (("a.B.C", 1),), (("a.B.C", 3), ("a.D.E", 12))])
def test_the_count_is_an_attribute_of_cloudevents(rounds: Rounds) -> None:
    envelope = _envelope(rounds)
    json = envelope_to_json(envelope)
    assert isinstance(json.get("sagarounds", ""), str)
    assert envelope_from_json(json, {}) == envelope


@pytest.mark.parametrize("text", ["a", "=1", "a=", "a=x", "a=1 b", "a=-1", "a=" + "9" * 5000])
def test_a_count_that_is_none_is_refused(text: str) -> None:
    json = {**envelope_to_json(_envelope(())), "sagarounds": text}
    with pytest.raises(DecodeError):
        envelope_from_json(json, {})


def _envelope(rounds: Rounds) -> Envelope:
    return Envelope("i", Done("c"), from_micros(0), "i", rounds=rounds)

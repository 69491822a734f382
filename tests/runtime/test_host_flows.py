"""Choreographies on a host: what has happened, what is awaited and from whom, what is late, whatever comes twice or dies."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from herosaga_runtime import ArrowState, Context, FlowStatus, FlowView, Host, UsageError
from herosaga_runtime.ports import SystemRandom
from herosaga_runtime.testing import SeededRandom, VirtualClock, pass_time

from helpers.projects import loaded

PROGRAM = """
namespace yard

extern event Scanned { key parcel: str }
event Sorted { key parcel: str }
event Lost { key parcel: str }
event Noted { key parcel: str }
event Loaded { key parcel: str }
event Counted { key parcel: str }
event Delivered { key parcel: str }
extern event PlanAsked { key parcel: str }
event PlanMade { key parcel: str }
event PlanChecked { key parcel: str }
event PlanSettled { key parcel: str }
command Deliver { key parcel: str }

service Sorting { on Scanned emits Sorted | Lost, Noted? }
service Loading { on Sorted emits Loaded }
service Counting { on Sorted emits Counted* }
service Vans { handle Deliver emits Delivered irreversible }
service Planning {
  on PlanAsked emits PlanMade
  on PlanMade emits PlanChecked
  @bounded(3) on PlanChecked emits PlanMade | PlanSettled
}

saga Delivery by parcel: str {
  start { on Loaded -> Waiting }
  state Waiting { after 30m -> Delivering { request Deliver(parcel) within 10m } }
  state Delivering { on Delivered -> There  on failure of Deliver -> Here }
  final There
  final Here failed
}

/// From the door to the door.
flow Inbound {
  Scanned -> Sorted -> Loaded -> Deliver -> Delivered
  Scanned -> Lost
  Scanned -> Noted
  Sorted -> Counted
  within 2h
}

flow Plan { PlanAsked -> PlanMade -> PlanChecked -> PlanMade  PlanChecked -> PlanSettled  within 1h }
"""
Act = Callable[[Any, Context], Awaitable[Any]]


class Yard:
    """All services. What is usually done is replaced by `acts`, by the method's name."""

    def __init__(self, it: Any, acts: dict[str, Act]) -> None:
        self.it, self.acts = it, acts
        self.runs: list[str] = []

    async def _do(self, name: str, message: Any, context: Context, usual: Any) -> Any:
        self.runs.append(name)
        return await self.acts[name](message, context) if name in self.acts else usual

    async def on_scanned(self, event: Any, context: Context) -> Any:
        return await self._do("sort", event, context, (self.it.Sorted(event.parcel), None))

    async def on_sorted(self, event: Any, context: Context) -> Any:
        return await self._do("load", event, context, self.it.Loaded(event.parcel))

    async def deliver(self, command: Any, context: Context) -> Any:
        return await self._do("deliver", command, context, self.it.Delivered(command.parcel))

    async def on_plan_asked(self, event: Any, context: Context) -> Any:
        return self.it.PlanMade(event.parcel)

    async def on_plan_made(self, event: Any, context: Context) -> Any:
        return self.it.PlanChecked(event.parcel)

    async def on_plan_checked(self, event: Any, context: Context) -> Any:
        usual = self.it.PlanMade if self.runs.count("check") < 1 else self.it.PlanSettled
        return await self._do("check", event, context, usual(event.parcel))


class Counting:
    """Counts two pieces of each parcel."""

    def __init__(self, it: Any) -> None:
        self.it = it

    async def on_sorted(self, event: Any, context: Context) -> Any:
        return [self.it.Counted(event.parcel)] * 2


async def gone(message: Any, context: Context) -> Any:
    """A service that is down."""
    raise ConnectionError("nobody is there")


async def asleep(message: Any, context: Context) -> Any:
    """A service that works for a long time."""
    await context.sleep(10**9)


class Scene:
    """A host with all that the program declares, on a virtual clock."""

    def __init__(self, host: Host, clock: VirtualClock, it: Any, yard: Yard) -> None:
        self.host, self.clock, self.it, self.yard = host, clock, it, yard

    async def scan(self, id: str = "p") -> None:
        """A parcel comes."""
        await self.host.publish(self.it.Scanned(id), id=id)
        await self.host.settle()

    async def after(self, minutes: float) -> None:
        """Let time pass."""
        await pass_time(self.host, self.clock, timedelta(minutes=minutes))

    async def flow(self, **wanted: Any) -> FlowView:
        """The only flow."""
        (found,) = await self.host.flows(**wanted)
        return found


def host_of(it: Any, yard: Yard, url: str = "memory:", **options: Any) -> Host:
    """A host with everything."""
    host = Host(url, **({"random": SeededRandom(0)} | options))
    host.add(it.Inbound)
    host.add(it.Plan)
    host.add(it.Delivery)
    for service in (it.SortingService, it.LoadingService, it.VansService, it.PlanningService):
        host.add(service, yard)
    host.add(it.CountingService, Counting(it))
    return host


def play(
    it: ModuleType,
    scene: Callable[[Scene], Awaitable[None]],
    url: str = "memory:",
    clock: VirtualClock | None = None,
    **acts: Act,
) -> None:
    """Play a scene."""

    async def run() -> None:
        time, yard = clock or VirtualClock(), Yard(it, acts)
        async with host_of(it, yard, url, clock=time) as host:
            await scene(Scene(host, time, it, yard))

    asyncio.run(run())


@pytest.fixture(scope="module")
def it(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The compiled program."""
    with loaded({"yard.saga": PROGRAM}, tmp_path_factory.mktemp("yard"), "yard.yard") as (module,):
        yield module


def names(found: FlowView, state: ArrowState) -> list[str]:
    """The arrows that are in a state."""
    return [str(each).replace("yard.", "") for each in found.in_state(state)]


def waits_for(found: FlowView) -> list[str]:
    """What is awaited, and from whom."""
    return [f"{each} by {each.by}".replace("yard.", "") for each in found.awaited]


def test_a_parcel_s_way(it: Any) -> None:
    async def scene(at: Scene) -> None:
        begun = at.clock.now()
        await at.scan()
        found = await at.flow()
        assert (found.flow, found.correlation, found.status) == ("yard.Inbound", "p", "running")
        assert (found.started, found.due, found.ended) == (begun, begun + timedelta(hours=2), None)
        happened = ["Scanned -> Sorted", "Sorted -> Loaded", "Sorted -> Counted"]
        assert sorted(names(found, ArrowState.HAPPENED)) == sorted(happened)
        assert names(found, ArrowState.EXCLUDED) == ["Scanned -> Lost", "Scanned -> Noted"]
        assert waits_for(found) == ["Loaded -> Deliver by Delivery"]
        assert names(found, ArrowState.OPEN) == ["Deliver -> Delivered"]
        assert [each.count for each in found.arrows if each.target == "yard.Counted"] == [2]
        await at.after(31)
        found = await at.flow(status=FlowStatus.COMPLETE)
        assert found.ended == begun + timedelta(minutes=30)
        assert waits_for(found) == names(found, ArrowState.OPEN) == []
        assert [each.first for each in found.arrows if each.target == "yard.Delivered"] == [found.ended]  # fmt: skip

    play(it, scene)


def test_a_branch_that_is_not_taken(it: Any) -> None:
    async def loses(event: Any, context: Context) -> Any:
        return it.Lost(event.parcel), it.Noted(event.parcel)

    async def scene(at: Scene) -> None:
        await at.scan()
        found = await at.flow()
        assert found.status is FlowStatus.COMPLETE
        assert sorted(names(found, ArrowState.HAPPENED)) == ["Scanned -> Lost", "Scanned -> Noted"]
        assert len(names(found, ArrowState.EXCLUDED)) == 5

    play(it, scene, sort=loses)


def test_a_missing_link_is_late_with_what_it_waits_for(it: Any) -> None:
    async def scene(at: Scene) -> None:
        await at.scan()
        await at.after(119)
        assert await at.host.flows(late=True) == ()
        await at.after(1)
        (found,) = await at.host.flows(it.Inbound, late=True)
        assert found.late and found.due == at.clock.now()
        assert waits_for(found) == ["Sorted -> Loaded by Loading.Sorted"]
        (letter,) = await at.host.dead_letters()
        assert letter.message_id == found.awaited[0].message_id
        at.yard.acts.clear()
        await at.host.retry(letter.id, "they are back")
        await at.after(60)
        found = await at.flow(late=False)
        assert (found.status, found.late) == ("complete", False)

    play(it, scene, load=gone)


def test_what_need_not_come_is_awaited_while_its_handler_works(it: Any) -> None:
    async def scene(at: Scene) -> None:
        await at.scan()
        assert waits_for(await at.flow()) == [
            "Scanned -> Sorted | Lost by Sorting.Scanned",
            "Scanned -> Noted by Sorting.Scanned",
        ]

    play(it, scene, sort=asleep)


def test_a_loop_counts_and_ends(it: Any) -> None:
    async def scene(at: Scene) -> None:
        await at.host.publish(it.PlanAsked("p"))
        await at.host.settle()
        found = await at.flow()
        assert found.status is FlowStatus.COMPLETE
        counts = {str(each).replace("yard.", ""): each.count for each in found.arrows}
        assert counts == {
            "PlanAsked -> PlanMade": 1,
            "PlanMade -> PlanChecked": 2,
            "PlanChecked -> PlanMade": 1,
            "PlanChecked -> PlanSettled": 1,
        }

    play(it, scene)


def test_a_loop_that_its_bound_ends_waits_for_ever_and_says_where(it: Any) -> None:
    async def again(event: Any, context: Context) -> Any:
        return it.PlanMade(event.parcel)

    async def scene(at: Scene) -> None:
        await at.host.publish(it.PlanAsked("p"))
        await at.after(60)
        (found,) = await at.host.flows(late=True)
        assert waits_for(found) == ["PlanChecked -> PlanMade | PlanSettled by Planning.PlanChecked"]
        (letter,) = await at.host.dead_letters()
        assert letter.message_id == found.awaited[0].message_id
        assert letter.reason.startswith("@bounded(3): it has run 3 times")

    play(it, scene, check=again)


def test_what_comes_twice_counts_once(it: Any) -> None:
    async def scene(at: Scene) -> None:
        for _ in range(3):
            await at.scan()
        found = await at.flow()
        assert max(each.count for each in found.arrows) == 2  # the two pieces of one parcel
        await at.scan("q")
        assert [each.correlation for each in await at.host.flows()] == ["p", "q"]

    play(it, scene)


def test_what_is_rolled_back_has_not_happened(it: Any, tmp_path: Path) -> None:
    file = tmp_path / "yard.db"

    async def scene(at: Scene) -> None:
        connection = sqlite3.connect(file, isolation_level=None)
        for end in ("ROLLBACK", "COMMIT"):
            connection.execute("BEGIN IMMEDIATE")
            await at.host.publish(it.Scanned("p"), id="p", transaction=connection)
            connection.execute(end)
            await at.host.settle()
            assert len(await at.host.flows()) == (end == "COMMIT")
        connection.close()

    play(it, scene, f"sqlite:///{file}")


def test_events_that_begin_no_flow_are_in_none(it: Any) -> None:
    async def scene(at: Scene) -> None:
        await at.host.publish(it.Sorted("p"))
        await at.host.settle()
        assert await at.host.flows() == ()

    play(it, scene)


def test_a_restart_goes_on_where_it_was(it: Any, tmp_path: Path) -> None:
    url, clock = f"sqlite:///{tmp_path / 'yard.db'}", VirtualClock()

    async def begins(at: Scene) -> None:
        await at.scan()
        assert waits_for(await at.flow())[0].startswith("Scanned -> Sorted")

    async def goes_on(at: Scene) -> None:
        await at.after(40)
        found = await at.flow()
        assert (found.status, found.started) == ("complete", VirtualClock().now())

    play(it, begins, url, clock, sort=asleep)
    play(it, goes_on, url, clock)


def test_two_hosts_on_one_file(it: Any, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'yard.db'}"

    async def run() -> None:
        yards = [Yard(it, {}), Yard(it, {})]
        first, second = [host_of(it, each, url, random=SystemRandom(), batch=2) for each in yards]
        async with first, second:
            scans = [(first, second)[n % 2].publish(it.Scanned(f"p{n}")) for n in range(10)]
            await asyncio.gather(*scans)
            await asyncio.gather(first.settle(), second.settle())
            found = await second.flows(it.Inbound)
            assert len(found) == 10
            assert {" ".join(waits_for(each)) for each in found} == {
                "Loaded -> Deliver by Delivery"
            }
            assert {each.count for one in found for each in one.in_state(ArrowState.HAPPENED)} == {
                1,
                2,
            }

    asyncio.run(run())


def test_what_can_not_be_read_stops_nobody(it: Any, tmp_path: Path) -> None:
    file = tmp_path / "yard.db"

    async def scene(at: Scene) -> None:
        await at.scan()
        with sqlite3.connect(file) as connection:
            connection.execute("UPDATE herosaga_flows SET body = '{'")
        connection.close()
        await at.after(31)
        delivered = await at.host.find(it.Delivery, "p")
        assert delivered is not None and str(delivered.state) == "There"
        found = await at.flow()
        assert found.unreadable and (found.status, found.arrows) == ("running", ())

    play(it, scene, f"sqlite:///{file}")


def test_what_is_complete_is_forgotten_in_time(it: Any) -> None:
    async def scene(at: Scene) -> None:
        await at.scan("p")
        at.yard.acts["load"] = gone
        await at.scan("q")
        await at.after(60 * 24 * 15)
        await at.scan("r")
        await at.after(1)
        assert [each.correlation for each in await at.host.flows()] == ["q", "r"]

    play(it, scene)


TRAVELLING = """
namespace yard

extern event Scanned { key parcel: str }
extern event Delivered { key parcel: str }
activity Carry(parcel: str) { readonly }
itinerary Trip(parcel: str) {
  do Carry(parcel)
  do Carry(parcel)
  on completed { publish Delivered(parcel) }
}
saga Delivery by parcel: str {
  start { on Scanned -> Away { run Trip(parcel) } }
  state Away { on Trip.completed -> There  on Trip.faulted -> Lost }
  final There
  final Lost failed
}
flow Whole { Scanned -> Delivered  within 1h }
"""


class Carrying:
    """Carries whatever comes."""

    async def execute(self, arguments: Any, context: Any) -> None:
        return None


def test_an_itinerary_realises_an_arrow(tmp_path: Path) -> None:
    async def run(it: Any) -> None:
        host = Host("memory:", clock=VirtualClock(), random=SeededRandom(0))
        for part in (it.Whole, it.Delivery, it.TripItinerary):
            host.add(part)
        host.add(it.CarryActivity, Carrying())
        async with host:
            await host.publish(it.Scanned("p"), id="p")
            await host.settle()
            (found,) = await host.flows(it.Whole)
            assert (found.correlation, found.status) == ("p", FlowStatus.COMPLETE)
            assert names(found, ArrowState.HAPPENED) == ["Scanned -> Delivered"]

    with loaded({"trip.saga": TRAVELLING}, tmp_path, "yard.trip") as (module,):
        asyncio.run(run(module))


def test_a_flow_is_added_once(it: Any) -> None:
    host = Host("memory:")
    host.add(it.Inbound)
    with pytest.raises(UsageError, match=r"yard\.Inbound was added already"):
        host.add(it.Inbound)

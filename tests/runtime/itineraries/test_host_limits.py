"""What leads nowhere: revisions without end, outcomes that nobody hears, names that are taken, hosts that know too little."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from herosaga_runtime import Host, UsageError
from herosaga_runtime.itineraries.home import SlipStatus
from herosaga_runtime.itineraries.revision import Revision
from herosaga_runtime.itineraries.slip import Added
from herosaga_runtime.itineraries.stages import reached
from herosaga_runtime.itineraries.table import Finish, Itinerary
from herosaga_runtime.message import Command, JsonObject, JsonValue, message
from herosaga_runtime.testing import SeededRandom, VirtualClock
from itineraries import plans
from itineraries.eight import STEPS, Hand, World, run
from itineraries.trips import Trip


def test_revisions_that_lead_to_each_other_without_end_are_stopped() -> None:
    """An activity that inserts itself for ever fails its slip at some time, and that is undone."""
    trip = Trip(plans.itinerary("b a c"))
    trip.done(trip.of("b"))
    trip.done(trip.of("a"), Revision[Any]().insert(plans.arguments_of("a")("a")))
    (slip,) = trip.away().values()
    assert slip.current is not None and slip.current.depth == 1
    todo = Revision[Any]().insert(plans.arguments_of("a")("a")).applied((), 1000)
    assert todo == (Added("t.a", {"label": "a"}, {}, None, 1001),)
    with pytest.raises(UsageError, match="1001 revisions have led to it, which looks endless"):
        reached(trip.itinerary, plans.ACTIVITIES, slip, todo[0])
    assert reached(
        trip.itinerary, plans.ACTIVITIES, slip, Added("t.a", {"label": "a"}, {}, None, 1000)
    )


@message("t.Nobody")
class Nobody(Command):
    """A command that nobody takes."""

    def to_json(self) -> JsonObject:
        return {}

    @classmethod
    def from_json(cls, json: JsonValue) -> Nobody:
        return cls()


class Works:
    """An activity of `plans` that works; `gone` are those whose undo ran."""

    def __init__(self, label: str, fails: bool, undone: list[str]) -> None:
        self.label, self.fails, self.undone = label, fails, undone

    async def execute(self, arguments: Any, context: Any) -> Any:
        if self.fails:
            raise ValueError("broken")

    async def compensate(self, log: Any, context: Any) -> None:
        self.undone.append(self.label)


@pytest.mark.parametrize(
    ("fails", "turned", "status"),
    [(False, False, "completed"), (True, False, "faulted"), (False, True, "compensated")],
)
def test_an_outcome_whose_command_nobody_takes_is_held(
    fails: bool, turned: bool, status: str
) -> None:
    """What was done last stays done: only the outcome waits for an operator."""
    ends = {
        each: (
            Finish(plans.Over, lambda ending, event: ending.send(Nobody()))
            if each == status
            else Finish(plans.Over)
        )
        for each in ("completed", "faulted", "compensated")
    }
    plan = Itinerary(plans.Trip, plans.Back, plans.Seen, plans.stages("p"), **ends)

    async def play() -> None:
        host = Host("memory:", clock=VirtualClock(), random=SeededRandom())
        host.add(plan)
        host.add(plans.activity_of("p"), Works("p", fails, []))
        async with host:
            await host.start(plans.Trip("go"), id="s1")
            await host.settle()
            if turned:
                await host.turn_back("s1", "never mind")
                await host.settle()
            slip = await host.slip("s1")
            assert slip is not None and not slip.status.ended
            assert slip.stuck.startswith(f"on {status}: UsageError: nobody handles t.Nobody")
            assert slip.way == (() if fails else ("t.p",))
            await host.skip("s1", "nobody needs to know")
            slip = await host.slip("s1")
            assert slip is not None and slip.status == status
            assert await host.dead_letters() == ()

    asyncio.run(play())


class WithoutItineraries(World):
    """A world whose host was given the activities alone."""

    def _add(self, host: Host) -> None:
        for name in STEPS:
            host.add(getattr(self.it, f"{name}Activity"), Hand(self, name))


@pytest.mark.parametrize("position", [1, 5, 8])
def test_a_slip_waits_where_its_itinerary_is_not_known(position: int) -> None:
    """It neither fails for that, nor ends without telling the saga that has run it."""

    async def stays(world: World, name: str, context: Any) -> None:
        await context.sleep(5)

    world = World({STEPS[position - 1]: stays})

    async def play() -> None:
        async with world.living() as host:
            await host.publish(world.it.GoPlain("a"))
            await host.settle()
        less = WithoutItineraries(clock=world.clock, left=world.left)
        async with less.living() as host:
            await less.after(60)
            slip = await less.slip()
            assert slip.stuck.startswith("nobody here knows the itinerary eight.Plain")
            assert slip.way[-1] == f"eight.{STEPS[position - 1]}"
        whole = World(clock=world.clock, left=less.left)
        async with whole.living() as host:
            await host.retry(slip.id, "the itinerary is there again")
            await whole.after(60)
            assert await whole.state("Plain") == "There"
            assert whole.begun == list(STEPS[position:])
            await whole.consistent()

    run(play())


def test_a_built_itinerary_is_not_called_as_something_declared() -> None:
    world = World()

    async def play() -> None:
        async with world.living() as host:
            for name in ("eight.Plain", "eight.One"):
                with pytest.raises(UsageError, match="is declared already"):
                    await host.start(Itinerary.build(name))
            assert await host.slips() == ()

    run(play())


def test_a_slip_is_turned_back_by_the_command_of_its_own_itinerary() -> None:
    """Whoever asked is told that it was not; the command of another one is put aside."""
    world = World()

    async def play() -> None:
        async with world.living() as host:
            one: Any = world.it.OneActivity.arguments
            await host.start(world.it.Plain("a", 0), id="s1")
            await host.start(Itinerary.build().do(one, n=1), id="s2")
            await world.after(5)
            for slip in ("s1", "s2"):
                await host.send(world.it.TurnBackTried(slip))
            await world.after(60)
            assert {each.status for each in await host.slips()} == {SlipStatus.COMPLETED}
            first, second = await host.dead_letters()
            assert "slip s1 is one of eight.Plain, not of eight.Tried" in first.reason
            assert "slip s2 is one of built, not of eight.Tried" in second.reason
            assert world.undone == []

    run(play())

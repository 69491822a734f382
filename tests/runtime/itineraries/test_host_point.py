"""Something goes wrong in a slip with a pair and a step that can't be undone: back before that, and only forward after it."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from herosaga_runtime import SlipView, UsageError
from herosaga_runtime.itineraries.home import SlipStatus
from herosaga_runtime.testing import START, VirtualClock
from itineraries.eight import LOGGED, POINTED, TRIES, Act, World, run
from itineraries.test_host_faults import (
    dies,
    dies_once,
    is_stopped,
    is_turned_back,
    oversleeps,
    raises,
)

BEFORE, PAST = POINTED[:5], POINTED[5:]
"""Up to the step that can't be undone, with that itself; and what comes after it."""
FAILING: dict[str, tuple[Act, int, int]] = {
    "fault": (raises, TRIES, 1),
    "time-out": (oversleeps, TRIES, 1),
    "four crashes": (dies, 4, 5),
}
"""What is done instead, how often it is tried before the point, and how many hosts that takes."""


async def let_out(world: World, spoilt: int = 0) -> None:
    await world.host.publish(world.it.GoPointed("a", spoilt), id="go")


async def live(world: World, lives: int) -> None:
    """Host after host; the last one has the time that it needs."""
    for life in range(lives):
        async with world.living():
            if life == 0:
                await let_out(world)
            await world.rest()
            if life == lives - 1:
                await world.after(60)
                await world.consistent()


def names(activities: tuple[str, ...]) -> list[str]:
    return [each.rpartition(".")[2] for each in activities]


def undone_right(world: World, slip: SlipView, done: set[str]) -> bool:
    """Whether these were done, and all of them that can be undone was, newest first."""
    way = names(slip.way)
    undone = [each for each in reversed(way) if each in LOGGED]
    return set(way) == done and world.undone == undone


@pytest.mark.parametrize(
    ("way", "name"),
    [(way, name) for way in FAILING for name in BEFORE if (way, name) != ("four crashes", "Point")],
)
def test_before_the_point_everything_is_undone(way: str, name: str) -> None:
    act, tries, lives = FAILING[way]
    world = World({name: act})

    async def play() -> None:
        await live(world, lives)
        assert Counter(world.begun)[name] == tries

    async def look() -> None:
        async with world.living() as host:
            await host.settle()
            slip = await world.slip()
            assert slip.status is SlipStatus.FAULTED and not slip.past
            assert slip.failed is not None and slip.failed.activity == f"eight.{name}"
            assert await world.state("Pointed") == "Failed"
            # Of a pair, the one that does not fail ends, unless its process dies with the other's.
            before = set(POINTED[: 2 if name in ("Three", "Five") else POINTED.index(name)])
            assert any(
                undone_right(world, slip, done) for done in (before, before | PAIR.get(name, set()))
            )

    run(play())
    run(look())


PAIR = {"Three": {"Five"}, "Five": {"Three"}}


def test_what_may_have_been_done_for_ever_waits_for_an_operator() -> None:
    world = World({"Point": dies})

    async def play() -> None:
        for life in range(4):
            async with world.living():
                if life == 0:
                    await let_out(world)
                await world.rest()
        async with world.living() as host:
            await host.settle()
            slip = await world.slip()
            assert slip.status is SlipStatus.RUNNING and not slip.past and not world.undone
            assert slip.stuck == "eight.Point: its process died 4 times"
            del world.acts["Point"]
            await host.retry(slip.id, "it was not done")
            await host.settle()
            await world.after(60)
            assert (await world.slip()).status is SlipStatus.COMPLETED

    run(play())


@pytest.mark.parametrize("name", POINTED)
@pytest.mark.parametrize("act", [dies_once, is_stopped])
def test_a_crash_is_gone_on_from(name: str, act: Act) -> None:
    world = World({name: act})

    async def play() -> None:
        await live(world, 2)
        begun = Counter(world.begun)
        once = {each for each in POINTED if each not in (name, *PAIR.get(name, ()))}
        assert {each: begun[each] for each in once} == dict.fromkeys(once, 1)
        assert begun[name] == 2
        # What is done beside it dies with the process, unless it has ended before.
        assert all(begun[each] in (1, 2) for each in PAIR.get(name, ()))
        assert world.undone == []

    run(play())


@pytest.mark.parametrize("name", BEFORE[:-1])
def test_before_the_point_it_is_turned_back(name: str) -> None:
    world = World({name: is_turned_back})

    async def play() -> None:
        await live(world, 1)

    async def look() -> None:
        async with world.living():
            slip = await world.slip()
            assert slip.status is SlipStatus.COMPENSATED
            assert await world.state("Pointed") == "Back"
            assert "Point" not in world.begun
            assert undone_right(world, slip, set(names(slip.way)))

    run(play())
    run(look())


async def is_asked_too_late(world: World, name: str, context: Any) -> None:
    """The saga wants it back, and is told that this can't be."""
    assert not await context.cancelled()
    await world.host.publish(world.it.StopPointed("a"), id="stop")
    while not any(each.happened == "not turned back" for each in (await world.slip()).history):
        await context.sleep(0)
    assert not await context.cancelled()


@pytest.mark.parametrize("name", PAST)
def test_past_the_point_it_is_not_turned_back(name: str) -> None:
    world = World({name: is_asked_too_late})

    async def play() -> None:
        async with world.living() as host:
            await let_out(world)
            await host.settle()
            slip = await world.slip()
            assert slip.status is SlipStatus.COMPLETED and slip.past
            assert world.undone == []
            assert await world.state("Pointed") == "Compensating"
            # The saga asks again and again, and an operator can say what is to become of it.
            (instance,) = await host.instances(world.it.RunPointed)
            await world.after(20)
            with pytest.raises(UsageError, match="past what can't be undone"):
                await host.turn_back(slip.id, "now")
            await host.skip(world.it.RunPointed, instance.key, "it is on its way")
            await host.settle()
            assert await world.state("Pointed") == "Back"
            await world.consistent()

    run(play())


@pytest.mark.parametrize("operator", ["nobody", "retry", "skip"])
@pytest.mark.parametrize("way", [raises, oversleeps])
@pytest.mark.parametrize("name", PAST)
def test_past_the_point_a_step_is_tried_until_it_works(name: str, way: Act, operator: str) -> None:
    world = World({name: way})

    async def play() -> None:
        async with world.living() as host:
            await let_out(world)
            await world.after(60)
            while world.clock.next_sleeper() is not None:  # it is being tried just now
                await world.after(1)
            tried = Counter(world.begun)[name]
            assert tried > TRIES
            slip = await world.slip()
            assert slip.stuck.startswith(f"eight.{name}: ")
            assert slip.status is SlipStatus.RUNNING
            if operator != "skip":
                del world.acts[name]
            match operator:
                case "nobody":
                    await world.after(3600)
                case "retry":
                    await host.retry(slip.id, "it works now")
                    await host.settle()
                case _:
                    await host.skip(slip.id, "never mind")
                    await host.settle()
            skipped = operator == "skip"
            told = await ends_without(world, name) if skipped else ("There", 0)
            slip = await world.slip()
            assert (slip.status, slip.skipped > 0) == (SlipStatus.COMPLETED, skipped)
            assert set(names(slip.way)) == set(POINTED) - ({name} if skipped else set())
            assert Counter(world.begun)[name] == tried + (not skipped)
            assert world.undone == [] and await world.state("Pointed") == told[0]
            await world.consistent(told[1])

    run(play())


async def ends_without(world: World, name: str) -> tuple[str, int]:
    """A slip comes to its end, but what a step should have given is missing in what is told then. Gives the state of its saga,
    and how many messages that could not take.
    """
    if name == "Six":
        return "There", 0
    slip, missing = await world.slip(), f"CompletedPointed.{name.lower()}: missing"
    assert slip.stuck == f"on completed: DecodeError: {missing}"
    await world.host.retry(slip.id, "perhaps now")
    assert (await world.slip()).stuck == slip.stuck
    await world.host.skip(slip.id, "without it")
    await world.host.settle()
    (instance,) = await world.host.instances(world.it.RunPointed)
    assert missing in instance.stuck
    return "Away", 1


@pytest.mark.parametrize("position", [6, 7, 8])
def test_past_the_point_an_argument_that_can_not_be_had_waits_for_an_operator(
    position: int,
) -> None:
    world, name = World(), POINTED[position - 1]

    async def play() -> None:
        async with world.living() as host:
            await let_out(world, position)
            await world.after(60)
            slip = await world.slip()
            assert slip.stuck.startswith(f"eight.{name}: ZeroDivisionError")
            await host.retry(slip.id, "perhaps")
            await host.settle()
            slip = await world.slip()
            assert slip.stuck.startswith(f"eight.{name}: ZeroDivisionError")
            await host.skip(slip.id, "without it")
            await host.settle()
            _, dead = await ends_without(world, name)
            assert world.begun == [each for each in POINTED if each != name]
            assert (await world.slip()).status is SlipStatus.COMPLETED
            await world.consistent(dead)

    run(play())


@pytest.mark.parametrize("name", PAST)
@pytest.mark.parametrize("operator", ["retry", "skip"])
def test_past_the_point_a_step_that_kills_waits_for_an_operator(name: str, operator: str) -> None:
    world = World({name: dies})

    async def play() -> None:
        for life in range(5):
            async with world.living():
                if life == 0:
                    await let_out(world)
                await world.rest()
        world.acts.clear()
        async with world.living() as host:
            await world.after(60)
            slip = await world.slip()
            assert slip.stuck == f"eight.{name}: its process died 4 times"
            assert Counter(world.begun)[name] == 4
            await getattr(host, operator)(slip.id, "once more, or not")
            await host.settle()
            _, dead = await ends_without(world, name) if operator == "skip" else ("There", 0)
            slip = await world.slip()
            assert slip.status is SlipStatus.COMPLETED
            assert Counter(world.begun)[name] == 4 + (operator == "retry")
            await world.consistent(dead)

    run(play())


def test_a_worker_that_fails_too_late_makes_nobody_look(tmp_path: Path) -> None:
    """It tries a step on whose tries are used up; by the time it fails again, another host is at it."""
    waiting, free = asyncio.Event(), asyncio.Event()
    failing: list[asyncio.Task[Any]] = []

    async def lingers(world: World, name: str, context: Any) -> None:
        if len(world.hosts) == 1:
            if context.attempt > TRIES:
                failing.append(cast("asyncio.Task[Any]", asyncio.current_task()))
                waiting.set()
                await free.wait()
            raise ValueError(f"attempt {context.attempt}")
        await context.sleep(5)

    world = World({"Six": lingers})

    async def play() -> None:
        async with world.living(tmp_path) as first:
            await let_out(world)
            passing = asyncio.ensure_future(world.after(60))
            await waiting.wait()
            passing.cancel()
            assert (await world.slip()).stuck == f"eight.Six: ValueError: attempt {TRIES}"
            world.clock = VirtualClock(START + timedelta(hours=1))
            async with world.living(tmp_path) as second:
                await second.settle()
                slip = await world.slip()
                free.set()
                await asyncio.wait(failing)
                await first.publish(world.it.Told("a", "this is stored after its failure"))
                assert await world.slip() == slip
                await world.after(10)
                assert (await world.slip()).status is SlipStatus.COMPLETED
                await world.consistent()

    run(play())

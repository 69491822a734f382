"""Something goes wrong at each position of an eight-step slip, in each way: undone is exactly what was done, newest first, once.

`Plain` is tried by the activities' own policies, `Tried` has a policy at each step.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from herosaga_runtime.itineraries.home import SlipStatus
from herosaga_runtime.testing import START, VirtualClock
from itineraries.eight import LOGGED, OWN_TRIES, STEPS, TRIES, Act, World, run

POSITIONS = range(1, 9)
FOREVER = 10.0**9


async def raises(world: World, name: str, context: Any) -> None:
    raise ValueError(f"{name} does not work")


async def oversleeps(world: World, name: str, context: Any) -> None:
    await context.sleep(11)


async def dies(world: World, name: str, context: Any) -> None:
    world.dies()
    await context.sleep(FOREVER)


async def dies_once(world: World, name: str, context: Any) -> None:
    if world.lives == 1:
        await dies(world, name, context)


async def dies_once_and_fails(world: World, name: str, context: Any) -> None:
    await dies_once(world, name, context)
    raise ValueError(f"{name} does not work")


async def is_stopped(world: World, name: str, context: Any) -> None:
    if world.lives == 1:
        await context.sleep(FOREVER)


async def is_turned_back(world: World, name: str, context: Any) -> None:
    """The saga is told to undo everything; the step sees that, and ends all the same."""
    assert not await context.cancelled()
    itinerary = (await world.slip()).itinerary.rpartition(".")[2]
    await world.host.publish(getattr(world.it, f"Stop{itinerary}")("a"))
    while not await context.cancelled():
        await context.sleep(0)


async def gives_up(world: World, name: str, context: Any) -> None:
    await is_turned_back(world, name, context)
    raise ValueError("nobody wants it any more")


@dataclass(frozen=True)
class Way:
    """A way to go wrong. `lives` is how many hosts it takes; `spoilt`: the argument can't be had; `tries` how often the step is
    begun, None for as often as its policy says. `status` is how the slip ends; `done` says whether the step itself was done.
    """

    itinerary: str
    act: Act | None
    status: SlipStatus = SlipStatus.FAULTED
    tries: int | None = None
    lives: int = 1
    spoilt: bool = False
    done: bool = False
    reason: str = ""


COMPLETED, COMPENSATED = SlipStatus.COMPLETED, SlipStatus.COMPENSATED
WAYS = {
    "refusal": Way("Plain", raises, reason="ValueError: {} does not work"),
    "fault": Way("Tried", raises, tries=TRIES, reason="ValueError: {} does not work"),
    "time-out": Way("Tried", oversleeps, tries=TRIES, reason="not done within 10 seconds"),
    "argument": Way("Plain", None, tries=0, spoilt=True, reason="ZeroDivisionError"),
    "four crashes": Way("Plain", dies, tries=4, lives=5, reason="its process died 4 times"),
    "crash": Way("Plain", dies_once, COMPLETED, 2, 2),
    "stop of the host": Way("Plain", is_stopped, COMPLETED, 2, 2),
    "crash of a step with tries": Way("Tried", dies_once, COMPLETED, 2, 2),
    "crash, and a fault": Way("Tried", dies_once_and_fails, tries=1 + TRIES, lives=2),
    "turned back": Way("Tried", is_turned_back, COMPENSATED, 1, done=True),
    "turned back and given up": Way("Tried", gives_up, COMPENSATED, 1),
}
SAGA = {SlipStatus.FAULTED: "Failed", COMPLETED: "There", COMPENSATED: "Back"}


def logged(names: Sequence[str]) -> list[str]:
    return [each for each in names if each in LOGGED]


async def let_out(world: World, way: Way, position: int) -> None:
    spoilt = position if way.spoilt else 0
    await world.host.publish(getattr(world.it, f"Go{way.itinerary}")("a", spoilt), id="go")


async def live(world: World, way: Way, position: int) -> None:
    """Host after host, until the slip has ended."""
    for life in range(way.lives):
        async with world.living():
            if life == 0:
                await let_out(world, way, position)
            await world.rest()
            if life == way.lives - 1:
                await world.after(60)
                await ended(world, way, position)


async def ended(world: World, way: Way, position: int) -> None:
    """Whether all is as it should be."""
    name, before = STEPS[position - 1], list(STEPS[: position - 1])
    tries = OWN_TRIES.get(name, 1) if way.tries is None else way.tries
    whole = way.status is COMPLETED
    done = list(STEPS) if whole else [*before, name] if way.done else before
    assert world.begun == [*before, *[name] * tries, *done[position:]]
    assert world.undone == ([] if whole else logged(done)[::-1])
    slip = await world.slip()
    assert slip.status is way.status
    assert slip.way == tuple(f"eight.{each}" for each in done)
    assert await world.state(way.itinerary) == SAGA[way.status]
    assert (slip.failed is not None) == (way.status is SlipStatus.FAULTED)
    if slip.failed is not None:
        assert slip.failed.activity == f"eight.{name}"
        assert way.reason.format(name) in slip.failed.reason
    await world.consistent()


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("name", WAYS)
def test_undone_is_exactly_what_was_done(name: str, position: int) -> None:
    way = WAYS[name]
    world = World({} if way.act is None else {STEPS[position - 1]: way.act})
    run(live(world, way, position))


class Wrong:
    """What an activity gives back that is none of its results."""


@pytest.mark.parametrize("position", POSITIONS)
def test_a_wrong_result_is_a_failed_attempt(position: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from itineraries.eight import Hand

    name, right = STEPS[position - 1], Hand.result
    monkeypatch.setattr(
        Hand, "result", lambda self, n: Wrong() if self.name == name else right(self, n)
    )
    run(live(World(), Way("Plain", None, reason="but returned Wrong"), position))


# --- late, and twice -------------------------------------------------------------------------------


@pytest.mark.parametrize("position", POSITIONS)
def test_a_worker_that_comes_too_late_has_done_nothing(position: int, tmp_path: Path) -> None:
    """Its lease is over, another host does the step again and goes on, and only then it is ready."""
    way, name = Way("Plain", None, COMPLETED, 2), STEPS[position - 1]
    waiting, free = asyncio.Event(), asyncio.Event()

    async def lingers(world: World, name: str, context: Any) -> None:
        if len(world.hosts) == 1:
            waiting.set()
            await free.wait()

    world = World({name: lingers})

    async def play() -> None:
        async with world.living(tmp_path) as first:
            await let_out(world, way, position)
            await waiting.wait()
            world.clock = VirtualClock(START + timedelta(minutes=1))
            async with world.living(tmp_path) as second:
                await second.settle()
                slip = await world.slip()
                free.set()
                await first.settle()
                assert await world.slip() == slip
                await ended(world, way, position)

    run(play())


@pytest.mark.parametrize("position", POSITIONS)
def test_a_worker_that_is_ready_while_another_does_its_step_has_done_nothing(
    position: int, tmp_path: Path
) -> None:
    way, name = Way("Plain", None, COMPLETED, 2), STEPS[position - 1]
    waiting, free = [asyncio.Event(), asyncio.Event()], [asyncio.Event(), asyncio.Event()]

    async def lingers(world: World, name: str, context: Any) -> None:
        host = len(world.hosts) - 1
        waiting[host].set()
        await free[host].wait()

    world = World({name: lingers})

    async def play() -> None:
        async with world.living(tmp_path) as first:
            await let_out(world, way, position)
            await waiting[0].wait()
            world.clock = VirtualClock(START + timedelta(minutes=1))
            async with world.living(tmp_path) as second:
                await waiting[1].wait()
                slip = await world.slip()
                free[0].set()
                await world.clock.sleep(0)
                await first.publish(world.it.Told("a", "this is stored after what it has done"))
                assert await world.slip() == slip
                free[1].set()
                await second.settle()
                await ended(world, way, position)

    run(play())


@pytest.mark.parametrize("position", POSITIONS)
def test_what_comes_twice_has_no_effect(position: int) -> None:
    """The command that starts the slip comes again at each step, and the mail of a step once this is done."""
    way, name = Way("Plain", None, COMPLETED, 1), STEPS[position - 1]
    world, mails = World(), list[Any]()

    async def comes_again(world: World, other: str, context: Any) -> None:
        slip = await world.slip()
        if other == name:
            mails.append(context.mail)
        await world.host.publish(world.it.GoPlain("a"), id="go")
        await world.host.start(world.it.Plain("a", 0), id=slip.id)

    async def play() -> None:
        async with world.living() as host:
            world.acts = dict.fromkeys(STEPS, comes_again)
            await let_out(world, way, position)
            await host.settle()
            await again()
            await ended(world, way, position)

    async def again() -> None:
        slip = await world.slip()
        async with world.store.transaction() as tx:
            await tx.enqueue(mails[0])
        world.host._live.wake()
        await world.host.settle()
        assert await world.slip() == slip

    run(play())

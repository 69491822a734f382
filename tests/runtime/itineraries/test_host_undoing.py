"""The way back of an eight-step slip goes wrong at each step that can be undone, and nothing is left out or done twice.

`Tried` fails in its last step, after seven that were done.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from herosaga_runtime import Outcome, UsageError
from herosaga_runtime.itineraries.home import SlipStatus
from itineraries.eight import LOGGED, STEPS, Act, World, run
from itineraries.test_host_faults import FOREVER, dies, oversleeps, raises

ONE = timedelta(seconds=1)
UNDONE = [each for each in reversed(STEPS[:7]) if each in LOGGED]
"""What is to be undone, in order."""


async def fails_to_undo(world: World, name: str, context: Any) -> None:
    raise OSError(f"{name} stays")


async def dies_once(world: World, name: str, context: Any) -> None:
    if world.lives == 1:
        await dies(world, name, context)


async def fails_once(world: World, name: str, context: Any) -> None:
    if context.attempt == 1:
        raise OSError("not now")


async def stops_once(world: World, name: str, context: Any) -> None:
    if world.lives == 1:
        await context.sleep(FOREVER)


async def let_out(world: World) -> None:
    await world.host.publish(world.it.GoTried("a"), id="go")


async def faulted(world: World, state: str = "Failed", left_out: str = "") -> None:
    """The slip has ended, and its saga knows; all was undone but for one thing."""
    slip = await world.slip()
    assert slip.status is SlipStatus.FAULTED
    assert slip.failed is not None and slip.failed.activity == "eight.Eight"
    assert world.undone == [each for each in UNDONE if each != left_out]
    assert slip.skipped == (left_out != "")
    assert await world.state("Tried") == state
    assert Counter(world.begun) == dict.fromkeys(STEPS, 1) | {"Eight": 3}


@pytest.mark.parametrize("act", [fails_once, dies_once, stops_once])
@pytest.mark.parametrize("name", UNDONE)
def test_an_undo_is_tried_again(name: str, act: Act) -> None:
    world = World({"Eight": raises}, {name: act})

    async def play() -> None:
        for life in range(2):
            async with world.living():
                if life == 0:
                    await let_out(world)
                    await world.rest()
                    await pass_retries(world)
                else:
                    await world.after(60)
                    await faulted(world)
                    await world.consistent()

    run(play())


async def pass_retries(world: World) -> None:
    """The last step is tried to its end; then it goes back, until the process ends."""
    for _ in range(3):
        if world.died is None:
            await world.clock.advance(ONE)
            await world.rest()


@pytest.mark.parametrize("act", [fails_to_undo, oversleeps, dies])
@pytest.mark.parametrize("operator", ["retry", "skip"])
@pytest.mark.parametrize("name", UNDONE)
def test_an_undo_that_fails_for_good_is_parked(name: str, operator: str, act: Act) -> None:
    world = World({"Eight": raises}, {name: act})

    async def play() -> None:
        for life in range(5 if act is dies else 1):
            async with world.living() as host:
                if life == 0:
                    await let_out(world)
                    await world.rest()
                    await pass_retries(world)
                elif life < 4:
                    await world.rest()
                if act is not dies or life == 4:
                    await world.after(60)
                    await parked(world, name)
                    slip = await world.slip()
                    world.undos.clear()
                    await getattr(host, operator)(slip.id, "as it must be")
                    await world.after(60)
                    if operator == "skip":
                        await left(world, name)
                    await faulted(world, "Back", name if operator == "skip" else "")
                    with pytest.raises(UsageError, match="waits for no operator"):
                        await getattr(host, operator)(slip.id, "again")

    run(play())


async def left(world: World, name: str) -> None:
    """What an operator has left as it is stays done: the saga that wants it undone is stuck, and its operator decides too."""
    saga, host = world.it.RunTried, world.host
    (instance,) = await host.instances(saga)
    assert instance.state == "Compensating"
    assert instance.stuck.endswith(f"an operator has left eight.{name} as it is")
    await host.skip(saga, "a", "it stays")
    (instance,) = await host.instances(saga)
    assert instance.outcome is Outcome.COMPENSATION_FAILED


async def parked(world: World, name: str) -> None:
    """An operator sees what can't be undone. Whoever turns the slip back changes nothing about it: the saga waits for the answer."""
    slip = await world.slip()
    assert slip.status is SlipStatus.PARKED
    assert slip.stuck.startswith(f"eight.{name} can't be undone: ")
    assert world.undone == UNDONE[: UNDONE.index(name)]
    await world.host.publish(world.it.StopTried("a"), id="stop")
    await world.host.turn_back(slip.id, "quickly")
    await world.host.settle()
    assert (await world.slip()).status is SlipStatus.PARKED
    assert await world.state("Tried") == "Compensating"
    assert await world.host.dead_letters() == ()

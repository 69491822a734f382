"""What activities reach through their context: the store's transaction, whether they are still wanted, who sees their progress."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from herosaga_runtime import SlipView, UsageError
from herosaga_runtime.itineraries.home import SlipStatus
from itineraries.eight import World, run
from itineraries.test_host_faults import raises

# --- transactions ------------------------------------------------------------------------------------


async def write(context: Any, effect: str) -> None:
    connection = await context.transaction()
    connection.execute("CREATE TABLE IF NOT EXISTS effects (message TEXT, effect TEXT)")
    connection.execute("INSERT INTO effects VALUES (?, ?)", (context.message_id, effect))


async def writes(world: World, name: str, context: Any) -> None:
    await write(context, f"{name}{context.attempt}")


async def writes_and_fails(world: World, name: str, context: Any) -> None:
    await write(context, f"{name} half done")
    if context.attempt < 3:
        raise ValueError("not quite")


async def writes_and_unwrites(world: World, name: str, context: Any) -> None:
    await write(context, f"{name} undone")


@pytest.mark.parametrize("file", [False, True])
def test_what_a_step_writes_is_stored_with_it_or_not_at_all(file: bool, tmp_path: Path) -> None:
    acts = {"One": writes, "Two": writes_and_fails, "Three": writes, "Six": raises}
    world = World(dict(acts), {"Two": writes_and_unwrites})

    async def play() -> None:
        async with world.living(tmp_path if file else None) as host:
            await host.publish(world.it.GoTried("a"))
            await world.after(60)
            slip = await world.slip()
            assert slip.status is SlipStatus.FAULTED
            found = world.store._connection.execute("SELECT message, effect FROM effects")
            assert found.fetchall() == [
                (f"{slip.id}//1", "One1"),
                (f"{slip.id}//2", "Two half done"),
                (f"{slip.id}//3", "Three1"),
                (f"{slip.id}//8", "Two undone"),
            ]

    run(play())


def test_within_a_transaction_nothing_else_writes_but_progress() -> None:
    seen: list[Any] = []

    async def asks(world: World, name: str, context: Any) -> None:
        await context.transaction()
        await context.progress("half")
        seen.append(await context.cancelled())
        for call in (
            world.host.publish(world.it.Told("a", "text")),
            world.host.start(world.it.Plain("b", 0)),
            world.host.turn_back(context.slip_id, "now"),
            world.host.retry(context.slip_id, "now"),
        ):
            with pytest.raises(UsageError, match=r"inside ctx\.transaction\(\)"):
                await call

    world = World({"Two": asks, "Five": asks})

    async def play() -> None:
        async with world.living() as host:
            await host.publish(world.it.GoPlain("a"))
            await world.after(5)
            assert seen == [False, False]
            assert (await world.slip()).status is SlipStatus.COMPLETED
            await world.consistent()

    run(play())


# --- progress ----------------------------------------------------------------------------------------


def progress(slip: SlipView) -> dict[str, str]:
    return {each.activity: each.progress for each in slip.parts if each.activity}


def test_progress_is_seen_while_a_step_runs_and_gone_with_it() -> None:
    async def tells(world: World, name: str, context: Any) -> None:
        await context.progress("1 of 2")
        await context.sleep(4)
        await context.progress("2 of 2")
        await context.sleep(4)

    world = World({"Three": tells, "Five": tells})

    async def play() -> None:
        async with world.living() as host:
            await host.publish(world.it.GoPointed("a"))
            await host.settle()
            both = {"eight.Three": "1 of 2", "eight.Five": "1 of 2"}
            assert progress(await world.slip()) == both
            await world.after(5)
            assert progress(await world.slip()) == dict.fromkeys(both, "2 of 2")
            world.acts["Point"] = tells
            await world.after(4)
            assert progress(await world.slip()) == {"eight.Point": "1 of 2"}
            await world.after(60)
            assert progress(await world.slip()) == {}
            await world.consistent()

    run(play())


def test_progress_of_a_step_that_does_not_count_any_more_is_not_stored() -> None:
    """A context is used after its step has ended: another one may be away by then."""
    contexts: list[Any] = []

    async def lends(world: World, name: str, context: Any) -> None:
        contexts.append(context)

    async def stays(world: World, name: str, context: Any) -> None:
        await context.sleep(5)

    world = World({"One": lends, "Two": stays})

    async def play() -> None:
        async with world.living() as host:
            await host.publish(world.it.GoPlain("a"))
            await host.settle()
            await contexts[0].progress("still there")
            assert progress(await world.slip()) == {"eight.Two": ""}
            await world.after(60)
            await contexts[0].progress("still there")
            await world.consistent()

    run(play())


# --- what it publishes -------------------------------------------------------------------------------


@pytest.mark.parametrize("back", [False, True])
def test_what_a_step_publishes_belongs_to_what_the_slip_belongs_to(back: bool) -> None:
    async def tells(world: World, name: str, context: Any) -> None:
        assert context.correlation == "go"
        await world.host.publish(world.it.Told("a", name), id=f"{context.message_id}/told")

    world = World({"One": tells, "Four": tells, "Six": raises}, {"Two": tells} if back else {})

    async def play() -> None:
        async with world.living() as host:
            await host.publish(world.it.GoPlain("a"), id="go")
            await world.after(60)
            names = ["One", "Four", "Two"] if back else ["One", "Four"]
            assert world.heard == [(world.it.Told("a", each), "go") for each in names]

    run(play())


def test_a_slip_that_a_step_starts_belongs_to_it_too() -> None:
    async def starts(world: World, name: str, context: Any) -> None:
        if context.slip_id != "inner":
            await world.host.start(world.it.Telling("b", 0), id="inner")

    world = World({"One": starts})

    async def play() -> None:
        async with world.living() as host:
            await host.publish(world.it.GoPlain("a"), id="go")
            await world.after(60)
            assert {each.correlation for each in await host.slips()} == {"go"}
            assert world.heard == [(world.it.Told("b", "0"), "go")]
            assert len(await host.slips()) == 2

    run(play())


# --- cancelled ---------------------------------------------------------------------------------------


def test_whoever_is_at_work_beside_a_failure_is_not_wanted_any_more() -> None:
    seen: list[bool] = []

    async def looks(world: World, name: str, context: Any) -> None:
        seen.append(await context.cancelled())
        await context.sleep(1)
        while not await context.cancelled():
            await context.sleep(1)
        seen.append(True)

    world = World({"Three": raises, "Five": looks})

    async def play() -> None:
        async with world.living() as host:
            await host.publish(world.it.GoPointed("a"))
            await world.after(60)
            assert seen == [False, True]
            assert (await world.slip()).status is SlipStatus.FAULTED
            assert world.undone == ["Five", "Two", "One"]
            await world.consistent()

    run(play())


def test_an_undo_is_always_wanted() -> None:
    seen: list[bool] = []

    async def looks(world: World, name: str, context: Any) -> None:
        seen.append(await context.cancelled())

    world = World({"Three": raises}, {"One": looks, "Two": looks})

    async def play() -> None:
        async with world.living() as host:
            await host.publish(world.it.GoPlain("a"))
            await world.after(60)
            assert seen == [False, False]
            await world.consistent()

    run(play())

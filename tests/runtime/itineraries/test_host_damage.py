"""Rows that somebody has edited, and activities that give what nobody can store: one slip stops and says so, all else goes on."""

from __future__ import annotations

from typing import Any

import pytest
from herosaga_runtime import Host, UsageError
from herosaga_runtime.itineraries.activity import Activity
from herosaga_runtime.itineraries.home import SlipStatus
from itineraries.eight import STEPS, Hand, World, run

GONE = "eight.Two: the mail is gone, or is among the dead letters"


async def not_now(world: World, name: str, context: Any) -> None:
    raise ValueError("not now")


async def to_two(world: World, host: Host) -> None:
    """The slip of the saga "a" waits before it tries `Two` again."""
    await host.publish(world.it.GoPlain("a"))
    await host.settle()
    world.acts.clear()


def edit(world: World, statement: str) -> None:
    """Change something in the store."""
    world.store._connection.execute(statement)


async def others_go_on(world: World, host: Host) -> None:
    await host.start(world.it.Plain("b", 0), id="other")
    await world.after(60)
    other = await host.slip("other")
    assert other is not None and other.status is SlipStatus.COMPLETED


@pytest.mark.parametrize(
    "change", ["body = '{'", "body = x'ff41'", "body = '{}'", "status = 'weird'"]
)
def test_a_slip_whose_row_can_not_be_read_stops_alone(change: str) -> None:
    """Its mail is put aside; when the row is mended the mail is offered again, and it goes on."""
    world = World({"Two": not_now})

    async def play() -> None:
        async with world.living() as host:
            await to_two(world, host)
            edit(world, "CREATE TABLE good AS SELECT * FROM herosaga_slips")
            edit(world, f"UPDATE herosaga_slips SET {change}")
            await others_go_on(world, host)
            slip = next(each for each in await host.slips() if each.id != "other")
            assert "can't be read" in slip.stuck
            view = await host.slip(slip.id)
            assert view is not None and (view.parts, view.stuck) == ((), slip.stuck)
            for act in (host.retry, host.skip, host.turn_back):
                with pytest.raises(UsageError, match="can't be read"):
                    await act(slip.id, "we try")
            (letter,) = await host.dead_letters()
            edit(world, "REPLACE INTO herosaga_slips SELECT * FROM good")
            await host.retry(letter.id, "the row is mended")
            await world.after(60)
            assert {each.status for each in await host.slips()} == {SlipStatus.COMPLETED}

    run(play())


def test_a_row_that_is_damaged_while_its_activity_runs() -> None:
    async def spoils(world: World, name: str, context: Any) -> None:
        edit(world, "UPDATE herosaga_slips SET body = '{'")

    world = World({"Two": spoils})

    async def play() -> None:
        async with world.living() as host:
            await to_two(world, host)
            await host.settle()
            (letter,) = await host.dead_letters()
            assert letter.consumer == "eight.Two"
            await others_go_on(world, host)

    run(play())


LOST = {
    "UPDATE herosaga_mailbox SET body = '{' WHERE consumer = 'eight.Two'": 1,
    "UPDATE herosaga_mailbox SET body = json_set(body, '$.data.current', NULL)": 1,
    "UPDATE herosaga_mailbox SET body = json_set(body, '$.data.id', 'of another store')": 0,
    "DELETE FROM herosaga_mailbox": 0,
}


@pytest.mark.parametrize("change", LOST)
def test_a_part_whose_mail_is_gone_is_seen_and_given_up(change: str) -> None:
    """Nobody knows any more how to undo what it has done: it ends as faulted, and the saga learns that."""
    world = World({"Two": not_now})

    async def play() -> None:
        async with world.living() as host:
            await to_two(world, host)
            edit(world, change)
            await world.after(60)
            slip = await world.slip()
            assert slip.stuck == GONE
            (part,) = slip.parts
            assert (part.activity, part.held) == ("eight.Two", True)
            assert len(await host.dead_letters()) == LOST[change]
            with pytest.raises(UsageError, match="the mail for"):
                await host.retry(slip.id, "we try")
            await host.skip(slip.id, "we undo it by hand")
            await host.settle()
            slip = await world.slip()
            assert (slip.status, slip.stuck, slip.skipped) == (SlipStatus.FAULTED, "", 1)
            assert slip.failed is not None and "its mail is gone" in slip.failed.reason
            assert await world.state("Plain") == "Failed"
            assert world.undone == []

    run(play())


def test_a_branch_whose_mail_is_gone_is_given_up_and_the_others_are_undone() -> None:
    world = World({"Five": not_now})

    async def play() -> None:
        async with world.living() as host:
            await host.start(world.it.Pointed("a", 0), id="s1")
            await host.settle()
            edit(world, "DELETE FROM herosaga_mailbox")
            await host.turn_back("s1", "never mind")
            await host.settle()
            assert (await world.slip()).stuck.startswith("eight.Five: the mail is gone")
            await host.skip("s1", "it had done nothing")
            await world.after(60)
            assert (await world.slip()).status is SlipStatus.FAULTED
            assert world.undone == ["Two", "One"]
            assert (await world.home()).forks == {}

    run(play())


def test_an_undo_whose_mail_is_gone() -> None:
    async def fails(world: World, name: str, context: Any) -> None:
        if name not in world.acts:
            world.acts[name] = not_now
            raise ValueError("not now")

    world = World(undos={"Five": fails})

    async def play() -> None:
        async with world.living() as host:
            await host.start(world.it.Tried("a", 0), id="s1")
            await world.after(5)
            await host.turn_back("s1", "never mind")
            await host.settle()
            edit(world, "DELETE FROM herosaga_mailbox")
            await world.after(60)
            assert (await world.slip()).stuck.startswith("eight.Five: the mail is gone")
            await host.skip("s1", "we undo the rest by hand")
            slip = await world.slip()
            assert (slip.status, slip.skipped) == (SlipStatus.COMPENSATED, 1)
            assert world.undone == ["Eight", "Six"]

    run(play())


@pytest.mark.parametrize("said", [5, None, b"half", ["half"]])
def test_progress_is_told_in_words(said: Any) -> None:
    """Anything else would be stored, and nobody could read the slip any more."""

    async def tells(world: World, name: str, context: Any) -> None:
        await context.progress(said)

    world = World({"One": tells})

    async def play() -> None:
        async with world.living() as host:
            await host.start(world.it.Plain("a", 0), id="s1")
            await host.settle()
            failed = (await world.slip()).failed
            assert failed is not None and "progress is told in words" in failed.reason

    run(play())


class Without(World):
    """A world in which nobody carries out `Two` any more, nor any itinerary that has it."""

    def _add(self, host: Host) -> None:
        for name in STEPS:
            if name != "Two":
                activity: Activity[Any] = getattr(self.it, f"{name}Activity")
                host.add(activity, Hand(self, name))


def test_an_activity_that_nobody_carries_out_any_more_is_seen_and_left_out() -> None:
    world = World({"Two": not_now})

    async def play() -> None:
        async with world.living() as host:
            from_here = world.it.OneActivity.arguments, world.it.TwoActivity.arguments
            one, two = from_here
            built = type(world.it.PlainItinerary).build("rush").do(one, n=1).do(two, n=2)
            await host.start(built.do(one, n=3), id="s1")
            await host.settle()
        later = Without(clock=world.clock, left=world.left)
        async with later.living() as host:
            await later.after(60)
            slip = await later.slip()
            assert slip.stuck == "eight.Two: nobody here carries it out"
            await host.skip("s1", "there is no such thing any more")
            await host.settle()
            assert (await later.slip()).status is SlipStatus.COMPLETED
            assert later.begun == ["One"]

    run(play())

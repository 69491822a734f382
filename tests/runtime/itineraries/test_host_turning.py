"""Who turns a slip back, and when: sagas and operators, before it begins, while it runs, after it has ended, and several at once."""

from __future__ import annotations

from typing import Any

import pytest
from herosaga_runtime import Host, UsageError
from herosaga_runtime.envelope import Envelope
from herosaga_runtime.itineraries.home import SlipStatus
from herosaga_runtime.ports import to_micros
from herosaga_runtime.posting import write_envelope
from herosaga_runtime.rows import Kind, Mail
from itineraries.eight import LOGGED, STEPS, World, run

UNDONE = [each for each in reversed(STEPS) if each in LOGGED]


async def stays_a_while(world: World, name: str, context: Any) -> None:
    await context.sleep(5)


# --- before it begins ------------------------------------------------------------------------------


def test_a_slip_that_is_turned_back_before_it_begins_never_does() -> None:
    world = World()

    async def play() -> None:
        async with world.living() as host:
            await host.send(world.it.TurnBackPlain("s1"), id="back")
            await host.settle()
            slip = await host.slip("s1")
            assert slip is not None and slip.status is SlipStatus.COMPENSATED
            await host.send(world.it.Plain("a", 0), id="s1")
            await host.start(world.it.Plain("a", 0), id="s1")
            await host.send(world.it.TurnBackPlain("s1"), id="back again")
            await host.settle()
            slip = await host.slip("s1")
            assert slip is not None and slip.status is SlipStatus.COMPENSATED
            with pytest.raises(UsageError, match="compensated already"):
                await host.turn_back("s1", "now")
            assert (world.begun, world.undone) == ([], [])
            assert await host.dead_letters() == ()

    run(play())


@pytest.mark.parametrize("itinerary", ["Plain", "Tried"])
def test_a_saga_turns_back_a_slip_whose_start_was_put_aside(itinerary: str) -> None:
    """Too many messages have led to it. The saga takes it back, is answered although there was none, and it never begins."""
    world = World()

    async def play() -> None:
        async with world.living() as host:
            await go_late(world, host, itinerary)
            letters = await host.dead_letters()
            assert letters[0].consumer == f"eight.{itinerary}"
            await host.publish(getattr(world.it, f"Stop{itinerary}")("a"))
            await host.settle()
            assert await world.state(itinerary) == "Back"
            await host.retry(letters[0].id, "it may begin now")
            await host.settle()
            statuses = {each.status for each in await host.slips()}
            assert statuses == {SlipStatus.COMPENSATED}
            assert (world.begun, world.undone) == ([], [])

    run(play())


async def go_late(world: World, host: Host, itinerary: str) -> None:
    """As many messages have led to the one that lets the saga begin as may."""
    go, now = getattr(world.it, f"Go{itinerary}")("a"), world.clock.now()
    body = write_envelope(Envelope("go", go, now, "go", hops=1000))
    async with world.store.transaction() as tx:
        saga = f"eight.Run{itinerary}"
        await tx.enqueue(Mail(Kind.STEP, saga, "a", "go", to_micros(now), body))
    await host.send(world.it.TurnBackPlain("another"))  # the host looks again
    await host.settle()


# --- by an operator, and by several ----------------------------------------------------------------


@pytest.mark.parametrize("position", range(1, 9))
@pytest.mark.parametrize(("itinerary", "state"), [("Plain", "Turned"), ("Tried", "Failed")])
def test_an_operator_turns_it_back(itinerary: str, state: str, position: int) -> None:
    """The saga hears of it: as `compensated` if it says anything of that, else as a fault."""
    name = STEPS[position - 1]
    world = World({name: stays_a_while})

    async def play() -> None:
        async with world.living() as host:
            await host.publish(getattr(world.it, f"Go{itinerary}")("a"))
            await host.settle()
            slip = await world.slip()
            await host.turn_back(slip.id, "the customer has called")
            await host.turn_back(slip.id, "and called again")
            await world.after(60)
            slip = await world.slip()
            assert slip.status is SlipStatus.COMPENSATED
            assert slip.turned == "the customer has called"
            assert world.begun == list(STEPS[:position])
            assert world.undone == [each for each in STEPS[:position] if each in LOGGED][::-1]
            assert await world.state(itinerary) == state
            await world.consistent()

    run(play())


def test_what_waits_to_be_tried_again_is_given_up_at_once() -> None:
    async def fails(world: World, name: str, context: Any) -> None:
        raise ValueError("not now")

    world = World({"Two": fails})

    async def play() -> None:
        async with world.living() as host:
            await host.publish(world.it.GoPlain("a"))
            await host.settle()
            await host.turn_back((await world.slip()).id, "now")
            await host.settle()
            assert (await world.slip()).status is SlipStatus.COMPENSATED
            assert (world.begun, world.undone) == (["One", "Two"], ["One"])
            await world.consistent()

    run(play())


@pytest.mark.parametrize("itinerary", ["Plain", "Tried"])
def test_several_turn_it_back_at_once(itinerary: str) -> None:
    """A saga, an operator and somebody's command: it is undone once, and the saga gets one answer."""
    world = World({"Five": stays_a_while})

    async def play() -> None:
        async with world.living() as host:
            await host.publish(getattr(world.it, f"Go{itinerary}")("a"))
            await host.settle()
            slip = await world.slip()
            back = getattr(world.it, f"TurnBack{itinerary}")
            await host.publish(getattr(world.it, f"Stop{itinerary}")("a"))
            await host.send(back(slip.id))
            await host.turn_back(slip.id, "an operator says so")
            await host.settle()
            await host.send(back(slip.id))
            await world.after(60)
            assert (await world.slip()).status is SlipStatus.COMPENSATED
            assert world.begun == list(STEPS[:5])
            assert world.undone == ["Five", "Two", "One"]
            assert await world.state(itinerary) == "Back"
            await answers_once(world, itinerary)
            await world.consistent()

    run(play())


async def answers_once(world: World, itinerary: str) -> None:
    found = await world.host.find(getattr(world.it, f"Run{itinerary}"), "a")
    assert found is not None
    types = [each.message_type for each in found.history]
    assert types == [
        f"eight.Go{itinerary}",
        f"eight.Stop{itinerary}",
        f"eight.{itinerary}.compensated",
    ]


# --- after its end -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["saga", "operator", "command"])
def test_a_slip_that_has_completed_is_undone(who: str) -> None:
    world = World()

    async def play() -> None:
        async with world.living() as host:
            await host.publish(world.it.GoPlain("a"))
            await world.after(5)
            slip = await world.slip()
            assert slip.status is SlipStatus.COMPLETED
            match who:
                case "saga":
                    await host.publish(world.it.StopPlain("a"))
                case "operator":
                    await host.turn_back(slip.id, "it has come back")
                case _:
                    await host.send(world.it.TurnBackPlain(slip.id))
            await host.settle()
            assert (await world.slip()).status is SlipStatus.COMPENSATED
            assert world.undone == UNDONE
            assert await world.state("Plain") == ("Back" if who == "saga" else "There")
            await world.consistent()

    run(play())


def test_a_saga_turns_back_what_an_operator_has() -> None:
    """It was told that it completed; whatever became of it then, its undo is answered."""
    world = World()

    async def play() -> None:
        async with world.living() as host:
            await host.publish(world.it.GoPlain("a"))
            await world.after(5)
            slip = await world.slip()
            await host.turn_back(slip.id, "it has come back")
            await host.settle()
            await host.publish(world.it.StopPlain("a"))
            await host.settle()
            assert world.undone == UNDONE
            assert await world.state("Plain") == "Back"
            await world.consistent()

    run(play())


# --- its outcome's actions -----------------------------------------------------------------------------


@pytest.mark.parametrize("operator", ["retry", "skip", "turn_back"])
def test_an_outcome_whose_actions_fail_waits_for_an_operator(operator: str) -> None:
    """`on completed` divides by nothing. Retried it fails again; skipped the slip ends without it."""
    world = World()

    async def play() -> None:
        async with world.living() as host:
            await host.publish(world.it.GoTelling("a", spoilt=9))
            await world.after(5)
            slip = await world.slip()
            assert slip.status is SlipStatus.RUNNING
            assert slip.stuck.startswith("on completed: ZeroDivisionError")
            assert await world.state("Telling") == "Away"
            await getattr(host, operator)(slip.id, "because")
            await host.settle()
            again = await world.slip()
            if operator == "retry":
                assert (again.status, again.stuck) == (slip.status, slip.stuck)
                return
            turned = operator == "turn_back"
            assert again.status is (SlipStatus.COMPENSATED if turned else SlipStatus.COMPLETED)
            assert world.undone == (["Two", "One"] if turned else [])
            assert await world.state("Telling") == ("Failed" if turned else "There")
            assert world.heard == []
            await world.consistent()

    run(play())


def test_an_outcome_whose_actions_work_tells_once() -> None:
    world = World()

    async def play() -> None:
        async with world.living() as host:
            await host.publish(world.it.GoTelling("a"), id="go")
            await world.after(5)
            assert world.heard == [(world.it.Told("a", "0"), "go")]
            await world.consistent()

    run(play())

"""The travel agency: its modules are compiled, and its trips are booked whole or not at all."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from herosaga_runtime import Host, Outcome
from herosaga_runtime.testing import SeededRandom, VirtualClock, pass_time

import agency
from helpers.commands import herosaga
from helpers.projects import folder, generated
from travel.trips import CancelTrip, Trip, TripState

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "travel"
COUNT = 12

Ended = dict[int, tuple[TripState, Outcome | None]]

OUTCOMES: Ended = {
    1: (TripState.REJECTED, Outcome.COMPENSATED),  # a full hotel
    2: (TripState.REJECTED, Outcome.COMPENSATED),  # a carriage
    3: (TripState.REJECTED, Outcome.COMPENSATED),  # a baby
    4: (TripState.REJECTED, Outcome.COMPENSATED),  # too dear to be insured
    5: (TripState.CANCELLED, Outcome.COMPENSATED),  # cancelled while the bank still thought
    6: (TripState.BOOKED, Outcome.COMPLETED),
    10: (TripState.REJECTED, Outcome.COMPENSATED),  # too dear for the bank
    11: (TripState.BOOKED, Outcome.COMPLETED),
    12: (TripState.BOOKED, Outcome.COMPLETED),
}


def test_it_is_compiled() -> None:
    for module in generated(folder(SAMPLE)):
        assert (SAMPLE / module.path).read_text() == module.text


def test_its_demo_runs() -> None:
    done = herosaga(ROOT, "run", "samples/travel", "--demo")
    assert done.returncode == 0, done.stderr
    assert "12 instances: 9 compensated, 3 completed" in done.stdout + done.stderr


async def played(url: str) -> Ended:
    """The demo's trips on a virtual clock; one is cancelled while it is paid, one after that."""
    clock = VirtualClock()
    host = Host(url, clock=clock, random=SeededRandom())
    agency.build(host)
    async with host:
        for _, trip in agency.trips(COUNT):
            await host.publish(trip)
        await pass_time(host, clock, timedelta(seconds=1))
        for number in (5, 6):
            await host.send(CancelTrip(agency.trip_id(number)))
        await pass_time(host, clock, timedelta(hours=1))
        assert await host.dead_letters() == ()
        return {number: await ended(host, number) for number in range(1, COUNT + 1)}


async def ended(host: Host, number: int) -> tuple[TripState, Outcome | None]:
    found = await host.find(Trip, agency.trip_id(number))
    assert found is not None
    return found.state, found.outcome


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ended, dict[str, list[str]]]:
    """How the trips ended, and what was done for each."""
    path = tmp_path_factory.mktemp("travel") / "trips.db"
    outcomes = asyncio.run(asyncio.wait_for(played(f"sqlite:///{path}"), 60))
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT who, effect FROM effects ORDER BY rowid").fetchall()
    effects: dict[str, list[str]] = {}
    for who, effect in rows:
        effects.setdefault(who, []).append(effect)
    return outcomes, effects


def done(effects: list[str]) -> Counter[str]:
    """What is left of what was done: each effect as often as it was not undone."""
    lasting = [each for each in effects if not each.startswith(("told", "tickets"))]
    undone = Counter(each.removesuffix(": undone") for each in lasting if each.endswith(": undone"))
    return Counter(each for each in lasting if not each.endswith(": undone")) - undone


def last_word(effects: list[str]) -> str:
    """What a traveller was told last."""
    return [each for each in effects if each.startswith("told")][-1]


def test_trips_end_as_they_should(run: tuple[Ended, dict[str, list[str]]]) -> None:
    outcomes, _ = run
    assert {number: outcomes[number] for number in OUTCOMES} == OUTCOMES


@pytest.mark.parametrize("number", range(1, COUNT + 1))
def test_all_is_booked_or_nothing(run: tuple[Ended, dict[str, list[str]]], number: int) -> None:
    outcomes, effects = run
    left = done(effects[str(agency.trip_id(number))])
    if outcomes[number][0] is not TripState.BOOKED:
        assert left == Counter()
        return
    expected = ["hotel", "flight", "car", "seat of Ada", "seat of Bob", "payment"]
    assert left == Counter([*expected, "cover"] if number == 12 else expected)


def test_travellers_are_told_how_it_ended(run: tuple[Ended, dict[str, list[str]]]) -> None:
    _, effects = run
    told = {n: last_word(effects[str(agency.trip_id(n))]) for n in (1, 2, 4, 5, 6, 10, 12)}
    assert told == {
        1: "told: BookHotel failed, all rooms are under water",
        2: "told: ReserveCar failed, the horses are ill",
        4: "told: BuyCover failed, too dear for so few people",
        5: "told: cancelled",
        10: "told: TakePayment failed, over the limit",
        6: "told: booked, seats 1e, 1f",
        12: "told: booked, seats 1e, 1f",
    }

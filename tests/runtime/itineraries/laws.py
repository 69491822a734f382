"""The laws at the head of `travel`, checked before and after each thing that happens to a slip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herosaga_runtime import codec
from herosaga_runtime.itineraries.home import Home, SlipStatus
from herosaga_runtime.itineraries.journey import Journey
from herosaga_runtime.itineraries.slip import WHOLE, Slip

if TYPE_CHECKING:
    from itineraries.trips import Trip


def check(trip: Trip, before: Home, journey: Journey) -> None:
    """Everything that holds whatever happens."""
    home, away = trip.home, trip.away()
    check_stored(home, away)
    places = check_places(home, away)
    check_logs(trip, places)
    check_back(home, away)
    check_irreversible(trip, before, journey)
    check_waiting(trip, home)


def check_stored(home: Home, away: dict[str, Slip]) -> None:
    """What is read is what was written."""
    text = codec.dumps(home.to_json())
    again = Home.from_json(home.id, home.itinerary, home.status, home.stuck, codec.loads(text))
    assert again == home
    assert codec.dumps(again.to_json()) == text
    for slip in away.values():
        assert Slip.from_json(codec.loads(codec.dumps(slip.to_json()))) == slip


def check_places(home: Home, away: dict[str, Slip]) -> list[Slip]:
    """Every part is in one place, and home knows where; gives all parts."""
    assert {part: each.step for part, each in away.items()} == {
        part: each.step for part, each in home.away.items()
    }
    places = [(part, slip) for part, slip in (*away.items(), *home.kept.items())]
    for name, fork in home.forks.items():
        places.append((fork.parent.part, fork.parent))
        assert name == f"{fork.parent.part}/{fork.parent.step}".removeprefix("/")
        places += fork.arrived.items()
    assert all(part == slip.part for part, slip in places)
    there = [part for part, _ in places]
    wanted = {WHOLE} | {
        f"{name}.{n}" for name, fork in home.forks.items() for n in range(fork.total)
    }
    assert sorted(there) == sorted(wanted)
    return [slip for _, slip in places]


def check_logs(trip: Trip, parts: list[Slip]) -> None:
    """All that is done and can be undone is in exactly one log, each in the order in which it was done."""
    for slip in parts:
        numbers = [each.number for each in slip.log]
        assert numbers == sorted(set(numbers))
    logged = {each.number: each.log for slip in parts for each in slip.log}
    assert len(logged) == sum(len(slip.log) for slip in parts)
    assert logged == {number: {"label": label} for number, label in trip.open.items()}


def check_back(home: Home, away: dict[str, Slip]) -> None:
    """On the way back there is only the whole."""
    back = [each for each in (*away.values(), *home.kept.values()) if each.back]
    going_back = home.status in (SlipStatus.COMPENSATING, SlipStatus.PARKED)
    assert going_back <= bool(back)
    if back:
        assert not home.forks
        assert len(away) + len(home.kept) == 1
        assert back[0].part == WHOLE
        assert home.status not in (SlipStatus.RUNNING, SlipStatus.COMPLETED)


def check_irreversible(trip: Trip, before: Home, journey: Journey) -> None:
    """What can't be undone begins only while nothing speaks against it; once past, nothing is undone."""
    home = journey.home
    assert home.running == sum(each.irreversible for each in home.away.values())
    assert home.past >= before.past
    assert home.past == any(label[0].isupper() for label in trip.ran)
    if home.past:
        assert not trip.undone
        assert not home.turned
        assert home.failed is None
        assert home.status in (SlipStatus.RUNNING, SlipStatus.COMPLETED)
    if home.stopping:
        old = before.running if before.stopping else home.running
        assert home.running <= old


def check_waiting(trip: Trip, home: Home) -> None:
    """Nothing is forgotten: a slip has ended, somebody is with it, or an operator sees that it waits."""
    whole_here = WHOLE in home.kept and not home.away and not home.forks
    assert home.status.ended == (whole_here and not home.stuck)
    assert home.away or home.status.ended or home.stuck
    assert bool(home.stuck) == bool(home.kept and not home.status.ended)
    assert not (home.stopping and home.kept and home.status is SlipStatus.RUNNING)
    stopped = [each for fork in home.forks.values() for each in fork.arrived.values()]
    assert all(each.complete for each in stopped) or home.stopping
    assert (len(trip.asking) > 0) <= bool(home.turned or home.failed)
    assert {each.key for each in home.asked} == trip.asking
    if home.status.ended:
        assert not trip.asking

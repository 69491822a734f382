"""What is sent when a slip ends: its actions run once for each outcome, and know what there is to know."""

from __future__ import annotations

import pytest
from herosaga_runtime.itineraries.table import Ending
from herosaga_runtime.message import JsonObject
from herosaga_runtime.testing import START
from itineraries import plans
from itineraries.trips import Trip, follow

FAULT: JsonObject = {"activity": "t.b", "reason": "broken"}
ENDS: dict[str, tuple[str, list[JsonObject]]] = {
    "completed": ("go -> a\na x=1 -> b\nb y=2 -> completed", [{"x": 1, "y": 2}]),
    "faulted": ("go -> a\na x=1 -> b\nb! -> -a\n-a -> faulted", [{"x": 1, **FAULT}]),
    "compensated": ("go -> a\nturn -> a\na x=1 -> -a\n-a -> compensated", [{"x": 1}]),
    "completed, then compensated": (
        "go -> a\na -> b\nb -> completed\nturn 7 -> -b\n-b -> -a\n-a -> compensated 7:back",
        [{}, {}],
    ),
    "turned back again": (
        "go -> a\na! -> faulted\nturn 7 -> faulted 7:back",
        [{"activity": "t.a", "reason": "broken"}],
    ),
    "parked": ("go -> a\na -> b\nb! -> -a\n-a! -> parked\nskip -> faulted", [FAULT]),
}


def publish(to: Ending, event: plans.Over) -> None:
    """The actions of each outcome."""
    assert to.now == START
    to.publish(event)
    to.send(plans.Trip("next"))


@pytest.mark.parametrize(("run", "told"), ENDS.values(), ids=ENDS)
def test_what_a_slip_sends_at_its_end(run: str, told: list[JsonObject]) -> None:
    trip = follow(Trip(plans.itinerary("a b", publish)), run)
    events = [plans.Over(plans.VARIABLES | each) for each in told]
    assert trip.sent == [each for event in events for each in (event, plans.Trip("next"))]


def test_a_slip_sends_nothing_before_its_end_nor_where_its_actions_are_left_out() -> None:
    trip = follow(Trip(plans.itinerary("a b", publish)), "go -> a\na -> b\nb! -> -a\n-a! -> parked")
    assert trip.sent == []

    def broken(to: Ending, event: plans.Over) -> None:
        to.publish(event)
        raise ValueError("no address")

    trip = follow(Trip(plans.itinerary("a", broken)), "go -> a\na -> held\nskip -> completed")
    assert trip.sent == []

"""What a join brings together: the variables of branches, and what they have done."""

from __future__ import annotations

import pytest
from herosaga_runtime.itineraries.slip import Slip
from itineraries import plans
from itineraries.trips import Trip, follow

JOINS = {
    "each branch sets its own": (
        "(a|b) c",
        "go -> a b\nb y=2 -> a\na x=1 -> c",
        {"x": 1, "y": 2},
    ),
    "the later branch in the source has it": (
        "(a|b) c",
        "go -> a b\nb x=2 -> a\na x=1 -> c",
        {"x": 2},
    ),
    "what a branch leaves as it was does not count": (
        "a (b|c) d",
        "go -> a\na x=0 -> b c\nb x=1 -> c\nc y=1 -> d",
        {"x": 1, "y": 1},
    ),
    "a branch does not see the others": (
        "(a|b ?weight{p}) c",
        "go -> a b\na weight=1 -> b\nb weight=0 -> c",
        {"weight": 0},
    ),
    "nothing is a value": (
        "a (b|c) d",
        "go -> a\na x=1 -> b c\nb x=null -> c\nc -> d",
        {"x": None},
    ),
    "in the order of the elements": (
        "+xs{a} b",
        "go -> a1 a2 a3\na3 w=3 -> a1 a2\na1 w=1 -> a2\na2 w=2 -> b",
        {"w": 3},
    ),
    "more than ten": (
        "(a|b|c|d|e|f|g|h|i|j|k|p) q",
        "go -> a b c d e f g h i j k p\n"
        + "".join(
            f"{'abcdefghijkp'[n]} x={n} -> {' '.join('abcdefghijkp'[n + 1 :] or 'q')}\n"
            for n in range(12)
        ),
        {"x": 11},
    ),
    "a fork in a fork": (
        "((a|b) c|d) e",
        "go -> a b d\nd x=4 -> a b\na x=1 y=1 -> b\nb y=2 -> c\nc w=3 -> e",
        {"x": 4, "y": 2, "w": 3},
    ),
    "an element is not among them": ("+ws{a} b", "go -> a7\na7 -> b", {}),
}


@pytest.mark.parametrize(("plan", "run", "wanted"), JOINS.values(), ids=JOINS)
def test_variables_at_a_join(plan: str, run: str, wanted: dict[str, object]) -> None:
    trip = follow(plan, run)
    found = whole(trip).variables
    assert {name: value for name, value in found.items() if name not in plans.VARIABLES} == wanted


def whole(trip: Trip) -> Slip:
    """The whole, which must be away."""
    return trip.away()[""]


def test_logs_are_joined_in_the_order_in_which_they_were_made() -> None:
    trip = follow("a (b c|d|p) e", "go -> a\na -> b d p\nd -> b p\nb -> p c\np -> c\nc -> e")
    assert [(each.activity, each.number) for each in whole(trip).log] == [
        ("t.a", 1),
        ("t.d", 2),
        ("t.b", 3),
        ("t.c", 5),
    ]


def test_the_outcome_has_the_variables_as_they_were_at_the_end() -> None:
    done = follow("a (b|c)", "go -> a\na x=1 -> b c\nc y=1 -> b\nb x=2 -> completed")
    assert done.variables == {**plans.VARIABLES, "x": 2, "y": 1}
    back = follow("(a|b)", "go -> a b\na x=1 -> b\nb! -> -a\n-a -> faulted")
    assert back.variables == {**plans.VARIABLES, "x": 1}


def test_a_great_many_stages_that_lead_to_nothing_are_passed() -> None:
    trip = Trip(
        plans.itinerary("*xs{(?no{a}|?no{b})}"), variables={"xs": list(range(2000)), "no": 0}
    )
    assert trip.home.status == "completed"

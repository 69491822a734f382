"""Slips that wait for an operator, and what the operator may do."""

from __future__ import annotations

import pytest
from herosaga_runtime.errors import UsageError
from herosaga_runtime.itineraries.table import Ending
from itineraries import plans
from itineraries.trips import Trip, follow

RUNS = {
    "another itinerary": (
        "a b",
        "go -> a\ndeploy b a -> a\na -> held\nretry -> held\ndeploy -> held\nretry -> b\nb -> completed",
    ),
    "another itinerary, and nothing remains": ("a", "go -> a\ndeploy b a -> a\na -> completed"),
    "turned back while it is held": (
        "a b",
        "go -> a\ndeploy b a -> a\na -> held\nturn 7 -> -a\n-a -> compensated 7:back",
    ),
    "a branch turned back while it is held": (
        "(a b|c)",
        "go -> a c\ndeploy b a -> a c\na -> c held\nturn 7 -> c\nc -> -c\n-c -> -a\n-a -> compensated 7:back",
    ),
    "another branch fails while one is held": (
        "(a b|c)",
        "go -> a c\ndeploy b a -> a c\na -> c held\nc! -> -a\n-a -> faulted",
    ),
    "a stage fails while a branch is held": (
        "(a b|c ?boom{d})",
        "go -> a c\ndeploy b a -> a c\na -> c held\ndeploy -> c held\nc -> -c\n-c -> -a\n-a -> faulted",
    ),
    "another gives up while one is held": (
        "(a b|c|d)",
        "go -> a c d\ndeploy b a -> a c d\na -> c d held\nd! -> c\nc~ -> -a\n-a -> faulted",
    ),
    "two are held, and both fail when tried again": (
        "(a ?boom{b}|c ?boom{d})",
        "go -> a c\ndeploy b a -> a c\na -> c held\nc -> held\ndeploy -> held\nretry -> -c\n-c -> -a\n-a -> faulted",
    ),
    "all that remains is left out": (
        "a b c",
        "go -> a\ndeploy b a -> a\na -> held\nskip -> held\nskip -> completed",
    ),
    "the irreversible is done while a branch is held": (
        "(a b|X)",
        "go -> a X\ndeploy b a -> a X\na -> X held\nturn 7 -> X\nX -> held 7:no\ndeploy -> held\nretry -> b\nb -> completed",
    ),
}


@pytest.mark.parametrize(("plan", "run"), RUNS.values(), ids=RUNS)
def test_a_slip_waits_for_an_operator(plan: str, run: str) -> None:
    follow(plan, run)


@pytest.mark.parametrize("run", ["go -> a", "go -> a\na -> completed", "go -> a\na! -> faulted"])
def test_a_slip_that_waits_for_nobody_says_so(run: str) -> None:
    trip = follow("a", run)
    status = run.split()[-1].replace("a", "running", run == "go -> a")
    for ask in (trip.retry, trip.skip):
        with pytest.raises(UsageError, match=f"the slip is {status}, and waits for no operator"):
            ask()


def failing(times: int) -> Trip:
    """A slip whose outcomes can't be sent the first times."""
    left = [times]

    def run(to: Ending, event: plans.Over) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise ValueError("no address")
        to.publish(event)

    return Trip(plans.itinerary("a b", run))


ENDS = {
    "tried again": "go -> a\na -> b\nb -> held\nretry -> held\nretry -> completed",
    "left out": "go -> a\na -> b\nb -> held\nskip -> completed",
    "turned back": "go -> a\na -> b\nb -> held\nturn 7 -> -b\n-b -> -a\n-a -> held\nretry -> compensated 7:back",
    "after a fault": "go -> a\na -> b\nb! -> -a\n-a -> held\nturn 7 -> held\nskip -> faulted 7:back",
}


def test_a_slip_on_its_way_back_is_not_hurried_by_who_turns_it_back() -> None:
    run = "go -> a\na -> b\nb! -> -a\n-a -> held\nturn 7 -> held\nretry -> faulted 7:back"
    follow(failing(1), run)


def test_the_history_names_the_part_that_was_skipped() -> None:
    trip = follow("X (?boom{a} b|?weight{c} d)", "go -> X\nX -> held\nskip -> d held")
    assert [each for each in trip.notes if "skipped" in each] == ["skipped 2.1 : no use"]
    assert trip.home.stuck == "if: ValueError: too heavy"


@pytest.mark.parametrize("run", ENDS.values(), ids=ENDS)
def test_an_outcome_whose_actions_fail_waits_for_an_operator(run: str) -> None:
    follow(failing(2), run)


def test_what_a_slip_is_held_for_is_told() -> None:
    trip = follow("X (?boom{a}|b) c", "go -> X\nX -> b held")
    assert trip.home.stuck == "if: ValueError: too heavy"
    trip.done(trip.of("b"))
    assert trip.home.stuck == "if: ValueError: too heavy"
    trip.skip()
    assert trip.home.stuck == ""


def test_what_a_slip_is_parked_for_is_told() -> None:
    trip = follow("a b", "go -> a\na -> b\nb! -> -a\n-a! -> parked")
    assert trip.home.stuck == "t.a can't be undone: broken"


def test_the_history_tells_all() -> None:
    trip = follow(
        "a (b|X) c",
        """
        go -> a
        a -> b X
        b! -> X
        turn 7 -> X
        X -> b 7:no
        b +d -> d
        d? -> held
        skip -> c
        c -> completed
        """,
    )
    assert trip.notes == [
        "started  : ",
        "done  a: ",
        "forked  : 2 branches",
        "failed 2.0 b: broken",
        "turned back  : enough",
        "done 2.1 X: ",
        "not turned back  : past what can't be undone",
        "done 2.0 b: ",
        "revised 2.0 b: +d",
        "held 2.0 d: t.d: broken",
        "skipped 2.0 d: no use",
        "joined  : ",
        "done  c: ",
        "completed  : ",
    ]


def test_the_history_of_the_way_back() -> None:
    trip = follow(
        "a b (c|d)",
        "go -> a\na -> b\nb -> c d\nc! -> d\nd~ -> -b\n-b! -> parked\nretry -> -b\n-b! -> parked\nskip -> -a\n-a -> faulted",
    )
    assert trip.notes[3:] == [
        "forked  : 2 branches",
        "failed 3.0 c: broken",
        "given up 3.1 d: ",
        "parked  b: broken",
        "retried  b: mended",
        "parked  b: broken",
        "skipped  b: no use",
        "undone  a: ",
        "faulted  : broken",
    ]

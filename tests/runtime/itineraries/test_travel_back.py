"""Slips that go back, because a step has failed for good or because they are turned back."""

from __future__ import annotations

import pytest
from itineraries import plans
from itineraries.trips import Trip, follow

FAILED = {
    "the first step": ("a b", "go -> a\na! -> faulted"),
    "a later step": ("a b c", "go -> a\na -> b\nb -> c\nc! -> -b\n-b -> -a\n-a -> faulted"),
    "what has no log is not undone": (
        "a p b q c",
        "go -> a\na -> p\np -> b\nb -> q\nq -> c\nc! -> -b\n-b -> -a\n-a -> faulted",
    ),
    "each turn of a loop": (
        "*xs{a}",
        "go -> a1\na1 -> a2\na2 -> a3\na3! -> -a2\n-a2 -> -a1\n-a1 -> faulted",
    ),
    "a condition": ("a ?boom{b}", "go -> a\na -> -a\n-a -> faulted"),
    "a list": ("a *boom{b}", "go -> a\na -> -a\n-a -> faulted"),
    "a list that nothing has set": ("a +weight{b}", "go -> a\na -> -a\n-a -> faulted"),
    "the first stage": ("?boom{a}", "go -> faulted"),
    "a branch waits for the others": (
        "(a b|c d) e",
        "go -> a c\na -> c b\nb! -> c\nc -> -c\n-c -> -a\n-a -> faulted",
    ),
    "undone newest first by end": (
        "(a b|c d) e",
        "go -> a c\nc -> a d\na -> d b\nd -> b\nb -> e\ne! -> -b\n-b -> -d\n-d -> -a\n-a -> -c\n-c -> faulted",
    ),
    "another gives up": ("a (b|c)", "go -> a\na -> b c\nc! -> b\nb~ -> -a\n-a -> faulted"),
    "two branches fail": ("a (b|c)", "go -> a\na -> b c\nc! -> b\nb! -> -a\n-a -> faulted"),
    "a branch whose others are done": ("(a|b)", "go -> a b\na -> b\nb! -> -a\n-a -> faulted"),
    "a branch that is empty": ("(a|) b", "go -> a\na! -> faulted"),
    "a fork in a fork": (
        "((a|b) c|d)",
        "go -> a b d\na -> b d\nb! -> d\nd -> -d\n-d -> -a\n-a -> faulted",
    ),
    "the last stage of a fork in a fork": (
        "((a|b)|d) e",
        "go -> a b d\nd -> a b\na -> b\nb! -> -a\n-a -> -d\n-d -> faulted",
    ),
    "beside a fork": (
        "((a|b) c|d e)",
        "go -> a b d\nd! -> a b\na -> b\nb -> -b\n-b -> -a\n-a -> faulted",
    ),
    "where a branch begins": (
        "(a|?boom{b}) c",
        "go -> a\na -> -a\n-a -> faulted",
    ),
    "before a branch begins": ("(?boom{b}|a) c", "go -> faulted"),
    "one of parallel for": (
        "+xs{a}",
        "go -> a1 a2 a3\na2! -> a1 a3\na3 -> a1\na1 -> -a1\n-a1 -> -a3\n-a3 -> faulted",
    ),
}

TURNED = {
    "before its first step is done": (
        "a b",
        "go -> a\nturn 7 -> a\na -> -a\n-a -> compensated 7:back",
    ),
    "its first step gives up": ("a b", "go -> a\nturn 7 -> a\na~ -> compensated 7:back"),
    "its first step fails": ("a b", "go -> a\nturn 7 -> a\na! -> faulted 7:back"),
    "on its way": (
        "a b c",
        "go -> a\na -> b\nturn 7 -> b\nb -> -b\n-b -> -a\n-a -> compensated 7:back",
    ),
    "at its last step": (
        "a b",
        "go -> a\na -> b\nturn 7 -> b\nb -> -b\n-b -> -a\n-a -> compensated 7:back",
    ),
    "when it is completed": (
        "a b",
        "go -> a\na -> b\nb -> completed\nturn 7 -> -b\n-b -> -a\n-a -> compensated 7:back",
    ),
    "when it is completed without a log": (
        "p",
        "go -> p\np -> completed\nturn 7 -> compensated 7:back",
    ),
    "when nothing was done": ("", "go -> completed\nturn 7 -> compensated 7:back"),
    "when it is compensated": (
        "p",
        "go -> p\np -> completed\nturn 7 -> compensated 7:back\nturn 8 -> compensated 8:back",
    ),
    "when it is faulted": ("a", "go -> a\na! -> faulted\nturn 7 -> faulted 7:back"),
    "on the way back": (
        "a b",
        "go -> a\na -> b\nb! -> -a\nturn 7 -> -a\n-a -> faulted 7:back",
    ),
    "twice": (
        "a b",
        "go -> a\nturn 7 -> a\nturn 7 -> a\na -> -a\nturn 7 -> -a\n-a -> compensated 7:back",
    ),
    "by two": (
        "a b",
        "go -> a\nturn 7 -> a\nturn 8 -> a\na -> -a\nturn 9 -> -a\n-a -> compensated 7:back 8:back 9:back",
    ),
    "by nobody who asks": ("a b", "go -> a\nturn -> a\na -> -a\n-a -> compensated"),
    "in a fork": (
        "(a b|c) d",
        "go -> a c\nc -> a\nturn 7 -> a\na -> -a\n-a -> -c\n-c -> compensated 7:back",
    ),
    "at the end of a fork": (
        "(a|c) d",
        "go -> a c\nc -> a\nturn 7 -> a\na -> -a\n-a -> -c\n-c -> compensated 7:back",
    ),
    "at the end of the last fork": (
        "(a|c)",
        "go -> a c\nc -> a\nturn 7 -> a\na -> -a\n-a -> -c\n-c -> compensated 7:back",
    ),
    "in a fork, where another gives up": (
        "(a b|c d) e",
        "go -> a c\nturn 7 -> a c\nc~ -> a\na -> -a\n-a -> compensated 7:back",
    ),
    "with an undo that fails": (
        "a b",
        """
        go -> a
        turn 7 -> a
        a -> -a
        -a! -> parked
        turn 8 -> parked
        skip -> compensated 7:back 8:back
        """,
    ),
    "when it is parked": (
        "a b",
        """
        go -> a
        a -> b
        b! -> -a
        -a! -> parked
        turn 7 -> parked
        turn 8 -> parked
        retry -> -a
        -a -> faulted 7:back 8:back
        """,
    ),
    "an operator is asked again and again": (
        "a b c",
        """
        go -> a
        a -> b
        b -> c
        c! -> -b
        -b! -> parked
        retry -> -b
        -b! -> parked
        skip -> -a
        -a! -> parked
        skip -> faulted
        """,
    ),
}


@pytest.mark.parametrize(("plan", "run"), FAILED.values(), ids=FAILED)
def test_a_slip_goes_back_after_a_failure(plan: str, run: str) -> None:
    follow(plan, run)


@pytest.mark.parametrize(("plan", "run"), TURNED.values(), ids=TURNED)
def test_a_slip_is_turned_back(plan: str, run: str) -> None:
    follow(plan, run)


@pytest.mark.parametrize("plan", ["a b p c d e f g", "a (b|p c) (d|(e|f)) g"])
@pytest.mark.parametrize("ends", range(8))
def test_what_was_done_is_undone_newest_first_wherever_it_fails(plan: str, ends: int) -> None:
    trip = Trip(plans.itinerary(plan))
    for _ in range(ends):
        trip.done(next(iter(trip.away().values())))
    trip.failed(next(iter(trip.away().values())))
    while not trip.home.status.ended:
        slip = next(iter(trip.away().values()))
        if slip.back:
            trip.undo(slip)
        else:
            trip.given_up(slip)
    assert trip.home.status == "faulted"
    assert len(trip.ran) == ends
    assert trip.undone == [each for each in reversed(trip.ran) if each != "p"]


def test_the_first_failure_is_the_one_that_is_told() -> None:
    trip = follow("(a|b)", "go -> a b\nb! -> a\na! -> faulted")
    failed = trip.home.failed
    assert failed is not None
    assert (failed.activity, failed.reason) == ("t.b", "broken")
    assert trip.notes[-1] == "faulted  : broken"


@pytest.mark.parametrize(
    ("plan", "stage", "why"),
    [
        ("?boom{a}", "if", "ValueError: too heavy"),
        ("?weight{a}", "if", "nothing has set weight"),
        ("*weight{a}", "for", "nothing has set weight"),
        ("+weight{a}", "parallel for", "nothing has set weight"),
    ],
)
def test_a_stage_that_is_not_understood_is_named(plan: str, stage: str, why: str) -> None:
    trip = follow(plan, "go -> faulted")
    failed = trip.home.failed
    assert failed is not None
    assert failed.activity == stage
    assert why in failed.reason


def test_whoever_turns_back_without_a_reason_is_heard() -> None:
    trip = Trip(plans.itinerary("a"))
    trip.turn("7", "")
    trip.done(trip.of("a"))
    trip.undo(trip.of("-a"))
    assert (trip.home.status, trip.told) == ("compensated", ["7:back"])

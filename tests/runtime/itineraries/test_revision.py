"""How activities change what is left of their slip."""

from __future__ import annotations

import pytest
from itineraries.trips import follow, revision_of

RUNS = {
    "insert one": ("a b", "go -> a\na +c -> c\nc -> b\nb -> completed"),
    "insert some, in order": ("a b", "go -> a\na +c +d -> c\nc -> d\nd -> b\nb -> completed"),
    "insert behind the last": ("a", "go -> a\na +c -> c\nc -> completed"),
    "what is inserted revises": (
        "a b",
        "go -> a\na +c +d -> c\nc +e -> e\ne -> d\nd -> b\nb -> completed",
    ),
    "drop the next": ("a b c", "go -> a\na -b -> c\nc -> completed"),
    "drop what is there twice": ("a b c b", "go -> a\na -b -> c\nc -> completed"),
    "drop some": ("a b c d", "go -> a\na -b -d -> c\nc -> completed"),
    "drop all that remains": ("a b", "go -> a\na -b -> completed"),
    "drop what is not there": ("a b", "go -> a\na -d -> b\nb -> completed"),
    "drop in an if": ("a ?yes{b c} ?no{}{b}", "go -> a\na -b -> c\nc -> completed"),
    "drop in a loop": ("a *ys{b c}", "go -> a\na -b -> c4\nc4 -> c5\nc5 -> completed"),
    "drop in a loop that goes on": (
        "*xs{a b}",
        "go -> a1\na1 -> b1\nb1 -> a2\na2 -b -> a3\na3 -> completed",
    ),
    "drop in a loop, again and again": (
        "*ys{a b c}",
        "go -> a4\na4 -b -> c4\nc4 -b -> a5\na5 -c -> completed",
    ),
    "drop in a fork": ("a (b|c|b d)", "go -> a\na -b -> c d\nc -> d\nd -> completed"),
    "drop in parallel for": (
        "a +ys{b ?yes{c}}",
        "go -> a\na -c -> b4 b5\nb5 -> b4\nb4 -> completed",
    ),
    "drop deep inside": (
        "a *ws{(?yes{+ys{b c}}|d)}",
        "go -> a\na -b -> c7.4 c7.5 d7\nd7 -> c7.4 c7.5\nc7.4 -> c7.5\nc7.5 -> completed",
    ),
    "drop what was inserted": ("a b", "go -> a\na +c +d -> c\nc -d -> b\nb -> completed"),
    "drop in one's own branch": (
        "(a b|c b) b",
        "go -> a c\na -b -> c\nc -> b\nb -> b\nb -> completed",
    ),
    "insert what is dropped": ("a b c", "go -> a\na +b -b -> b\nb -> c\nc -> completed"),
    "insert later what was dropped": ("a b c", "go -> a\na -b -> c\nc +b -> b\nb -> completed"),
    "end": ("a b c", "go -> a\na end -> completed"),
    "end in a loop": ("*xs{a} b", "go -> a1\na1 -> a2\na2 end -> completed"),
    "end of a branch": ("(a b|c) d", "go -> a c\na end -> c\nc -> d\nd -> completed"),
    "end, but for what is inserted": ("a b", "go -> a\na +c end -> c\nc -> completed"),
    "an empty rest": ("a", "go -> a\na end -> completed"),
    "irreversible ones are inserted": ("a", "go -> a\na +X -> X\nturn 7 -> X\nX -> completed 7:no"),
    "the way back knows what was inserted": (
        "a b",
        "go -> a\na +c -> c\nc -> b\nb! -> -c\n-c -> -a\n-a -> faulted",
    ),
    "a slip that turns back does nothing new": ("a", "go -> a\nturn 7 -> a\na +c -> -a"),
    "a slip that goes on again does": (
        "(a|X)",
        "go -> a X\nturn 7 -> a X\na +c -> X\nX -> c 7:no\nc -> completed",
    ),
}


@pytest.mark.parametrize(("plan", "run"), RUNS.values(), ids=RUNS)
def test_what_is_left_of_a_slip_is_revised(plan: str, run: str) -> None:
    follow(plan, run)


def test_the_text_of_a_revision() -> None:
    revision = revision_of(["+a", "-b", "end", "+c"])
    assert revision is not None
    assert revision.in_words() == "end -b +a +c"


def test_dropping_again_leaves_nothing_to_carry() -> None:
    trip = follow("*xs{a b}", "go -> a1\na1 -b -> a2\na2 -b -> a3")
    once = follow("*xs{a b}", "go -> a1\na1 -b -> a2\na2 -> a3")
    assert trip.mail == once.mail

"""How slips travel when nothing fails: each line of a run says what happens, and who is away then."""

from __future__ import annotations

import pytest
from itineraries.trips import follow

RUNS = {
    "nothing": ("", "go -> completed"),
    "a sequence": (
        "a p b",
        """
        go -> a
        a -> p
        p -> b
        b -> completed
        """,
    ),
    "if": ("?yes{a}{b} ?no{c}{d} ?no{e} ?yes{}{f} g", "go -> a\na -> d\nd -> g\ng -> completed"),
    "nothing is to be done": ("?no{a} *os{b} +os{c} () ( | ) (?no{a}|*os{b})", "go -> completed"),
    "for none": ("*os{a} b", "go -> b\nb -> completed"),
    "for one": ("*ws{a} b", "go -> a7\na7 -> b\nb -> completed"),
    "for three": (
        "*xs{a b} c",
        """
        go -> a1
        a1 -> b1
        b1 -> a2
        a2 -> b2
        b2 -> a3
        a3 -> b3
        b3 -> c
        c -> completed
        """,
    ),
    "for in for": (
        "*ws{*ys{a} b}",
        "go -> a7.4\na7.4 -> a7.5\na7.5 -> b7\nb7 -> completed",
    ),
    "a list is read once": (
        "*ys{a}",
        "go -> a4\na4 ys=[6,7,8] -> a5\na5 -> completed",
    ),
    "what an activity gives decides": (
        "a ?no{b} *os{c} ?weight{d}",
        "go -> a\na no=true os=[9] weight=0 -> b\nb -> c9\nc9 -> completed",
    ),
    "two branches": ("(a|b c) d", "go -> a b\nb -> a c\na -> c\nc -> d\nd -> completed"),
    "three branches": ("(a|b|c)", "go -> a b c\nc -> a b\na -> b\nb -> completed"),
    "an empty branch": ("(a||b) c", "go -> a b\na -> b\nb -> c\nc -> completed"),
    "a fork in a fork": (
        "((a|b) c|d) e",
        """
        go -> a b d
        a -> b d
        b -> d c
        d -> c
        c -> e
        e -> completed
        """,
    ),
    "a fork behind a fork": ("(a|b)(c|d)", "go -> a b\na -> b\nb -> c d\nd -> c\nc -> completed"),
    "parallel for": ("+xs{a} b", "go -> a1 a2 a3\na2 -> a1 a3\na1 -> a3\na3 -> b\nb -> completed"),
    "parallel for none": ("+os{a} b", "go -> b\nb -> completed"),
    "parallel for in for": (
        "*ws{+ys{a} b}",
        "go -> a7.4 a7.5\na7.5 -> a7.4\na7.4 -> b7\nb7 -> completed",
    ),
    "for in parallel for": (
        "+ws{*ys{a}}",
        "go -> a7.4\na7.4 -> a7.5\na7.5 -> completed",
    ),
    "all that is irreversible": ("X Y", "go -> X\nX -> Y\nY -> completed"),
}


@pytest.mark.parametrize(("plan", "run"), RUNS.values(), ids=RUNS)
def test_a_slip_goes_its_way(plan: str, run: str) -> None:
    follow(plan, run)

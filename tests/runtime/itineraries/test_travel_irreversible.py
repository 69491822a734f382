"""The irreversible: until it is done there is a way back, from then on there is none."""

from __future__ import annotations

import pytest
from itineraries.trips import follow

RUNS = {
    "it has failed": ("a X b", "go -> a\na -> X\nX! -> -a\n-a -> faulted"),
    "it gives up": ("a X b", "go -> a\na -> X\nturn 7 -> X\nX~ -> -a\n-a -> compensated 7:back"),
    "turned back before it": ("a X", "go -> a\nturn 7 -> a\na -> -a\n-a -> compensated 7:back"),
    "turned back while it runs": (
        "a X b",
        "go -> a\na -> X\nturn 7 -> X\nX -> b 7:no\nturn 8 -> b 8:no\nb -> completed",
    ),
    "turned back while it runs, and it fails": (
        "a X",
        "go -> a\na -> X\nturn 7 -> X\nX! -> -a\n-a -> faulted 7:back",
    ),
    "turned back past it": (
        "X b",
        "go -> X\nX -> b\nturn 7 -> b 7:no\nturn 7 -> b 7:no\nb -> completed",
    ),
    "turned back when completed past it": (
        "X",
        "go -> X\nX -> completed\nturn 7 -> completed 7:no",
    ),
    "a failed branch sets out again": (
        "(a|X) b",
        "go -> a X\na! -> X\nX -> a\na -> b\nb -> completed",
    ),
    "a failed branch goes back with it": (
        "c (a|X) b",
        "go -> c\nc -> a X\na! -> X\nX! -> -c\n-c -> faulted",
    ),
    "a done branch that has stopped goes on": (
        "(a b|X) c",
        "go -> a X\nturn 7 -> a X\na -> X\nX -> b 7:no\nb -> c\nc -> completed",
    ),
    "a branch gives up, and sets out again": (
        "(a|X)",
        "go -> a X\nturn 7 -> a X\na~ -> X\nX -> a 7:no\na -> completed",
    ),
    "one that stops before it": (
        "(a X|b)",
        "go -> a b\nb! -> a\na -> -a\n-a -> faulted",
    ),
    "two of them, both done": (
        "(X|Y|a)",
        "go -> X Y a\na! -> X Y\nX -> Y a\nY -> a\na -> completed",
    ),
    "two of them, one fails first": (
        "(X|Y) b",
        "go -> X Y\nX! -> Y\nY -> X\nX -> b\nb -> completed",
    ),
    "two of them, both fail": ("a (X|Y)", "go -> a\na -> X Y\nX! -> Y\nY! -> -a\n-a -> faulted"),
    "those in other forks set out again": (
        "(((a|b) c|d)|X)",
        "go -> a b d X\nb! -> a d X\na -> d X\nd~ -> X\nX -> b d\nb -> d c\nd -> c\nc -> completed",
    ),
    "those in other forks go back": (
        "(((a|b) c|d)|X)",
        "go -> a b d X\nb! -> a d X\na -> d X\nd -> X\nX! -> -d\n-d -> -a\n-a -> faulted",
    ),
    "it gives up, and those in other forks go back": (
        "(((a|b) c|d)|X)",
        "go -> a b d X\nb! -> a d X\na -> d X\nd -> X\nX~ -> -d\n-d -> -a\n-a -> faulted",
    ),
    "in a fork of its own": (
        "(a|(X|b) c) d",
        "go -> a X b\na! -> X b\nb -> X\nX -> c a\na -> c\nc -> d\nd -> completed",
    ),
    "a stage that fails beside it is held": (
        "(a ?boom{b}|X) c",
        "go -> a X\na -> X\nX -> held\nskip -> c\nc -> completed",
    ),
    "a stage past it is held": (
        "X ?weight{b} c",
        "go -> X\nX -> held\nretry -> held\nturn 7 -> held 7:no\nskip -> c\nc -> completed",
    ),
    "an activity past it is held": (
        "X b c",
        "go -> X\nX -> b\nb? -> held\nretry -> b\nb? -> held\nskip -> c\nc -> completed",
    ),
    "an activity past it is left out": ("X b c", "go -> X\nX -> b\nskip b -> c\nc -> completed"),
    "an irreversible one past it is left out": (
        "X Y c",
        "go -> X\nX -> Y\nskip Y -> c\nc -> completed",
    ),
    "the last is left out": ("X b", "go -> X\nX -> b\nskip b -> completed"),
    "one of two that are held is left out": (
        "X (?boom{a} b|?weight{c} d)",
        "go -> X\nX -> held\nskip -> d held\nskip -> d b\nd -> b\nb -> completed",
    ),
    "another goes on while one is held": (
        "X (?boom{a} b|c d)",
        "go -> X\nX -> c held\nc -> d held\nskip d -> held\nskip -> b\nb -> completed",
    ),
}


@pytest.mark.parametrize(("plan", "run"), RUNS.values(), ids=RUNS)
def test_a_slip_and_the_irreversible(plan: str, run: str) -> None:
    follow(plan, run)

"""Itineraries in a line of text, for tests.

a b           activities: `a` to `k` have a log, `p` to `t` have none, `X` to `Z` are irreversible
(a b | c | )  branches that are done at once
?yes{a}{b}    `a` if the variable `yes` is true, else `b`
*xs{a}        `a` for each element of `xs`, one after the other; `a` is then called `a1`, `a2`, …
+xs{a}        the same, all at once

Each activity gets a label as its argument: its letter, and the elements of the loops around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, Self

from herosaga_runtime import codec
from herosaga_runtime.itineraries.activity import Activity, Arguments
from herosaga_runtime.itineraries.table import (
    Do,
    Ending,
    Finish,
    For,
    If,
    Itinerary,
    Parallel,
    ParallelFor,
    Stage,
)
from herosaga_runtime.message import Command, Event, JsonObject, JsonValue, message, record

VARIABLES: JsonObject = {
    "yes": True,
    "no": False,
    "os": [],
    "ws": [7],
    "xs": [1, 2, 3],
    "ys": [4, 5],
}
"""What every slip starts with. `weight` is a variable that nothing sets."""


class Seen:
    """The variables of all these itineraries; `boom` is one that can't be read."""

    __slots__ = ("no", "o", "os", "w", "weight", "ws", "x", "xs", "y", "yes", "ys")
    no: bool
    o: int
    os: list[int]
    w: int
    weight: int
    ws: list[int]
    x: int
    xs: list[int]
    y: int
    yes: bool
    ys: list[int]

    @classmethod
    def from_json(cls, json: JsonValue) -> Self:
        found, fields = cls(), codec.Fields("Seen", json)
        for name in cls.__slots__:
            if fields.has(name):
                setattr(found, name, fields.need(name, codec.read_json))
        return found

    @property
    def boom(self) -> bool:
        raise ValueError("too heavy")


class Labelled:
    """A message that holds a label."""

    label: str

    def to_json(self) -> JsonObject:
        return {"label": self.label}

    @classmethod
    def from_json(cls, json: JsonValue) -> Self:
        return cls(codec.Fields(cls.__name__, json).need("label", codec.read_str))  # type: ignore[call-arg]


@record
class Trace(Labelled):
    label: str


@message("t.Trip")
class Trip(Labelled, Command):
    label: str


@message("t.Back")
class Back(Labelled, Command):
    label: str


@message("t.Over")
class Over(Event):
    """Every outcome of these itineraries: all that is known at the end."""

    known: JsonObject

    def to_json(self) -> JsonObject:
        return self.known

    @classmethod
    def from_json(cls, json: JsonValue) -> Over:
        return cls(dict(codec.read_dict(codec.read_str, codec.read_json)(json)))


@cache
def arguments_of(letter: str) -> type[Any]:
    """The class of an activity's arguments."""

    @message(f"t.{letter}")
    class Given(Labelled, Arguments):
        label: str

    return Given


@cache
def activity_of(letter: str) -> Activity[Any]:
    """The activity of a letter."""
    log = Trace if letter in "abcdefghijk" else None
    return Activity(arguments_of(letter), log=log, irreversible=letter.isupper())


ACTIVITIES = {f"t.{letter}": activity_of(letter) for letter in "abcdefghijkpqrstXYZ"}
"""All there are."""


def itinerary(text: str, run: Callable[[Ending, Over], None] | None = None) -> Itinerary[Seen]:
    """The itinerary that a text says; `run` is done at each of its outcomes."""
    end = Finish(Over, run)
    return Itinerary(Trip, Back, Seen, stages(text), completed=end, faulted=end, compensated=end)


def stages(text: str) -> tuple[Stage[Seen], ...]:
    """The stages that a text says."""
    words = re.findall(r"[?*+]\w+|\w|[(){}|]", text)
    found = _block(words, ())
    assert not words, f"{text}: what is {words[0]} doing there?"
    return found


def _block(words: list[str], loops: tuple[str, ...]) -> tuple[Stage[Seen], ...]:
    found: list[Stage[Seen]] = []
    while words and words[0] not in "|)}":
        found.append(_stage(words, loops))
    return tuple(found)


def _stage(words: list[str], loops: tuple[str, ...]) -> Stage[Seen]:
    word = words.pop(0)
    kind, name = word[0], word[1:]
    match kind:
        case "(":
            branches = [_block(words, loops)]
            while words.pop(0) == "|":
                branches.append(_block(words, loops))
            return Parallel(*branches)
        case "?":
            then = _braced(words, loops)
            other = _braced(words, loops) if words[:1] == ["{"] else ()
            return If(lambda seen: bool(getattr(seen, name)), then, other)
        case "*" | "+":
            each = name.removesuffix("s")
            body = _braced(words, (*loops, each))
            return (For if kind == "*" else ParallelFor)(each, _reader(name), body)
    return Do(activity_of(word), lambda seen: arguments_of(word)(_label(word, loops, seen)))


def _braced(words: list[str], loops: tuple[str, ...]) -> tuple[Stage[Seen], ...]:
    assert words.pop(0) == "{"
    found = _block(words, loops)
    assert words.pop(0) == "}"
    return found


def _reader(name: str) -> Callable[[Seen], list[JsonValue]]:
    return lambda seen: getattr(seen, name)


def _label(letter: str, loops: tuple[str, ...], seen: Seen) -> str:
    return letter + ".".join(str(getattr(seen, each)) for each in loops)

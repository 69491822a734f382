"""Tours with their contenders. All go through the same events, whatever the number of stops."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Any

from herosaga_runtime.message import Message

from benchmarks.dispatch.by_hand import HandWritten
from benchmarks.dispatch.contender import Script, Subject, script
from benchmarks.dispatch.generated import Generated, size
from benchmarks.dispatch.in_place import NoLibrary
from benchmarks.dispatch.tour.chart import chart
from benchmarks.dispatch.tour.made import generated, written
from benchmarks.dispatch.tour.model import FIELDS, machine
from benchmarks.dispatch.with_statemachine import PythonStateMachine
from benchmarks.dispatch.with_transitions import Transitions

ID = "T-1"
STEPS = 1_000
"""How many stops are reached, so that the longest of the tours is gone through once."""


@cache
def tour(stops: int) -> Subject:
    """A tour of so many stops."""
    module = generated(stops)
    hand = written(stops)
    parts = machine(stops)
    events = _script(module)
    return Subject(
        f"{stops:,}",
        {"a tour": events},
        (
            Generated(module.Tour, FIELDS),
            HandWritten(hand.start, hand.step, FIELDS),
            NoLibrary(parts),
            Transitions(parts),
            PythonStateMachine(parts, chart(parts)),
        ),
        partial(size, module.Tour, events[:100]),
    )


def _script(module: Any) -> Script:
    messages = ((message, None) for message in _messages(module))
    return script(module.Tour.name, ID, *messages)


def _messages(module: Any) -> Iterator[Message]:
    begun = module.TourBegun(ID, "G. Uide")
    yield begun
    for number in range(STEPS):
        yield module.StopReached(ID, f"stop {number}", 90 if number % 7 == 3 else 15)
        if number % 4 == 0:
            yield module.NoteTaken(ID, "a note")
        if number % 10 == 0:
            yield module.GuestJoined(ID)  # the last eighty are ignored
        if number % 20 == 0:
            yield begun  # ignored
    yield module.EndTour(ID)
    yield module.NoteTaken(ID, "it has ended")

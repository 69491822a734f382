"""The tour in place: the guards and actions that the libraries call, and the transitions of so many stops as a list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from herosaga_runtime.envelope import Envelope

from benchmarks.dispatch.in_place import NEW, Arrow, Machine, Model
from benchmarks.dispatch.parts import Identity
from benchmarks.dispatch.tour.made import generated

FIELDS = ("guide", "place", "stops", "minutes", "notes", "guests")


class TourModel(Model):
    """A tour. Its messages are of a module that is made while this runs."""

    tour: Any
    tour_id: str
    guide: str

    def __init__(self) -> None:
        super().__init__()
        self.place = ""
        self.stops = 0
        self.minutes = 0
        self.notes = 0
        self.guests = 0

    def begin(self, envelope: Envelope, now: datetime) -> None:
        """On `TourBegun`."""
        event: Any = envelope.message
        self.identity = Identity(self.tour.Tour.name, event.tour_id, 1, now)
        self.tour_id = event.tour_id
        self.guide = event.guide

    def is_long(self, envelope: Envelope, now: datetime) -> bool:
        """The guard of the first `StopReached`."""
        event: Any = envelope.message
        return bool(event.minutes > 60)

    def hurry(self, envelope: Envelope, now: datetime) -> None:
        """On `StopReached` after a long stop."""
        event: Any = envelope.message
        self.minutes += event.minutes

    def go_on(self, envelope: Envelope, now: datetime) -> None:
        """On `StopReached` otherwise."""
        event: Any = envelope.message
        self.place = event.place
        self.stops += 1
        self.minutes += event.minutes

    def take_note(self, envelope: Envelope, now: datetime) -> None:
        """On `NoteTaken`."""
        self.notes += 1

    def has_room(self, envelope: Envelope, now: datetime) -> bool:
        """The guard of `GuestJoined`."""
        return self.guests < 20

    def welcome(self, envelope: Envelope, now: datetime) -> None:
        """On `GuestJoined`."""
        self.guests += 1

    def part(self, envelope: Envelope, now: datetime) -> None:
        """On `EndTour`."""
        self.send(self.tour.TourEnded(self.tour_id, self.stops, self.minutes))
        self.end(envelope, now)


def machine(stops: int) -> Machine:
    """The machine of a tour of so many stops."""
    tour = generated(stops)
    triggers = {
        tour.TourBegun: "begun",
        tour.StopReached: "stop_reached",
        tour.NoteTaken: "note_taken",
        tour.GuestJoined: "guest_joined",
        tour.EndTour: "end_tour",
    }
    model = type("TourModel", (TourModel,), {"tour": tour})
    return Machine(model, tuple(_arrows(tour, stops)), triggers, FIELDS)


def _arrows(tour: Any, stops: int) -> Iterator[Arrow]:
    yield Arrow(tour.TourBegun, NEW, "Stop0", "begin")
    for here in range(stops):
        stop, next_, after = (f"Stop{(here + ahead) % stops}" for ahead in range(3))
        yield Arrow(tour.StopReached, stop, after, "hurry", "is_long")
        yield Arrow(tour.StopReached, stop, next_, "go_on")
        yield Arrow(tour.NoteTaken, stop, None, "take_note")
        yield Arrow(tour.GuestJoined, stop, None, "welcome", "has_room")
        yield Arrow(tour.EndTour, stop, "Ended", "part")

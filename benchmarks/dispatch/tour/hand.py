"""The tour by hand, as text: a dictionary finds the handler of a message, another what is done at each stop."""

from __future__ import annotations

_HEAD = '''\
"""The tour by hand."""

from benchmarks.dispatch import by_hand
from benchmarks.dispatch.by_hand import Process, late, unexpected
from benchmarks.dispatch.parts import Identity
from herosaga_runtime.envelope import Envelope
from herosaga_runtime.message import Message

from tour{stops} import tour{stops} as tour

_State = tour.TourState
Result = by_hand.Result


class Data:
    """What the tour is about."""

    __slots__ = ("guests", "guide", "minutes", "notes", "place", "stops", "tour_id")

    def __init__(self, tour_id, guide, place="", stops=0, minutes=0, notes=0, guests=0):
        self.tour_id = tour_id
        self.guide = guide
        self.place = place
        self.stops = stops
        self.minutes = minutes
        self.notes = notes
        self.guests = guests

    def copy(self):
        return Data(
            self.tour_id, self.guide, self.place, self.stops, self.minutes, self.notes, self.guests
        )


def start(envelope, now):
    event = envelope.message
    if not isinstance(event, tour.TourBegun):
        return None
    identity = Identity("tour{stops}.Tour", event.tour_id, 1, now)
    data = Data(event.tour_id, event.guide)
    return Result(Process(identity, STOP0, data, 1, 0, (), (), None, None), [])


def step(before, envelope, now):
    handler = _HANDLERS.get(type(envelope.message))
    if handler is None:
        return unexpected(before, envelope)
    return handler(before, envelope, now)


def _tour_begun(before, envelope, now):
    return late(before) if before.outcome else Result(before, [], "ignored")


def _stop_reached(before, envelope, now):
    leave = _STOPS.get(before.state)
    if leave is None:
        return unexpected(before, envelope)
    return leave(before, envelope, now)


def _note_taken(before, envelope, now):
    if before.outcome:
        return late(before)
    after = before.next()
    after.data.notes += 1
    return Result(after, [])


def _guest_joined(before, envelope, now):
    if before.outcome:
        return late(before)
    if before.data.guests >= 20:
        return Result(before, [], "ignored")
    after = before.next()
    after.data.guests += 1
    return Result(after, [])


def _end_tour(before, envelope, now):
    if before.outcome:
        return late(before)
    after = before.next()
    data = after.data
    sent = after.send(tour.TourEnded(data.tour_id, data.stops, data.minutes))
    after.end(_State.ENDED, "completed")
    return Result(after, [sent])


_HANDLERS = {{
    tour.TourBegun: _tour_begun,
    tour.StopReached: _stop_reached,
    tour.NoteTaken: _note_taken,
    tour.GuestJoined: _guest_joined,
    tour.EndTour: _end_tour,
}}
'''
_NAME = "STOP{here} = _State.STOP{here}\n"
_STOP = """

def _stop{here}(before, envelope, now):
    event = envelope.message
    assert isinstance(event, tour.StopReached)
    after = before.next()
    data = after.data
    data.minutes += event.minutes
    if event.minutes > 60:
        after.state = STOP{after}
        return Result(after, [])
    data.place = event.place
    data.stops += 1
    after.state = STOP{next}
    return Result(after, [])
"""


def by_hand(stops: int) -> str:
    """The module."""
    names = "".join(_NAME.format(here=here) for here in range(stops))
    functions = (
        _STOP.format(here=here, next=(here + 1) % stops, after=(here + 2) % stops)
        for here in range(stops)
    )
    table = ", ".join(f"STOP{here}: _stop{here}" for here in range(stops))
    return f"{_HEAD.format(stops=stops)}\n{names}{''.join(functions)}\n_STOPS = {{{table}}}\n"

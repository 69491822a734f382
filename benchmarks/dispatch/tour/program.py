"""The tour as a `.saga` file, with as many states as are wanted."""

from __future__ import annotations

_HEAD = """\
namespace tour{stops}

extern event TourBegun {{ key tour_id: str  guide: str }}
extern event StopReached {{ key tour_id: str  place: str  minutes: int }}
extern event NoteTaken {{ key tour_id: str  text: str }}
extern event GuestJoined {{ key tour_id: str }}
command EndTour {{ key tour_id: str }}
event TourEnded {{ key tour_id: str  stops: int  minutes: int }}

saga Tour by tour_id: str {{
  data {{ guide: str  place: str = ""  stops: int = 0  minutes: int = 0  notes: int = 0  guests: int = 0 }}

  start {{ on TourBegun(guide) -> Stop0 }}
"""
_STOP = """
  state Stop{here} {{
    on StopReached when event.minutes > 60 -> Stop{after} {{ set minutes += event.minutes }}
    on StopReached(place) -> Stop{next} {{
      set stops += 1
      set minutes += event.minutes
    }}
  }}
"""
_TAIL = """
  during any {
    on NoteTaken { set notes += 1 }
    on GuestJoined when guests < 20 { set guests += 1 }
    on EndTour -> Ended { publish TourEnded(tour_id, stops, minutes) }
    ignore TourBegun, GuestJoined
  }

  final Ended
}
"""


def program(stops: int) -> str:
    """A round tour: after a long stop the next one is left out."""
    states = (
        _STOP.format(here=here, next=(here + 1) % stops, after=(here + 2) % stops)
        for here in range(stops)
    )
    return _HEAD.format(stops=stops) + "".join(states) + _TAIL

"""A saga of many states names them by constants in its functions, which Python finds faster than members of a class."""

from __future__ import annotations

from helpers.projects import generated

PROGRAM = """\
extern event Moved {{ key id: uuid }}
event TOUR_STOP2 {{ key id: uuid }}
saga Tour by id: uuid {{
  start {{ on Moved -> Stop1 }}
  {}
  final End
}}
"""
STATE = "state Stop{} {{ on Moved -> Stop{}  on TOUR_STOP2 -> End }}"


def _module(states: int) -> str:
    body = "\n  ".join(STATE.format(here, here % states + 1) for here in range(1, states + 1))
    (module,) = generated({"tour.saga": PROGRAM.format(body)})
    return module.text


def test_few_states_are_members_of_their_class() -> None:
    text = _module(49)
    assert "    return TourState.STOP2\n" in text
    assert "TOUR_STOP1" not in text


def test_many_states_have_names_that_nothing_else_has() -> None:
    text = _module(50)
    assert "\nTOUR_STOP1: Final = TourState.STOP1\nTOUR_STOP2_2: Final = TourState.STOP2\n" in text
    assert "    return TOUR_STOP2_2\n" in text
    assert "    return TourState." not in text
    assert "TourState.STOP2: (" in text

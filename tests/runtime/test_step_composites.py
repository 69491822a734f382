"""Composites: `all(…)`, its parts in any order, and what is forgotten when."""

from __future__ import annotations

import pytest
from lines import follow

TWO = """
saga X by id: int {
  data { n: int = 0 }
  start { on Go(n) -> A }
  state A {
    on all(Poke, Prod) when n < 2 -> B { publish Told(id, text = "both") }
    on Prod { set n += 1 }
    on Paid -> A
    on Told -> C
  }
  state B { on Poke -> A }
  state C { on all(Poke, Booked) -> End  ignore Poke }
  during A, B { on all(Full, Declined) -> End }
  final End
}
"""

RUNS = {
    "either order": """
        Go -> A
        Poke -> A
        Prod -> B: Told""",
    "the other order": """
        Go -> A
        Prod -> A
        Poke -> B: Told""",
    "twice is once": """
        Go -> A
        Poke -> A
        Poke -> A
        kill -> A
        Prod -> B: Told""",
    "before the state is entered": """
        Go -> A
        Poke -> A
        Prod -> B: Told
        Poke -> A
        Prod -> A
        Poke -> A""",
    "forgotten at an arrow to itself": """
        Go -> A
        Poke -> A
        Paid -> A
        Prod -> A
        Poke -> B: Told""",
    "a group's are kept while one of its states is current": """
        Go -> A
        Full -> A
        Poke -> A
        Prod -> B: Told
        Declined -> End""",
    "a group's are kept at an arrow to itself": """
        Go -> A
        Full -> A
        Paid -> A
        Declined -> End""",
    "the part's own transition comes first, and the guard sees it": """
        Go n=1 -> A
        Poke -> A
        Prod -> A
        Poke -> A""",
    "a part that is ignored has come": """
        Go -> A
        Told -> C
        Poke ignored -> C
        Booked -> End""",
}


@pytest.mark.parametrize("name", RUNS)
def test_composites(name: str) -> None:
    follow(TWO, RUNS[name])


def test_a_composite_that_stays_comes_again_after_all_parts_have_come_again() -> None:
    text = """
    saga X by id: int {
      start { on Go -> A }
      state A { on all(Poke, Prod) { publish Told(id) }  on Paid -> End }
      final End
    }
    """
    run = """
        Go -> A
        Poke -> A
        Prod -> A: Told
        Prod -> A
        Poke -> A: Told"""
    follow(text, run)


def test_a_part_that_answers_closes_its_request() -> None:
    text = """
    saga X by id: int {
      start { on Go -> A { request Book(id) compensable  request Pay(id) compensable } }
      state A { on all(Booked, Paid) -> End  on failure of Book compensate -> Off  on failure of Pay compensate -> Off }
      final End
      final Off failed
    }
    """
    follow(text, "Go -> A: Book, Pay\n=Paid@2 -> A\n=Booked@1 -> End")
    play = follow(text, "Go -> A: Book, Pay\n=Paid@2 -> A\n=Full@1 -> Compensating: Refund")
    assert play.records == ["Refund"]

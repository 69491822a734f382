"""What is kept for another state, and in which order it is offered there."""

from __future__ import annotations

import pytest
from herosaga_runtime.decision import Reception
from lines import follow

KEPT = """
saga X by id: int {
  data { n: int = 0 }
  timer nudge
  start { on Go(n) -> A { arm nudge for 20s } }
  state A {
    on Paid -> B
    on Declined -> A
    on Told -> C
    defer Poke, Prod, Full
    on nudge -> Off
  }
  state B {
    on Poke when event.n == 1 -> C
    on Poke { publish Told(id, text = "poke") }
    on Prod { publish Told(id, text = "prod") }
    defer Full
    ignore nudge
  }
  state C {
    on Prod -> B
    on Full -> End
    defer Poke
    ignore nudge
  }
  final End
  final Off
}
"""

RUNS = {
    "from the oldest": """
        Go -> A
        Poke deferred -> A
        Prod deferred -> A
        Paid -> B: Told, Told""",
    "offered again after an arrow to itself, and kept in their places": """
        Go -> A
        Poke deferred -> A
        Prod deferred -> A
        Declined -> A
        kill -> A
        Paid -> B: Told, Told""",
    "a state that is entered by one begins anew from the oldest": """
        Go -> A
        Full deferred -> A
        Poke n=1 deferred -> A
        Paid -> End""",
    "what is left at a final is late": """
        Go -> A
        Full deferred -> A
        Prod deferred -> A
        Poke deferred -> A
        Told late late -> End""",
    "before other mail": """
        Go -> A
        Poke deferred -> A
        Told -> C
        Poke n=1 deferred -> C
        Prod -> C: Told""",
}


@pytest.mark.parametrize("name", RUNS)
def test_deferral(name: str) -> None:
    play = follow(KEPT, RUNS[name])
    assert play.instance.outcome is None or not play.instance.extras.deferred


def test_order_of_what_is_offered() -> None:
    play = follow(KEPT, "Go -> A\nProd deferred -> A\nPoke deferred -> A\nPaid -> B: Told, Told")
    assert [each.message.text for each in play.sent] == ["prod", "poke"]  # type: ignore[attr-defined]


def test_a_timer_that_comes_while_everything_is_undone_is_kept() -> None:
    text = """
    saga X by id: int {
      timer nudge
      start { on Go -> A { arm nudge for 20s  request Book(id) with thrice compensable } }
      state A { on Booked -> B  on failure of Book -> Off }
      state B { on Poke compensate -> C  ignore nudge }
      state C { on nudge -> End  on Poke -> End }
      final End
      final Off
    }
    """
    run = """
        Go -> A: Book
        =Booked -> B
        Poke -> Compensating: Unbook
        wait 25 deferred -> Compensating: Unbook
        =Unbooked -> End"""
    play = follow(text, run)
    assert play.instance.outcome == "compensated"


def test_a_timer_that_was_armed_again_meanwhile_is_stale() -> None:
    text = """
    saga X by id: int {
      timer nudge
      start { on Go -> A { arm nudge for 20s } }
      state A { defer nudge  on Poke -> B { arm nudge for 30s }  on Prod -> C { disarm nudge }  on Paid -> B }
      state B { on nudge -> End }
      state C { on nudge -> End  on Poke -> End }
      final End
    }
    """
    follow(text, "Go -> A\nwait 25 deferred -> A\nPoke stale -> B\nwait 29 -> B\nwait 1 -> End")
    follow(text, "Go -> A\nwait 25 deferred -> A\nProd stale -> C\nwait 60 -> C\nPoke -> End")
    follow(text, "Go -> A\nwait 25 deferred -> A\nPaid -> End")


def test_an_answer_that_is_deferred_is_here() -> None:
    text = """
    saga X by id: int {
      start { on Go -> A { request Book(id) with thrice compensable } }
      state A { defer Booked, Full  on Poke -> B  on Prod -> C  on Paid compensate -> Off  on timeout of Book -> Off }
      state B { on Booked -> End  on failure of Book -> Failed }
      state C { on Poke -> End  on failure of Book -> Off }
      final End
      final Off
      final Failed failed
    }
    """
    play = follow(
        text, "Go -> A: Book\n=Booked deferred -> A\nwait 100 -> A\nkill -> A\nPoke -> End"
    )
    assert play.receptions[-1] is Reception.TAKEN
    play = follow(text, "Go -> A: Book\n=Booked deferred -> A\nProd unexpected -> C")
    assert play.instance.extras.stuck
    follow(text, "Go -> A: Book\n=Full deferred -> A\nwait 100 -> A\nPoke -> Failed")
    follow(text, "Go -> A: Book\n=Full deferred -> A\nPaid late -> Off")


def test_a_deferred_answer_whose_step_fails_leaves_the_instance_stuck() -> None:
    text = """
    saga X by id: int {
      data { n: int = 0 }
      start { on Go -> A { request Book(id) with thrice } }
      state A { defer Booked, Prod  on Poke -> B }
      state B { on Booked -> End { set n = 1 % n }  on Prod { set n = 1 % n }  on timeout of Book -> End  on Paid { } }
      final End
    }
    """
    play = follow(text, "Go -> A: Book\n=Booked deferred -> A\nPoke unexpected -> B")
    assert play.instance.extras.stuck == "ZeroDivisionError: integer modulo by zero"
    play = follow(text, "Go -> A: Book\nProd deferred -> A\nPoke unexpected -> B")
    assert not play.instance.extras.stuck

"""Time: named timers, `at`, `every`, the deadline, and what is due at the same instant."""

from __future__ import annotations

from datetime import timedelta

import pytest
from herosaga_runtime.decision import Reception
from herosaga_runtime.envelope import Alarm
from herosaga_runtime.errors import UsageError
from herosaga_runtime.stored import instance_from_json, instance_to_json
from lines import follow
from stepping import Play

TIMES = """
saga X by id: int {
  data { n: int = 0 }
  timer nudge
  start { on Go(n) -> A { arm nudge for 10s } }
  state A {
    on nudge when n < 2 { set n += 1  arm nudge for 10s  publish Told(id) }
    on Poke -> B { arm nudge for 30s }
    on Prod -> B { disarm nudge }
    on Paid -> A
  }
  state B {
    on nudge -> End
    on Poke { arm nudge for 5s  arm nudge for 50s }
    on Prod { arm nudge at now }
  }
  final End
}
"""

NAMED = {
    "armed again by itself, until nothing expects it": """
        Go -> A
        wait 10 -> A: Told
        kill -> A
        wait 10 -> A: Told
        wait 10 unexpected -> A""",
    "outlives a state": """
        Go -> A
        Paid -> A
        wait 9 -> A
        Paid -> A
        wait 1 -> A: Told""",
    "replaced": """
        Go -> A
        Poke -> B
        wait 29 -> B
        wait 1 -> End""",
    "replaced twice in a step": """
        Go -> A
        Poke -> B
        Poke -> B
        wait 49 -> B
        wait 1 -> End""",
    "disarmed": """
        Go -> A
        Prod -> B
        wait 100 -> B
        Prod -> B
        wait 0 -> End""",
}


@pytest.mark.parametrize("name", NAMED)
def test_named_timers(name: str) -> None:
    follow(TIMES, NAMED[name])


def test_a_named_timer_that_nothing_expects_makes_stuck_and_can_be_offered_again() -> None:
    play = follow(TIMES, "Go n=2 -> A\nwait 10 unexpected -> A")
    assert play.instance.extras.stuck == "nudge is not expected in A"
    (timer,) = play.instance.timers
    assert play.ring(timer.token).reception is Reception.UNEXPECTED
    follow_on = play.event("Prod")
    assert (follow_on.reception, play.instance.extras.stuck) == (Reception.TAKEN, "")


AGAIN = """
saga X by id: int {
  data { n: int = 0 }
  start { on Go(n) -> A }
  state A {
    every 10s { set n += 1  publish Told(id) }
    after 35s when n == 99 -> End
    on Poke -> A
    on Prod -> B
  }
  state B { on Poke -> End }
  final End
}
"""


def test_every() -> None:
    run = """
        Go -> A
        wait 9 -> A
        wait 1 -> A: Told
        kill -> A
        wait 10 -> A: Told
        Poke -> A
        wait 9 -> A
        wait 1 -> A: Told
        Prod -> B
        wait 100 -> B"""
    assert follow(AGAIN, run).instance.data.n == 3


def test_every_leaves_out_what_was_missed() -> None:
    play = Play(AGAIN)
    play.event("Go")
    (timer,) = (each for each in play.instance.timers if each.period)
    play.now = timer.due + 2.5 * (timer.due - play.now)
    play.ring(timer.token)
    assert len(play.sent) == 1
    (left,) = (each for each in play.instance.timers if each.period)
    assert (left.due - timer.due).total_seconds() == 30


def test_every_does_not_come_twice_where_the_clock_is_put_back() -> None:
    play = Play(AGAIN)
    play.event("Go")
    (timer,) = (each for each in play.instance.timers if each.period)
    play.now = timer.due - timedelta(milliseconds=1)
    play.ring(timer.token)
    (left,) = (each for each in play.instance.timers if each.period)
    assert left.due - timer.due == timedelta(seconds=10)


def test_every_needs_a_length() -> None:
    text = """
    saga X by id: int {
      data { n: int = 0 }
      start { on Go(n) -> A }
      state A { every (if n > 0 then 1s else 0s) { publish Told(id) }  on Poke -> End }
      final End
    }
    """
    with pytest.raises(UsageError, match="is no length of time"):
        Play(text).event("Go")


def test_a_guard_that_is_false_when_it_is_due_spends_an_after() -> None:
    play = follow(AGAIN, "Go -> A\nwait 36 ignored -> A: Told, Told, Told")
    assert len(play.instance.timers) == 1


DEADLINE = """
saga X by id: int {
  data { n: int = 0 }
  deadline 60s when n == 0 compensate -> Expired
  start { on Go(n) -> A { request Book(id) with thrice compensable } }
  state A { on Booked -> B  on failure of Book -> B  on Paid compensate -> C }
  state B { on Poke -> End }
  state C { on Poke -> End }
  final End
  final Expired failed
}
"""


@pytest.mark.parametrize(
    ("run", "outcome"),
    [
        ("Go -> A: Book\n=Full -> B\nwait 60 -> Expired", "expired"),
        ("Go -> A: Book\n=Booked -> B\nwait 60 -> Compensating: Unbook\n=Unbooked -> Expired", "expired"),
        ("Go n=1 -> A: Book\n=Full -> B\nwait 60 ignored -> B\nwait 60 -> B\nPoke -> End", "completed"),
        ("Go -> A: Book\nPaid -> Compensating: Unbook\nwait 5 -> Compensating\n=Unbooked -> C\nwait 99 -> C\nPoke -> End", "compensated"),
        ("Go -> A: Book\n=Full -> B\nPoke -> End\nwait 99 -> End", "completed"),
    ],
)  # fmt: skip
def test_the_deadline(run: str, outcome: str) -> None:
    assert follow(DEADLINE, run).instance.outcome == outcome


AT = """
saga X by id: int {
  data { due: datetime = "2026-01-01T00:00:30Z" }
  start { on Go -> A }
  state A { at due -> B { publish Told(id) }  on Poke -> A }
  state B { at due -> End }
  final End
}
"""


def test_at_a_time_and_at_once_if_it_has_passed() -> None:
    follow(AT, "Go -> A\nwait 20 -> A\nPoke -> A\nwait 9 -> A\nwait 1 -> End: Told")


SAME = """
saga X by id: int {
  timer early
  timer other
  start { on Go -> A { arm other for 10s  arm early for 10s } }
  state A {
    after 10s { publish Told(id, text = "first") }
    on early { publish Told(id, text = "early") }
    on other { publish Told(id, text = "other") }
    at now + 10s { publish Told(id, text = "second") }
    on Poke -> B
  }
  state B { on Poke -> End  ignore early, other }
  final End
  final Off
}
"""


def test_of_what_is_due_at_the_same_instant_the_first_in_the_source_comes_first() -> None:
    play = Play(SAME)
    play.event("Go")
    play.now = play.instance.timers[0].due
    play.ring(play.instance.timers[-1].token)
    texts = [getattr(each.message, "text", "") for each in play.sent]
    assert texts == ["early", "other", "first", "second"]


def test_the_alarm_of_an_earlier_instance_is_stale() -> None:
    play = Play(SAME)
    play.event("Go")
    (token, due), *_ = play.instance.alarms().items()
    play.now = due
    earlier = play.ref(0, incarnation=0)
    assert play.give(Alarm(token), earlier).reception is Reception.STALE
    assert play.give(Alarm(token), play.ref(0)).reception is Reception.TAKEN


def test_a_deadline_that_stands_first_comes_before_the_states_own_timers() -> None:
    text = """
    saga X by id: int {
      deadline 10s -> Off
      start { on Go -> A }
      state A { after 10s -> End  on Poke -> End }
      final End
      final Off
    }
    """
    play = Play(text)
    play.event("Go")
    state = next(each for each in play.instance.timers if not each.name)
    play.now = state.due
    assert play.ring(state.token).reception is Reception.TAKEN
    assert (play.state, play.receptions[-1]) == ("Off", Reception.STALE)


WAITS = """
saga X by id: int {{
  start {{ on Go -> A }}
  state A {{ {times} on Prod -> End }}
  final End
}}
"""


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ("after 5s -> End", "every 1h { publish Told(id) }"),
        ("every 5s { publish Told(id) }", "after 1h -> End"),
        ("after 5s -> End", ""),
    ],
)
def test_a_time_of_a_program_that_waited_for_others_is_spent(then: str, now: str) -> None:
    before, play = Play(WAITS.format(times=then)), Play(WAITS.format(times=now))
    before.event("Go")
    stored = instance_to_json(before.instance)
    play.found = instance_from_json(play.saga, stored)
    play.wait(10)
    assert (play.state, play.names, play.receptions) == ("A", [], [Reception.IGNORED])
    assert not play.instance.timers


def test_a_timer_whose_step_fails_holds_up_no_other_of_the_same_instant() -> None:
    text = """
    saga X by id: int {
      data { n: int = 0 }
      start { on Go -> A }
      state A { after 5s { set n = 1 % n }  after 5s -> End  on Poke -> End }
      final End
    }
    """
    play = Play(text)
    play.event("Go")
    first, second = play.instance.timers
    play.now = first.due
    with pytest.raises(ZeroDivisionError):
        play.ring(first.token)
    play.ring(second.token)
    assert play.state == "End"

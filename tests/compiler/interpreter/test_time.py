"""Time: `after`, `at`, `every`, named timers and the deadline."""

from __future__ import annotations

import pytest
from herosaga.interpreter.instance import Deliver
from herosaga.interpreter.step import advance
from herosaga.interpreter.values import Value

from helpers.played import Play, play

EVERY = """
saga X by id: int {
  data { n: int = 1, told: str = "" }
  timer tea
  start { on Go(n) -> A }
  state A {
    every 10s * n { set told += "x"  set n = 5 }
    on Poke -> A
    on Prod -> B
  }
  final B
}
"""
TIMERS = """
saga X by id: int {
  data { told: str = "" }
  timer tea
  timer nap
  start { on Go -> A { arm tea for 10s  arm nap at now + 20s } }
  state A {
    on tea when told == "" { set told += "tea " }
    on Poke { arm tea for 10s }
    on Prod { disarm tea }
    on Told -> B
    ignore nap
  }
  state B { defer tea  on Poke -> C }
  state C { on tea { set told += "late "  arm tea for 0s - 5s }  on Poke -> B  on Prod { arm tea for 1m } on Told -> D }
  final D
}
"""

CASES = {
    "after is evaluated once, after the entry; it is spent when its guard is false": (
        """
        saga X by id: int {
          data { n: int = 1 }
          start { on Go(n) -> A }
          state A {
            entry { set n += 1 }
            after 10s * n when n == 9 -> B
            after 1m -> C
            on Poke { set n = 9 }
            on Prod { set n = 7 }
          }
          final B final C
        }
        """,
        """
        Go n=1        => due 20s, 60s
        Poke          => due 20s, 60s
        Prod
        wait 20s      => ignored; due 60s
        Poke
        wait 40s      => taken; in C
        """,
    ),
    "after at once, at in the past, and an internal one": (
        """
        saga X by id: int {
          data { n: int = 0 }
          start { on Go -> A }
          state A { after 0s - 1h { set n += 1 }  at now - 1h { set n += 10 }  at now + 5s -> B }
          final B
        }
        """,
        """
        Go            => due 0s, 0s, 5s
        wait 0s       => .n 11; due 5s
        wait 5s       => in B
        """,
    ),
    "an alarm of a state that was left is stale": (
        """
        saga X by id: int {
          start { on Go -> A }
          state A { after 10s -> B  on Poke -> A }
          final B
        }
        """,
        """
        Go
        Poke
        ring after 1.1 => stale; in A
        ring after 1.2 => taken; in B
        ring after 1.2 => stale
        """,
    ),
    "every is evaluated once, and comes at whole multiples": (
        EVERY,
        """
        Go n=1        => due 10s
        wait 10s      => taken; .told x; due 20s
        wait 10s      => .told xx; due 30s
        Poke          => due 70s
        wait 50s      => .told xxx; due 120s
        Prod          => in B; due nothing
        """,
    ),
    "every that comes late leaves out what was missed": (
        EVERY,
        """
        Go n=1        => due 10s
        wait 1s
        ring every 1.1 => taken; due 20s
        ring every 1.1 => stale
        """,
    ),
    "every needs a time": (
        EVERY,
        """
        Go n=0        => fails; in none
        """,
    ),
    "named timers outlive states, and are spent when they are taken or ignored": (
        TIMERS,
        """
        Go            => due 10s, 20s; waits timer, timer
        wait 10s      => taken; .told tea; waits timer
        Poke          => due 20s, 20s
        wait 10s      => unexpected ignored unexpected; stuck timer tea is not expected in A; waits timer
        Poke          => stuck nothing; due 30s
        Prod          => due nothing
        """,
    ),
    "arming again replaces, disarming cancels": (
        TIMERS,
        """
        Go            => due 10s, 20s
        wait 5s
        Poke          => due 15s, 20s
        ring timer tea 1.1 => stale
        Prod          => due 20s
        ring timer tea 1.3 => stale
        """,
    ),
    "a deferred alarm waits for another state, if its timer was not set anew": (
        TIMERS,
        """
        Go
        Told          => in B
        wait 10s      => deferred; waits timer, timer
        Poke          => taken taken; in C; .told late; due 10s, 20s
        Poke          => in B
        ring timer tea 1.3 => deferred
        Poke          => taken taken; .told late late
        """,
    ),
    "a deferred alarm is stale when its timer was set anew": (
        TIMERS.replace("state B { defer tea", "state B { on Prod { arm tea for 1m }  defer tea"),
        """
        Go
        Told          => in B
        ring timer tea 1.1 => deferred
        Prod          => taken
        Poke          => taken stale; waits timer, timer
        """,
    ),
    "a deferred alarm at the end is stale": (
        TIMERS.replace("state B { defer tea", "state B { on Told -> D  defer tea"),
        """
        Go
        Told
        ring timer tea 1.1 => deferred
        Told          => taken stale; in D
        """,
    ),
    "the deadline counts from the start, in every state, and comes once": (
        """
        saga X by id: int {
          data { n: int = 0 }
          deadline 10s when n > 0 -> C
          start { on Go(n) -> A }
          state A { on Poke -> B  on Prod(n) {  } }
          during any { on Told -> B }
          state B { on Prod -> D }
          final C final D
        }
        """,
        """
        Go n=1        => due 10s
        wait 5s
        Poke          => in B; due 10s
        wait 5s       => in C; outcome expired
        """,
    ),
    "a deadline whose guard is false is spent": (
        """
        saga X by id: int {
          data { n: int = 0 }
          deadline 10s when n > 0 -> C
          start { on Go(n) -> A }
          state A { on Prod(n) {  } on Poke -> C }
          final C failed
        }
        """,
        """
        Go            => due 10s
        wait 10s      => ignored; due nothing
        Prod n=1
        ring deadline 1.1 => stale
        Poke          => outcome failed
        """,
    ),
    "a deadline that leads to a state is no end": (
        """
        saga X by id: int {
          deadline 10s compensate -> A
          start { on Go -> A { request Book(id) compensable } }
          state A { on Poke -> B  on Booked {  } on failure of Book -> B }
          final B
        }
        """,
        """
        Go            => due 10s
        wait 10s      => in Compensating
        Unbooked      => in A; waits nothing
        Poke          => in B; outcome compensated
        """,
    ),
    "no deadline for what compensates from its start": (
        """
        saga X by id: int {
          deadline 10s -> B
          compensation note { publish Told(id) }
          start { on Go compensate -> A { compensable by note } }
          state A { on Poke -> B }
          final B
        }
        """,
        """
        Go            => in A; waits nothing
        """,
    ),
    "due at the same instant: in source order, each in a step of its own": (
        """
        saga X by id: int {
          data { told: str = "" }
          timer tea
          deadline 10s when told != "tea " -> B
          start { on Go -> A { arm tea for 10s } }
          state A {
            after 10s { set told += "first " }
            every 10s { set told += "every " }
            on tea { set told += "tea " }
            on Poke -> B
          }
          during any { at now + 10s { set told += "last " } }
          final B
        }
        """,
        """
        Go            => due 10s, 10s, 10s, 10s, 10s
        wait 10s      => taken ignored taken taken taken; .told tea first every last
        """,
    ),
    "an earlier one that leaves the state makes the others stale": (
        """
        saga X by id: int {
          start { on Go -> A }
          state A { after 10s -> B  after 10s -> C }
          state B { on Poke -> C }
          final C
        }
        """,
        """
        Go
        ring after 1.2 => taken stale; in B
        """,
    ),
}


def test_the_alarms_of_an_earlier_incarnation_are_stale() -> None:
    played = Play(TIMERS)
    given = Deliver(Value.of("Go", {"id": 1, "n": 0}))
    (step,) = advance(played.program, None, given, played.now, incarnation=2)
    played.instance = step[1].instance
    played.line("ring timer tea 1.1 => stale")
    played.line("ring timer tea 2.1 => taken")


@pytest.mark.parametrize("name", CASES)
def test_run(name: str) -> None:
    play(*CASES[name])

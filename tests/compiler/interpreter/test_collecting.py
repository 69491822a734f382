"""Composites, and what is deferred."""

from __future__ import annotations

import pytest

from helpers.played import play

BOTH = """
saga X by id: int {
  data { told: str = "" }
  start { on Go -> A }
  state A {
    on all(Poke, Prod) when told != "no" -> B
    on Poke when event.n == 1 { set told += "poke " }
    on Poke when event.n == 2 -> A
    on Told when event.text == "no" { set told = "no" }
    on Told { set told = "yes" }
  }
  state B { on Poke -> C }
  final C
}
"""
GROUP = """
saga X by id: int {
  data { told: str = "" }
  start { on Go -> A }
  during A, B { on all(Poke, Prod) { set told += "both " } }
  state A { on Booked -> B  on Paid -> C  on Full compensate -> B }
  state B { on Booked -> A  on all(Poke, Told) -> D }
  state C { on Booked -> A  on Hint -> D }
  final D
}
"""
ANSWERS = """
saga X by id: int {
  start { on Go -> A { request Book(id)  request Pay(id) compensable } }
  state A { on all(Booked, Paid) -> B  on failure of Book compensate -> C  on failure of Pay -> C }
  final B
  final C failed
}
"""
DEFER = """
saga X by id: int {
  data { told: str = "" }
  start { on Go -> A }
  state A { defer Poke, Prod, Told  on Booked -> B  on Paid -> C  on Looked -> A }
  state B { defer Prod  on Poke -> C { set told += "b" }  on Told { set told += "t" } }
  state C { on Prod -> D  on Poke { set told += "c" }  on Booked -> A }
  final D
}
"""

CASES = {
    "either order, and each once": (
        BOTH,
        """
        Go
        Prod            => taken; in A; arrived Prod
        Prod            => taken; arrived Prod
        Poke            => taken; in B; arrived nothing
        """,
    ),
    "a part's own transition runs first": (
        BOTH,
        """
        Go
        Prod
        Poke n=1        => taken; in B; .told poke
        """,
    ),
    "arrivals are forgotten where the state is entered, by an arrow to itself too": (
        BOTH,
        """
        Go
        Prod            => arrived Prod
        Poke n=2        => taken; in A; arrived nothing
        Poke            => in A; arrived Poke
        Prod            => in B
        """,
    ),
    "with a false guard it is tried again at each later part": (
        BOTH,
        """
        Go
        Told text=no
        Poke            => in A
        Prod            => taken; in A; arrived Poke, Prod
        Told            => in A; .told yes
        Poke            => in B
        """,
    ),
    "before the state is entered a part is as any event": (
        """
        saga X by id: int {
          start { on Go -> A }
          state A { on Told -> B  ignore Poke }
          state B { on all(Poke, Prod) -> C }
          final C
        }
        """,
        """
        Go
        Poke            => ignored
        Told            => in B; arrived nothing
        Prod            => in B
        Poke            => in C
        """,
    ),
    "those of a group are kept while one of its states is current": (
        GROUP,
        """
        Go
        Poke            => arrived Poke
        Booked          => in B; arrived Poke
        Prod            => .told both; arrived nothing
        Poke            => arrived Poke, Poke
        Booked          => in A; arrived Poke
        Paid            => in C; arrived nothing
        Booked          => in A; arrived nothing
        Prod            => in A; arrived Prod
        """,
    ),
    "those of a group are kept where a sequence passes through a state of none": (
        """
        saga X by id: int {
          data { told: str = "" }
          start { on Go -> Trip }
          sequence Trip {
            step Book(id)
            if told == "" { step Pay(id) }
            for x in [1] { step Look(id) }
            done -> Done
            failed -> Bad
            on all(Poke, Prod) { set told += "whole " }
          }
          during Trip { on all(Prod, Told) { set told += "during " } }
          final Done
          final Bad failed
        }
        """,
        """
        Go
        Prod            => arrived Prod, Prod
        Booked          => in Trip.Pay; arrived Prod, Prod
        Poke            => .told whole; arrived Prod
        Paid            => in Trip.Look; arrived Prod
        Told            => .told whole during; arrived nothing
        """,
    ),
    "compensating drops all": (
        GROUP,
        """
        Go
        Poke
        Full            => in B; arrived nothing
        """,
    ),
    "only its own arrivals are forgotten": (
        """
        saga X by id: int {
          data { told: str = "" }
          start { on Go -> A }
          state A { on all(Poke, Prod) { set told += "one " }  on all(Poke, Told) { set told += "two " }  on Booked -> B }
          final B
        }
        """,
        """
        Go
        Poke            => arrived Poke, Poke
        Prod            => .told one; arrived Poke
        Told            => .told one two; arrived nothing
        """,
    ),
    "at most one in a step, the first in the table": (
        """
        saga X by id: int {
          data { told: str = "" }
          start { on Go -> A }
          state A { on all(Poke, Prod) { set told += "one " }  on all(Prod, Poke) { set told += "two " }  on Booked -> B }
          final B
        }
        """,
        """
        Go
        Poke
        Prod            => .told one; arrived Poke, Prod
        Poke            => .told one two; arrived Poke
        """,
    ),
    "answers as parts close their requests": (
        ANSWERS,
        """
        Go
        Booked @1       => taken; open Pay
        Paid @2         => taken; in B
        """,
    ),
    "a late answer is a part too": (
        ANSWERS,
        """
        Go
        Booked @1       => taken; arrived Booked
        Booked @1       => taken; arrived Booked
        Full @1         => late
        Paid @another   => late
        Paid            => taken; in B
        """,
    ),
    "a refusal, and a part": (
        ANSWERS,
        """
        Go
        Booked @1       => taken
        Declined @2     => taken; in C; outcome failed
        """,
    ),
    "deferred messages are offered in order after each change of state": (
        DEFER,
        """
        Go
        Prod            => deferred
        Poke            => deferred
        Told            => deferred; kept Prod, Poke, Told
        Booked          => taken taken taken late; in D; .told b; kept nothing
        """,
    ),
    "one deferred again keeps its place; a step that enters begins anew": (
        """
        saga X by id: int {
          data { told: str = "" }
          start { on Go -> A }
          state A { defer Poke, Prod, Told  on Booked -> B }
          state B { defer Poke  on Told { set told += "t" }  on Prod -> C }
          state C { defer Poke  on Told { set told += "u" }  on Booked -> D }
          state D { on Poke -> E }
          final E
        }
        """,
        """
        Go
        Poke            => deferred
        Told            => deferred
        Prod            => deferred
        Told            => deferred; kept Poke, Told, Prod, Told
        Booked          => taken taken taken taken; in C; .told tu; kept Poke
        Booked          => taken taken; in E
        """,
    ),
    "after an arrow to the state itself too": (
        DEFER,
        """
        Go
        Poke            => deferred
        Looked          => taken; in A; kept Poke
        Paid            => taken taken; in C; .told c
        """,
    ),
    "a deferred answer silences its request, which it closes when it is taken": (
        """
        saga X by id: int {
          start { on Go -> A { request Book(id) within 1m compensable  request Pay(id) compensable } }
          state A { defer Booked, Full, Declined  on Poke -> B  on Prod -> D }
          state B { on failure of Book -> C  on Declined -> C  on Prod -> D }
          state D { on Booked -> C }
          final C
        }
        """,
        """
        Go
        Full @1         => deferred; open Book, Pay; records Repay; due nothing
        Booked @1       => deferred
        Declined @2     => deferred; open Book, Pay; records nothing
        Poke            => taken taken late late; in C
        """,
    ),
    "a deferred time-out": (
        """
        saga X by id: int {
          start { on Go -> A { request Book(id) within 10s } }
          state A { defer timeout of Book, fault of Book  on Poke -> B  on Full -> C }
          state B { on failure of Book -> C  on Booked -> C }
          final C
        }
        """,
        """
        Go
        wait 10s        => deferred; open Book
        Poke            => taken taken; in C
        """,
    ),
    "a deferred fault and a deferred completion": (
        """
        saga X by id: int {
          data { told: str = "" }
          start { on Go -> A { request Book(id)  request Look(id) } }
          state A { defer fault of Book, Look.done  on Poke -> B  on Booked -> C }
          state B { on fault of Book { set told += "f" }  on Look.done { set told += "d" }  on Prod -> C }
          final C
        }
        """,
        """
        Go
        fault 1         => deferred; open Book, Look
        done 2          => deferred; open Book, Look
        Poke            => taken taken taken; .told fd; open nothing
        """,
    ),
    "a deferred message that fails is put aside alone": (
        """
        saga X by id: int {
          data { n: int = 0 }
          start { on Go -> A }
          state A { defer Poke, Prod  on Booked -> B }
          state B { on Poke { set n = 10 % event.n }  on Prod -> C }
          final C
        }
        """,
        """
        Go
        Poke n=0        => deferred
        Prod            => deferred
        Booked          => taken unexpected taken; in C; .n 0
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_run(name: str) -> None:
    play(*CASES[name])

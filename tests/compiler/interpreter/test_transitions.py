"""Which transition is taken, and what a step does in which order."""

from __future__ import annotations

import pytest

from helpers.played import play

CASES = {
    "the first whose guard holds": (
        """
        saga X by id: int {
          start { on Go -> A }
          state A {
            on Poke when event.n > 5 -> B
            on Poke when event.n > 3 -> C
            on Poke when event.n > 5 -> D
          }
          final B final C final D
        }
        """,
        """
        Go            => taken; in A
        Poke n=4      => taken; in C; outcome completed
        """,
    ),
    "a level's transitions, then what it ignores, then the next level": (
        """
        saga X by id: int {
          start { on Go -> A }
          state A { ignore Poke  on Poke when event.n == 1 -> B  ignore Told }
          state B { on Prod when event.n == 1 -> A }
          during A, B { on Poke -> C  on Prod -> D  ignore Booked }
          during B { on Prod when event.n == 2 -> E  on Booked -> E }
          during any { on Told -> E  on Prod -> E }
          final C final D final E
        }
        """,
        """
        Go            => in A
        Poke          => ignored; in A
        Told          => ignored; in A
        Poke n=1      => taken; in B
        Booked        => ignored; in B
        Prod n=2      => in D
        """,
    ),
    "during any is not for Compensating": (
        """
        saga X by id: int {
          start { on Go -> A { request Book(id) compensable } }
          state A { on Poke compensate -> B }
          during any { on Prod -> C }
          final B final C
        }
        """,
        """
        Go            => in A
        Poke          => in Compensating; sent Unbook
        Prod          => deferred; in Compensating
        Unbooked @2   => taken late; in B
        """,
    ),
    "guard, binds, exit, actions, entry, in this order": (
        """
        saga X by id: int {
          data { n: int = 0, told: str = "" }
          start { on Go(n) -> A { set told += "start " + state + "/" } }
          state A {
            entry { set told += "enter " + state + str(n) + "/" }
            exit { set told += "leave " + state + str(n) + "/" }
            on Poke(n) when n < event.n -> B { set told += "move " + state + "/" }
          }
          state B {
            entry { set told += "enter " + state + "/" }
            on Prod -> C { publish Told(id, text = told) }
          }
          final C { set told = state  publish Told(id, text = told) }
        }
        """,
        """
        Go n=3        => .told start /enter A3/
        Poke n=3      => unexpected; reason Poke is not expected in A
        Poke n=4      => .told start /enter A3/leave A4/move A/enter B/
        Prod          => texts start /enter A3/leave A4/move A/enter B/, C; sent Told, Told
        """,
    ),
    "an internal transition neither leaves nor enters, an arrow to itself does both": (
        """
        saga X by id: int {
          data { told: str = "" }
          start { on Go -> A }
          state A {
            entry { set told += "in " }
            exit { set told += "out " }
            on Poke { set told += "poke " }
            on Prod -> A { set told += "prod " }
            after 10s -> B
          }
          final B
        }
        """,
        """
        Go            => .told in; due 10s
        wait 5s
        Poke          => .told in poke; due 10s
        Prod          => .told in poke out prod in; due 15s
        wait 9s       => in A
        wait 1s       => in B; outcome completed
        """,
    ),
    "a later action sees an earlier set": (
        """
        saga X by id: int {
          data { n: int = 1 }
          start { on Go -> A { set n += 1  publish Told(id, text = str(n))  set n = n * 3  if n > 1 { set n -= 2 } else { set n = 9 } } }
          state A { on Poke -> B { for i in [1, 2, 3] { set n += i  publish Told(id, text = str(n)) } } }
          final B
        }
        """,
        """
        Go            => .n 4; texts 2
        Poke          => .n 10; texts 5, 7, 10; numbers 2, 3, 4
        """,
    ),
    "of several triggers each is one": (
        """
        saga X by id: int {
          data { n: int = 0 }
          start { on Go -> A { request Book(id) } }
          state A { on Poke, Prod when event.n > 1 { set n += event.n }  on Told, failure of Book -> B }
          final B failed
        }
        """,
        """
        Go            => in A
        Poke n=2      => .n 2
        Prod n=1      => unexpected; .n 2
        Prod n=3      => .n 5
        Full @1       => in B; outcome failed
        """,
    ),
    "a step that fails leaves nothing": (
        """
        saga X by id: int {
          data { n: int = 0 }
          start { on Go -> A }
          state A { on Poke -> B { set n = 5  publish Told(id)  set n = [1, 2][event.n] } }
          final B
        }
        """,
        """
        Go            => in A
        Poke n=7      => fails; in A; .n 0; sent nothing
        Poke n=1      => in B; .n 2
        """,
    ),
    "what finds no instance": (
        """
        saga X by id: int {
          start { on Go when event.n > 0 -> A }
          state A { on Poke -> B }
          missing { on Poke when event.n == 1 { publish Told(id, text = "gone") }  ignore Poke }
          final B
        }
        """,
        """
        Poke n=1      => taken; in none; sent Told
        Poke          => ignored; in none
        Go            => unexpected; in none
        Told @another => unexpected
        ring after 1.1 => late
        Go n=1        => in A
        """,
    ),
    "a start that ends at once, and what comes after the end": (
        """
        saga X by id: int {
          start { on Go when event.n == 1 -> B { request Book(id)  publish Told(id) }  on Go -> A }
          state A { on Poke -> B }
          final B manual
        }
        """,
        """
        Go n=1        => in B; outcome manual; open nothing; sent Book, Told
        Poke          => late
        Booked @1     => late
        fault 1       => late
        Go            => late
        ring after 1.1 => stale
        """,
    ),
    "a start that comes again": (
        """
        saga X by id: int {
          data { n: int = 0 }
          start { on Go -> A }
          state A { on Poke -> B }
          state B { on Go { set n += 1 }  on Prod -> C }
          final C
        }
        """,
        """
        Go            => taken
        Go            => repeated; in A
        Poke          => in B
        Go            => taken; .n 1
        """,
    ),
    "a taken transition takes back the mark": (
        """
        saga X by id: int {
          start { on Go -> A { request Book(id) } }
          state A { on Poke {  }  ignore Told  on Full -> B }
          final B
        }
        """,
        """
        Go            => in A
        Booked @1     => unexpected; stuck Booked is not expected in A; open Book
        Told          => ignored; stuck Booked is not expected in A
        Prod          => unexpected; stuck Booked is not expected in A
        Poke          => taken; stuck nothing; open Book
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_run(name: str) -> None:
    play(*CASES[name])

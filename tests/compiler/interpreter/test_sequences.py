"""Sequences: as the interpreter runs the states they are lowered to."""

from __future__ import annotations

import pytest

from helpers.played import play

STRAIGHT = """
saga X by id: int {
  data { n: int = 0, told: str = "" }
  start { on Go(n) -> Trip }
  sequence Trip {
    step Book(id, n) compensable { set told += "booked" + str(event.n) + " " }
    on Full when event.reason == "again" -> Trip
    set told += "on "
    if n > 1 { step Look(id) } else { set told += "no look " }
    step Pay(id) within 10s
    done -> Done
    failed compensate -> Bad { set told += failure.command + ":" + failure.reason }
    on Poke compensate -> Bad
    after 1m -> Bad
  }
  during Trip { on Prod { set told += "prod " } }
  final Done
  final Bad failed
}
"""
LOOP = """
event Placed { key id: int, xs: list[int] }
event Named { key id: int, xs: set[int] }
saga X by id: int {
  data { xs: list[int] = [], told: str = "" }
  start { on Placed(xs) -> Trip  on Named -> Many { for x in event.xs { set told += str(x) } } }
  sequence Trip {
    for x in xs { step Book(id, n = x) { set told += str(event.n * x) + " "  set xs = [] } }
    done -> Many
    failed -> Bad { set told += failure.reason }
  }
  state Many { on Poke -> Done }
  final Done { publish Told(id, text = told) }
  final Bad failed
}
"""
PARALLEL = """
saga X by id: int {
  data { told: str = "" }
  start { on Go -> Trip  on Poke compensate -> Trip }
  sequence Trip {
    parallel {
      step Book(id) with thrice compensable { set told += "booked " }
      on Full when event.reason == "why" -> Odd
      step Pay(id) within 10s compensable { set told += "paid " }
      step Look(id) { set told += "looked " }
    }
    done -> Done
    failed when failure.reason != "mute" compensate -> Bad { set told += failure.command + ":" + failure.reason }
    on Prod -> Aside
    on Told { set told += "told " }
  }
  state Aside { on Prod -> Trip  on Booked { set told += "late "  } on failure of Pay -> Bad  on Poke -> Done }
  final Done
  final Odd
  final Bad failed
}
"""
EACH = """
event Placed { key id: int, xs: set[int] }
saga X by id: int {
  data { xs: set[int] = [], told: str = "" }
  start { on Placed(xs) -> Trip }
  sequence Trip {
    parallel for x in xs { step Seat: Book(id, n = x * 10) compensable { set told += str(x) + ":" + str(event.n) + " " } }
    done -> Done
    failed compensate -> Bad
  }
  final Done
  final Bad failed
}
"""

CASES = {
    "one step after the other, its block with its answer": (
        STRAIGHT,
        """
        Go n=2            => in Trip.Book; sent Book
        Prod              => taken; .told prod
        Booked @1 n=7     => in Trip.Look; sent Look; .told prod booked7 on
        Booked @1         => late
        done 2            => in Trip.Pay; sent Pay; due 60s, 10s
        Paid @3           => in Done; outcome completed
        """,
    ),
    "a branch that asks for nothing": (
        STRAIGHT,
        """
        Go
        Booked n=1        => in Trip.Pay; .told booked1 on no look
        """,
    ),
    "a failure of any step": (
        STRAIGHT,
        """
        Go
        Booked
        wait 10s          => in Compensating; .told booked0 on no look Pay:timed out
        Unbooked          => in Bad; outcome compensated
        """,
    ),
    "its own refusals come first": (
        STRAIGHT,
        """
        Go
        Full @1 reason=again => in Trip.Book; sent Book; records Unbook; numbers 2
        Full @2 reason=full  => in Bad; .told Book:full; outcome failed
        """,
    ),
    "a refusal without a reason is told by its name, a fault by its own": (
        STRAIGHT,
        """
        Go
        Booked
        Declined @2       => .told booked0 on no look Pay:Declined
        """,
    ),
    "what holds for the whole sequence": (
        STRAIGHT,
        """
        Go
        Booked
        wait 9s
        Poke              => in Compensating
        """,
    ),
    "for: the list is that of its beginning": (
        LOOP,
        """
        Placed xs=[3,4,5] => in Trip.Book; sent Book
        Booked n=1        => in Trip.Book; sent Book; .told 3; .xs ()
        Booked n=2        => .told 3 8
        Booked n=3        => in Many; .told 3 8 15
        Poke              => texts 3 8 15
        """,
    ),
    "for: no round at all": (
        LOOP,
        """
        Placed xs=[]      => in Many; sent nothing
        """,
    ),
    "for over a set goes in the order of its JSON form": (
        LOOP,
        """
        Named xs=[20,3,100] => in Many; .told 320100
        """,
    ),
    "parallel: all at once, and on when all is answered": (
        PARALLEL,
        """
        Go                => in Trip.Book; sent Book, Pay, Look; open Book, Pay, Look; records Unbook, Repay
        Told              => .told told
        Paid @2           => taken; in Trip.Book; .told told paid
        Paid @2           => late
        done 3            => taken; in Trip.Book
        Booked @1         => in Done; .told told paid looked booked; outcome completed
        """,
    ),
    "parallel: the first failure is held until all is answered": (
        PARALLEL,
        """
        Go
        Full @1           => taken; in Trip.Book; records Repay; open Pay, Look
        wait 10s          => taken; open Look
        done 3            => in Compensating; .told looked Book:no room; open Repay
        Repaid            => in Bad; outcome compensated
        """,
    ),
    "parallel: what was held is looked at as if it came then": (
        PARALLEL,
        """
        Go
        Full @1 reason=why => taken; in Trip.Book
        Paid @2
        done 3            => in Odd
        """,
    ),
    "parallel: what was held and nobody takes is stuck, and the last answer stays open": (
        PARALLEL,
        """
        Go
        Full @1 reason=mute
        Paid @2
        done 3            => unexpected; in Trip.Book; open Look; stuck Full is not expected in Trip.Book
        """,
    ),
    "parallel: left for elsewhere, its requests are as any others": (
        PARALLEL,
        """
        Go
        Full @1           => taken
        Prod              => in Aside; open Pay, Look
        Prod              => in Trip.Book; open Pay, Look, Book, Pay, Look
        Paid @2           => unexpected; stuck Paid is not expected in Trip.Book
        """,
    ),
    "parallel: a failure elsewhere is not held": (
        PARALLEL,
        """
        Go
        Prod
        Declined @2       => in Bad
        """,
    ),
    "parallel: a failure that is ignored is no reason to go on": (
        PARALLEL.replace("on Prod -> Aside", "ignore Full"),
        """
        Go
        Paid @2
        Full @1 reason=mute
        done 3            => ignored; in Trip.Book; .told paid looked; open nothing
        Told              => taken; in Trip.Book
        """,
    ),
    "parallel: nor is one whose transition stays": (
        PARALLEL.replace("failed when", 'on fault of Book { set told += "bad " }  failed when'),
        """
        Go
        Paid @2
        done 3
        fault 1           => taken; in Trip.Book; .told paid looked bad; open nothing
        Prod              => in Aside
        """,
    ),
    "parallel: nothing to compensate, begun by compensate": (
        PARALLEL,
        """
        Poke              => in Trip.Book; open Book, Pay, Look
        """,
    ),
    "parallel for: each with its own index": (
        EACH,
        """
        Placed xs=[20,3]  => in Trip.Seat; sent Book, Book; records Unbook, Unbook
        Booked @2 n=8     => in Trip.Seat; .told 20:8
        Booked @1 n=9     => in Done; .told 20:8 3:9
        """,
    ),
    "parallel for over nothing goes on at once": (
        EACH,
        """
        Placed xs=[]      => in Done; sent nothing
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_run(name: str) -> None:
    play(*CASES[name])

"""Sequences, as the states that they are lowered to."""

from __future__ import annotations

import pytest
from lines import follow

PARALLEL = """
saga X by id: int {
  data { n: int = 0  log: str = "" }
  start { on Go(n) -> S }
  sequence S {
    parallel {
      step Book(id) with thrice compensable { set log = log + "b" }
      step Pay(id) with thrice compensable { set log = log + "p" }
    }
    done -> End
    failed compensate -> Off { set log = log + failure.command + ": " + failure.reason }
    on Poke -> Away
    on Prod { set log = log + "." }
  }
  state Away { on Booked -> End  on Paid -> Away  on Poke compensate -> End  on failure of Book -> End  on failure of Pay -> End }
  final End
  final Off failed
}
"""

RUNS = {
    "all are awaited": (
        """
        Go -> S.Book: Book, Pay
        =Paid@2 -> S.Book
        kill -> S.Book
        =Booked@1 -> End""",
        "pb",
    ),
    "a failure waits for the rest, and only what was done is undone": (
        """
        Go -> S.Book: Book, Pay
        =Full@1 -> S.Book
        kill -> S.Book
        Prod -> S.Book
        =Paid@2 -> Compensating: Refund
        =Refunded -> Off""",
        ".pBook: Full",
    ),
    "the first failure in time is the one that counts": (
        """
        Go -> S.Book: Book, Pay
        fault@2 -> S.Book
        =Full@1 -> Compensating: Refund
        =Refunded -> Off""",
        "Pay: broken",
    ),
    "a time-out is one, and its undo runs": (
        """
        Go -> S.Book: Book, Pay
        =Paid@2 -> S.Book
        wait 40 -> Compensating: Book, Book, Refund""",
        "pBook: timed out",
    ),
    "what is left open by another way out is a request like any other": (
        """
        Go -> S.Book: Book, Pay
        Poke -> Away
        =Paid@2 -> Away
        =Booked@1 -> End""",
        "",
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_parallel(name: str) -> None:
    run, log = RUNS[name]
    assert follow(PARALLEL, run).instance.data.log == log


STRAIGHT = """
event Served { key id: int  to: str }
event Refused { key id: int  to: str  reason: str }
command Serve { key id: int  to: str }
command Clear { key id: int }
event Cleared { key id: int }
service Hall {
  handle Serve emits Served refuses Refused undone by Clear
  handle Clear emits Cleared
}
saga X by id: int {
  data { n: int = 0  guests: list[str] = []  log: str = "" }
  start { on Go(n) -> S { set guests = if event.n == 0 then [] else if event.n == 1 then ["ann"] else ["ann", "bob"] } }
  sequence S {
    for guest in guests {
      step Seat: Serve(id, to = guest) with thrice compensable { set log = log + guest + "," }
      on Refused when event.to == "bob" -> Bob
      if guest == "ann" { step Book(id) with thrice compensable { set log = log + "booked," } }
    }
    if n > 1 { pivot } else { publish Told(id) }
    parallel for guest in guests {
      step Again: Serve(id, to = guest) with thrice { set log = log + "again " + guest + "," }
    }
    done -> End
    failed compensate -> Off
  }
  final End
  final Bob
  final Off failed
}
"""

STEPS = {
    "nothing to wait for": ("Go -> End: Told", ""),
    "one": (
        """
        Go n=1 -> S.Seat: Serve
        =Served to=ann -> S.Book: Book
        kill -> S.Book
        =Booked -> S.Again: Told, Serve
        =Served to=ann -> End""",
        "ann,booked,again ann,",
    ),
    "two, and the answers of a parallel round in another order": (
        """
        Go n=2 -> S.Seat: Serve
        =Served to=ann -> S.Book: Book
        =Booked -> S.Seat: Serve
        =Served to=bob -> S.Again: Serve, Serve
        kill -> S.Again
        =Served to=bob -> S.Again
        =Served to=ann -> End""",
        "ann,booked,bob,again bob,again ann,",
    ),
    "a reaction of its own comes before `failed`": (
        """
        Go n=2 -> S.Seat: Serve
        =Served to=ann -> S.Book: Book
        =Booked -> S.Seat: Serve
        =Refused to=bob reason=full -> Bob""",
        "ann,booked,",
    ),
    "what fails in a later round undoes the earlier ones": (
        """
        Go n=1 -> S.Seat: Serve
        =Served to=ann -> S.Book: Book
        =Full -> Compensating: Clear
        =Cleared -> Off""",
        "ann,",
    ),
    "after the point of no return nothing is undone": (
        """
        Go n=2 -> S.Seat: Serve
        =Served to=ann -> S.Book: Book
        =Booked -> S.Seat: Serve
        =Served to=bob -> S.Again: Serve, Serve
        =Refused@4 to=ann reason=full -> S.Again
        =Served@5 to=bob -> Off""",
        "ann,booked,bob,again bob,",
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_steps(name: str) -> None:
    run, log = STEPS[name]
    assert follow(STRAIGHT, run).instance.data.log == log


def test_a_long_list_that_waits_for_nothing_is_gone_through_in_one_step() -> None:
    text = """
    saga X by id: int {
      data { guests: list[int] = [] }
      start {
        on Go -> S {
          set guests = [1]
          for i in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] { set guests = guests + guests }
        }
      }
      sequence S {
        for guest in guests { if guest > 1 { step Book(id) } }
        done -> End
        failed -> End
      }
      final End
    }
    """
    play = follow(text, "Go -> End")
    assert len(play.instance.data.guests) == 4096


DEFERRING = """
saga X by id: int {
  data { log: str = "" }
  start { on Go -> S }
  sequence S {
    parallel {
      step Book(id) within 5s compensable
      step Pay(id) { set log = "paid" }
    }
    done -> End
    defer Full, timeout of Book, fault of Book
    on Poke -> Away
  }
  state Away { on failure of Book compensate -> Off  on Paid -> End }
  final End
  final Off failed
}
"""


@pytest.mark.parametrize(
    ("failure", "end"),
    [
        ("=Full@1 -> S.Book", "Off"),
        ("fault@1 -> S.Book", "Compensating: Unbook"),
        ("wait 5 -> S.Book", "Compensating: Unbook"),
    ],
)
def test_a_held_failure_that_is_deferred_is_one_of_the_next_state(failure: str, end: str) -> None:
    run = f"""
        Go -> S.Book: Book, Pay
        {failure}
        =Paid@2 -> S.Book
        kill -> S.Book
        Poke -> {end}"""
    play = follow(DEFERRING, run)
    assert play.instance.data.log == "paid"
    assert not play.instance.extras.deferred

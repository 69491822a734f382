"""What a state does first and last, several triggers, and what becomes of requests."""

from __future__ import annotations

import pytest
from lines import follow

TEXT = """
saga X by id: int {
  data { n: int = 0  log: str = "" }
  start { on Go(n) -> A }
  state A {
    entry { set log = log + "+A" + state  publish Told(id, text = "in") }
    exit { set log = log + "-A" + str(n) }
    on Poke(n) -> A { set log = log + "!" }
    on Prod -> B { set log = log + "?" }
    on Paid { set log = log + "." }
    on Full compensate -> End { set log = log + "c" }
  }
  state B {
    entry { request Book(id) with thrice compensable }
    on Booked, Poke -> End
    on timeout of Book -> C
    on fault of Book -> D
    on failure of Book -> A
  }
  state C { on Poke -> End }
  state D { on Poke -> End }
  final End { set log = log + "end" }
}
"""


@pytest.mark.parametrize(
    ("run", "log"),
    [
        ("Go -> A: Told\nPaid -> A", "+AA."),
        ("Go -> A: Told\nPoke n=7 -> A: Told", "+AA-A7!+AA"),
        ("Go -> A: Told\nProd -> B: Book\n=Booked -> End", "+AA-A0?end"),
        ("Go -> A: Told\nProd -> B: Book\nPoke -> End", "+AA-A0?end"),
        ("Go -> A: Told\nProd -> B: Book\n=Full -> A: Told", "+AA-A0?+AA"),
        ("Go -> A: Told\nProd -> B: Book\nwait 40 -> C: Book, Book", "+AA-A0?"),
        ("Go -> A: Told\nProd -> B: Book\nfault -> D", "+AA-A0?"),
        ("Go -> A: Told\nFull -> End", "+AA-A0cend"),
    ],
)
def test_what_happens_in_a_step_and_in_which_order(run: str, log: str) -> None:
    assert follow(TEXT, run).instance.data.log == log


DONE = """
command Sweep { key id: int }
event Swept { key id: int }
service Cleaning { handle Sweep emits Swept? readonly }
saga X by id: int {
  start { on Go -> A { request Sweep(id) } }
  state A { on Poke -> B  ignore Swept }
  state B { entry { request Sweep(id) } on Sweep.done -> End  on failure of Sweep -> Off }
  final End
  final Off
}
"""


def test_completion_answers_where_no_event_does() -> None:
    run = """
        Go -> A: Sweep
        =Swept ignored -> A
        done ignored -> A
        done@1 late -> A
        Poke -> B: Sweep
        done@2 -> End"""
    follow(DONE, run)
    follow(DONE, "Go -> A: Sweep\nPoke -> B: Sweep\nfault@2 -> Off")


BY_HAND = """
saga X by id: int {
  start { on Go -> A { compensable by Unbook(id) } }
  state A {
    on Poke -> B { request Pay(id) with thrice compensable }
    on Prod { compensable by Refund(id) }
  }
  state B { on Paid -> C  on failure of Pay compensate -> End }
  state C { on Poke -> D { pivot }  on Prod compensate -> End }
  state D { on Poke compensate -> End }
  final End
}
"""


@pytest.mark.parametrize(
    "run",
    [
        "Go -> A\nPoke -> B: Pay\n=Declined -> Compensating: Unbook\n=Unbooked -> End",
        "Go -> A\nProd -> A\nPoke -> B: Pay\n=Declined -> Compensating: Refund\n=Refunded -> Compensating: Unbook\n=Unbooked -> End",
        "Go -> A\nPoke -> B: Pay\n=Paid -> C\nPoke -> D\nPoke -> End",
        "Go -> A\nPoke -> B: Pay\n=Paid -> C\nProd -> Compensating: Refund\nwait 10 -> Compensating\n=Refunded -> Compensating: Unbook\n=Unbooked -> End",
    ],
)  # fmt: skip
def test_records_made_without_a_request_and_the_point_of_no_return(run: str) -> None:
    follow(BY_HAND, run)

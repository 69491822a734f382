"""What an operator can do about a stuck undo, and instances of older versions."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

import pytest
from herosaga_runtime import undo
from herosaga_runtime.decision import Decision
from herosaga_runtime.errors import UsageError
from herosaga_runtime.stored import instance_from_json, instance_to_json
from lines import follow
from stepping import Play, check

STUCK = """
saga X by id: int {
  start { on Go -> A { request Book(id) with once compensable } }
  state A { on Booked -> B { request Pay(id) with once compensable }  on failure of Book compensate -> Off }
  state B { on Paid -> C  on failure of Pay compensate -> Off }
  state C { on Poke compensate -> Off  on Prod -> End }
  final End
  final Off failed
}
policy once { within 10s }
"""

TO_STUCK = """
    Go -> A: Book
    =Booked -> B: Pay
    =Paid -> C
    Poke -> Compensating: Refund
    =NotToday -> Compensating"""


def tell(play: Play, what: Callable[..., Decision[Any, Any]], *more: object) -> list[str]:
    """Do something at an operator's word; gives what was sent."""
    decision = what(play.saga, play.instance, *more, play.now)
    check(play, None, decision)
    assert decision.instance is not None
    play.found = decision.instance
    return [type(each.message).__name__ for each in decision.sent]


def test_retry_begins_the_newest_undo_anew() -> None:
    play = follow(STUCK, TO_STUCK)
    assert play.instance.extras.stuck == "undo failed: Refund: refused by NotToday"
    assert tell(play, undo.retry) == ["Refund"]
    assert (play.instance.extras.stuck, play.request.attempt) == ("", 1)
    play.answer("Refunded")
    play.answer("Unbooked")
    assert (play.state, play.instance.outcome) == ("Off", "compensated")


def test_skip_goes_on_with_the_next_and_is_remembered() -> None:
    play = follow(STUCK, TO_STUCK)
    assert tell(play, undo.skip) == ["Unbook"]
    play.answer("Unbooked")
    assert (play.state, play.instance.outcome) == ("Off", "compensation_failed")


def test_skipping_the_last_one_ends_it() -> None:
    play = follow(STUCK, TO_STUCK)
    tell(play, undo.skip)
    play.fault()
    assert play.instance.extras.stuck
    assert tell(play, undo.skip) == []
    assert (play.state, play.instance.outcome) == ("Off", "compensation_failed")


def test_only_what_is_stuck_is_retried_or_skipped() -> None:
    play = follow(STUCK, "Go -> A: Book")
    for what in (undo.retry, undo.skip):
        with pytest.raises(UsageError, match="no undo is stuck: the instance is in A"):
            tell(play, what)


def test_force() -> None:
    play = follow(STUCK, "Go -> A: Book\n=Booked -> B: Pay\n=Paid -> C")
    assert tell(play, undo.force, play.saga.state("End")) == ["Refund"]
    play.answer("Refunded")
    play.answer("Unbooked")
    assert (play.state, play.instance.outcome) == ("End", "compensated")
    with pytest.raises(UsageError, match="can't be told to compensate"):
        tell(play, undo.force, play.saga.state("End"))


MOVED = """
saga X by id: int {
  version 3
  data { amount: int  note: str = "" }
  migrate from 1 { state Old -> Middle  field n -> total }
  migrate from 2 { state Middle -> A  field amount = total * 2  field note = "lifted"  drop total }
  start { on Go -> A { set amount = event.n } }
  state A { on Poke compensate -> End }
  final End
}
"""


def test_an_older_version_is_lifted_step_by_step() -> None:
    play = Play(MOVED)
    play.event("Go", n=1)
    stored = instance_to_json(play.instance)
    old = {**stored, "version": 1, "state": "Old", "data": {"id": 1, "n": 21}}
    lifted = play.saga.lift(1, old)
    assert lifted is not None
    play.found = instance_from_json(play.saga, lifted)
    data = play.instance.data
    assert (play.state, data.amount, data.note) == ("A", 42, "lifted")
    assert play.instance.origin.version == 3


CALLED = """
saga X by id: int {{
  {version}
  start {{ on Go -> {a} }}
  state {a} {{ on Poke {{ }} on Prod -> {run} }}
  during {a} {{ on all(Poke, Told) -> {run} }}
  sequence {run} {{
    parallel {{ step Book(id) step Pay(id) }}
    done -> End
    failed -> Off
  }}
  final End
  final Off failed
}}
"""
THEN = CALLED.format(version="", a="A", run="Run")
NOW = CALLED.format(
    version="version 2 migrate from 1 { state A -> Begun  state Run.Book -> Trip.Book }",
    a="Begun",
    run="Trip",
)


def lifted(before: Play) -> Play:
    """What has come of an instance where its saga is called otherwise now."""
    play = Play(NOW)
    json = play.saga.lift(1, instance_to_json(before.instance))
    play.found = instance_from_json(play.saga, json)
    return play


def test_what_has_come_for_a_group_is_kept_when_its_states_are_called_otherwise() -> None:
    before = Play(THEN)
    before.event("Go")
    before.event("Poke")
    play = lifted(before)
    play.event("Told")
    assert play.state == "Trip.Book"


@pytest.mark.parametrize(("last", "end"), [("Paid", "End"), ("Declined", "Off")])
def test_the_steps_of_a_sequence_that_is_called_otherwise_are_awaited(last: str, end: str) -> None:
    before = Play(THEN)
    before.event("Go")
    before.event("Prod")
    play = lifted(before)
    play.answer(last)
    play.answer("Booked")
    assert play.state == end


def test_a_failure_that_is_held_is_that_of_a_step_of_the_renamed_sequence() -> None:
    before = Play(THEN)
    before.event("Go")
    before.event("Prod")
    before.answer("Declined")
    play = lifted(before)
    assert play.instance.extras.held is not None
    assert play.instance.extras.held.step == "Trip.Pay"
    play.answer("Booked")
    assert play.state == "Off"


def test_where_no_migration_leads_there_is_no_way() -> None:
    play = Play(MOVED)
    play.event("Go")
    stored = instance_to_json(play.instance)
    assert play.saga.lift(0, {**stored, "version": 0}) is None
    assert play.saga.lift(4, {**stored, "version": 4}) is None


def test_a_compensation_that_is_under_way_is_lifted_too() -> None:
    text = STUCK.replace(
        "saga X by id: int {", "saga X by id: int { version 2 migrate from 1 { state Gone -> Off }"
    )
    play = follow(text, TO_STUCK)
    json: Any = instance_to_json(play.instance)
    json["extras"]["undoing"]["target"] = "Gone"
    json["version"] = 1
    play.found = instance_from_json(play.saga, play.saga.lift(1, json))
    tell(play, undo.skip)
    play.answer("Unbooked")
    assert play.state == "Off"


def test_traced_tells_what_ran() -> None:
    play = Play(STUCK)
    ran: list[str] = []
    play.saga = play.saga.traced(ran.append)
    play.event("Go")
    play.answer("Booked")
    play.event("Poke")
    play.answer("Declined")
    assert list(dict.fromkeys(ran)) == ["start_on_go", "a_on_booked", "b_on_failure_of_pay"]


@pytest.mark.parametrize("digits", [3, 28])
def test_a_migration_calculates_as_a_step_does(digits: int) -> None:
    text = """
    saga X by id: int {
      version 2
      data { third: decimal = 0 }
      migrate from 1 { field third = total / 3  drop total }
      start { on Go -> A }
      state A { on Poke -> End { set third = third } }
      final End
    }
    """
    play = Play(text)
    play.event("Go")
    now = instance_to_json(play.instance)
    with localcontext(prec=digits):
        lifted = play.saga.lift(1, {**now, "version": 1, "data": {"id": 1, "total": 2}})
    assert lifted is not None
    third = instance_from_json(play.saga, lifted).data.third
    assert third == Decimal("0.6666666666666666666666666667")

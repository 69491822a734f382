"""Itineraries that a saga runs, in its tests: how they end, and which slip an undo names."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from herosaga_runtime import UsageError
from herosaga_runtime.consume import outgoing
from herosaga_runtime.message import Message
from herosaga_runtime.testing import SagaTest
from stepping import compiled

TEXT = """
activity Pack(id: int, n: int) -> (weight: decimal) { log { box: str } }
itinerary Ship(id: int, n: int) { do Pack(id, n) }
saga X by id: int {
  data { n: int = 0, weight: decimal = 0.0 }
  start { on Go(n) -> A { request Book(id) run Ship(id, n) compensable } }
  state A {
    on Ship.completed(weight) -> B
    on Ship.faulted -> Gone { publish Told(id, text = event.activity + event.reason) }
    on Poke compensate -> Gone
    on Prod { run Ship(id, n = 9) compensable }
    ignore Booked, Full
  }
  state B { on Poke compensate -> Gone }
  final Gone
}
"""


class Trip:
    """A test of the saga, and its module."""

    def __init__(self) -> None:
        self.it = compiled(TEXT)
        self.test: SagaTest[Any, Any, int] = SagaTest(self.it.X)
        self.test.when(self.it.Go(1, 7))

    def last(self) -> Message:
        return self.test.run[-1].about


def test_parameters_are_those_it_was_run_with() -> None:
    trip = Trip()
    trip.test.when_ended(trip.it.CompletedShip, weight=Decimal(3))
    assert trip.last() == trip.it.CompletedShip(1, 7, Decimal(3))
    assert trip.test.state == "B"


def test_the_oldest_is_answered_then_the_next() -> None:
    trip = Trip()
    trip.test.when(trip.it.Prod(1))
    trip.test.when_ended(trip.it.CompletedShip, weight=Decimal(3))
    assert trip.last() == trip.it.CompletedShip(1, 7, Decimal(3))
    trip.test.when(trip.it.Poke(1))
    for n in (9, 7):
        trip.test.when_ended(trip.it.CompensatedShip)
        assert trip.last() == trip.it.CompensatedShip(1, n, None), "the newest is undone first"
    assert trip.test.state == "Gone" and trip.test.compensated(trip.it.Ship)


def test_a_fault_says_nothing_if_it_is_told_nothing() -> None:
    trip = Trip()
    trip.test.when_ended(trip.it.FaultedShip, reason="wind")
    assert trip.last() == trip.it.FaultedShip(1, 7, "", "wind", None)
    assert trip.test.published(trip.it.Told, text="wind")


def test_one_that_has_ended_is_late() -> None:
    trip = Trip()
    trip.test.when(trip.it.Poke(1))
    trip.test.when_ended(trip.it.CompletedShip, weight=Decimal(3))
    trip.test.expect_late(trip.it.CompletedShip, n=7)
    assert "sends Ship.back(" in str(trip.test) and "Ship.completed(" in str(trip.test)


def test_a_slip_that_had_not_begun_is_turned_back_without_an_event() -> None:
    trip = Trip()
    trip.test.when(trip.it.Poke(1)).when_done(trip.it.TurnBackShip)
    assert trip.test.state == "Gone" and trip.test.compensated(trip.it.Ship)


WRONG = {
    "an output is missing": ("CompletedShip", {}, r"Ship\.completed needs weight"),
    "no such field": ("CompletedShip", {"wait": 3}, "has no field 'wait'"),
    "nobody turns back": ("CompensatedShip", {}, "to it Ship.faulted"),
    "no end of an itinerary": ("Told", {}, "has run nothing that ends with"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_an_end(name: str) -> None:
    kind, given, told = WRONG[name]
    trip = Trip()
    with pytest.raises(UsageError, match=told):
        trip.test.when_ended(getattr(trip.it, kind), **given)


def test_an_undo_names_the_message_that_starts_its_slip() -> None:
    trip = Trip()
    entry = trip.test.run[0]
    sent = outgoing("X", entry.decision, entry.cause, entry.time)
    start = next(each for each in sent if isinstance(each.message, trip.it.Ship))
    (record,) = trip.test.instance.records
    assert record.undo == trip.it.TurnBackShip(start.id)

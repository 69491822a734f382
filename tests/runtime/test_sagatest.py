"""`SagaTest`: what it brings to a saga, and what it sees of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
from herosaga_runtime import Outcome, UsageError
from herosaga_runtime.testing import START, SagaTest, Unmet
from stepping import compiled

from checkout.catalog import Item
from checkout.orders import (
    CancelOrder,
    CardCharged,
    CardDeclined,
    CardRefunded,
    ChargeCard,
    ItemsReleased,
    ItemsReserved,
    OrderCancelled,
    OrderFulfilment,
    OrderFulfilmentData,
    OrderFulfilmentRefund,
    OrderFulfilmentState,
    OrderPlaced,
    OrderShipped,
    RefundCard,
    ReleaseItems,
    ReserveItems,
    ShipOrder,
)
from helpers.projects import loaded

ORDER, OTHER, CUSTOMER = UUID(int=1), UUID(int=2), UUID(int=3)
TEA = Item("tea", Decimal("4.50"), 2)
State = OrderFulfilmentState
Orders = SagaTest[OrderFulfilmentData, OrderFulfilmentState, UUID]


def placed(test: Orders, order: UUID = ORDER) -> Orders:
    return test.when(OrderPlaced(order, CUSTOMER, (TEA,)))


def test_an_order_from_beginning_to_end() -> None:
    with SagaTest(OrderFulfilment) as test:
        placed(test)
        assert test.state is State.RESERVING and test.data.total == 9
        assert test.expect_sent(ReserveItems, items=(TEA,)) == ReserveItems(ORDER, (TEA,))
        assert test.when(ItemsReserved(ORDER)).sent(ChargeCard, amount=Decimal(9))
        test.when(CardCharged(ORDER, "x")).expect_state(State.SHIPPING)
        assert not test.nothing() and test.sent(ShipOrder) and not test.sent(ChargeCard)
        test.when(OrderShipped(ORDER, "y")).expect_nothing()
        test.expect_outcome(Outcome.COMPLETED)
        assert test.instance.requests == () and test.now == START


def test_undo_is_seen_when_it_is_done() -> None:
    with SagaTest(OrderFulfilment) as test:
        placed(test).when(ItemsReserved(ORDER)).when(CancelOrder(ORDER))
        assert test.expect_sent(RefundCard) and not test.compensated(OrderFulfilmentRefund)
        test.when(CardCharged(ORDER, "x")).expect_late(CardCharged, charge_id="x")
        test.when(CardRefunded(ORDER)).expect_compensated(OrderFulfilmentRefund)
        test.expect_compensated(ChargeCard)
        assert not test.compensated(ReserveItems)
        test.when(ItemsReleased(ORDER)).expect_published(OrderCancelled)
        for undone in (ReserveItems, ReleaseItems):
            test.expect_compensated(undone)
        test.expect_outcome(Outcome.COMPENSATED)


def test_a_request_goes_unanswered_until_its_last_attempt_is_over() -> None:
    with SagaTest(OrderFulfilment) as test:
        placed(test).when_timed_out(ReserveItems)
        assert len(test.sent(ReserveItems)) == 5  # the repeats after silence
        assert test.expect_sent(ReleaseItems) and test.state is State.COMPENSATING
        assert timedelta(seconds=30) < test.now - START < timedelta(seconds=40)


def test_a_handler_gives_up() -> None:
    with SagaTest(OrderFulfilment) as test:
        placed(test).when_fault(ReserveItems, "no stock").expect_state(State.COMPENSATING)
        assert "fault of ReserveItems: no stock" in str(test)


def test_what_is_given_has_just_been_entered() -> None:
    data = OrderFulfilmentData(ORDER)
    data.customer_id, data.items, data.total = CUSTOMER, (TEA,), Decimal(9)
    with SagaTest(OrderFulfilment) as test:
        test.given(
            ORDER,
            State.CHARGING,
            data,
            awaiting=[ChargeCard(ORDER, CUSTOMER, Decimal(9))],
            undo=[ReleaseItems(ORDER), OrderFulfilmentRefund()],
        )
        test.expect_nothing()
        test.when(CardDeclined(ORDER, "empty")).expect_sent(ChargeCard, amount=Decimal(9))
        test.when(CancelOrder(ORDER)).expect_sent(RefundCard)
        test.given(OTHER, State.SHIPPING).after("9d").expect_state(State.SHIPPING)
        test.after(timedelta(days=1)).expect_state(State.NEEDS_ATTENTION)


def test_nothing_is_given_that_undoes() -> None:
    with pytest.raises(UsageError, match="given"):
        SagaTest(OrderFulfilment).given(ORDER, State.COMPENSATING)


def test_each_key_has_its_own_instance() -> None:
    with SagaTest(OrderFulfilment) as test:
        placed(test)
        placed(test, OTHER).when(ItemsReserved(OTHER)).expect_state(State.CHARGING)
        assert test.about(ORDER).state is State.RESERVING
        assert [each.state for each in test.instances.values()] == ["Reserving", "Charging"]
        with pytest.raises(UsageError, match="no instance"):
            test.about(CUSTOMER)


def test_a_message_that_finds_no_instance_turns_to_none() -> None:
    with SagaTest(OrderFulfilment) as test:
        placed(test).when(CardCharged(OTHER, "x")).expect_dead(CardCharged, charge_id="x")
        test.expect_state(State.RESERVING)
        test.when(CancelOrder(OTHER)).expect_nothing()  # `missing` ignores it


@pytest.mark.parametrize("ids", [True, False])
def test_an_answer_without_ids_is_not_known_to_be_late(ids: bool) -> None:
    test = placed(SagaTest(OrderFulfilment))
    test.when(ItemsReserved(ORDER)).when(ItemsReserved(ORDER), ids=ids)
    assert bool(test.late(ItemsReserved)) is ids and bool(test.dead(ItemsReserved)) is not ids


def test_a_dead_letter_that_nobody_expected_fails_in_the_end() -> None:
    with pytest.raises(Unmet, match="no dead letter") as told, SagaTest(OrderFulfilment) as test:
        placed(test).when(OrderShipped(ORDER, "x"))
        test.expect_state(State.RESERVING)
    assert "OrderShipped" in told.value.came and "not expected in Reserving" in told.value.came


def test_what_failed_already_is_not_told_again() -> None:
    with pytest.raises(ZeroDivisionError), SagaTest(OrderFulfilment) as test:
        placed(test).when(OrderShipped(ORDER, "x"))
        raise ZeroDivisionError


@pytest.mark.parametrize("kind", ["sent", "expect_sent"])
def test_a_field_that_there_is_not_is_a_mistake(kind: str) -> None:
    test: Any = placed(SagaTest(OrderFulfilment))
    with pytest.raises(UsageError, match=r"no field 'item': its fields are order_id, items"):
        getattr(test, kind)(ReserveItems, item=1)


def test_what_never_times_out_is_told() -> None:
    test = placed(SagaTest(OrderFulfilment)).when(CancelOrder(ORDER))
    with pytest.raises(Unmet, match="open are: ReleaseItems"):
        test.when_fault(ChargeCard)
    test.given(ORDER, State.CHARGING, awaiting=[ChargeCard(ORDER, CUSTOMER, Decimal(1))])
    with pytest.raises(Unmet, match="no `within`"):
        test.when_timed_out(ChargeCard)


# --- sagas of a few lines ----------------------------------------------------------------------

FOREVER = """
saga X by id: int {
  start { on Go -> A { request Book(id) within 1s retry forever every 1s compensable } }
  state A { on Booked -> B  on Poke compensate -> C }
  final B
  final C
}
"""
LOOP = """
saga X by id: int {
  data { n: int = 0, seen: int = 0 }
  start { on Go -> A { set n = event.n } }
  state A {
    on Poke { publish Prod(id, n) }
    on Prod when event.n > 0 { set seen += 1  publish Prod(id, n = event.n - 1) }
    on Prod
    on Told -> Around
  }
  state Around { after 0s -> Around }
  final B
}
"""


def go(text: str, **fields: Any) -> tuple[Any, SagaTest[Any, Any, Any]]:
    it = compiled(text)
    return it, SagaTest(it.X).when(it.Go(id=1, **fields))


def test_what_is_asked_for_again_and_again_never_times_out() -> None:
    it, test = go(FOREVER)
    with pytest.raises(Unmet, match="retry forever"):
        test.when_timed_out(it.Book)
    test.after("10s").when(it.Booked(id=1)).expect_state(it.XState.B)


def test_the_limit_of_a_compensation_ends_what_it_asks_for() -> None:
    text = """
saga X by id: int {
  compensation back { request Unbook(id)  publish Told(id)  within 5m retry 1 times every 1m  otherwise -> C }
  start { on Go -> A { compensable by back } }
  state A { on Poke compensate -> B  after 1h -> B }
  final B
  final C manual
}
"""
    it, test = go(text)
    test.when(it.Poke(id=1)).when_timed_out(it.Unbook).expect_state(it.XState.COMPENSATING)
    assert not test.sent(it.Unbook)
    test.after("1m").expect_sent(it.Unbook)
    test.when_timed_out(it.Unbook).expect_state(it.XState.C)


STUCK = """
saga X by id: int {
  start { on Go -> A { request Book(id) within 1m compensable } }
  state A { on Booked -> B { request Pay(id) within 1m compensable } }
  state B { on Paid -> C  on Poke compensate -> D }
  final C
  final D { publish Prod(id) }
}
"""


def stuck() -> tuple[Any, SagaTest[Any, Any, Any]]:
    """A saga whose undo of Pay is given up."""
    it, test = go(STUCK)
    test.when(it.Booked(id=1)).when(it.Poke(id=1)).when_timed_out(it.Refund)
    assert test.stuck and test.state is it.XState.COMPENSATING
    return it, test


def test_an_operator_lets_an_undo_begin_again() -> None:
    it, test = stuck()
    test.retry().expect_sent(it.Refund)
    assert not test.stuck
    test.when(it.Refunded(id=1)).when(it.Unbooked(id=1)).expect_outcome(Outcome.COMPENSATED)
    test.expect_compensated(it.Book)


def test_an_operator_leaves_what_can_not_be_undone() -> None:
    it, test = stuck()
    test.skip().expect_sent(it.Unbook)
    test.when(it.Unbooked(id=1)).expect_published(it.Prod)
    test.expect_outcome(Outcome.COMPENSATION_FAILED)
    assert test.compensated(it.Book) and not test.compensated(it.Pay)
    assert "skipped by an operator: Compensating, sends Unbook" in str(test)


def test_an_operator_lets_everything_be_undone() -> None:
    it, test = go(STUCK)
    test.when(it.Booked(id=1)).compensate(it.XState.D).expect_sent(it.Refund)
    with pytest.raises(UsageError, match="no undo is stuck"):
        test.retry()


def test_what_is_given_may_send_to_itself() -> None:
    text = """
saga X by id: int {
  data { n: int = 0 }
  start { on Go -> B }
  state A { entry { publish Poke(id, n = 3) }  on Poke -> B { set n = event.n } }
  state B { on Prod -> C }
  final C
}
"""
    it = compiled(text)
    test = SagaTest(it.X).given(1, it.XState.A)
    test.expect_state(it.XState.B)
    assert test.data.n == 3


def test_what_is_closed_before_its_time_does_not_time_out() -> None:
    text = """
saga X by id: int {
  start { on Go -> A { request Book(id) within 2h } }
  state A { after 1h -> B  on failure of Book -> B }
  final B
}
"""
    it, test = go(text)
    with pytest.raises(Unmet, match="closed before that"):
        test.when_timed_out(it.Book)


def test_what_a_saga_sends_to_itself_comes_in_steps_of_its_own() -> None:
    it, test = go(LOOP, n=3)
    test.when(it.Poke(id=1))
    assert [each.n for each in test.published(it.Prod)] == [3, 2, 1, 0]
    assert test.data.seen == 3 and [each.turn for each in test.run] == [1, 2, 2, 2, 2, 2]


def test_what_goes_round_for_ever_is_told() -> None:
    it, test = go(LOOP)
    with pytest.raises(UsageError, match="for ever"):
        test.when(it.Told(id=1))


def test_a_step_that_fails_is_put_aside_and_changes_nothing() -> None:
    text = """
saga X by id: int {
  data { n: decimal = 0 }
  start { on Go -> A }
  state A { on Poke -> B { publish Prod(id)  set n = 1 / event.n  publish Told(id) } }
  final B
}
"""
    it, test = go(text)
    test.when(it.Poke(id=1, n=0)).expect_state(it.XState.A)
    test.expect_nothing()
    assert test.data.n == 0
    with pytest.raises(Unmet, match="DivisionByZero") as told:
        test.expect_no_dead()
    assert isinstance(told.value.__cause__, ZeroDivisionError)
    test.expect_dead(it.Poke, n=0)
    test.expect_no_dead()


def test_one_that_nobody_awaits_is_stuck_and_its_alarm_comes_once() -> None:
    text = """
saga X by id: int {
  start { on Go -> A { request Book(id) within 10s } }
  state A { on Booked -> B }
  final B
}
"""
    it, test = go(text)
    test.when_timed_out(it.Book).after("1h")
    assert test.stuck and len(test.run) == 2
    test.expect_dead(it.Book)
    test.expect_no_dead()


def test_a_message_may_be_for_several() -> None:
    text = """
saga X by id: int {
  data { n: int = 0 }
  correlate Told where n == event.text_n
  start { on Go(n) -> A }
  state A { on Told -> B }
  final B
}
event Told { text_n: int }
"""
    it = compiled_apart(text)
    with SagaTest(it.X) as test:
        for id in (1, 2, 3):
            test.when(it.Go(id=id, n=id % 2))
        test.when(it.Told(text_n=1)).expect_state(it.XState.B)
        assert [str(each.state) for each in test.instances.values()] == ["B", "A", "B"]
        test.when(it.Told(text_n=1)).expect_dead(it.Told)


def compiled_apart(text: str) -> Any:
    """The module of a text of its own."""
    program = {"it.saga": f"event Go {{ key id: int, n: int = 0 }}\n{text}"}
    with TemporaryDirectory() as root, loaded(program, Path(root), "it") as (module,):
        return module


def test_an_archived_key_is_free() -> None:
    text = """
saga X by id: int {
  retain 1d
  data { n: int = 0 }
  start { on Go(n) -> A }
  state A { on Poke -> B }
  final B
}
"""
    it, test = go(text, n=1)
    test.when(it.Poke(id=1)).after("23h59m").when(it.Go(id=1, n=2)).expect_late(it.Go, n=2)
    test.after("1m").when(it.Go(id=1, n=3)).expect_state(it.XState.A)
    assert (test.data.n, test.instance.origin.incarnation) == (3, 2)


@pytest.mark.parametrize("text", ["", "5", "1w", "-5m", "1.5h", "5m "])
def test_no_length_of_time(text: str) -> None:
    with pytest.raises(UsageError, match="no length of time"):
        SagaTest(OrderFulfilment).after(text)


@pytest.mark.parametrize(
    ("text", "seconds"), [("500ms", 0.5), ("1d12h", 129_600), ("2h30m5s", 9_005), ("0s", 0)]
)
def test_lengths_of_time(text: str, seconds: float) -> None:
    test = SagaTest(OrderFulfilment).after(text)
    assert (test.now - START).total_seconds() == seconds


def test_time_does_not_go_back() -> None:
    with pytest.raises(UsageError, match="negative"):
        SagaTest(OrderFulfilment).after(timedelta(seconds=-1))


def test_there_is_no_instance_yet() -> None:
    test = SagaTest(OrderFulfilment)
    with pytest.raises(UsageError, match="no instance yet"):
        print(test.state)
    with pytest.raises(Unmet, match="there is no instance"):
        test.expect_state(State.RESERVING)
    assert str(test) == "nothing has happened so far"


def test_a_message_that_is_not_for_the_saga() -> None:
    with pytest.raises(UsageError, match="does not receive"):
        SagaTest(OrderFulfilment).when(OrderCancelled(ORDER))


BODIES = """
saga X by id: int {
  compensation note(text: str) { publish Told(id, text) }
  compensation back(n: int) { request Refund(id) }
  start { on Go -> A { request Book(id) compensable by note(text = "book") } }
  state A { on Booked -> B { request Pay(id) compensable by back(n = 1) } }
  state B {
    on Paid compensate -> Off
    on Declined compensate -> Off { compensable by note(text = "more") }
  }
  final Off failed
}
"""


def test_a_command_is_undone_by_a_body_that_asks_for_nothing() -> None:
    it = compiled(BODIES)
    test = SagaTest(it.X).when(it.Go(1)).when(it.Booked(1)).when(it.Declined(1))
    assert test.state == "Off" and len(test.published(it.Told)) == 2
    assert test.compensated(it.Book) and not test.compensated(it.Pay)


def test_what_an_operator_skips_is_not_undone() -> None:
    it = compiled(BODIES)
    test = SagaTest(it.X).when(it.Go(1)).when(it.Booked(1)).when(it.Paid(1))
    test.when(it.NotToday(1)).skip()
    assert test.state == "Off"
    assert test.compensated(it.Book) and not test.compensated(it.Pay)


def test_many_messages_in_one_moment_are_no_loop() -> None:
    it = compiled(
        "saga X by id: int { start { on Go -> A }  state A { on Poke -> A  after 0s { } } }"
    )
    test = SagaTest(it.X).when(it.Go(1))
    for _ in range(1001):
        test.when(it.Poke(1))
    assert test.state == "A"

"""What `SagaTest` tells: the run so far, why an expectation is not met, and what was reached."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from herosaga_runtime import Outcome
from herosaga_runtime.testing import Coverage, SagaTest, Unmet
from stepping import compiled

from checkout.catalog import Item
from checkout.orders import (
    CancelOrder,
    CardCharged,
    ChargeCard,
    ItemsReserved,
    OrderCancelled,
    OrderFulfilment,
    OrderFulfilmentRefund,
    OrderFulfilmentState,
    OrderPlaced,
    OrderShipped,
    ReserveItems,
)

ORDER, CUSTOMER = UUID(int=1), UUID(int=3)
PLACED = OrderPlaced(ORDER, CUSTOMER, (Item("tea", Decimal("4.50")),))


def cancelled() -> str:
    """An order that is cancelled, with a message of each kind on the way."""
    test = SagaTest(OrderFulfilment).when(PLACED).when(ItemsReserved(ORDER))
    test.after("5s").when(PLACED).when(OrderShipped(ORDER, "x" * 50))
    test.when(CancelOrder(ORDER)).when(CardCharged(ORDER, "x"), ids=False).when(
        ItemsReserved(ORDER)
    )
    test.when_fault(type(test.instance.requests[0].command))
    return str(test)


def test_a_run_is_told_in_lines() -> None:
    assert cancelled().splitlines() == [
        "the run so far:",
        '  1. 0:00:00  OrderPlaced(customer_id = "…0003", items = [{sku = "tea", …}]): * -> Reserving, sends ReserveItems(items = [{sku = "tea", …}])',
        '  2. 0:00:00  ItemsReserved: Reserving -> Charging, sends ChargeCard(customer_id = "…0003", amount = "4.50")',
        "  3. 0:00:05  no answer to ChargeCard, attempt 1: Charging",
        '  4. 0:00:05  OrderPlaced(customer_id = "…0003", items = [{sku = "tea", …}]): Charging, a repeated start',
        f'  5. 0:00:05  OrderShipped(tracking = "{"x" * 31}…"): Charging, put with the dead letters (checkout.OrderShipped is not expected in Charging)',
        "  6. 0:00:05  CancelOrder: Charging -> Compensating, sends RefundCard",
        '  7. 0:00:05  CardCharged(charge_id = "x"): Compensating, deferred',
        "  8. 0:00:05  ItemsReserved: Compensating, late",
        "  9. 0:00:05  fault of RefundCard: broken: Compensating",
    ]


EXPECTED = {
    "state": ("state Charging", "the instance is in Reserving"),
    "sent": ("sent ChargeCard", "sent since the last `when` or `after`: ReserveItems"),
    "fields": (
        "sent ReserveItems(items = [])",
        'sent since the last `when` or `after`: ReserveItems with items = [{"sku":"tea","price":"4.50","quantity":1}]',
    ),
    "published": (
        "published OrderCancelled",
        "published since the last `when` or `after`: nothing",
    ),
    "nothing": ("nothing", 'what came: sends ReserveItems(items = [{sku = "tea", …}])'),
    "compensated": ("compensated refund", "undone so far: nothing"),
    "late": ("late CardCharged", "late so far: nothing"),
    "dead": ("dead CardCharged", "dead letters so far: nothing"),
    "outcome": ("outcome completed", "the outcome is none"),
}


@pytest.mark.parametrize("what", EXPECTED)
def test_what_was_expected_and_what_came(what: str) -> None:
    test = SagaTest(OrderFulfilment).when(PLACED)
    with pytest.raises(Unmet) as told:
        match what:
            case "state":
                test.expect_state(OrderFulfilmentState.CHARGING)
            case "sent":
                test.expect_sent(ChargeCard)
            case "fields":
                test.expect_sent(ReserveItems, items=())
            case "published":
                test.expect_published(OrderCancelled)
            case "nothing":
                test.expect_nothing()
            case "compensated":
                test.expect_compensated(OrderFulfilmentRefund)
            case "late":
                test.expect_late(CardCharged)
            case "dead":
                test.expect_dead(CardCharged)
            case "outcome":
                test.expect_outcome(Outcome.COMPLETED)
    error = told.value
    assert (error.expected, error.came) == EXPECTED[what]
    assert str(error) == f"expected {error.expected}\n{error.came}\n{test}"
    assert error.place.file == __file__ and error.run[0].place.line < error.place.line


def test_alarms_are_called_by_what_waits() -> None:
    text = """
saga X by id: int {
  timer nudge
  data { at: datetime }
  deadline 10h -> Over
  start { on Go -> A { set at = now + 2h  arm nudge for 1h } }
  state A { on nudge { publish Poke(id) }  at at -> B }
  state B { every 1h30m { publish Told(id) }  after 1d -> Over }
  final Over
}
"""
    it = compiled(text)
    test = SagaTest(it.X).when(it.Go(id=1)).after("11h")
    assert [each.came for each in test.run][1:] == [
        "timer nudge",
        "at",
        *["every 1h30m"] * 5,
        "deadline",
    ]


def test_a_long_run_is_cut() -> None:
    text = """
saga X by id: int {
  start { on Go -> A }
  state A { every 1s { publish Told(id) } }
}
"""
    it = compiled(text)
    lines = str(SagaTest(it.X).when(it.Go(id=1)).after("100s")).splitlines()
    assert len(lines) == 42
    assert lines[6] == "  … 61 more …" and lines[-1].startswith("  101. 0:01:40  every 1s: A")


def test_keys_are_told_where_there_are_several() -> None:
    it = compiled("saga X by id: int { start { on Go -> A } state A { on Poke -> B } final B }")
    test = SagaTest(it.X).when(it.Go(id=1)).when(it.Go(id=2))
    assert str(test).splitlines()[1:] == [
        "  1. 0:00:00  [1] Go(id = 1, n = 0): * -> A",
        "  2. 0:00:00  [2] Go(id = 2, n = 0): * -> A",
    ]


# --- coverage ----------------------------------------------------------------------------------


def test_coverage_says_what_was_never_reached() -> None:
    test = SagaTest(OrderFulfilment).when(PLACED).when(ItemsReserved(ORDER))
    test.when(CardCharged(ORDER, "x")).after("10d")
    (found,) = test.coverage().sagas
    assert not found.complete
    reached = [each.label for each in found.states if each.times]
    assert reached == ["Reserving", "Charging", "Shipping", "NeedsAttention"]
    lines = str(test.coverage()).splitlines()
    assert (
        lines[0]
        == "checkout.OrderFulfilment: 4 of 7 states, 4 of 11 transitions, 0 of 1 compensations"
    )
    assert "  never in state Rejected" in lines
    assert any("never taken: orders.saga:" in each and "-> Completed" in each for each in lines)
    assert lines[-1] == "  never run: compensation refund"


def test_coverage_adds_up_and_can_be_complete() -> None:
    it = compiled("""
saga X by id: int {
  compensation back { publish Told(id) }
  start { on Go -> A { compensable by back } }
  state A { on Poke compensate -> B  on Prod -> C }
  missing { on Poke { publish Told(id) } }
  final B
  final C
}
""")
    total = Coverage()
    for last in (it.Poke, it.Prod):
        assert not total.complete or not total.sagas
        test = SagaTest(it.X).when(it.Poke(id=2)).when(it.Go(id=1)).when(last(id=1))
        assert test.compensated(it.XBack) is (last is it.Poke)
        total.add(test.coverage())
    assert total.complete
    assert str(total) == "X: 3 of 3 states, 4 of 4 transitions, 1 of 1 compensations"

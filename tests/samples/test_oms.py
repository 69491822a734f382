"""The order management: three patterns at work on the same orders, and each order ends as it should."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from herosaga_runtime import FlowStatus, FlowView, Host, Outcome, SlipStatus, SlipView
from herosaga_runtime.testing import SeededRandom, VirtualClock, pass_time

import app
from activities import reference
from helpers.commands import herosaga
from helpers.projects import folder, generated
from oms.cancellation import CancelOrder, OrderCancellation, OrderCancellationState
from oms.fulfilment import Delivery, DeliveryState, FulfilmentItinerary
from oms.processing import OrderProcessing

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "oms"
COUNT = 12

Ended = tuple[str, Outcome | None]


@dataclass
class Run:
    """What the host says of each order: before the scanner was taught about lutes, and in the end; and what was done."""

    slips: dict[int, SlipView]
    late: list[FlowView]
    flows: dict[int, FlowView]
    deliveries: dict[int, Ended]
    cancellations: dict[int, Ended]
    effects: list[tuple[str, str]]

    def of(self, *who: str) -> list[str]:
        """What was done for somebody or something, in order."""
        return [effect for each, effect in self.effects if each in who]


async def played(url: str) -> Run:
    """The demo's orders on a virtual clock: two are cancelled while they are wrapped, one once it has arrived."""
    clock = VirtualClock()
    host = Host(url, clock=clock, random=SeededRandom())
    app.build(host)
    async with host:
        for number, order in app.orders(COUNT):
            await host.send(order, id=name(number))
        await pass_time(host, clock, timedelta(seconds=1))
        for number in (7, 8, 11):
            await host.send(CancelOrder(app.order_id(number), "it is not wanted any more"))
        await pass_time(host, clock, timedelta(hours=1))
        late = list(await host.flows(OrderProcessing, late=True))
        app.INVENTORY.knows_lutes = True
        for letter in await host.dead_letters():
            await host.retry(letter.id, "the scanner knows lutes now")
        await pass_time(host, clock, timedelta(hours=1))
        assert await host.dead_letters() == ()
        return await looked_at(host, late)


def name(number: int) -> str:
    """The id of the message that begins an order, which is the correlation of all that follows."""
    return f"order {number}"


async def looked_at(host: Host, late: list[FlowView]) -> Run:
    numbers = {name(number): number for number in range(1, COUNT + 1)}
    slips: dict[int, SlipView] = {}
    for each in await host.slips(FulfilmentItinerary):
        view = await host.slip(each.id)
        assert view is not None
        slips[numbers[each.correlation]] = view
    flows = {numbers[each.correlation]: each for each in await host.flows(OrderProcessing)}
    keys = {str(app.order_id(number)): number for number in numbers.values()}
    deliveries = {
        keys[each.key]: (each.state, each.outcome) for each in await host.instances(Delivery)
    }
    cancellations = {
        keys[each.key]: (each.state, each.outcome)
        for each in await host.instances(OrderCancellation)
    }
    return Run(slips, late, flows, deliveries, cancellations, [])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    path = tmp_path_factory.mktemp("oms") / "orders.db"
    app.INVENTORY.knows_lutes = False
    found = asyncio.run(asyncio.wait_for(played(f"sqlite:///{path}"), 60))
    with closing(sqlite3.connect(path)) as connection:
        found.effects = connection.execute(
            "SELECT who, effect FROM effects ORDER BY rowid"
        ).fetchall()
    yield found
    app.INVENTORY.knows_lutes = False


def test_it_is_compiled() -> None:
    for module in generated(folder(SAMPLE)):
        assert (SAMPLE / module.path).read_text() == module.text


def test_its_demo_runs() -> None:
    done = herosaga(ROOT, "run", "samples/oms", "--demo")
    assert done.returncode == 0, done.stderr
    assert "14 instances: 10 completed, 2 failed, 2 compensated" in done.stdout + done.stderr


# --- the choreography --------------------------------------------------------------------------


def short(what: object) -> str:
    return str(what).replace("oms.", "")


def test_every_flow_is_complete_in_the_end(run: Run) -> None:
    assert {each.status for each in run.flows.values()} == {FlowStatus.COMPLETE}
    assert len(run.flows) == COUNT


PAID = ["OrderPlaced -> OrderPaid", "OrderPaid -> ItemsReserved", "OrderPaid -> ReceiptSent"]
MISSING = ["OrderPaid -> ItemsMissing", "ItemsMissing -> PaymentReturned"]
PATHS = {
    1: PAID,
    5: ["OrderPlaced -> PaymentDeclined"],
    6: [PAID[0], MISSING[0], MISSING[1], PAID[2]],
    10: PAID,
}


@pytest.mark.parametrize("number", PATHS)
def test_flows_go_along_their_arrows(run: Run, number: int) -> None:
    gone = [short(each) for each in run.flows[number].arrows if each.count]
    assert sorted(gone) == sorted(PATHS[number])


def test_a_missing_link_is_late_and_named(run: Run) -> None:
    (late,) = run.late
    assert late.correlation == name(10)
    assert [short(each) for each in late.awaited] == ["OrderPaid -> ItemsReserved | ItemsMissing"]


# --- the routing slip --------------------------------------------------------------------------


ENDS = ["HandOver", "ConfirmDelivery"]
WAYS = {
    1: ["Pack", "ChooseCarrier", "BookPost"],
    2: ["Pack", "BookFreight"],
    3: ["Pack", "ChooseCarrier", "BookCourier"],
    4: ["Pack", "WrapGift", "ChooseCarrier", "BookPost"],
    9: ["Pack", "ChooseCarrier", "BookRapid"],
}


@pytest.mark.parametrize("number", WAYS)
def test_the_way_depends_on_the_order(run: Run, number: int) -> None:
    slip = run.slips[number]
    way = [short(each) for each in slip.way]
    assert slip.status is SlipStatus.COMPLETED
    assert way[:-4] == WAYS[number]
    assert sorted(way[-4:-2]) == ["PrintLabel", "WriteInvoice"]
    assert way[-2:] == ENDS


def test_a_slip_is_revised_in_mid_run(run: Run) -> None:
    revisions = {
        number: each.reason
        for number, slip in run.slips.items()
        for each in slip.history
        if each.happened == "revised"
    }
    assert revisions == {3: "-BookPost -BookRapid +BookCourier"}


def test_what_two_branches_set_is_joined(run: Run) -> None:
    assert {"label", "invoice"} <= run.slips[1].variables.keys()


def test_a_slip_that_is_turned_back_gives_up_and_undoes(run: Run) -> None:
    slip = run.slips[7]
    assert slip.status is SlipStatus.COMPENSATED
    assert [short(each) for each in slip.way] == ["Pack"]
    assert [short(each) for each in slip.undone] == ["Pack"]
    box, ribbon = (reference(each, app.order_id(7)) for each in ("box", "ribbon"))
    assert run.of(box, ribbon) == ["packed", "unpacked"]


def test_a_slip_that_fails_goes_back(run: Run) -> None:
    slip = run.slips[12]
    assert slip.status is SlipStatus.FAULTED
    assert [short(each) for each in slip.undone] == ["Pack"]


def test_past_the_hand_over_a_step_is_tried_until_it_works(run: Run) -> None:
    slip = run.slips[2]
    assert slip.past
    assert slip.status is SlipStatus.COMPLETED
    assert run.of(str(app.order_id(2)))[-2:] == [
        "signed for",
        "told: delivered, signed by the customer",
    ]


# --- the sagas ---------------------------------------------------------------------------------


def test_deliveries_end_as_their_slips(run: Run) -> None:
    assert run.deliveries == {
        **dict.fromkeys((1, 2, 3, 4, 8, 9, 10, 11), (DeliveryState.DELIVERED, Outcome.COMPLETED)),
        7: (DeliveryState.STOPPED, Outcome.COMPENSATED),
        12: (DeliveryState.FAILED, Outcome.FAILED),
    }


def test_orders_are_cancelled_as_far_as_they_can_be(run: Run) -> None:
    assert run.cancellations == {
        7: (OrderCancellationState.CANCELLED, Outcome.COMPLETED),
        8: (OrderCancellationState.REFUSED, Outcome.FAILED),
        11: (OrderCancellationState.REFUSED, Outcome.COMPENSATED),
        12: (OrderCancellationState.CANCELLED, Outcome.COMPLETED),
    }


DONE = {
    1: ["placed", "charged 10", "reserved", "receipt written", "handed over", "signed for"],
    5: ["placed"],
    6: ["placed", "charged 99", "receipt written", "refunded"],
    7: ["placed", "charged 80", "reserved", "receipt written", "refunded", "released"],
    12: ["placed", "charged 180", "reserved", "receipt written", "refunded", "released"],
}


@pytest.mark.parametrize("number", DONE)
def test_the_money_and_the_goods_go_together(run: Run, number: int) -> None:
    done = [each for each in run.of(str(app.order_id(number))) if not each.startswith("told")]
    assert sorted(done) == sorted(DONE[number])


TOLD = {
    5: ["declined, over the limit"],
    6: ["money back, unicorns are out of stock", "thank you"],
    7: ["cancelled, it is not wanted any more", "thank you"],
    8: ["delivered, signed by the customer", "not cancelled, the parcel has left", "thank you"],
    11: [
        "delivered, signed by the customer",
        "not cancelled, tickets are not taken back",
        "thank you",
    ],
    12: [
        "cancelled, Unavailable: it is too heavy for a van, and too light for a lorry",
        "thank you",
    ],
}


@pytest.mark.parametrize("number", TOLD)
def test_customers_are_told(run: Run, number: int) -> None:
    done = run.of(str(app.order_id(number)))
    told = [each.removeprefix("told: ") for each in done if each.startswith("told: ")]
    assert sorted(told) == TOLD[number]

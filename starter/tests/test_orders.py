"""Orders from checkout to their end, on a clock that stands still until it is moved."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from herosaga_runtime import Context, Host
from herosaga_runtime.testing import SeededRandom, VirtualClock, pass_time

from services import Mail, Payments, Stock

from shop.orders import (
    CardCharged,
    CardDeclined,
    ChargeCard,
    Checkout,
    CheckoutState,
    Item,
    MailService,
    OrderPlaced,
    PaymentsService,
    StockService,
)

ORDER = UUID(int=1)
TWO_HOURS = timedelta(hours=2)


class Silent(Payments):
    """A bank that never answers."""

    async def charge_card(
        self, command: ChargeCard, context: Context
    ) -> CardCharged | CardDeclined:
        await context.sleep(TWO_HOURS.total_seconds())
        raise TimeoutError


def checkout(item: Item, bank: Payments) -> tuple[CheckoutState, list[str]]:
    """Order one thing and let two hours pass, in milliseconds: how it ends, and what was sent, repeats left out."""

    async def play() -> tuple[CheckoutState, list[str]]:
        clock = VirtualClock()
        host = Host("memory:", clock=clock, random=SeededRandom())
        host.add(Checkout)
        host.add(StockService, Stock())
        host.add(PaymentsService, bank)
        host.add(MailService, Mail())
        async with host:
            await host.publish(OrderPlaced(ORDER, (item,)))
            await pass_time(host, clock, TWO_HOURS)
            order = await host.find(Checkout, ORDER)
            assert order is not None and not order.stuck
            sent = [name.rpartition(".")[2] for entry in order.history for name in entry.sent]
            return order.state, list(dict.fromkeys(sent))

    return asyncio.run(play())


@pytest.mark.parametrize("price", ["4.50", "99", "880"], ids=["cheap", "busy line", "slow"])
def test_an_order_is_paid(price: str) -> None:
    state, sent = checkout(Item("tea", Decimal(price)), Payments())
    assert state is CheckoutState.CONFIRMED
    assert sent == ["ReserveStock", "ChargeCard", "OrderConfirmed"]


def test_what_is_sold_out_is_not_charged() -> None:
    state, sent = checkout(Item("unicorn", Decimal(30)), Payments())
    assert state is CheckoutState.CANCELLED
    assert sent == ["ReserveStock", "OrderCancelled"]


def test_a_declined_card_gives_the_goods_back() -> None:
    state, sent = checkout(Item("diamond", Decimal(1250)), Payments())
    assert state is CheckoutState.CANCELLED
    assert sent == ["ReserveStock", "ChargeCard", "ReleaseStock", "OrderCancelled"]


def test_a_silent_bank_may_have_charged_so_the_money_goes_back_too() -> None:
    state, sent = checkout(Item("tea", Decimal("4.50")), Silent())
    assert state is CheckoutState.CANCELLED
    assert sent == [
        "ReserveStock",
        "ChargeCard",
        "RefundCard",
        "ReleaseStock",
        "OrderCancelled",
    ]

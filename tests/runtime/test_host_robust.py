"""What a handler may do wrong without harm to others: results that can't be stored, the end of the process, waiting for itself."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from herosaga_runtime import Context, Host, StoreError, UsageError
from herosaga_runtime.step import advance
from herosaga_runtime.testing import VirtualClock
from shop import ORDER, Scene, Shop, file_url, host_of, placed, play

from checkout import orders
from checkout.orders import OrderFulfilmentState as State

GOOD = UUID(int=2)


def deep() -> object:
    """A list deeper than any that can be written."""
    found: list[object] = []
    for _ in range(100_000):
        found = [found]
    return found


class Mute(Exception):
    """An error whose text can't be had."""

    def __str__(self) -> str:
        raise ZeroDivisionError


UNSTORABLE: dict[str, tuple[Callable[[], Any], str]] = {
    "decimal": (lambda: Decimal(1), "TypeError: Object of type Decimal"),
    "set": (lambda: {1, 2}, "TypeError: Object of type set"),
    "tuple key": (lambda: {(1, 2): 3}, "TypeError: keys must be"),
    "deep": (deep, "RecursionError: "),
    "surrogate": (lambda: "\ud800", "UnicodeEncodeError: "),
}
UNSPEAKABLE: dict[str, tuple[Exception, str]] = {
    "surrogate": (ValueError("no \udcff"), "ValueError: no \\udcff"),
    "mute": (Mute(), "Mute: <its text can't be had: ZeroDivisionError>"),
}


async def one_fails(at: Scene, reason: str) -> None:
    """The first order's charge fails, the other order is as any."""
    await at.place()
    await at.place(GOOD)
    await at.after(5)
    assert (await at.order()).state is State.CANCELLED
    assert (await at.order(GOOD)).state is State.COMPLETED
    (letter,) = await at.host.dead_letters()
    assert letter.consumer == "checkout.Payments.ChargeCard"
    assert letter.reason.startswith(reason)
    assert letter.attempts == 5


@pytest.mark.parametrize("transaction", [False, True])
@pytest.mark.parametrize("name", UNSTORABLE)
def test_a_result_that_cannot_be_stored_is_a_failed_attempt(name: str, transaction: bool) -> None:
    make, reason = UNSTORABLE[name]

    async def charge(message: orders.ChargeCard, context: Context) -> orders.CardCharged:
        if transaction:
            await context.transaction()
        return orders.CardCharged(message.order_id, make() if message.order_id == ORDER else "ch")

    async def scene(at: Scene) -> None:
        await one_fails(at, reason)

    play(scene, Shop(replies={orders.ChargeCard: charge}))


@pytest.mark.parametrize("name", UNSPEAKABLE)
def test_an_error_that_cannot_be_stored_is_told_otherwise(name: str) -> None:
    error, reason = UNSPEAKABLE[name]

    async def charge(message: orders.ChargeCard, context: Context) -> orders.CardCharged:
        if message.order_id == ORDER:
            raise error
        return orders.CardCharged(message.order_id, "ch")

    async def scene(at: Scene) -> None:
        await one_fails(at, reason)

    play(scene, Shop(replies={orders.ChargeCard: charge}))


def test_a_step_with_an_error_that_cannot_be_stored_is_put_aside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(saga: Any, before: Any, envelope: Any, now: Any, incarnation: int) -> Any:
        if getattr(envelope.message, "order_id", None) == ORDER:
            raise OSError("no file \udcff")
        return advance(saga, before, envelope, now, incarnation)

    async def scene(at: Scene) -> None:
        await at.place()
        await at.place(GOOD)
        await at.after(5)
        assert (await at.order(GOOD)).state is State.COMPLETED
        (letter,) = await at.host.dead_letters()
        assert letter.reason == "OSError: no file \\udcff"

    monkeypatch.setattr("herosaga_runtime.consume.advance", fails)
    play(scene)


@pytest.mark.parametrize("end", [SystemExit, KeyboardInterrupt])
def test_a_handler_that_ends_the_process_does_not_keep_the_store(
    end: type[BaseException], tmp_path: Path
) -> None:
    async def charge(message: orders.ChargeCard, context: Context) -> orders.CardCharged:
        (await context.transaction()).execute("CREATE TABLE mine (id)")
        raise end

    async def scene(at: Scene) -> None:
        await at.place()

    with pytest.raises(end):
        play(scene, Shop(replies={orders.ChargeCard: charge}), file_url(tmp_path))
    connection = sqlite3.connect(tmp_path / "orders.db")
    assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'mine'").fetchall() == []
    connection.close()


def test_no_dead_letter_is_retried_within_the_transaction_of_a_handler() -> None:
    hosts: list[Host] = []

    async def charge(message: orders.ChargeCard, context: Context) -> orders.CardCharged:
        await context.transaction()
        with pytest.raises(
            UsageError, match=r"^inside ctx\.transaction\(\) nothing else can write"
        ):
            await hosts[0].retry(1, "now")
        return orders.CardCharged(message.order_id, "ch")

    async def scene(at: Scene) -> None:
        hosts.append(at.host)
        await at.place()
        assert (await at.order()).state is State.COMPLETED

    play(scene, Shop(replies={orders.ChargeCard: charge}))


class Stuck(VirtualClock):
    """A clock that breaks who waits on it once a handler has begun: the worker."""

    broken = False

    async def wait(self, wake: asyncio.Event, until: datetime | None) -> None:
        if self.broken:
            raise RuntimeError("no time")
        await super().wait(wake, until)


def test_a_host_that_breaks_says_so(caplog: pytest.LogCaptureFixture) -> None:
    clock, ended = Stuck(), list[str]()

    async def charge(message: orders.ChargeCard, context: Context) -> orders.CardCharged:
        await context.transaction()
        clock.broken = True
        try:
            await asyncio.Event().wait()  # for ever, with the store
        finally:
            ended.append("charge")
        return orders.CardCharged(message.order_id, "ch")

    async def run() -> None:
        host = host_of(Shop(replies={orders.ChargeCard: charge}), clock=clock, grace=0.01)
        async with host:
            await host.publish(placed())
            await host.stopped()

    said = "the host has stopped: RuntimeError: no time"
    with pytest.raises(StoreError, match=said):
        asyncio.run(run())
    assert said in [each.message for each in caplog.records if each.levelname == "ERROR"]
    assert ended == ["charge"]


def test_a_host_that_is_left_has_stopped() -> None:
    async def run() -> None:
        async with host_of(Shop()) as host:
            waiting = asyncio.ensure_future(host.stopped())
            await host.settle()
            assert not waiting.done()
        await waiting

    asyncio.run(run())

"""What a saga's users meet: the extern functions that they supply, and `start`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

import pytest
from casework import (
    ASKING,
    RECEIVES,
    Answered,
    AskState,
    Clerk,
    Data,
    Opened,
    answering,
    ask,
)
from herosaga_runtime import Host, Sender, UsageError
from herosaga_runtime.arms import On
from herosaga_runtime.making import Step
from herosaga_runtime.message import Command, Event
from herosaga_runtime.saga import Externs, ExternSaga
from herosaga_runtime.testing import SeededRandom, VirtualClock
from shop import Shop, host_of, placed

from checkout import orders
from checkout.orders import OrderFulfilmentState as State


class Functions(Protocol):
    """What the saga uses of its users."""

    def is_urgent(self, case: str) -> bool:
        """Whether a case is answered at once."""
        ...


FUNCTIONS = Externs[Functions]()


def opened(step: Step[Data], event: Opened) -> AskState:
    if FUNCTIONS.of(step).is_urgent(event.case):
        return AskState.ANSWERED
    return ask(step, event)


CASE: ExternSaga[Data, AskState, str, Functions] = ExternSaga(
    "desk.Urgent",
    **(
        ASKING
        | {
            "receives": RECEIVES,
            "start": (On(Opened, opened),),
            "states": {AskState.ASKING: (On(Answered, lambda step, event: AskState.DECLINED),)},
            "functions": ("is_urgent",),
        }
    ),
)


@dataclass
class Mine:
    """A user's functions."""

    urgent: str

    def is_urgent(self, case: str) -> bool:
        return case == self.urgent


def with_functions(functions: Functions) -> Host:
    """A host with the saga and what it uses."""
    host = Host("memory:", clock=VirtualClock(), random=SeededRandom())
    host.add(CASE, functions)
    host.add(answering(), Clerk())
    return host


def test_each_host_has_its_own_functions() -> None:
    async def run() -> None:
        async with with_functions(Mine("a")) as first, with_functions(Mine("b")) as second:
            for host in (first, second):
                for key in ("a", "b"):
                    await host.publish(Opened(key, None))
                await host.settle()
            states = [
                [each.state for each in await host.instances(CASE)] for host in (first, second)
            ]
            assert states == [["Answered", "Declined"], ["Declined", "Answered"]]

    asyncio.run(run())


def test_a_saga_that_uses_functions_can_not_be_added_without() -> None:
    with pytest.raises(UsageError, match=r"desk\.Urgent needs is_urgent: add it together with an"):
        Host("memory:").add(CASE)  # type: ignore[call-arg]
    with pytest.raises(
        UsageError, match=r"object has no function is_urgent, which desk\.Urgent needs"
    ):
        Host("memory:").add(CASE, object())  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="added already"):
        with_functions(Mine("a")).add(CASE, Mine("b"))


class Later:
    """Whoever takes messages; a web test's double for a host."""

    def __init__(self) -> None:
        self.taken: list[tuple[object, str | None, object]] = []

    async def publish(
        self, event: Event, id: str | None = None, transaction: object | None = None
    ) -> str:
        self.taken.append((event, id, transaction))
        return id or "new"

    async def send(
        self, command: Command, id: str | None = None, transaction: object | None = None
    ) -> str:
        raise AssertionError("an event is published")


def test_a_host_is_what_a_saga_is_started_by() -> None:
    async def run() -> None:
        shop = Shop()
        async with host_of(shop, clock=VirtualClock()) as host:
            sender: Sender = host
            assert await orders.OrderFulfilment.start(sender, placed(), id="first") == "first"
            await host.settle()
            (found,) = await host.instances(orders.OrderFulfilment)
            assert found.state == State.COMPLETED
        later = Later()
        assert await orders.OrderFulfilment.start(later, placed(), transaction=shop) == "new"
        assert later.taken == [(placed(), None, shop)]

    asyncio.run(run())

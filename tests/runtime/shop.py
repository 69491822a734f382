"""A shop's services that do what a test tells them to, and a host with them on a virtual clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from herosaga_runtime import Context, Host, InstanceView
from herosaga_runtime.message import Event, Message
from herosaga_runtime.testing import SeededRandom, VirtualClock, pass_time

from checkout import orders
from checkout.catalog import Item

T = TypeVar("T")
M = TypeVar("M", bound=Message)
Reply = Callable[[Any, Context], Awaitable[Event | None]]

CUSTOMER = UUID(int=7)
ORDER = UUID(int=1)


def placed(order: UUID = ORDER) -> orders.OrderPlaced:
    """An order of two packets of tea."""
    return orders.OrderPlaced(order, CUSTOMER, (Item("tea", Decimal("4.50"), 2),))


@dataclass
class Shop:
    """Every service of the shop. `calls` are the commands and events that came, `replies` replace what is usually done."""

    calls: list[Message] = field(default_factory=list)
    contexts: list[Context] = field(default_factory=list)
    replies: dict[type[Message], Reply] = field(default_factory=dict)

    async def _answer(self, message: Message, context: Context, usual: Any) -> Any:
        self.calls.append(message)
        self.contexts.append(context)
        reply = self.replies.get(type(message))
        return usual if reply is None else await reply(message, context)

    async def reserve_items(
        self, command: orders.ReserveItems, context: Context
    ) -> orders.ItemsReserved | orders.ItemsRejected:
        done: orders.ItemsReserved = await self._answer(
            command, context, orders.ItemsReserved(command.order_id)
        )
        return done

    async def release_items(
        self, command: orders.ReleaseItems, context: Context
    ) -> orders.ItemsReleased:
        done: orders.ItemsReleased = await self._answer(
            command, context, orders.ItemsReleased(command.order_id)
        )
        return done

    async def charge_card(
        self, command: orders.ChargeCard, context: Context
    ) -> orders.CardCharged | orders.CardDeclined:
        done: orders.CardCharged = await self._answer(
            command, context, orders.CardCharged(command.order_id, "ch-1")
        )
        return done

    async def refund_card(
        self, command: orders.RefundCard, context: Context
    ) -> orders.CardRefunded | orders.RefundRefused:
        done: orders.CardRefunded = await self._answer(
            command, context, orders.CardRefunded(command.order_id)
        )
        return done

    async def ship_order(self, command: orders.ShipOrder, context: Context) -> orders.OrderShipped:
        done: orders.OrderShipped = await self._answer(
            command, context, orders.OrderShipped(command.order_id, "trk-1")
        )
        return done

    async def on_order_shipped(self, event: orders.OrderShipped, context: Context) -> None:
        await self._answer(event, context, None)

    async def on_order_cancelled(self, event: orders.OrderCancelled, context: Context) -> None:
        await self._answer(event, context, None)

    def count(self, kind: type[Message]) -> int:
        """How many messages of a type came."""
        return sum(isinstance(each, kind) for each in self.calls)

    def types(self) -> list[str]:
        """The types of what came, in order."""
        return [type(each).__name__ for each in self.calls]


def never(message: Any, context: Context) -> Awaitable[None]:
    """A service that does not answer within any time that a test lets pass."""
    return context.sleep(10**9)


def declines(message: orders.ChargeCard, context: Context) -> Awaitable[Event]:
    """A bank that declines."""
    return _value(orders.CardDeclined(message.order_id, "empty"))


async def _value(value: T) -> T:
    return value


def host_of(shop: Shop, url: str = "memory:", **options: Any) -> Host:
    """A host with the saga and all services."""
    options.setdefault("random", SeededRandom())
    host = Host(url, **options)
    host.add(orders.OrderFulfilment)
    host.add(orders.InventoryService, shop)
    host.add(orders.PaymentsService, shop)
    host.add(orders.ShippingService, shop)
    host.add(orders.NotificationsService, shop)
    return host


@dataclass
class Scene:
    """A host that runs on a virtual clock, and its shop."""

    host: Host
    clock: VirtualClock
    shop: Shop

    async def after(self, seconds: float) -> None:
        """Let time pass."""
        await pass_time(self.host, self.clock, timedelta(seconds=seconds))

    async def place(self, order: UUID = ORDER) -> None:
        """Publish an order, and let everything happen that is due."""
        await self.host.publish(placed(order))
        await self.host.settle()

    async def order(
        self, order: UUID = ORDER
    ) -> InstanceView[orders.OrderFulfilmentData, orders.OrderFulfilmentState]:
        """The order as it is now; it must be there."""
        found = await self.host.find(orders.OrderFulfilment, order)
        assert found is not None
        return found


def play(
    scene: Callable[[Scene], Coroutine[Any, Any, None]],
    shop: Shop | None = None,
    url: str = "memory:",
    **options: Any,
) -> Shop:
    """Play a scene on a running host."""
    there = shop or Shop()
    clock = VirtualClock()

    async def run() -> None:
        async with host_of(there, url, clock=clock, **options) as host:
            await scene(Scene(host, clock, there))

    asyncio.run(run())
    return there


def file_url(path: Path) -> str:
    """The URL of a store in a directory."""
    return f"sqlite:///{path / 'orders.db'}"

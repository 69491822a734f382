"""Services: what users implement, and what a host needs to know to call it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from herosaga_runtime.message import Event, Message

P = TypeVar("P")


class Context(Protocol):
    """What a handler gets beside its message."""

    @property
    def message_id(self) -> str:
        """The message's id: the same on every attempt. Use it to make outside calls idempotent."""
        ...

    @property
    def correlation(self) -> str:
        """The id of the message that began it all."""
        ...

    @property
    def attempt(self) -> int:
        """Which attempt this is, from 1."""
        ...

    @property
    def now(self) -> datetime:
        """The host's time, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait on the host's clock, which is virtual in tests."""
        ...

    async def transaction(self) -> Any:
        """The store's own connection (on SQLite a `sqlite3.Connection`), inside the transaction that commits the result.

        What is written through it is stored together with what the handler emits, or not at all. From here to the
        handler's end no one else writes to the store, so take it late. Never commit or close it.
        """
        ...


class Handler:
    """One of a service's handlers: the message it takes, its method, and the events it may return.

    `optional` says that it may also return nothing (`emits A?`, `emits A*`).
    """

    __slots__ = ("emits", "message", "method", "optional")

    def __init__(
        self,
        message: type[Message],
        method: str,
        emits: tuple[type[Event], ...] = (),
        optional: bool = False,
    ) -> None:
        self.message = message
        self.method = method
        self.emits = emits
        self.optional = optional


class Served:
    """A service and the object that implements it."""

    __slots__ = ("implementation", "service")

    def __init__(self, service: Service[Any], implementation: object) -> None:
        self.service = service
        self.implementation = implementation


class Service(Generic[P]):
    """A service that an object of type `P` implements. A host gets both with `host.add`."""

    def __init__(self, name: str, handlers: tuple[Handler, ...]) -> None:
        self.name = name
        self.handlers = handlers

    def __call__(self, implementation: P, /) -> Served:
        """The service with its implementation. What `host.add` calls, so that type checkers compare the two by name."""
        return Served(self, implementation)

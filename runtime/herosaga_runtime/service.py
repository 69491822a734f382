"""Services: what users implement, and what a host needs to know to call it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, Literal, Protocol, TypeVar

from herosaga_runtime.message import Command, Event, Message

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


class Sender(Protocol):
    """Whoever takes messages from outside the sagas: a `Host`."""

    async def publish(
        self, event: Event, id: str | None = None, transaction: Any | None = None
    ) -> str:
        """Publish an event, and return its message id."""
        ...

    async def send(
        self, command: Command, id: str | None = None, transaction: Any | None = None
    ) -> str:
        """Send a command to its one handler, and return its message id."""
        ...


class Part:
    """A part of what a handler emits: one of `events`; with `many="?"` or none, with `many="*"` any number of them."""

    __slots__ = ("events", "many")

    def __init__(self, events: tuple[type[Event], ...], many: Literal["", "?", "*"] = "") -> None:
        self.events = events
        self.many = many

    def __str__(self) -> str:
        """The part as the language writes it."""
        return " | ".join(each.__name__ for each in self.events) + self.many


class Handler:
    """One of a service's handlers: the message it takes, its method, and the events it may return.

    `emits` are all of them, its refusals too, and `parts` say which it returns together. Without `parts` it returns one of
    `emits`, or None if there are none. What the method returns:

    - for one part `A | B` one of them, for `A?` one or None, for `A*` a list or tuple of them, for no part None;
    - for several parts a tuple with what belongs to each;
    - instead of all that a refusal: an event that is in no part.

    `bounded` says how often at most it may run in one chain of messages, each caused by the one before.
    """

    __slots__ = ("bounded", "emits", "message", "method", "parts", "refusals")

    def __init__(
        self,
        message: type[Message],
        method: str,
        emits: tuple[type[Event], ...] = (),
        parts: tuple[Part, ...] | None = None,
        bounded: int | None = None,
    ) -> None:
        self.bounded = bounded
        self.message = message
        self.method = method
        self.emits = emits
        self.parts = ((Part(emits),) if emits else ()) if parts is None else parts
        together = {event for part in self.parts for event in part.events}
        self.refusals = frozenset(emits) - together

    @property
    def completes(self) -> bool:
        """Whether a request is answered by its being done: nothing that it always emits would answer."""
        return not self.parts or self.parts[0].many != ""


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

"""What a step comes to: the next instance, what it sends, and how the message was received."""

from __future__ import annotations

from enum import StrEnum
from typing import Generic

from herosaga_runtime.instance import D, Instance, S
from herosaga_runtime.message import Message


class Reception(StrEnum):
    """What became of a message."""

    TAKEN = "taken"
    IGNORED = "ignored"
    DEFERRED = "deferred"
    REPEATED = "repeated"
    LATE = "late"
    STALE = "stale"
    UNEXPECTED = "unexpected"


class Outgoing:
    """A message that a step sends; `number` gives its id, `awaits` says that an answer is expected."""

    __slots__ = ("awaits", "message", "number")

    def __init__(self, number: int, message: Message, awaits: bool) -> None:
        self.number = number
        self.message = message
        self.awaits = awaits

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Outgoing) and (
            (self.number, self.message, self.awaits) == (other.number, other.message, other.awaits)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Outgoing({self.number}, {self.message}, {self.awaits})"


_TAKEN = Reception.TAKEN


class Decision(Generic[D, S]):
    """What a step comes to: an instance that has taken a message, and what it sends.

    `instance` is the next instance, None for a message that found none. `entered` says that a state was
    entered, so that deferred messages are offered again; `reason` says why a message was unexpected.
    """

    __slots__ = ("instance", "sent")
    reception: Reception = _TAKEN
    entered: bool = False
    reason: str = ""

    def __init__(self, instance: Instance[D, S] | None, sent: list[Outgoing]) -> None:
        self.instance = instance
        self.sent = sent


class Received(Decision[D, S]):
    """A message that was received in another way than taken."""

    __slots__ = ("reason", "reception")

    def __init__(
        self,
        instance: Instance[D, S] | None,
        reception: Reception,
        reason: str = "",
        sent: list[Outgoing] | None = None,
    ) -> None:
        self.instance = instance
        self.sent = [] if sent is None else sent
        self.reception = reception
        self.reason = reason

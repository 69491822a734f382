"""What a step comes to: the next instance, what it sends, and how the message was received."""

from __future__ import annotations

from enum import StrEnum
from typing import Generic, Protocol

from herosaga_runtime.envelope import Ref
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
    """A message that a step sends.

    `number` gives its id; `awaits` says that an answer is expected, `reply` whose request it answers.
    """

    __slots__ = ("awaits", "message", "number", "reply")

    def __init__(
        self, number: int, message: Message, awaits: bool, reply: Ref | None = None
    ) -> None:
        self.number = number
        self.message = message
        self.awaits = awaits
        self.reply = reply

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Outgoing) and (
            (self.number, self.message, self.awaits, self.reply)
            == (other.number, other.message, other.awaits, other.reply)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Outgoing({self.number}, {self.message}, {self.awaits}, {self.reply})"


class Decision(Protocol[D, S]):
    """What a step comes to: the `Step` itself if a transition was taken, else `Received`.

    `instance` is the next instance, None for a message that found none; `sent` are the messages to send. `entered` says
    that a state was entered, so that deferred messages are offered again; `reason` says why a message was unexpected, or what else is to be said.
    """

    @property
    def instance(self) -> Instance[D, S] | None: ...
    @property
    def sent(self) -> list[Outgoing]: ...
    @property
    def reception(self) -> Reception: ...
    @property
    def entered(self) -> bool: ...
    @property
    def reason(self) -> str: ...


class Received(Generic[D, S]):
    """A message that was received in another way than taken."""

    __slots__ = ("instance", "reason", "reception", "sent")
    entered = False

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

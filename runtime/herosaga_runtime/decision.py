"""What a step comes to, and how a message was received."""

from __future__ import annotations

from enum import StrEnum
from typing import Generic

from herosaga_runtime.instance import D, Instance, S
from herosaga_runtime.saga import Outgoing


class Reception(StrEnum):
    """What became of a message."""

    TAKEN = "taken"
    IGNORED = "ignored"
    DEFERRED = "deferred"
    REPEATED = "repeated"
    LATE = "late"
    STALE = "stale"
    UNEXPECTED = "unexpected"


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


class Entered(Decision[D, S]):
    """A step that has entered a state."""

    __slots__ = ()
    entered = True


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

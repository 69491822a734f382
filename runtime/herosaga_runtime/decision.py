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
    """What a step comes to.

    `instance` is the next instance, None for a message that found none. `entered` says that a state was
    entered, so that deferred messages are offered again; `reason` says why a message was unexpected.
    """

    __slots__ = ("entered", "instance", "reason", "reception", "sent")

    def __init__(
        self,
        instance: Instance[D, S] | None,
        sent: list[Outgoing],
        reception: Reception = _TAKEN,
        entered: bool = False,
        reason: str = "",
    ) -> None:
        self.instance = instance
        self.sent = sent
        self.reception = reception
        self.entered = entered
        self.reason = reason

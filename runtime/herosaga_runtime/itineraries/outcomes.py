"""How an itinerary ends: the event of its outcome, and what its `on completed { … }` and the like send."""

from __future__ import annotations

from datetime import datetime
from decimal import localcontext
from typing import Any

from herosaga_runtime.expressions import DECIMALS
from herosaga_runtime.itineraries.home import Failed, SlipStatus
from herosaga_runtime.itineraries.table import Finish, Itinerary
from herosaga_runtime.message import Command, Event, JsonObject, Message


class Sending:
    """The `Ending` of one outcome: keeps what is sent, in order."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.sent: list[Message] = []

    def publish(self, event: Event) -> None:
        """Publish an event to whoever listens."""
        self.sent.append(event)

    def send(self, command: Command) -> None:
        """Send a command to its one handler."""
        self.sent.append(command)


def end_of(itinerary: Itinerary[Any], status: SlipStatus) -> Finish[Any]:
    """What an itinerary declares for one way to end."""
    match status:
        case SlipStatus.COMPLETED:
            return itinerary.completed
        case SlipStatus.FAULTED:
            return itinerary.faulted
        case _:
            return itinerary.compensated


def event_of(
    itinerary: Itinerary[Any], status: SlipStatus, variables: JsonObject, failed: Failed | None
) -> Event:
    """The event of an outcome: the variables, and after a fault what has failed and why."""
    why: JsonObject = (
        {} if failed is None else {"activity": failed.activity, "reason": failed.reason}
    )
    event: Event = end_of(itinerary, status).event.from_json({**variables, **why})
    return event


def sent_at_end(
    itinerary: Itinerary[Any], status: SlipStatus, event: Event, now: datetime
) -> tuple[Message, ...]:
    """What the actions of an outcome send. What users' code raises is raised."""
    run = end_of(itinerary, status).run
    if run is None:
        return ()
    sending = Sending(now)
    with localcontext(DECIMALS):
        run(sending, event)
    return tuple(sending.sent)

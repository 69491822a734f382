"""What leaves home: parts for their activities, answers to those who have turned the slip back, and outcomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from herosaga_runtime.envelope import Done, Envelope, Fault, Ref, Rounds, derive_id
from herosaga_runtime.errors import DecodeError
from herosaga_runtime.itineraries.home import Failed, SlipStatus
from herosaga_runtime.itineraries.journey import Ended, Journey
from herosaga_runtime.itineraries.outcomes import event_of
from herosaga_runtime.itineraries.slip import WHOLE, mail_id
from herosaga_runtime.itineraries.table import Itinerary
from herosaga_runtime.message import Event, Message
from herosaga_runtime.ports import Report, Transaction, to_micros
from herosaga_runtime.posting import House, post, write_envelope
from herosaga_runtime.rows import Kind, Mail


@dataclass(frozen=True, slots=True)
class Cause:
    """What makes something happen to a slip: a message that has come, or an operator's word."""

    id: str
    correlation: str
    hops: int = 0
    trace: str | None = None
    rounds: Rounds = ()

    @classmethod
    def of(cls, envelope: Envelope) -> Cause:
        """What a message causes."""
        return cls(
            envelope.id, envelope.correlation, envelope.hops, envelope.trace, envelope.rounds
        )


async def send(
    tx: Transaction, house: House, journey: Journey, correlation: str, cause: Cause
) -> list[Report]:
    """Send all that follows from what has happened to a slip."""
    await _leave(tx, journey, correlation, cause)
    if journey.home.stopping:
        await _call_back(tx, journey)
    found = _messages(house, journey)
    reports: list[Report] = []
    for id, message, answers, command in found:
        envelope = Envelope(
            *(id, message, journey.now, correlation, cause.id, answers, None),
            *(cause.hops + 1, cause.trace, cause.rounds),
        )
        reports += await post(tx, house, envelope, to_micros(journey.now), command)
    return reports


async def _leave(tx: Transaction, journey: Journey, correlation: str, cause: Cause) -> None:
    """Put parts into the mailboxes of their activities.

    The steps of a slip are as many as its lists have elements: they are not counted as messages that lead to each other.
    """
    at = to_micros(journey.now)
    for slip in journey.leaving:
        assert slip.current is not None
        envelope = Envelope(
            *(slip.mail_id, slip, journey.now, correlation, cause.id, None, None),
            *(cause.hops, cause.trace, cause.rounds),
        )
        body = write_envelope(envelope)
        await tx.enqueue(
            Mail(Kind.HANDLER, slip.current.activity, slip.mail_id, slip.mail_id, at, body)
        )


async def _call_back(tx: Transaction, journey: Journey) -> None:
    """Let what waits to be tried again be looked at now: it is given up."""
    home, at = journey.home, to_micros(journey.now)
    for part, away in home.away.items():
        if not (away.back or away.irreversible):
            await tx.hasten(away.activity, mail_id(home.id, part, away.step), at)


Sent = tuple[str, Message, Ref | None, type[Message] | None]
"""A message with its id; what it answers, and the type of the command that asked."""


def _messages(house: House, journey: Journey) -> list[Sent]:
    itinerary = journey.itinerary
    if itinerary is None:
        return []
    answers = [_answer(journey, itinerary, ref, done) for ref, done in journey.answers]
    if journey.ended is None:
        return answers
    return [*_outcome(house, journey, itinerary, journey.ended), *answers]


def _answer(journey: Journey, itinerary: Itinerary[Any], ref: Ref, done: bool) -> Sent:
    """The answer to whoever has turned the slip back. One that was never seen has no variables to tell of."""
    home, kept = journey.home, journey.home.kept.get(WHOLE)
    command = itinerary.back
    message: Message
    if not done:
        message = Fault(command.TYPE, "the slip is past what can't be undone", final=True)
    elif home.left:
        left = ", ".join(home.left)
        message = Fault(command.TYPE, f"an operator has left {left} as it is", final=True)
    elif kept is None:
        message = Done(command.TYPE)
    else:
        message = event_of(itinerary, SlipStatus.COMPENSATED, kept.variables, None)
    return derive_id(home.id, "answer", ref), message, ref, command


def _outcome(house: House, journey: Journey, itinerary: Itinerary[Any], ended: Ended) -> list[Sent]:
    """What is told at the end: the outcome to the saga that has run the slip, and what its actions send.

    A saga that has turned the slip back itself awaits no outcome any more, but the answer to that.
    """
    home = journey.home
    found: list[Sent] = []
    if home.caller is not None and not any(_same(home.caller, ref) for ref, _ in journey.answers):
        event = _told(house, journey, itinerary, ended, home.caller)
        found.append((derive_id(home.id, ended.status), event, home.caller, itinerary.start))
    home.caller = None
    for message in ended.sent:
        home.sent += 1
        found.append((derive_id(home.id, "sent", home.sent), message, None, None))
    return found


def _same(one: Ref, other: Ref) -> bool:
    """Whether two requests are of the same instance."""
    return replace(one, number=other.number) == other


def _told(
    house: House, journey: Journey, itinerary: Itinerary[Any], ended: Ended, caller: Ref
) -> Event:
    """The outcome's event. A saga that does not know that a slip may be turned back by somebody else sees a fault.

    After an operator has left out an activity, what it would have given is missing: then there is no event that is true. The
    saga learns that, and whoever looks after it decides.
    """
    status, failed = ended.status, journey.home.failed
    saga = house.routes.sagas.get(caller.saga)
    call = None if saga is None else saga.calls.get(itinerary.start)
    knows = call is None or itinerary.compensated.event in call.refused
    if status is SlipStatus.COMPENSATED and not knows:
        status, failed = SlipStatus.FAULTED, Failed("", f"turned back: {journey.home.turned}")
    try:
        return event_of(itinerary, status, ended.variables, failed)
    except DecodeError as error:
        return Fault(itinerary.start.TYPE, f"the slip has {status}, but {error}")

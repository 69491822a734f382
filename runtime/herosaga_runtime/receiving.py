"""What comes to a state that collects messages, and what no arm of a state names: alarms and the like, late and unexpected."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from herosaga_runtime import joined, undo, waking
from herosaga_runtime.decision import Decision, Received, Reception
from herosaga_runtime.envelope import Alarm, Done, Envelope, Fault
from herosaga_runtime.instance import (
    D,
    Instance,
    Origin,
    S,
)
from herosaga_runtime.making import Step, following
from herosaga_runtime.message import Message
from herosaga_runtime.place import Place
from herosaga_runtime.requests import (
    answered,
    close,
    is_own_answer,
)
from herosaga_runtime.saga import Saga
from herosaga_runtime.settling import astray, collected, first_of, unmatched
from herosaga_runtime.verdict import PASS


def receive(
    saga: Saga[D, S, Any],
    before: Instance[D, S],
    place: Place[D, S],
    envelope: Envelope,
    now: datetime,
) -> Decision[D, S]:
    """What no arm of the state names, alarms and the like, and what comes to a state that collects messages."""
    message = envelope.message
    if before.outcome is not None:
        return Received(before, Reception.STALE if isinstance(message, Alarm) else Reception.LATE)
    if isinstance(message, Alarm) and not is_own(before.origin, envelope):
        return Received(before, Reception.STALE)
    if before.state is saga.compensating:
        return undo.receive(saga, before, following(saga, before, envelope, now))
    if isinstance(message, Alarm):
        return waking.alarm(saga, before, following(saga, before, envelope, now), place, message)
    if isinstance(message, Fault):
        return waking.fault(saga, before, following(saga, before, envelope, now), place, message)
    if isinstance(message, Done):
        return waking.done(saga, before, following(saga, before, envelope, now), place, message)
    if place.special:
        return _collect(saga, before, following(saga, before, envelope, now), place, message)
    awaited = before.requests and answered(saga, before, envelope)
    return unmatched(saga, before, envelope, bool(awaited))


def is_own(origin: Origin, envelope: Envelope) -> bool:
    """Whether an alarm is this very instance's, as far as it says: an earlier one with this key may have had the same token."""
    return envelope.answers is None or is_own_answer(origin, envelope)


def _collect(
    saga: Saga[D, S, Any],
    before: Instance[D, S],
    work: Step[D],
    place: Place[D, S],
    message: Message,
) -> Decision[D, S]:
    """A message to a state that may wait for several."""
    envelope = work.cause
    runs = place.messages.get(type(message), ())
    is_part = type(message) in place.parts
    request = answered(saga, before, envelope)
    if request is None and astray(saga, before.origin, envelope):
        return Received(before, Reception.LATE)
    together = place.joins and request is not None and request.step
    if not (runs or is_part or together):
        return unmatched(saga, before, envelope, request is not None)
    if request is not None:
        close(saga, work, request, message)
        if together:
            return joined.answer(saga, before, work, place, request)
    verdict = first_of(runs, work, message)
    if verdict is PASS and not is_part:
        return unmatched(saga, before, envelope, request is not None)
    return collected(saga, before, work, place, verdict)

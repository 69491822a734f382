"""States that wait for several requests at once: each answer does its own, and the first failure waits for the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from herosaga_runtime.decision import Decision
from herosaga_runtime.envelope import Alarm, Done, Fault, derive_id
from herosaga_runtime.instance import (
    D,
    Held,
    Instance,
    Request,
    S,
    changed,
)
from herosaga_runtime.making import Failure, Step
from herosaga_runtime.message import Message
from herosaga_runtime.moves import enter, onward, waits
from herosaga_runtime.place import Place
from herosaga_runtime.policy import ONCE
from herosaga_runtime.saga import Saga
from herosaga_runtime.settling import collected, first_of, settled, stuck, unmatched
from herosaga_runtime.verdict import DEFER, PASS, Verdict


def answer(
    saga: Saga[D, S, Any],
    before: Instance[D, S],
    work: Step[D],
    place: Place[D, S],
    request: Request,
) -> Decision[D, S]:
    """An answer to what one of the steps has asked."""
    message, command = work.cause.message, type(request.command)
    if getattr(work, "refused", None) is command:
        reason = work.failure.reason
        part = request.step, request.round, request.number
        held = Held(request.command, reason, message, False, *part)
        return hold(saga, before, work, place, held)
    work.answers, work.round = request.step, request.round
    rows = place.steps.get(command, ()) if isinstance(message, Done) else ()
    verdict = first_of(rows or place.messages.get(type(message), ()), work, message)
    if verdict is PASS and type(message) not in place.parts:
        return unmatched(saga, before, work.cause, True)
    return _joined(saga, before, work, place, verdict)


def hold(
    saga: Saga[D, S, Any],
    before: Instance[D, S],
    work: Step[D],
    place: Place[D, S],
    held: Held,
) -> Decision[D, S]:
    """Keep the first failure until all the rest is answered."""
    if work.extras.held is None:
        work.extras = changed(work.extras, held=held)
    return _joined(saga, before, work, place, PASS)


def _joined(
    saga: Saga[D, S, Any],
    before: Instance[D, S],
    work: Step[D],
    place: Place[D, S],
    verdict: Any,
) -> Decision[D, S]:
    """Go on from what an answer has come to; when it was the last one, with the first failure, or onwards."""
    decision = collected(saga, before, work, place, verdict)
    if decision is not work or work.entered or waits(work) or work.state is not before.state:
        return decision
    held = work.extras.held
    if held is None:
        return enter(saga, work, onward(place, work))
    return _released(saga, before, work, place, held)


def _released(
    saga: Saga[D, S, Any],
    before: Instance[D, S],
    work: Step[D],
    place: Place[D, S],
    held: Held,
) -> Decision[D, S]:
    """Look at the failure that was held, as if it came now."""
    command = type(held.command)
    work.extras = changed(work.extras, held=None)
    work.failed = Failure(command, held.reason)
    work.answers, work.round = held.step, held.round
    if held.message is not None:
        work.refused = command
        runs = place.messages.get(type(held.message), ())
    else:
        runs = (place.timeouts if held.late else place.faults).get(command, ())
    verdict = first_of(runs, work, held.message)
    if verdict is PASS:
        why = f"{command.TYPE} failed ({held.reason}), and {before.state} does not expect that"
        return stuck(before, why)
    if verdict is DEFER:
        return _kept(work, held)
    if isinstance(verdict, Verdict):
        return settled(saga, before, work, verdict)
    return enter(saga, work, verdict)


def _kept(work: Step[D], held: Held) -> Step[D]:
    """Keep a held failure for another state, as one that is deferred when it comes: its request is closed when it is taken."""
    origin = work.origin
    request = Request(held.number, held.command, ONCE, answered=held.message is not None)
    envelope = replace(
        work.cause,
        id=derive_id(origin.saga, origin.key, origin.incarnation, "held", held.number),
        message=_as_it_came(held, request),
        answers=origin.ref(held.number),
        request=None,
    )
    work.requests += (request,)
    work.extras = changed(work.extras, deferred=(*work.extras.deferred, envelope))
    return work


def _as_it_came(held: Held, request: Request) -> Message:
    if held.message is not None:
        return held.message
    return Alarm(request.token) if held.late else Fault(held.command.TYPE, held.reason)

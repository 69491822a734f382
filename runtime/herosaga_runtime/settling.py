"""What a message comes to once the arms for it were tried: a state is entered or kept, or nothing has taken it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from herosaga_runtime import undo
from herosaga_runtime.decision import Decision, Received, Reception
from herosaga_runtime.envelope import Envelope
from herosaga_runtime.instance import (
    Arrival,
    D,
    Instance,
    Origin,
    S,
    changed,
    with_extras,
)
from herosaga_runtime.making import Step
from herosaga_runtime.message import Message
from herosaga_runtime.moves import calm, enter, parted
from herosaga_runtime.place import Place, Runs
from herosaga_runtime.requests import (
    answers_saga,
    is_own_answer,
)
from herosaga_runtime.saga import Saga
from herosaga_runtime.undo import deferred
from herosaga_runtime.verdict import COMPENSATE, DEFER, PASS, STAY, Verdict

# Looking up an enumeration's member costs a tenth of a small step in Python 3.11.
_IGNORED: Final = Reception.IGNORED
_REPEATED: Final = Reception.REPEATED
_LATE: Final = Reception.LATE
_UNEXPECTED: Final = Reception.UNEXPECTED


def first_of(runs: Iterable[Any], work: Step[Any], message: Message | None) -> Any:
    """What the first function comes to whose guard holds; `PASS` where none does."""
    for run in runs:
        verdict = run(work, message)
        if verdict is not PASS:
            return verdict
    return PASS


def collected(
    saga: Saga[D, S, Any],
    before: Instance[D, S],
    work: Step[D],
    place: Place[D, S],
    verdict: Any,
) -> Decision[D, S]:
    """Go on from what the arms for a message have come to: with composites, if the state was not left."""
    if verdict is DEFER:
        return deferred(before, work.cause, work)
    message = work.cause.message
    if type(message) in place.parts:
        _note(work, place, message)
    if verdict is not COMPENSATE and isinstance(verdict, Verdict) and place.composites:
        verdict = _composite(work, place, verdict)
    if not isinstance(verdict, Verdict):
        return _leave(saga, work, place, verdict)
    return work if verdict is PASS else settled(saga, before, work, verdict)


def _note(work: Step[Any], place: Place[Any, Any], message: Message) -> None:
    found = [
        Arrival(each.name, message.TYPE) for each in place.composites if type(message) in each.parts
    ]
    new = tuple(each for each in dict.fromkeys(found) if each not in work.extras.arrivals)
    if new:
        work.extras = changed(work.extras, arrivals=(*work.extras.arrivals, *new))


def _composite(work: Step[Any], place: Place[Any, Any], verdict: Any) -> Any:
    """What the first composite comes to of which this message is a part and which is complete; else `verdict`."""
    kind = type(work.cause.message)
    for each in place.composites:
        needed = {Arrival(each.name, part.TYPE) for part in each.parts}
        if kind not in each.parts or not needed.issubset(work.extras.arrivals):
            continue
        taken = each.run(work)
        if taken is not PASS:
            left = tuple(x for x in work.extras.arrivals if x.of != each.name)
            work.extras = changed(work.extras, arrivals=left)
            return taken
    return verdict


def _leave(saga: Saga[D, S, Any], work: Step[D], place: Place[D, S], target: S) -> Decision[D, S]:
    if place.joins:
        parted(work)
    return enter(saga, work, target)


def take(
    saga: Saga[D, S, Any],
    before: Instance[D, S],
    work: Step[D],
    place: Place[D, S],
    runs: Runs[S],
) -> Decision[D, S] | None:
    """Try what time and requests bring about, in order; None when no guard holds."""
    verdict = first_of(runs, work, work.cause.message)
    return None if verdict is PASS else collected(saga, before, work, place, verdict)


def settled(
    saga: Saga[D, S, Any], before: Instance[D, S], work: Step[D], verdict: Verdict
) -> Decision[D, S]:
    """What a transition has come to that enters no state itself."""
    if verdict is STAY:
        work.extras = calm(work.extras)
        return work
    if verdict is COMPENSATE:
        return undo.begin(saga, work, saga.state(work.target))
    if verdict is DEFER:
        return deferred(before, work.cause, work)
    if work.requests is before.requests and work.timers is before.timers:
        return Received(work if work.extras is not before.extras else before, _IGNORED)
    return Received(work, _IGNORED, "", work.sent)


def astray(saga: Saga[Any, Any, Any], origin: Origin, envelope: Envelope) -> bool:
    """Whether a message answers another instance of this saga: an earlier one with this key."""
    if not answers_saga(origin, envelope) or is_own_answer(origin, envelope):
        return False
    return type(envelope.message) in saga.answers


def unmatched(
    saga: Saga[D, S, Any], before: Instance[D, S], envelope: Envelope, awaited: bool
) -> Decision[D, S]:
    """A message that no arm takes."""
    message = envelope.message
    if not awaited and type(message) in saga.starts:
        return Received(before, _REPEATED)
    if not awaited and answers_saga(before.origin, envelope) and type(message) in saga.answers:
        return Received(before, _LATE)
    reason = f"{message.TYPE} is not expected in {before.state}"
    if not awaited:
        return Received(before, _UNEXPECTED, reason)
    return stuck(before, reason)


def stuck(before: Instance[D, S], reason: str) -> Decision[D, S]:
    """The instance waited for this and can't take it: only an operator can help."""
    extras = changed(before.extras, stuck=reason)
    stuck = with_extras(before, extras, before.revision + 1)
    return Received(stuck, _UNEXPECTED, reason)

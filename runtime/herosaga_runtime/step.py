"""The step: what one message does to one instance. Pure: no clock, no randomness, no input or output.

A step takes an instance, a message and the time, and gives a `Decision`: the next instance, the messages to send, and how
the message was received. The instance it took is unchanged, whatever happens: a step that raises has done nothing. What it
sends gets its ids from the instance and a running number, so a step that is repeated sends the same messages, and whoever
has seen them can drop them.


What holds before and after every step
======================================

1.  An instance is in one state: one of its saga's that waits, a final one, or the built-in one in which it compensates. It
    has an outcome if and only if its state is final; then it has no timers and no requests, and no records unless its undo
    was given up. It says what it undoes (`undoing`) if and only if it compensates.
2.  The revision has grown by one, or the instance is the very one that was there before. The number of what was sent never
    shrinks, and no two messages have the same, unless one repeats the other after silence.
3.  Open requests have different numbers. Timers have different tokens, and no token is ever used for two times.
4.  Records grow at their end only, and shrink at their end only, but for the record of a refused request. While the
    instance compensates they only shrink, one at a time.
5.  It is stuck only after it could not take something that it waited for. Whatever is taken ends that.
6.  What is deferred is never lost: it is taken, ignored, late, or put aside, in the order in which it came.


In which order things happen
============================

A message is received in this order; the first that fits ends it.

1.  An instance that has ended records what comes as late; an alarm of its is stale.
2.  While it compensates, the awaited answers of the undo, and its alarms, go to the undo (`undo.py`). A late answer is late.
    Everything else is deferred, the alarms of named timers too.
3.  An answer to another instance of the saga, an earlier one with this key, is late: it says nothing about this one.
4.  An answer to an open request closes it: by the ids it carries; without any, the oldest that it can answer. A refusal
    also drops the record of how to undo it: nothing was done. An alarm must carry the token of a timer or request.
    One that ends an attempt which is not the last repeats the request, and that is all.
5.  It is noted as a part of the composites of this state (`all(…)`), unless it is deferred.
6.  The arms of the state for it are tried in order; the first whose guard holds is taken. They are in the order of the
    levels, from the state itself outwards; in each the transitions, then what is ignored and deferred.
7.  If the state was not left: the first composite that is complete and whose guard holds is taken.
8.  If the state was not left, and waits for several requests at once (`parallel`) of which none is open any more: their first
    failure is looked at as if it came now; without one it goes on.
9.  What nothing has taken: a start message is a repetition; the answer to a closed request is late; the completion of a
    request closes it; a part of a composite was taken; a state's own timer, and the deadline, are spent. Anything else is
    unexpected: nothing changes, and if the instance waited for it, it is stuck until an operator offers it again.

A transition that is taken sets the data fields of its trigger, does what the state does last if it leaves it, then its
actions. Then the next state is entered: the timers of the last one go, its `entry` is done, and its own timers are set,
after that. A state that waits for nothing is left at once. Data is changed in a copy. Entering a final state does its actions
and says how it ended; requests and timers go, and whoever still waits for a reply is told that there is none.

After a state was entered, deferred messages are offered from the oldest, one step each (`advance`). One that is deferred
again keeps its place. Each state that is entered thereby begins this anew.

Of several timers of an instance that are due at the same instant, the one that stands first in the source comes first,
whichever alarm was delivered first. One whose step fails holds up no other: it fails when its own alarm comes.


Where the language leaves it open
=================================

- `failure of C` takes a refusal only while it closes a request of C. One that comes late, or refuses another command, is an
  ordinary event. A late refusal drops no record: an undo must cope with there being nothing to undo.
- An answer without ids that finds no open request is not known to be late: it is an event like any other. So is an event with
  ids that answers nothing this saga requests, as the second part of an `emits` does.
- An answer that finds no instance at all is for `missing`, and late if that says nothing about it.
- A failure that is unexpected leaves its request open, like everything else of the instance: it goes on being repeated, and
  an answer may still come.
- An awaited answer that is deferred closes its request when it is offered and taken. It is here: until then the request is not
  repeated and does not time out, and a refusal has dropped its record.
- A failure that was held (8), and is deferred when it is looked at, is kept as if it came now: what waited for all waits no
  longer for it, and the last answer is taken.
- A transition that is taken takes back the mark `stuck`; a repeated request, or what is ignored, does not.
- A deferred message whose step fails is put aside at once, and the others are offered: the step that let it be offered is
  not undone for its sake. If it answers a request the instance is stuck: that does not time out any more.
- A composite forgets what has come for it when it runs, so that it comes again only after all parts have come again.
- A joined state that is left in another way leaves its requests open; they are requests like any other from then on.
- `every` comes at whole multiples of its length; those that were missed are left out.
- A caller whose saga ends without a reply gets the completion, if it is promised no event, else a fault.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from herosaga_runtime import undo
from herosaga_runtime.arms import due
from herosaga_runtime.decision import Decision, Received, Reception
from herosaga_runtime.envelope import Alarm, Done, Envelope, Fault, derive_id
from herosaga_runtime.errors import UsageError, said
from herosaga_runtime.instance import (
    CALM,
    DEADLINE,
    D,
    Instance,
    Origin,
    S,
    Timer,
    changed,
    with_extras,
)
from herosaga_runtime.keys import key_text
from herosaga_runtime.making import first, following
from herosaga_runtime.message import Message
from herosaga_runtime.moves import enter
from herosaga_runtime.place import ignore
from herosaga_runtime.receiving import is_own, receive
from herosaga_runtime.requests import (
    answered,
    close,
    numbered,
)
from herosaga_runtime.saga import Saga
from herosaga_runtime.settling import astray, settled, stuck, unmatched
from herosaga_runtime.verdict import COMPENSATE, IGNORE, PASS, Verdict
from herosaga_runtime.waking import timer_of

# Looking up an enumeration's member costs a tenth of a small step in Python 3.11, as does `isinstance` of one.
_IGNORED: Final = Reception.IGNORED
_LATE: Final = Reception.LATE
_TAKEN: Final = Reception.TAKEN


def step(
    saga: Saga[D, S, Any], before: Instance[D, S], envelope: Envelope, now: datetime
) -> Decision[D, S]:
    """Bring a message to an instance."""
    message = envelope.message
    try:
        place = saga.places[before.state]
    except KeyError:
        place = saga.place(before.state)
    runs = place.quick.get(type(message))
    if runs is None:
        return receive(saga, before, place, envelope, now)
    request = answered(saga, before, envelope) if before.requests else None
    if request is None:
        if envelope.answers is not None and astray(saga, before.origin, envelope):
            return Received(before, _LATE)
        if runs[0] is ignore:
            return Received(before, _IGNORED)
    work = following(saga, before, envelope, now)
    if request is not None:
        close(saga, work, request, message)
    for run in runs:
        verdict: Any = run(work, message)
        if verdict is PASS:
            continue
        if type(verdict) is Verdict:
            return settled(saga, before, work, verdict)
        return enter(saga, work, verdict)
    return unmatched(saga, before, envelope, request is not None)


def start(
    saga: Saga[D, S, Any], envelope: Envelope, now: datetime, incarnation: int = 1
) -> Decision[D, S]:
    """Bring a message to a key that has no instance: start one, or do what `missing` says."""
    message = envelope.message
    runs = saga.starts.get(type(message), ())
    if runs:
        key = saga.keys[type(message)](message)
        origin = Origin(saga.name, saga.version, key_text(key), incarnation, now)
        work = first(saga, saga.new(key), origin, envelope, now)
        if envelope.request is not None:
            work.extras = changed(CALM, caller=envelope.request)
        for run in runs:
            verdict = run(work, message)
            if verdict is PASS:
                continue
            if verdict is COMPENSATE:
                return undo.begin(saga, work, saga.state(work.target))
            if isinstance(verdict, Verdict):
                raise UsageError(f"a start of {saga.name} leads to no state")
            if saga.deadline is not None:
                work.timers += (Timer("d", 0, due(work, saga.deadline.delay), DEADLINE),)
            return enter(saga, work, verdict)
    return _missing(saga, envelope, now)


def _missing(saga: Saga[D, S, Any], envelope: Envelope, now: datetime) -> Decision[D, S]:
    message = envelope.message
    for run in saga.missing.get(type(message), ()):
        origin = Origin(saga.name, saga.version, envelope.id, 0, envelope.time)
        work = first(saga, _data_of(saga, message), origin, envelope, now)
        verdict = run(work, message)
        if verdict is PASS:
            continue
        reception = _IGNORED if verdict is IGNORE else _TAKEN
        return Received(None, reception, work.reason, work.sent)
    own = envelope.answers is not None and envelope.answers.saga == saga.name
    if (own and type(message) in saga.answers) or isinstance(message, Alarm | Fault | Done):
        return Received(None, _LATE)
    reason = f"no instance of {saga.name} has this key, and {message.TYPE} does not start one"
    return Received(None, Reception.UNEXPECTED, reason)


def _data_of(saga: Saga[D, S, Any], message: Message) -> D:
    """Data that has only the key; not even that where a message finds its instances otherwise."""
    key = saga.keys.get(type(message))
    return saga.data.__new__(saga.data) if key is None else saga.new(key(message))


def advance(
    saga: Saga[D, S, Any],
    before: Instance[D, S] | None,
    envelope: Envelope,
    now: datetime,
    incarnation: int = 1,
) -> Iterator[tuple[Envelope, Decision[D, S]]]:
    """All steps that one message brings about: its own, those of timers that come before it, and those of the deferred
    messages that follow it. `incarnation` is that of an instance which it may start.
    """
    if before is None:
        decision = start(saga, envelope, now, incarnation)
    else:
        for earlier in _earlier(saga, before, envelope):
            if timer_of(before, earlier.message) is None:
                continue
            try:
                decision = step(saga, before, earlier, now)
            except Exception:  # its own alarm brings it again, and tells why it fails
                continue
            yield earlier, decision
            assert decision.instance is not None
            before = decision.instance
            if decision.entered:
                before = yield from offers(saga, before, now)
        decision = step(saga, before, envelope, now)
    yield envelope, decision
    if decision.entered and decision.instance is not None:
        yield from offers(saga, decision.instance, now)


def _earlier(saga: Saga[D, S, Any], before: Instance[D, S], envelope: Envelope) -> list[Envelope]:
    """The alarms of the timers that are due at the very same time and stand before this one in the source, in that order."""
    if len(before.timers) < 2 or before.state is saga.compensating:
        return []
    if not is_own(before.origin, envelope):
        return []
    timer = timer_of(before, envelope.message)
    if timer is None:
        return []
    order, origin = saga.order(before.state, timer), before.origin
    same = [(saga.order(before.state, x), x.token) for x in before.timers if x.due == timer.due]
    tokens = [token for place, token in sorted(same) if place < order]
    return [
        replace(
            envelope,
            id=derive_id(origin.saga, origin.key, origin.incarnation, token),
            message=Alarm(token),
        )
        for token in tokens
    ]


def offers(
    saga: Saga[D, S, Any], instance: Instance[D, S], now: datetime
) -> Generator[tuple[Envelope, Decision[D, S]], None, Instance[D, S]]:
    """Offer what is deferred, from the oldest; from the beginning again whenever a state was entered."""
    place = 0
    while instance.state is not saga.compensating and place < len(instance.extras.deferred):
        kept = instance.extras.deferred
        extras = changed(instance.extras, deferred=(*kept[:place], *kept[place + 1 :]))
        without = with_extras(instance, extras, instance.revision)
        decision = _offer(saga, without, kept[place], now)
        if decision.reception is Reception.DEFERRED:
            place += 1
            continue
        yield kept[place], decision
        assert decision.instance is not None
        instance = decision.instance
        place = 0 if decision.entered else place
    return instance


def _offer(
    saga: Saga[D, S, Any], before: Instance[D, S], envelope: Envelope, now: datetime
) -> Decision[D, S]:
    """Offer a deferred message. If its step fails, it alone is put aside: what let it be offered is done.

    If it answers a request, which neither is repeated nor times out any more, only an operator can help.
    """
    try:
        return step(saga, before, envelope, now)
    except Exception as error:
        request = numbered(before, envelope)
        if request is not None and request.answered:
            return stuck(before, said(error))
        return Received(before, Reception.UNEXPECTED, said(error))

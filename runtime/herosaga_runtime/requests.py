"""Requests: which one an answer closes, and what happens when an attempt's time is over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from herosaga_runtime.decision import Outgoing
from herosaga_runtime.envelope import Alarm, Envelope
from herosaga_runtime.instance import Instance, Origin, Request
from herosaga_runtime.making import Step
from herosaga_runtime.message import Message
from herosaga_runtime.saga import Saga
from herosaga_runtime.times import later


def is_own_answer(origin: Origin, envelope: Envelope) -> bool:
    """Whether a message answers a request of this very instance, open or closed."""
    answers = envelope.answers
    return (
        answers is not None
        and answers.saga == origin.saga
        and answers.key == origin.key
        and answers.incarnation == origin.incarnation
    )


def answers_saga(origin: Origin, envelope: Envelope) -> bool:
    """Whether a message answers a request of this instance, or of another of its saga: then it is not for this one."""
    answers = envelope.answers
    return answers is not None and answers.saga == origin.saga


def answered(
    saga: Saga[Any, Any, Any], instance: Instance[Any, Any], envelope: Envelope
) -> Request | None:
    """The open request that a message answers: by the ids it carries, else the oldest it can answer."""
    commands = saga.answers.get(type(envelope.message))
    if commands is None:
        return None
    answers = envelope.answers
    if answers is not None and not is_own_answer(instance.origin, envelope):
        return None
    for request in instance.requests:
        named = not request.answered if answers is None else request.number == answers.number
        if named and type(request.command) in commands:
            return request
    return None


def numbered(instance: Instance[Any, Any], envelope: Envelope) -> Request | None:
    """The open request of this instance that a message names, whatever it is."""
    answers = envelope.answers
    if answers is None or not is_own_answer(instance.origin, envelope):
        return None
    return next((each for each in instance.requests if each.number == answers.number), None)


def close(saga: Saga[Any, Any, Any], work: Step[Any], request: Request, message: Message) -> None:
    """Close a request. A refusal drops the record of its undo: nothing was done."""
    requests = work.requests
    work.requests = (
        () if len(requests) == 1 else tuple([each for each in requests if each is not request])
    )
    if type(message) in saga.calls[type(request.command)].refused:
        work.refused = type(request.command)
        work.refusal = message
        number = request.number
        work.records = tuple([each for each in work.records if each.request != number])


def silenced(request: Request) -> Request:
    """A request whose answer is here, though nobody has taken it yet: it is not repeated, and no time runs out."""
    return replace(request, due=None, answered=True)


def refuses(saga: Saga[Any, Any, Any], request: Request, message: Message) -> bool:
    """Whether a message refuses a request."""
    return type(message) in saga.calls[type(request.command)].refused


def waiting_for(instance: Instance[Any, Any], alarm: Alarm) -> Request | None:
    """The request whose attempt or pause an alarm ends."""
    return next((each for each in instance.requests if each.token == alarm.token), None)


def go_on(work: Step[Any], request: Request) -> bool:
    """Pause or repeat a request whose alarm has come; False when its last attempt is over."""
    if request.paused:
        _repeat(work, request)
        return True
    return pause(work, request, renew=request.renew)


def pause(work: Step[Any], request: Request, renew: bool) -> bool:
    """End an attempt: pause before the next, or repeat at once if there is no pause; False after the last.

    `renew` gives the next attempt a new id: this one was refused or faulted. If that becomes known in the pause after
    its silence, the pause goes on as it was.
    """
    if request.paused:
        _swap(work, request, replace(request, renew=True))
        return True
    policy = request.policy
    if not policy.more(request.attempt):
        return False
    length = policy.pause(request.attempt, f"{work.origin}/{request.number}")
    due = later(work.now, length)
    paused = replace(request, paused=True, renew=renew, due=due)
    _swap(work, request, paused)
    if due <= work.now:
        _repeat(work, paused)
    return True


def _repeat(work: Step[Any], request: Request) -> None:
    number = request.number
    if request.renew:
        work.sequence = number = work.sequence + 1
    within = request.policy.within
    due = None if within is None else later(work.now, within)
    again = replace(
        request, number=number, attempt=request.attempt + 1, due=due, paused=False, renew=False
    )
    _swap(work, request, again)
    work.sent.append(Outgoing(number, request.command, True))


def _swap(work: Step[Any], old: Request, new: Request) -> None:
    work.requests = tuple([new if each is old else each for each in work.requests])

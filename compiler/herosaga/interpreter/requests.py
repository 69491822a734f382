"""Open requests: which one an answer closes, and what happens when the time of an attempt is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from herosaga.interpreter.act import Step
from herosaga.interpreter.instance import (
    ANOTHER_SAGA,
    Answers,
    Deliver,
    Failure,
    Instance,
    Request,
    Sent,
)
from herosaga.interpreter.program import Program
from herosaga.interpreter.values import Value


def named(instance: Instance, number: Answers) -> Request | None:
    """The open request with this number."""
    return next((each for each in instance.requests if each.number == number), None)


def answered(program: Program, instance: Instance, given: Deliver) -> Request | None:
    """The open request that a message closes: by the ids it carries, else the oldest that it can answer."""
    for request in instance.requests:
        asked = not request.answered if given.answers is None else given.answers == request.number
        if asked and program.can_answer(given.message.id, request.command.id):
            return request
    return None


def late(program: Program, given: Deliver) -> bool:
    """Whether a message that closes no request answers one of this saga: one that is closed, or of an earlier instance,
    which says nothing about this one.

    With ids, but of a type that answers nothing that this saga requests, it is an event like any other.
    """
    mine = given.answers is not None and given.answers != ANOTHER_SAGA
    return mine and given.message.id in program.answering


def completes(program: Program, request: Request) -> bool:
    """Whether it is the completion that answers a request."""
    return program.completes(request.command.id)


def refusal(program: Program, request: Request, message: Value) -> Failure | None:
    """A message as the refusal of a request."""
    if message.id not in program.refusals(request.command.id):
        return None
    why = message.get("reason")
    reason = why if isinstance(why, str) else message.id.rpartition(".")[2]
    return Failure("refusal", request, reason, message)


def close(step: Step, request: Request, refused: bool) -> None:
    """Close a request. A refusal drops the record that was made with it: nothing was done."""
    instance = step.instance
    requests = tuple(each for each in instance.requests if each.number != request.number)
    records = instance.records
    if refused:
        records = tuple(each for each in records if each.request != request.number)
    step.instance = replace(instance, requests=requests, records=records)


def go_on(step: Step, request: Request) -> bool:
    """Pause or repeat a request whose alarm has come; False when its last attempt is over."""
    if request.paused:
        _repeat(step, request)
        return True
    return pause(step, request, renew=False)


def pause(step: Step, request: Request, renew: bool) -> bool:
    """End an attempt; False if it was the last. After no pause the next begins at once.

    `renew`: it was refused or faulted, and the next is a new message. If that becomes known in the pause after its
    silence, the pause goes on as it was.
    """
    if request.paused:
        _swap(step, request, replace(request, renew=True))
        return True
    policy = request.policy
    if not policy.more(request.attempt):
        return False
    seed = f"{step.instance.origin}/{request.number}"
    length = step.program.pause(policy, request.attempt, seed)
    paused = replace(request, paused=True, renew=renew, due=step.due(length))
    _swap(step, request, paused)
    if length <= timedelta():
        _repeat(step, paused)
    return True


def _repeat(step: Step, request: Request) -> None:
    """The next attempt: after silence the same message, else a new one."""
    number = step.number() if request.renew else request.number
    within = request.policy.within
    due = None if within is None else step.due(within)
    again = replace(
        request, number=number, attempt=request.attempt + 1, due=due, paused=False, renew=False
    )
    _swap(step, request, again)
    step.sent.append(Sent(number, "request", request.command))


def _swap(step: Step, old: Request, new: Request) -> None:
    requests = tuple(new if each.number == old.number else each for each in step.instance.requests)
    step.instance = replace(step.instance, requests=requests)

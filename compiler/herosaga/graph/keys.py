"""What a trigger takes, as a key: two triggers with one key take the same, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herosaga.model.model import (
    After,
    At,
    Deadline,
    Handler,
    Member,
    OnAll,
    OnFailure,
    OnFault,
    OnMessage,
    OnOutcome,
    OnTimeout,
    OnTimer,
    Onward,
    State,
    Transition,
    Trigger,
)

Key = tuple[str, str]
Handlers = Mapping[str, tuple[Handler, ...]]


def trigger_of(member: Member) -> Trigger:
    """What a member waits for, swallows or keeps."""
    return member.trigger if isinstance(member, Transition) else member.what


def key(trigger: Trigger) -> Key:
    """What a trigger takes."""
    match trigger:
        case OnMessage(message=message):
            return "message", message
        case OnFailure(command=command):
            return "failure", command
        case OnTimeout(command=command):
            return "timeout", command
        case OnFault(command=command):
            return "fault", command
        case OnTimer(timer=timer):
            return "timer", timer
        case OnOutcome(of=of, outcome=outcome):
            return outcome, of
        case OnAll(messages=messages):
            return "all", " ".join(sorted(messages))
        case After() | At() | Deadline() | Onward():
            return "once", str(trigger.span.start)


def covered(trigger: Trigger, handlers: Handlers) -> Iterator[Key]:
    """All that a trigger takes: a failure is a time-out, a fault or any of the refusals."""
    yield key(trigger)
    if isinstance(trigger, OnFailure):
        yield "timeout", trigger.command
        yield "fault", trigger.command
        for handler in handlers.get(trigger.command, ()):
            yield from (("message", refusal) for refusal in handler.refuses)


def taken(state: State, handlers: Handlers) -> set[Key]:
    """All that something in a state takes, be it under a condition."""
    found: set[Key] = set()
    for each in state.members:
        trigger = trigger_of(each)
        found.update(covered(trigger, handlers))
        if isinstance(trigger, OnAll):
            found.update(("message", message) for message in trigger.messages)
    return found

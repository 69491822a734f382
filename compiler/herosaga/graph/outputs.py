"""What handlers, itineraries and actions send: every message, with the way it goes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from herosaga.graph.members import bodies
from herosaga.graph.words import message_of
from herosaga.model.model import (
    Action,
    BlockUndo,
    CommandUndo,
    For,
    Handler,
    If,
    Itinerary,
    Recording,
    Request,
    Run,
    Saga,
    Send,
)
from herosaga.source import Span
from msgspec import Struct

How = Literal[
    "emits",
    "refuses with",
    "sends",
    "publishes",
    "replies with",
    "requests",
    "undoes with",
    "runs",
    "ends as",
]
_VERBS: dict[str, How] = {"send": "sends", "publish": "publishes", "reply": "replies with"}


class Output(Struct, frozen=True):
    """A message that goes out, and where the source says so.

    What is run `runs` the itinerary of that id; an itinerary `ends as` one of its outcomes,
    `oms.Fulfilment.completed`. Neither is a message of the model.
    """

    message: str
    how: How
    span: Span


def flat(actions: Iterable[Action]) -> Iterator[Action]:
    """All actions, those in `if` and `for` blocks among them."""
    for action in actions:
        yield action
        match action:
            case If(then=then, other=other):
                yield from flat((*then, *other))
            case For(body=body):
                yield from flat(body)


def of_handler(handler: Handler) -> tuple[Output, ...]:
    """What a handler answers or causes."""
    emits = zip(handler.emits, handler.emits_spans, strict=True)
    refuses = zip(handler.refuses, handler.refuses_spans, strict=True)
    return (
        *(Output(message, "emits", span) for message, span in emits),
        *(Output(message, "refuses with", span) for message, span in refuses),
    )


def of_itinerary(itinerary: Itinerary) -> tuple[Output, ...]:
    """What an itinerary says at its end, and that it has come to one."""
    said = of_actions(action for outcome in itinerary.outcomes for action in outcome.actions)
    ends = ("completed", "faulted", "compensated")
    return (
        *said,
        *(Output(f"{itinerary.id}.{end}", "ends as", itinerary.span) for end in ends),
    )


def of_actions(actions: Iterable[Action]) -> tuple[Output, ...]:
    """What actions send at once: undo commands, which may come later, are not among them."""
    found: list[Output] = []
    for action in flat(actions):
        match action:
            case Send(kind=kind, message=message):
                found.append(Output(message_of(message), _VERBS[kind], message.span))
            case Request(message=message):
                found.append(Output(message_of(message), "requests", message.span))
            case Run(message=message):
                found.append(Output(message_of(message), "runs", message.span))
    return tuple(each for each in found if each.message)


def undos(actions: Iterable[Action]) -> tuple[Output, ...]:
    """The commands that would undo what these actions request or record."""
    found: list[Output] = []
    for action in flat(actions):
        match action:
            case Request(undo=CommandUndo(message=message, span=span)):
                found.append(Output(message_of(message), "undoes with", span))
            case Recording(undo=CommandUndo(message=message, span=span)):
                found.append(Output(message_of(message), "undoes with", span))
    return tuple(each for each in found if each.message)


def blocks(actions: Iterable[Action]) -> frozenset[str]:
    """The names of the compensation blocks that these actions record."""
    return frozenset(
        action.undo.compensation
        for action in flat(actions)
        if isinstance(action, Request | Recording) and isinstance(action.undo, BlockUndo)
    )


def everything(saga: Saga) -> tuple[Output, ...]:
    """All that a saga can ever send, in no particular order of time; each place once."""
    found = (out for body in bodies(saga) for out in (*of_actions(body), *undos(body)))
    return tuple(dict.fromkeys(found))

"""Labels of a picture, short enough for an arrow."""

from __future__ import annotations

from collections.abc import Iterable

from herosaga.graph.outputs import flat
from herosaga.graph.words import message_of, short, source_text, trigger
from herosaga.model.model import (
    Action,
    Arm,
    BlockUndo,
    CommandUndo,
    Disarm,
    For,
    If,
    Pivot,
    Recording,
    Request,
    Run,
    Send,
    Set,
    Transition,
)

_LONGEST = 40
_MOST = 3


def move(transition: Transition, why: str | None = None) -> str:
    """A transition: `CardDeclined [declined < 2] / set declined, request ChargeCard`; `why` in place of its trigger."""
    guard = transition.guard
    text = trigger(transition.trigger) if why is None else why
    if guard is not None:
        text = f"{text} [{source_text(guard.span, _LONGEST)}]".lstrip()
    return doing(text, transition.actions)


def doing(what: str, actions: Iterable[Action]) -> str:
    """Something that happens, and the first things that are done then."""
    said = done(actions)
    if not said:
        return what
    return f"{what} / {some(said)}".lstrip()


def some(texts: tuple[str, ...]) -> str:
    """The first of them, and whether there are more."""
    return f"{', '.join(texts[:_MOST])}{', …' if len(texts) > _MOST else ''}"


def done(actions: Iterable[Action]) -> tuple[str, ...]:
    """What actions do, without what they are given, each once."""
    return tuple(dict.fromkeys(filter(None, map(_action, flat(actions)))))


def prose(doc: str) -> str:
    """What `///` says, on one line."""
    return " ".join(doc.split())


def _action(action: Action) -> str:
    """An action in short; "" for a block, whose actions speak for themselves, and for what nobody wrote."""
    match action:
        case Set(field=field, hidden=hidden):
            return "" if hidden else f"set {field}"
        case Send(kind=kind, message=message):
            return f"{kind} {short(message_of(message))}"
        case Request(message=message):
            return f"request {short(message_of(message))}"
        case Run(message=message):
            return f"run {short(message_of(message))}"
        case Recording(undo=undo):
            return f"compensable by {_undo(undo)}"
        case Pivot():
            return "pivot"
        case Arm(timer=timer):
            return f"arm {timer}"
        case Disarm(timer=timer):
            return f"disarm {timer}"
        case If() | For():
            return ""


def _undo(undo: CommandUndo | BlockUndo) -> str:
    match undo:
        case CommandUndo(message=message):
            return short(message_of(message))
        case BlockUndo(compensation=name):
            return name

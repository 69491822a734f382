"""A saga as a Mermaid state diagram, the same text for the same saga."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.graph.members import moves, names
from herosaga.graph.outputs import flat
from herosaga.graph.states import START, UNKNOWN, Way, ways
from herosaga.graph.words import message_of, short, source_text, trigger
from herosaga.model.model import Action, Final, Request, Saga, Send, Set, State, Transition

_UNDO = "Compensating"
_END = "[*]"
# Words that Mermaid reads as its own, in whatever case.
_RESERVED = frozenset(
    (
        "as",
        "class",
        "classdef",
        "click",
        "default",
        "direction",
        "end",
        "hide",
        "note",
        "scale",
        "state",
        "style",
    )
)
_ESCAPES = str.maketrans({char: f"#{ord(char)};" for char in "#;:<>"})
_LONGEST = 40
_MOST = 3


def diagram(saga: Saga) -> str:
    """The states, the transitions with guards and actions in short, and what compensating leads to."""
    lines = [
        *_states(saga),
        *(line for way in ways(saga) for line in _arrow(way)),
        *_after_undo(saga),
        *_inside(saga),
        *(f"{_node(final.name)} --> {_END}" for final in saga.finals),
        *_notes(saga),
    ]
    body = "".join(f"  {line}\n" for line in dict.fromkeys(lines))
    return f"---\ntitle: {saga.name}\n---\nstateDiagram-v2\n{body}"


def _states(saga: Saga) -> Iterator[str]:
    """A line for each state whose name needs more than the arrows say."""
    marks = {final.name: f" ({final.mark})" for final in saga.finals if final.mark}
    for name in names(saga):
        if name in marks or _node(name) != name:
            yield f'state "{name}{marks.get(name, "")}" as {_node(name)}'


def _arrow(way: Way) -> Iterator[str]:
    """A transition; one that compensates leads to `Compensating`."""
    if way.kind == "gives up" or way.target == UNKNOWN:
        return
    target = _node(way.target) if way.kind == "goes" else _UNDO
    yield f"{_node(way.source)} --> {target} : {_label(way.transition)}"


def _after_undo(saga: Saga) -> Iterator[str]:
    for way in ways(saga):
        if way.kind == "compensates" and way.target != UNKNOWN:
            yield f"{_UNDO} --> {_node(way.target)} : all undone"
        elif way.kind == "gives up":
            yield f"{_UNDO} --> {_node(way.target)} : an undo fails for good"


def _inside(saga: Saga) -> Iterator[str]:
    """Internal transitions, which Mermaid can only show as text in the state."""
    for state in saga.states:
        for each in moves(state):
            if each.target is None and each.target_span is None:
                yield f"{_node(state.name)} : {_label(each)}"


def _notes(saga: Saga) -> Iterator[str]:
    states: tuple[State | Final, ...] = (*saga.states, *saga.finals)
    for state in states:
        text = " ".join(state.meta.doc.split())
        if text:
            yield f"note right of {_node(state.name)} : {_escaped(text)}"


def _label(transition: Transition) -> str:
    guard = transition.guard
    text = trigger(transition.trigger)
    if guard is not None:
        text += f" [{source_text(guard.span, _LONGEST)}]"
    done = list(dict.fromkeys(filter(None, map(_short, flat(transition.actions)))))
    if done:
        text += f" / {', '.join(done[:_MOST])}{', …' if len(done) > _MOST else ''}"
    return _escaped(text)


def _short(action: Action) -> str:
    match action:
        case Set(field=field):
            return f"set {field}"
        case Send(kind=kind, message=message):
            return f"{kind} {short(message_of(message))}"
        case Request(message=message):
            return f"request {short(message_of(message))}"
    return ""


def _node(name: str) -> str:
    if name == START:
        return _END
    return f"{name}_" if name.lower() in _RESERVED else name


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)

"""A saga's sequences as the states that they are lowered to, with the fields that their loops keep."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.emit.lowered.actions import actions
from herosaga.emit.lowered.expressions import expression
from herosaga.emit.lowered.layout import Block, Line, Node, text
from herosaga.graph.words import swallowed, trigger
from herosaga.model import model as m

_PASSING = "left in the step that enters it"
_JOINS = "left once all is answered; a failure waits for the rest"


def lowered(saga: m.Saga) -> str:
    """The text; "" where a saga has no sequence."""
    states = {each.name: each for each in saga.states}
    found: list[tuple[Node, ...]] = [(_slots(saga),)] if saga.slots else []
    for sequence in saga.sequences:
        found.append((Line(f"// sequence {sequence.name}"),))
        found.extend((_state(states[name]),) for name in sequence.states)
    return "\n".join(map(text, found))


def _slots(saga: m.Saga) -> Node:
    fields = (
        f"{each.name}: {each.type}" + (f" = {expression(each.default)}" if each.default else "")
        for each in saga.slots
    )
    return Block("data", tuple(map(Line, fields)), "kept with the saga's own")


def _state(state: m.State) -> Node:
    note = _PASSING if state.passing else _JOINS if state.joins else ""
    return Block(f"state {state.name}", tuple(_inside(state)), note)


def _inside(state: m.State) -> Iterator[Node]:
    if state.entry:
        yield Block("entry", actions(state.entry))
    for member in state.members:
        match member:
            case m.Transition():
                yield _transition(member)
            case _:
                yield Line(swallowed(member), member.level)
    for every in state.every:
        yield Block(f"every {expression(every.delay)}", actions(every.actions), every.level)


def _transition(move: m.Transition) -> Node:
    head = _trigger(move.trigger)
    if move.guard is not None:
        head += f" when {expression(move.guard)}"
    head += " compensate" if move.compensate else ""
    head += f" -> {move.target}" if move.target is not None else ""
    note = move.level or _step(move.trigger)
    return Block(head, actions(move.actions), note) if move.actions else Line(head, note)


def _trigger(found: m.Trigger) -> str:
    """What sets a transition off; what goes on by itself is `go`, which the language has no word for."""
    match found:
        case m.Onward():
            return "go"
        case m.After(delay=delay):
            return f"after {expression(delay)}"
        case m.At(time=time):
            return f"at {expression(time)}"
        case m.OnMessage(binds=binds) | m.OnOutcome(binds=binds) if binds:
            return f"on {trigger(found)}({', '.join(binds)})"
    return f"on {trigger(found)}"


def _step(found: m.Trigger) -> str:
    """Which of several requests it answers."""
    match found:
        case m.OnMessage(step=step) | m.OnOutcome(step=step) if step:
            return f"step {step}"
    return ""

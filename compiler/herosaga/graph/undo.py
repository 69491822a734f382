"""What a saga records to undo, and in which of its states there can be a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from herosaga.graph.members import moves, names
from herosaga.graph.outputs import flat
from herosaga.graph.states import START
from herosaga.graph.words import message_of
from herosaga.model.model import (
    Action,
    BlockUndo,
    CommandUndo,
    For,
    If,
    Model,
    OnMessage,
    Pivot,
    Recording,
    Request,
    Run,
    Saga,
    State,
    Transition,
)
from msgspec import Struct


class Record(Struct, frozen=True):
    """A kind of record: what is undone, and by what.

    `of` is the id of a command or itinerary, "" for `compensable by …` alone. `undo` is the id of a command, the name
    of a compensation (`block`), or that of the itinerary, which is turned back.
    """

    of: str
    undo: str
    block: bool = False


Held = Mapping[Record, bool]
"""The records that there may be, each with whether there may be several."""


def record(action: Action) -> Record | None:
    """The record that an action makes."""
    match action:
        case Request(message=message, undo=CommandUndo() | BlockUndo() as undo):
            return _record(message_of(message), undo)
        case Recording(undo=undo):
            return _record("", undo)
        case Run(message=message, compensable=True):
            return Record(message_of(message), message_of(message))
    return None


def recorded(saga: Saga) -> tuple[Record, ...]:
    """All kinds of records of a saga, in source order."""
    found = (record(each) for body in bodies(saga) for each in flat(body))
    return tuple(dict.fromkeys(each for each in found if each is not None))


def bodies(saga: Saga) -> tuple[tuple[Action, ...], ...]:
    """Everything that may run in a step, but for the finals' own actions, which record nothing."""
    start = (each.actions for each in saga.start)
    return (*start, *(body for state in saga.states for body in _of_state(state)))


def held(model: Model, saga: Saga) -> Mapping[str, Held]:
    """The records that there may be in each state: more than a run can show, never fewer."""
    states = {state.name: state for state in saga.states}
    found: dict[str, Held] = {}
    refusals = {each.of: _refusals(model, each.of) for each in recorded(saga)}
    todo = [(START, each, _NOTHING) for each in saga.start]
    while todo:
        source, transition, before = todo.pop()
        target = _lands(transition, source, states)
        if target is None:
            continue
        after = _after(transition, source, states, before, refusals)
        old = found.get(target)
        new = after if old is None else _either(old, after)
        if new != old:
            found[target] = new
            todo.extend((target, each, new) for each in _leaving(saga, states[target]))
    return found


_NOTHING: Held = {}


def _leaving(saga: Saga, state: State) -> tuple[Transition, ...]:
    late = (saga.deadline,) if saga.deadline is not None and not state.passing else ()
    return (*moves(state), *late)


def _lands(transition: Transition, source: str, states: Mapping[str, State]) -> str | None:
    """The state after a transition; None where nothing is left to be done by it: after undo, and in a final."""
    if transition.compensate:
        return None
    target = source if transition.target is None else transition.target
    return target if target in states else None


def _after(
    transition: Transition,
    source: str,
    states: Mapping[str, State],
    before: Held,
    refusals: Mapping[str, frozenset[str]],
) -> Held:
    """What is held after a transition; a refusal drops the record of its request."""
    trigger = transition.trigger
    refused = trigger.message if isinstance(trigger, OnMessage) else None
    kept = {r: many for r, many in before.items() if many or refused not in refusals.get(r.of, ())}
    after = _run(transition.actions, kept)
    if transition.target is None:
        return after
    if source in states:
        after = _run(states[source].exit, after)
    target = states[transition.target]
    after = _run(target.entry, after)
    for each in target.every:
        after = _either(after, _often(each.actions, after))
    return after


def _run(actions: Iterable[Action], before: Held) -> Held:
    now = before
    for action in actions:
        match action:
            case Pivot():
                now = {}
            case If(then=then, other=other):
                now = _either(_run(then, now), _run(other, now))
            case For(body=body):
                now = _either(now, _often(body, now))
            case _:
                made = record(action)
                now = now if made is None else {**now, made: made in now}
    return now


def _often(actions: tuple[Action, ...], before: Held) -> Held:
    """After actions that may run again and again: of what they record there may be several."""
    return {each: many or each not in before for each, many in _run(actions, before).items()}


def _either(one: Held, other: Held) -> Held:
    return {**one, **{each: many or one.get(each, False) for each, many in other.items()}}


def _record(of: str, undo: CommandUndo | BlockUndo) -> Record:
    match undo:
        case CommandUndo(message=message):
            return Record(of, message_of(message))
        case BlockUndo(compensation=name):
            return Record(of, name, True)


def _refusals(model: Model, command: str) -> frozenset[str]:
    return frozenset(event for each in model.handlers_of(command) for event in each.refuses)


def _of_state(state: State) -> Iterable[tuple[Action, ...]]:
    yield from (each.actions for each in moves(state))
    yield state.entry
    yield from (each.actions for each in state.every)
    yield state.exit


def where(model: Model, saga: Saga) -> Mapping[Record, tuple[str, ...]]:
    """The states in which there may be each kind of record, in source order."""
    found = held(model, saga)
    return {
        each: tuple(name for name in names(saga) if each in found.get(name, _NOTHING))
        for each in recorded(saga)
    }


def compensating(saga: Saga) -> frozenset[str]:
    """The states that something can leave by undoing all there is to undo."""
    return frozenset(
        state.name
        for state in saga.states
        if any(each.compensate for each in _leaving(saga, state))
    )

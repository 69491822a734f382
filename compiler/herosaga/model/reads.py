"""Which data fields expressions and actions read, and which ones actions surely set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.source import Span
from msgspec import Struct

Read = tuple[str, Span]
Fields = frozenset[str]
Actions = tuple[m.Action, ...]


def reads(node: object) -> Iterator[Read]:
    """The data fields that an expression reads, left to right; the key is always there."""
    match node:
        case e.DataField(name=name, key=False, span=span):
            yield name, span
        case tuple():
            for part in node:
                yield from reads(part)
        case Span():
            return
        case Struct():
            for name in node.__struct_fields__:
                yield from reads(getattr(node, name))


def use(node: object, known: Fields, unset: list[Read]) -> Fields:
    """`known`, and what `node` reads, which goes to `unset` unless it is known.

    A field that was read counts as set from there on: the step would have failed at the first read.
    """
    for name, span in reads(node):
        if name not in known:
            unset.append((name, span))
            known |= {name}
    return known


def walk(actions: Iterable[m.Action], known: Fields, unset: list[Read]) -> Fields:
    """What is set after the actions; what they read before that goes to `unset`."""
    for action in actions:
        match action:
            case m.Set(field=name, value=value):
                known = use(value, known, unset) | {name}
            case m.If(condition=condition, then=then, other=other):
                known = use(condition, known, unset)
                known = walk(then, known, unset) & walk(other, known, unset)
            case m.For(source=source, body=body):
                known = use(source, known, unset)
                walk(body, known, unset)
            case _:
                known = use(action, known, unset)
    return known


def step(
    transition: m.Transition, known: Fields, unset: list[Read], leaving: Actions = ()
) -> Fields:
    """What is set after a transition: guard, what the trigger binds, what is done on `leaving`, the actions."""
    known = use(transition.guard, known, unset)
    match transition.trigger:
        case m.OnMessage(binds=binds) | m.OnOutcome(binds=binds):
            known |= frozenset(binds)
    if transition.target is not None:
        known = walk(leaving, known, unset)
    return walk(transition.actions, known, unset)


def entered(state: m.State, known: Fields, unset: list[Read]) -> Fields:
    """What is set once a state is entered, and its times are evaluated."""
    known = walk(state.entry, known, unset)
    for member in state.members:
        match member:
            case m.Transition(trigger=m.After(delay=time) | m.At(time=time)):
                known = use(time, known, unset)
    for every in state.every:
        known = use(every.delay, known, unset)
    return known


def undone(block: m.Compensation, known: Fields, unset: list[Read]) -> Fields:
    """What is set after a compensation's body."""
    return walk(block.actions, use(block.policy, known, unset), unset)


def blocks_recorded(actions: Iterable[m.Action]) -> Iterator[str]:
    """The compensation blocks of which these actions may make a record."""
    for action in actions:
        match action:
            case m.Request(undo=m.BlockUndo(compensation=name)):
                yield name
            case m.Recording(undo=m.BlockUndo(compensation=name)):
                yield name
            case m.If(then=then, other=other):
                yield from blocks_recorded((*then, *other))
            case m.For(body=body):
                yield from blocks_recorded(body)


def joined(state: m.State, trigger: m.Trigger) -> Fields:
    """What is set when a trigger comes that waits for several things: by the transitions of each of them."""
    match trigger:
        case m.OnAll(messages=messages):
            return frozenset().union(*(_part(state, message) for message in messages))
        case m.Onward() if state.joins:
            asked = [a.span for a in state.entry if isinstance(a, m.Request | m.Run)]
            return frozenset().union(*(_answered(state, span) for span in asked))
    return frozenset()


def _part(state: m.State, message: str) -> Fields:
    """What a part of a composite sets in the state, whichever transition takes it."""
    found: Fields | None = None
    for member in state.members:
        match member:
            case m.Transition(trigger=m.OnMessage(message=taken), target=None) if taken == message:
                sets = step(member, frozenset(), [])
                found = sets if found is None else found & sets
                if member.guard is None:
                    return found
            case m.Ignore(what=m.OnMessage(message=taken)) if taken == message:
                break
    return frozenset()


def _answered(state: m.State, asked: Span) -> Fields:
    """What the good answer to a request of a `parallel` block sets."""
    sets = [
        step(each, frozenset(), [])
        for each in state.members
        if isinstance(each, m.Transition) and each.together == asked
    ]
    return frozenset.intersection(*sets) if sets else frozenset()

"""Which data fields expressions and actions read, and which ones actions surely set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.source import Span

Read = tuple[str, Span]
Fields = frozenset[str]


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
        case _ if is_dataclass(node):
            for each in fields(node):
                yield from reads(getattr(node, each.name))


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
            case m.Send(message=message):
                known = use(message, known, unset)
            case m.Request(message=message, policy=policy, undo=undo):
                known = use((message, policy, undo), known, unset)
    return known


def step(transition: m.Transition, known: Fields, unset: list[Read]) -> Fields:
    """What is set after a transition: guard, then what the trigger binds, then the actions."""
    known = use(transition.guard, known, unset)
    match transition.trigger:
        case m.OnMessage(binds=binds):
            known |= frozenset(binds)
    return walk(transition.actions, known, unset)


def entered(state: m.State, known: Fields, unset: list[Read]) -> Fields:
    """What is set once a state is entered, and its delays are evaluated."""
    for member in state.members:
        match member:
            case m.Transition(trigger=m.After(delay=delay)):
                known = use(delay, known, unset)
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
            case m.If(then=then, other=other):
                yield from blocks_recorded((*then, *other))
            case m.For(body=body):
                yield from blocks_recorded(body)

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


def walk(actions: Iterable[m.Action], known: Fields, unset: list[tuple[Read, Fields]]) -> Fields:
    """What is set after the actions; what they read before that goes to `unset`.

    A field that was read counts as set from there on: the step would have failed at the first read.
    """
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


def use(node: object, known: Fields, unset: list[tuple[Read, Fields]]) -> Fields:
    """`known`, and what `node` reads, which goes to `unset` unless it is known."""
    for name, span in reads(node):
        if name not in known:
            unset.append(((name, span), known))
            known |= {name}
    return known

"""How each message that a saga takes finds its instance."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.checks import hs406, hs407
from herosaga.model import model as m
from herosaga.model.env import Env
from herosaga.model.fit import same
from herosaga.model.types import Optional, Type
from herosaga.source import Span

Members = tuple[m.Transition | m.Ignore, ...]


def correlations(
    key: str,
    kind: Type,
    start: tuple[m.Transition, ...],
    states: tuple[m.State, ...],
    missing: Members,
    env: Env,
) -> tuple[m.Correlation, ...]:
    """One for each message taken, in the order in which they are first named."""
    places: dict[str, Span] = {}
    for message, span in _taken((*start, *(x for s in states for x in s.members), *missing)):
        places.setdefault(message, span)
    return tuple(
        m.Correlation(message, key)
        for message, span in places.items()
        if _correlates(message, key, kind, span, env)
    )


def _taken(members: Members) -> Iterator[tuple[str, Span]]:
    for member in members:
        match member:
            case m.Transition(trigger=m.OnMessage(message=message, span=span)):
                yield message, span
            case m.Ignore(message=message, span=span):
                yield message, span


def _correlates(message: str, key: str, kind: Type, span: Span, env: Env) -> bool:
    """Whether the message has the saga's key, with its type; else it is reported."""
    shape = env.world.shapes[message]
    slot = shape.slots.get(key)
    if slot is None:
        env.report.append(hs406.no_key(shape.name, shape.kind, key, str(kind), span))
        return False
    if isinstance(slot.type, Optional):
        env.report.append(hs407.optional(shape.name, key, span, slot.span))
        return False
    if not same(slot.type, kind):
        found = str(slot.type)
        env.report.append(hs407.other_type(shape.name, key, found, str(kind), span, slot.span))
        return False
    return True

"""A saga's transitions, each once, with the states in which it holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from herosaga.model.model import Ignore, Saga, State, Transition

Where = Literal["start", "state", "missing"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A transition, the block where it stands, and the states in which it holds: a group's has several."""

    transition: Transition
    where: Where
    states: tuple[str, ...]


def moves(state: State) -> tuple[Transition, ...]:
    """The transitions that hold in a state, without what it ignores."""
    return tuple(each for each in state.members if isinstance(each, Transition))


def names(saga: Saga) -> tuple[str, ...]:
    """All states of a saga, the final ones last."""
    return (*(each.name for each in saga.states), *(each.name for each in saga.finals))


def transitions(saga: Saga) -> tuple[Placed, ...]:
    """All transitions, those of a group once."""
    found: dict[int, Placed] = {}
    for where, name, members in _blocks(saga):
        for each in members:
            if isinstance(each, Transition):
                before = found.get(each.span.start)
                states = (*(before.states if before else ()), *([name] if name else []))
                found[each.span.start] = Placed(each, where, states)
    return tuple(found.values())


def ignored(saga: Saga) -> frozenset[str]:
    """The messages that a saga takes in some state only to drop them."""
    return frozenset(
        each.message
        for _, _, members in _blocks(saga)
        for each in members
        if isinstance(each, Ignore)
    )


def _blocks(saga: Saga) -> Iterator[tuple[Where, str, tuple[Transition | Ignore, ...]]]:
    yield "start", "", saga.start
    for state in saga.states:
        yield "state", state.name, state.members
    yield "missing", "", saga.missing

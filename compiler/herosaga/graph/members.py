"""A saga's transitions, each once, with the states in which it holds; and all that it ever does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from herosaga.model.model import Action, Defer, Ignore, Member, Saga, State, Transition
from msgspec import Struct

Where = Literal["start", "state", "missing"]


class Placed(Struct, frozen=True):
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
    """All transitions, those of a group once: that is one value in several states."""
    found: dict[int, tuple[Transition, Where, list[str]]] = {}
    for where, name, members in _blocks(saga):
        for each in members:
            if isinstance(each, Transition):
                _, _, states = found.setdefault(id(each), (each, where, []))
                states.extend([name] if name else [])
    return tuple(Placed(each, where, tuple(states)) for each, where, states in found.values())


def dropped(saga: Saga) -> frozenset[str]:
    """The messages that a saga takes in some state only to drop them, or to keep them for later."""
    return frozenset(
        each.message
        for _, _, members in _blocks(saga)
        for each in members
        if isinstance(each, Ignore | Defer)
    )


def bodies(saga: Saga) -> Iterator[tuple[Action, ...]]:
    """All actions of a saga, block by block: of transitions, states, finals and compensations."""
    for placed in transitions(saga):
        yield placed.transition.actions
    told: set[int] = set()
    for state in saga.states:
        yield state.entry
        yield state.exit
        for every in state.every:
            if id(every) not in told:
                told.add(id(every))
                yield every.actions
    for final in saga.finals:
        yield final.actions
    for block in saga.compensations:
        yield block.actions


def _blocks(saga: Saga) -> Iterator[tuple[Where, str, tuple[Member, ...]]]:
    yield "start", "", saga.start
    for state in saga.states:
        yield "state", state.name, state.members
        if saga.deadline is not None and not state.passing:
            yield "state", state.name, (saga.deadline,)
    yield "missing", "", saga.missing

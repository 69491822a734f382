"""A saga's transitions as they were written: once each, with all their triggers, wherever they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from herosaga.model import model as m
from herosaga.names import snake


@dataclass(slots=True)
class Written:
    """One `on`, `after`, `at` or way onward. `owner` begins its function's name; `state` is the first that it holds in.

    `alike` are the transitions that are one here, which differ only in their triggers. `leaves` where a state that it leaves
    has an `exit`.
    """

    owner: str
    state: m.State | None
    alike: list[m.Transition]
    leaves: bool

    @property
    def first(self) -> m.Transition:
        """What all of them say."""
        return self.alike[0]

    @property
    def begins(self) -> bool:
        """Whether it takes a message that found no instance: it starts one, or stands in `missing`."""
        return self.state is None and self.owner in ("start", "missing")

    @property
    def place(self) -> str:
        """Where it holds, if in no more than one state."""
        if self.state is not None:
            return self.state.name
        return {"missing": "no instance"}.get(self.owner, self.owner)

    @property
    def triggers(self) -> tuple[m.Trigger, ...]:
        """What sets it off."""
        return tuple(each.trigger for each in self.alike)

    @property
    def messages(self) -> tuple[str, ...]:
        """The messages among its triggers."""
        found = (each.message for each in self.triggers if isinstance(each, m.OnMessage))
        return tuple(dict.fromkeys(found))


def written(saga: m.Saga) -> Iterator[Written]:
    """All transitions of a saga, but those of a deadline."""
    known: dict[int, Written] = {}
    by_place: dict[int, list[Written]] = {}
    for owner, state, transition in _all(saga):
        found = known.get(id(transition))
        if found is None:
            place = by_place.setdefault(_place(transition), [])
            found = next((each for each in place if _is_alike(each.first, transition)), None)
            if found is None:
                found = Written(owner, state, [], False)
                place.append(found)
            found.alike.append(transition)
            known[id(transition)] = found
        found.leaves = found.leaves or leaves(transition, state)
    for place in by_place.values():
        yield from place


def leaves(transition: m.Transition, state: m.State | None) -> bool:
    """Whether it makes an instance leave a state that has an `exit`."""
    return state is not None and bool(state.exit) and transition.target is not None


def _all(saga: m.Saga) -> Iterator[tuple[str, m.State | None, m.Transition]]:
    """Transitions with what their names begin with, and the state that they hold in."""
    for each in saga.start:
        yield "start", None, each
    for state in saga.states:
        for member in state.members:
            if isinstance(member, m.Transition):
                yield _owner(state, member), state, member
    for member in saga.missing:
        if isinstance(member, m.Transition):
            yield "missing", None, member


def _owner(state: m.State, transition: m.Transition) -> str:
    match transition:
        case m.Transition(level=level) if level:
            return level_name(level)
        case m.Transition(trigger=m.OnMessage(step=step) | m.OnOutcome(step=step)) if step:
            return snake(step)
        case _:
            return snake(state.name)


_FEW = 3


def level_name(level: str) -> str:
    """`during Reserving, Charging` -> `during_reserving_charging`, `sequence Booking` -> `booking`."""
    head, *states = level.replace(",", " ").split()
    if len(states) > _FEW:
        states = [*states[: _FEW - 1], "others"]
    words = states if head == "sequence" else [head, *states]
    return "_".join(snake(word) for word in words)


def _place(transition: m.Transition) -> int:
    return (transition.together or transition.span).start


def _is_alike(one: m.Transition, other: m.Transition) -> bool:
    return (
        one.level == other.level
        and one.target == other.target
        and one.compensate == other.compensate
        and one.guard == other.guard
        and one.actions == other.actions
    )

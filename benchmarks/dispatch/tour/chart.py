"""The tour as `python-statemachine` wants it: a class with a state for each stop."""

from __future__ import annotations

from types import new_class
from typing import Any

from statemachine import State, StateMachine

from benchmarks.dispatch.in_place import Machine


def chart(machine: Machine) -> type[StateMachine]:
    """The class of a machine, made as its metaclass makes it of what is written out."""
    names = machine.states()
    targets = {each.dest for each in machine.arrows}
    sources = {each.source for each in machine.arrows}
    states = {
        name: State(value=name, initial=name not in targets, final=name not in sources)
        for name in names
    }
    events: dict[str, Any] = {}
    for arrow in machine.arrows:
        source, inside = states[arrow.source], arrow.dest is None
        way = source.to(
            states[arrow.dest or arrow.source], on=arrow.do, cond=arrow.when, internal=inside
        )
        event = machine.triggers[arrow.trigger]
        events[event] = events[event] | way if event in events else way
    settings = {
        "allow_event_without_transition": True,
        "enable_self_transition_entries": False,
    }
    found = {f"at_{name.lower()}": state for name, state in states.items()}
    body = {**settings, **found, **events}
    made: type = new_class(
        "TourChart", (StateMachine,), {}, lambda namespace: namespace.update(body)
    )
    assert issubclass(made, StateMachine)
    return made

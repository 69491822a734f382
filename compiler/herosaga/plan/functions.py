"""A saga's functions, each once, and which of them the table names where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.names import snake
from herosaga.plan import blocks
from herosaga.plan.actions import is_constant
from herosaga.plan.code import PyCode
from herosaga.plan.migrations import migration
from herosaga.plan.place import FunctionPlan, Place
from herosaga.plan.transitions import transition_plan
from herosaga.plan.written import Written, written
from herosaga.source import Span


@dataclass(slots=True)
class Functions:
    """The functions of a saga, by what they are of: a node of the model, by its identity, or a state or block by name."""

    placed: list[tuple[tuple[int, int, bool], FunctionPlan]] = field(default_factory=list)
    runs: dict[int, PyCode] = field(default_factory=dict)
    times: dict[int, PyCode] = field(default_factory=dict)
    entries: dict[str, PyCode] = field(default_factory=dict)
    exits: dict[str, PyCode] = field(default_factory=dict)
    finals: dict[str, PyCode] = field(default_factory=dict)
    compensations: dict[str, PyCode] = field(default_factory=dict)
    policies: dict[str, PyCode] = field(default_factory=dict)

    @property
    def plans(self) -> tuple[FunctionPlan, ...]:
        """All of them, in source order."""
        return tuple(plan for _, plan in sorted(self.placed, key=itemgetter(0)))

    def add(self, span: Span, plan: FunctionPlan, first: bool = False) -> PyCode:
        """One more, before others at its place if it is what is done `first` there; gives its name."""
        self.placed.append(((span.line, span.column, not first), plan))
        return plan.name


def functions(place: Place) -> Functions:
    """Every function of a saga."""
    found = Functions()
    for each in sorted(written(place.saga), key=lambda each: each.first.span.start):
        _transition(place, found, each)
    if place.saga.deadline is not None:
        _transition(place, found, _of_deadline(place.saga, place.saga.deadline))
    for owner, every in _every(place.saga):
        found.runs[id(every)] = found.add(every.span, blocks.repeated(place, owner, every))
        _time(place, found, every, found.runs[id(every)], every.delay)
    for state in place.saga.states:
        if state.entry:
            span = state.span if state.sequence else state.entry[0].span
            found.entries[state.name] = found.add(span, blocks.entry(place, state), first=True)
        if state.exit:
            name = found.add(state.exit[0].span, blocks.leaving(place, state))
            found.exits[state.name] = name
    _ends(place, found)
    for old in place.saga.migrations:
        found.runs[id(old)] = found.add(old.span, migration(place, old))
    return found


def _ends(place: Place, found: Functions) -> None:
    for final in place.saga.finals:
        if final.actions:
            found.finals[final.name] = found.add(final.span, blocks.final(place, final))
    for block in place.saga.compensations:
        name = found.add(block.span, blocks.compensation(place, block))
        found.compensations[block.name] = name
        if block.policy is not None and not is_constant(block.policy):
            plan = blocks.policy_of(place, block, block.policy)
            found.policies[block.name] = found.add(block.policy.span, plan)


def _of_deadline(saga: m.Saga, deadline: m.Transition) -> Written:
    leaving = deadline.target is not None and any(each.exit for each in saga.states)
    return Written("", None, [deadline], leaving)


def _every(saga: m.Saga) -> Iterator[tuple[str, m.Every]]:
    """Each `every` once, with what its name begins with."""
    known: set[int] = set()
    for state in saga.states:
        for each in state.every:
            if id(each) not in known:
                yield snake(state.name), each
            known.add(id(each))


def _transition(place: Place, found: Functions, each: Written) -> None:
    name = found.add(each.first.span, transition_plan(place, each))
    for transition in each.alike:
        found.runs[id(transition)] = name
        match transition.trigger:
            case m.After(length) | m.Deadline(length):
                _time(place, found, transition, name, length)
            case m.At(time) if not isinstance(time, e.Const):
                plan = blocks.moment(place, name, time)
                found.times[id(transition)] = found.add(transition.span, plan)


def _time(
    place: Place,
    found: Functions,
    node: m.Transition | m.Every,
    name: PyCode,
    length: e.Expr,
) -> None:
    """A function for how long is waited, unless that is always the same."""
    if not isinstance(length, e.Const):
        found.times[id(node)] = found.add(node.span, blocks.delay(place, name, length))

"""The table of a saga: what it receives, calls and does, as the runtime reads it."""

from __future__ import annotations

from herosaga.model import model as m
from herosaga.names import field_name
from herosaga.plan.actions import policy, undo_class
from herosaga.plan.arms import GroupPlan, Making, RowPlan, arms, rows, time
from herosaga.plan.code import PyCode, code, identifier, items, join, literal, number
from herosaga.plan.expr import value
from herosaga.plan.externs import called_externs
from herosaga.plan.functions import Functions
from herosaga.plan.migrations import migration_entry
from herosaga.plan.place import Place
from herosaga.plan.receives import call, receives, requested, serves
from herosaga.plan.timely import orders
from msgspec import Struct


class PairPlan(Struct, frozen=True):
    """What belongs to a state, or to a timer's name."""

    key: PyCode
    value: PyCode


class TablePlan(Struct, frozen=True):
    """The value that a host is given. `single` are the arguments that have one value."""

    name: PyCode
    final: PyCode
    wire: PyCode
    version: PyCode
    receives: tuple[PyCode, ...]
    calls: tuple[PyCode, ...]
    start: tuple[PyCode, ...]
    groups: tuple[GroupPlan, ...]
    rows: tuple[RowPlan, ...]
    missing: tuple[PyCode, ...]
    ends: tuple[PairPlan, ...]
    compensations: tuple[PyCode, ...]
    entries: tuple[PairPlan, ...]
    exits: tuple[PairPlan, ...]
    joins: tuple[PyCode, ...]
    timers: tuple[PairPlan, ...]
    migrations: tuple[PyCode, ...]
    single: tuple[PairPlan, ...]


def table_plan(place: Place, made: Functions) -> TablePlan:
    """The table of a saga whose functions are made."""
    saga = place.saga
    calls = tuple(requested(saga))
    making = Making(place, made, orders(saga))
    received = tuple(receives(place, calls))
    groups, states = rows(making)
    return TablePlan(
        identifier(saga.name),
        place.context.scope.use("typing", "Final"),
        literal(saga.id),
        number(saga.version),
        received,
        tuple(call(place, each) for each in calls),
        tuple(arms(making, saga.start)),
        groups,
        states,
        tuple(arms(making, saga.missing)),
        tuple(PairPlan(place.target(each.name), _end(place, made, each)) for each in saga.finals),
        tuple(_compensation(place, made, each) for each in saga.compensations),
        _of_states(place, made.entries),
        _of_states(place, made.exits),
        tuple(place.target(each.name) for each in saga.states if each.joins),
        _timers(making),
        tuple(migration_entry(place, each, made.runs[id(each)]) for each in saga.migrations),
        tuple(_single(making)),
    )


def _of_states(place: Place, runs: dict[str, PyCode]) -> tuple[PairPlan, ...]:
    return tuple(PairPlan(place.target(name), run) for name, run in runs.items())


def _timers(making: Making) -> tuple[PairPlan, ...]:
    timers = making.place.saga.timers
    places = making.orders.timers
    return tuple(PairPlan(literal(each.name), number(places[each.name])) for each in timers)


def _single(making: Making) -> list[PairPlan]:
    """What a saga says once, if at all."""
    place, saga = making.place, making.place.saga
    found: list[PairPlan] = []
    if saga.deadline is not None:
        found.append(PairPlan(code("deadline"), _deadline(making, saga.deadline)))
    if saga.retain is not None:
        found.append(PairPlan(code("retain"), value(place.at, saga.retain)))
    if saga.serves is not None:
        found.append(PairPlan(code("serves"), serves(place, saga.serves)))
    called = dict.fromkeys(called_externs(saga))
    if called:
        names = [literal(field_name(place.context.model.externs[id].name)) for id in called]
        found.append(PairPlan(code("functions"), items(names)))
    return found


def _deadline(making: Making, deadline: m.Transition) -> PyCode:
    assert isinstance(deadline.trigger, m.Deadline)
    delay = time(making, deadline, deadline.trigger.delay)
    place = code("order={}", number(making.orders.deadline))
    parts = join(", ", [delay, making.made.runs[id(deadline)], place])
    return code("{}({})", making.place.runtime("Deadline"), parts)


def _end(place: Place, made: Functions, final: m.Final) -> PyCode:
    parts = [literal(final.mark)] if final.mark or final.name in made.finals else []
    if final.name in made.finals:
        parts.append(made.finals[final.name])
    return code("{}({})", place.runtime("End"), join(", ", parts))


def _compensation(place: Place, made: Functions, block: m.Compensation) -> PyCode:
    parts = [undo_class(place.saga, block.name), made.compensations[block.name]]
    if block.policy is not None:
        told = made.policies.get(block.name) or policy(place.at, block.policy)
        parts.append(code("policy={}", told))
    if block.otherwise is not None:
        parts.append(code("otherwise={}", place.target(block.otherwise)))
    return code("{}({})", place.runtime("Compensation"), join(", ", parts))

"""The lines of a saga's table: what each state does on what, and what several states share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.plan.code import PyCode, code, items, join, literal, number
from herosaga.plan.expr import value
from herosaga.plan.functions import Functions
from herosaga.plan.levels import Held, Run, runs_of
from herosaga.plan.place import Place
from herosaga.plan.timely import Orders
from msgspec import Struct


class GroupPlan(Struct, frozen=True):
    """Arms that several states have from one `during`: a constant, of type `kind`."""

    name: PyCode
    kind: PyCode
    arms: tuple[PyCode, ...]


class RowPlan(Struct, frozen=True):
    """A state and its arms."""

    state: PyCode
    arms: tuple[PyCode, ...]


class Making(Struct, frozen=True):
    """What arms are made with."""

    place: Place
    made: Functions
    orders: Orders


def rows(making: Making) -> tuple[tuple[GroupPlan, ...], tuple[RowPlan, ...]]:
    """What states share, and the states."""
    place = making.place
    runs = runs_of(place.saga)
    groups = _groups(making, [run for some in runs.values() for run in some])
    found = tuple(
        RowPlan(place.target(name), tuple(_of_runs(making, some, groups)))
        for name, some in runs.items()
    )
    return tuple(groups.values()), found


def arms(making: Making, members: Iterable[Held]) -> Iterator[PyCode]:
    """The arms of what holds somewhere, in order."""
    for member in members:
        match member:
            case m.Transition():
                yield _arm(making, member)
            case m.Every():
                yield _every(making, member)
            case m.Ignore(what) | m.Defer(what):
                word = "Ignore" if isinstance(member, m.Ignore) else "Defer"
                yield code("{}({})", making.place.runtime(word), _what(making.place, what))


# --- what several states share -------------------------------------------------------------------


def _groups(making: Making, runs: Iterable[Run]) -> Mapping[tuple[int, ...], GroupPlan]:
    """The levels that more than one state has, and that are more than one line."""
    counts = Counter(run.key for run in runs if run.level and len(run.held) > 1)
    found: dict[tuple[int, ...], GroupPlan] = {}
    place = making.place
    for run in runs:
        if counts[run.key] > 1 and run.key not in found:
            name = place.context.scope.free((place.prefix + run.name).upper())
            final, arm = place.context.scope.use("typing", "Final"), place.runtime("Arm")
            kind = code("{}[tuple[{}[{}, {}], ...]]", final, arm, place.data, place.state)
            found[run.key] = GroupPlan(name, kind, tuple(arms(making, run.held)))
    return found


def _of_runs(
    making: Making, runs: Iterable[Run], groups: Mapping[tuple[int, ...], GroupPlan]
) -> Iterator[PyCode]:
    for run in runs:
        if run.key in groups:
            yield code("*{}", groups[run.key].name)
        else:
            yield from arms(making, run.held)


# --- one line ------------------------------------------------------------------------------------


_KINDS: Mapping[type, str] = {
    m.OnMessage: "On",
    m.OnOutcome: "OnDone",
    **{
        kind: kind.__name__
        for kind in (
            m.OnFailure,
            m.OnTimeout,
            m.OnFault,
            m.OnTimer,
            m.OnAll,
            m.Onward,
            m.After,
            m.At,
        )
    },
}


def _arm(making: Making, transition: m.Transition) -> PyCode:
    parts = join(", ", _parts(making, transition, making.made.runs[id(transition)]))
    return code("{}({})", making.place.runtime(_KINDS[type(transition.trigger)]), parts)


def _parts(making: Making, transition: m.Transition, run: PyCode) -> list[PyCode]:
    """What stands in the brackets of an arm."""
    name = making.place.context.type_name
    match transition.trigger:
        case m.OnMessage(message, step=step) | m.OnOutcome(message, step=step):
            return [name(message), run, *([code("step={}", literal(step))] if step else [])]
        case m.OnFailure(command) | m.OnTimeout(command) | m.OnFault(command):
            return [name(command), run]
        case m.OnTimer(timer):
            return [literal(timer), run]
        case m.OnAll(messages):
            group = [code("group={}", literal(transition.level))] if transition.level else []
            return [items(map(name, messages)), run, *group]
        case m.Onward():
            return [run]
        case m.After(expr) | m.At(expr) | m.Deadline(expr):
            return [time(making, transition, expr), run, *order(making, transition)]


def _every(making: Making, every: m.Every) -> PyCode:
    run = making.made.runs[id(every)]
    parts = [time(making, every, every.delay), run, *order(making, every)]
    return code("{}({})", making.place.runtime("Every"), join(", ", parts))


def time(making: Making, node: m.Transition | m.Every, expr: e.Expr) -> PyCode:
    """A length or time as it is, or the function that tells it."""
    return making.made.times.get(id(node)) or value(making.place.at, expr)


def order(making: Making, node: m.Transition | m.Every) -> list[PyCode]:
    """The place of a time among the others, where it has to be said."""
    place = making.orders.nodes.get(id(node), 0)
    return [code("order={}", number(place))] if place else []


def _what(place: Place, what: m.Swallowed) -> PyCode:
    name = place.context.type_name
    match what:
        case m.OnMessage(message):
            return name(message)
        case m.OnTimeout(command):
            return code("{}({})", place.runtime("TimeoutOf"), name(command))
        case m.OnFault(command):
            return code("{}({})", place.runtime("FaultOf"), name(command))
        case m.OnOutcome(of):
            return code("{}({})", place.runtime("DoneOf"), name(of))
        case m.OnTimer(timer):
            return code("{}({})", place.runtime("TimerOf"), literal(timer))

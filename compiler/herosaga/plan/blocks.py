"""What is done beside transitions: on entering and leaving states, again and again, on undoing; and how long is waited."""

from __future__ import annotations

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.names import snake
from herosaga.plan.actions import Line, lines, policy_value, undo_class
from herosaga.plan.code import PyCode, code, docstring
from herosaga.plan.expr import value
from herosaga.plan.place import FLAT, FunctionPlan, Place, told, with_data
from herosaga.plan.words import source_of, trigger_name
from herosaga.plan.written import level_name
from msgspec.structs import replace


def entry(place: Place, state: m.State) -> FunctionPlan:
    """What is done when a state is entered."""
    if state.sequence:
        what = "parallel" if state.joins else f"step {state.name.rpartition('.')[2]}"
        doc = told(state.meta.doc, state.span, f"sequence {state.sequence}: {what}")
    else:
        doc = told("", state.entry[0].span, f"{state.name}: entry")
    return place.plain(f"enter_{snake(state.name)}", doc, lines(place.at, place.saga, state.entry))


def leaving(place: Place, state: m.State) -> FunctionPlan:
    """What is done when a state is left."""
    doc = told("", state.exit[0].span, f"{state.name}: exit")
    return place.plain(f"leave_{snake(state.name)}", doc, lines(place.at, place.saga, state.exit))


def final(place: Place, state: m.Final) -> FunctionPlan:
    """What is done in the end."""
    mark = f" {state.mark}" if state.mark else ""
    doc = told(state.meta.doc, state.span, f"final {state.name}{mark}")
    name = f"enter_{snake(state.name)}"
    return place.plain(name, doc, lines(place.at, place.saga, state.actions))


def repeated(place: Place, owner: str, every: m.Every) -> FunctionPlan:
    """What is done again and again while an instance is in a state."""
    level = f"{every.level}: " if every.level else ""
    doc = told(every.meta.doc, every.span, f"{level}every {source_of(every.delay)}")
    after = trigger_name(place.context.model, m.After(every.delay, every.span))
    name = (
        f"{level_name(every.level) if every.level else owner}_every_{after.removeprefix('after_')}"
    )
    return place.plain(name, doc, lines(place.at, place.saga, every.actions))


def compensation(place: Place, block: m.Compensation) -> FunctionPlan:
    """How something is undone."""
    doc = told(block.meta.doc, block.span, f"compensation {block.name}")
    body = lines(place.at, place.saga, block.actions)
    made = place.plain(f"undo_by_{snake(block.name)}", doc, body)
    undo = undo_class(place.saga, block.name)
    return replace(made, parameters=code("{}, undo: {}", made.parameters, undo))


def policy_of(place: Place, block: m.Compensation, given: m.Policy) -> FunctionPlan:
    """The policy of a compensation, where it depends on the data or on what is undone."""
    name = f"policy_of_{snake(block.name)}"
    doc = told("", given.span, f"the policy of compensation {block.name}")
    body = tuple(with_data([Line(FLAT, code("return {}", policy_value(place.at, given)))]))
    undo = undo_class(place.saga, block.name)
    parameters = code("{}, undo: {}", place.step, undo)
    kind = place.context.runtime("policy", "Policy")
    return FunctionPlan(place.name(name), parameters, kind, doc, body)


# --- times -------------------------------------------------------------------------------------


def delay(place: Place, name: PyCode, length: e.Expr) -> FunctionPlan:
    """How long is waited, where that depends on the data."""
    kind = place.context.scope.use("datetime", "timedelta")
    return _time(place, f"{name}_delay", kind, docstring("How long it waits."), length)


def moment(place: Place, name: PyCode, time: e.Expr) -> FunctionPlan:
    """Until when is waited, where that depends on the data."""
    kind = place.context.scope.use("datetime", "datetime")
    return _time(place, f"{name}_moment", kind, docstring("When it is time."), time)


def _time(place: Place, name: str, kind: PyCode, doc: PyCode, expr: e.Expr) -> FunctionPlan:
    body = tuple(with_data([Line(FLAT, code("return {}", value(place.at, expr)))]))
    return FunctionPlan(place.context.scope.function(name), place.step, kind, doc, body)

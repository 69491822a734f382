"""Itineraries: their variables, a function for each stage that reads them, what is done at the end, and the table."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.itinerary import OUTCOMES
from herosaga.model.runs import turning_back
from herosaga.model.types import UNKNOWN, MessageType
from herosaga.names import snake
from herosaga.plan.actions import lines
from herosaga.plan.code import PyCode, code, docstring, identifier, join
from herosaga.plan.context import Context
from herosaga.plan.drawn import drawn
from herosaga.plan.expr import Values
from herosaga.plan.place import FunctionPlan, told
from herosaga.plan.road import HEAD, WIDEST, rows
from herosaga.plan.scope import Locals
from herosaga.plan.stages import block
from herosaga.plan.variables import Names, VariablesPlan, seen, variables_plan
from herosaga.plan.way import HOME, way
from msgspec import Struct

_ENDING = "what the end sends by"
"""Its key among the local variables: no name that a user could write."""


class EndPlan(Struct, frozen=True):
    """What happens at an outcome."""

    outcome: PyCode
    value: PyCode


class ItineraryPlan(Struct, frozen=True):
    """An itinerary. `stages` is the table; a host is given `name`."""

    variables: VariablesPlan
    functions: tuple[FunctionPlan, ...]
    name: PyCode
    final: PyCode
    kind: PyCode
    start: PyCode
    back: PyCode
    stages: PyCode
    ends: tuple[EndPlan, ...]
    doc: PyCode


def itinerary_plan(context: Context, itinerary: m.Itinerary) -> ItineraryPlan:
    """All that a module has of one itinerary, but for its messages."""
    variables = variables_plan(context, itinerary)
    beginning = way(context, itinerary)
    stages = block(beginning, itinerary.stages)
    actions = {each.outcome: each for each in itinerary.outcomes if each.actions}
    done = {name: _function(context, itinerary, each) for name, each in actions.items()}
    return ItineraryPlan(
        variables,
        (*beginning.made.plans, *done.values()),
        identifier(f"{itinerary.name}Itinerary"),
        context.scope.use("typing", "Final"),
        context.runtime(HOME, "Itinerary"),
        context.type_name(itinerary.id),
        context.type_name(turning_back(itinerary.id)),
        stages,
        tuple(_ends(context, itinerary, done)),
        docstring("\n\n".join(_words(context.model, itinerary))),
    )


def _words(model: m.Model, itinerary: m.Itinerary) -> Iterator[str]:
    yield itinerary.meta.doc or f"Itinerary `{itinerary.name}`."
    road = list(rows(model, itinerary.stages))
    if road:
        yield drawn(HEAD, road, WIDEST)
    yield f"`host.send({itinerary.name}(…))` sends a slip on its way."


# --- how it ends ---------------------------------------------------------------------------------


def _ends(
    context: Context, itinerary: m.Itinerary, done: dict[str, FunctionPlan]
) -> Iterator[EndPlan]:
    """Each outcome with its event, and with the function that is called then."""
    kind = context.runtime(HOME, "Finish")
    for outcome in OUTCOMES:
        parts = [context.type_name(f"{itinerary.id}.{outcome}")]
        parts += [done[outcome].name] if outcome in done else []
        yield EndPlan(identifier(outcome), code("{}({})", kind, join(", ", parts)))


def _function(context: Context, itinerary: m.Itinerary, end: m.Outcome) -> FunctionPlan:
    """What is done at an outcome. It reads the event: what is called by its bare name is a field of it."""
    event = MessageType(f"{itinerary.id}.{end.outcome}")
    locals_, ending = Locals().assign("ending", UNKNOWN, context.scope, _ENDING)
    names = Names(e.EventValue(event, end.span), {})
    at = Values(context, locals_, step=ending)
    parameters = code(
        "{}: {}, event: {}", ending, context.runtime(HOME, "Ending"), context.type_name(event.id)
    )
    return FunctionPlan(
        context.scope.function(f"{snake(itinerary.name)}_{end.outcome}"),
        parameters,
        code("None"),
        told("", end.span, f"on {end.outcome}"),
        tuple(lines(at, None, seen(end.actions, names))),
    )

"""Where an itinerary's functions stand, and those that there are so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.types import UNKNOWN, Type
from herosaga.names import snake
from herosaga.plan.actions import Line
from herosaga.plan.code import PyCode, code, identifier
from herosaga.plan.context import Context
from herosaga.plan.expr import Values, value
from herosaga.plan.place import FLAT, FunctionPlan, told
from herosaga.plan.scope import Locals
from herosaga.plan.variables import LoopNames, Names, loop_names, seen, types_of
from herosaga.source import Span
from msgspec import Struct
from msgspec.structs import replace

_VARIABLES = "the variables of the slip"
"""Their key among the local variables: no name that a user could write."""

HOME = "itineraries.table"
"""The runtime's module of what itineraries are made of."""


@dataclass(slots=True)
class Made:
    """The functions of an itinerary, in source order."""

    plans: list[FunctionPlan] = field(default_factory=list)


class Way(Struct, frozen=True):
    """A place among an itinerary's stages: `at` is where expressions stand in functions, `names` what they read there."""

    context: Context
    itinerary: m.Itinerary
    at: Values
    variable: PyCode
    names: Names
    loops: LoopNames
    made: Made

    def within(self, loop: m.Loop) -> Way:
        """The place in a loop."""
        name = self.loops[loop.var, loop.type]
        return replace(self, names=self.names.binding(loop.var, name))

    def read(self, expr: e.Expr) -> PyCode:
        """An expression that is read here."""
        return value(self.at, seen(expr, self.names))

    def runtime(self, name: str) -> PyCode:
        """What an itinerary is made of."""
        return self.context.runtime(HOME, name)

    def function(
        self, name: str, returns: PyCode, doc: str, span: Span, words: str, given: PyCode
    ) -> PyCode:
        """One more function of the variables; gives its name."""
        wanted = f"{snake(self.itinerary.name)}_{name}"
        plan = FunctionPlan(
            self.context.scope.function(wanted),
            code("{}: {}", self.variable, identifier(f"{self.itinerary.name}Variables")),
            returns,
            told(doc, span, words),
            (Line(FLAT, code("return {}", given)),),
        )
        self.made.plans.append(plan)
        return plan.name


def way(context: Context, itinerary: m.Itinerary) -> Way:
    """The beginning of an itinerary."""
    locals_, variable = Locals().assign("v", UNKNOWN, context.scope, _VARIABLES)
    kinds: Mapping[str, Type] = types_of(context.model, itinerary)
    owner = e.Local(_VARIABLES, False, UNKNOWN, itinerary.span)
    return Way(
        context,
        itinerary,
        Values(context, locals_),
        variable,
        Names(owner, kinds),
        loop_names(itinerary, kinds),
        Made(),
    )

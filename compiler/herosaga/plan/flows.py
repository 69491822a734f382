"""Flows: the value by which a host follows a choreography."""

from __future__ import annotations

from herosaga.graph.ways import Way, ways
from herosaga.model.model import Flow
from herosaga.plan.code import PyCode, code, docstring, identifier, items, join, literal
from herosaga.plan.context import Context
from herosaga.plan.expr import Values, value
from msgspec import Struct


class FlowPlan(Struct, frozen=True):
    """A flow: a constant."""

    name: PyCode
    final: PyCode
    value: PyCode
    doc: PyCode | None


def flow_plan(context: Context, flow: Flow) -> FlowPlan:
    """The constant of a flow."""
    parts = [literal(flow.id), items(_branch(context, each) for each in ways(context.model, flow))]
    if flow.within is not None:
        parts.append(code("within={}", value(Values(context), flow.within)))
    made = code("{}({})", context.runtime("flows", "Flow"), join(", ", parts))
    doc = docstring(flow.meta.doc) if flow.meta.doc else None
    return FlowPlan(identifier(flow.name), context.scope.use("typing", "Final"), made, doc)


def _branch(context: Context, way: Way) -> PyCode:
    parts = [context.type_name(way.source), _types(context, way.targets)]
    if way.others:
        parts.append(_types(context, way.others))
    parts.append(code("by={}", literal(way.by)))
    if way.many:
        parts.append(code("many={}", literal(way.many)))
    if not way.direct:
        parts.append(code("direct={}", literal(False)))
    return code("{}({})", context.runtime("flows", "Branch"), join(", ", parts))


def _types(context: Context, ids: tuple[str, ...]) -> PyCode:
    return items(context.type_name(id) for id in ids)

"""Sagas: states, data, a function for each transition, and the table."""

from __future__ import annotations

from herosaga.model import model as m
from herosaga.names import constant
from herosaga.plan.actions import undo_class
from herosaga.plan.code import PyCode, docstring, identifier, literal
from herosaga.plan.context import Context
from herosaga.plan.saga_data import DataPlan, data_plan
from herosaga.plan.shapes import MemberPlan, ShapePlan, undo_plan
from herosaga.plan.table import TablePlan, table_plan
from herosaga.plan.transitions import FunctionPlan, functions
from msgspec import Struct

COMPENSATING = "Compensating"


class SagaPlan(Struct, frozen=True):
    """All of a saga; `base` is its states' `StrEnum`."""

    base: PyCode
    state: PyCode
    state_doc: PyCode
    members: tuple[MemberPlan, ...]
    data: DataPlan
    undos: tuple[ShapePlan, ...]
    functions: tuple[FunctionPlan, ...]
    table: TablePlan


def saga_plan(context: Context, saga: m.Saga, prefix: str) -> SagaPlan:
    """Everything that a module has of one saga; `prefix` begins its functions' names."""
    made = functions(context, saga, prefix)
    docs = {each.name: each.meta.doc for each in saga.states}
    docs |= {each.name: each.meta.doc for each in saga.finals}
    docs[COMPENSATING] = ""
    return SagaPlan(
        context.scope.use("enum", "StrEnum"),
        identifier(f"{saga.name}State"),
        docstring(f"The states of `{saga.name}`."),
        tuple(
            MemberPlan(identifier(constant(name)), literal(name), docstring(doc) if doc else None)
            for name, doc in docs.items()
        ),
        data_plan(context, saga),
        tuple(_undo(context, saga, each) for each in saga.compensations),
        made.plans,
        table_plan(context, saga, made),
    )


def _undo(context: Context, saga: m.Saga, block: m.Compensation) -> ShapePlan:
    doc = f"The parameters of compensation `{block.name}`."
    name = undo_class(saga, block.name)
    return undo_plan(context, name, f"{saga.id}.{block.name}", doc, block.params)

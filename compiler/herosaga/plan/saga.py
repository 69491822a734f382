"""Sagas: states, data, a function for each transition, the table, and the class that users see."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.model import model as m
from herosaga.names import constant
from herosaga.plan.actions import undo_class
from herosaga.plan.code import PyCode, docstring, identifier, literal
from herosaga.plan.context import Context
from herosaga.plan.externs import ExternsPlan, used_externs
from herosaga.plan.face import FacePlan, face_plan
from herosaga.plan.functions import functions
from herosaga.plan.place import FunctionPlan, Place
from herosaga.plan.saga_data import DataPlan, data_plan
from herosaga.plan.shapes import MemberPlan, ShapePlan, undo_plan
from herosaga.plan.table import TablePlan, table_plan
from msgspec import Struct

COMPENSATING = "Compensating"

_MANY = 50
"""So many states have constants. Python 3.11 looks up a class's attributes in one small table for all classes; a saga that
goes through hundreds of them would find each of them, and everybody else's too, by the slow way."""


class SagaPlan(Struct, frozen=True):
    """All of a saga; `base` is its states' `StrEnum`. `externs` joins protocols of several files, `goals` are constants."""

    base: PyCode
    state: PyCode
    state_doc: PyCode
    members: tuple[MemberPlan, ...]
    goals: tuple[MemberPlan, ...]
    data: DataPlan
    undos: tuple[ShapePlan, ...]
    functions: tuple[FunctionPlan, ...]
    table: TablePlan
    externs: ExternsPlan | None
    face: FacePlan


def saga_plan(context: Context, saga: m.Saga, prefix: str) -> SagaPlan:
    """Everything that a module has of one saga; `prefix` begins its functions' names."""
    goals = _goals(context, saga)
    place = Place(context, saga, prefix, goals)
    made = functions(place)
    externs, joined = used_externs(context, saga)
    return SagaPlan(
        context.scope.use("enum", "StrEnum"),
        place.state,
        docstring(f"The states of `{saga.name}`."),
        tuple(_members(saga)),
        tuple(MemberPlan(goal, place.target(name), None) for name, goal in goals.items()),
        data_plan(context, saga),
        tuple(_undo(context, saga, each) for each in saga.compensations),
        made.plans,
        table_plan(place, made),
        joined,
        face_plan(place, externs),
    )


def _goals(context: Context, saga: m.Saga) -> dict[str, PyCode]:
    names = (*(each.name for each in saga.states), *(each.name for each in saga.finals))
    if len(names) <= _MANY:
        return {}
    return {each: context.scope.free(f"{constant(saga.name)}_{constant(each)}") for each in names}


def _members(saga: m.Saga) -> Iterator[MemberPlan]:
    """All states: those where it waits, those that a sequence only passes through, finals, and the built-in one."""
    docs = {each.name: each.meta.doc for each in saga.states}
    docs |= {each.name: each.meta.doc for each in saga.finals}
    docs[COMPENSATING] = ""
    for name, doc in docs.items():
        told = docstring(doc) if doc else None
        yield MemberPlan(identifier(constant(name)), literal(name), told)


def _undo(context: Context, saga: m.Saga, block: m.Compensation) -> ShapePlan:
    doc = f"The parameters of compensation `{block.name}`."
    name = undo_class(saga, block.name)
    return undo_plan(context, name, f"{saga.id}.{block.name}", doc, block.params)

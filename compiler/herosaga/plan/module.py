"""One generated module: its parts in the order in which they are printed."""

from __future__ import annotations

from herosaga.model.model import (
    Activity,
    Enum,
    ExternFunction,
    Flow,
    Itinerary,
    Message,
    Model,
    PolicyDecl,
    Record,
    Saga,
    Service,
)
from herosaga.model.runs import with_runs
from herosaga.names import (
    activity_classes,
    constant,
    extern_names,
    itinerary_classes,
    saga_classes,
    service_classes,
    snake,
)
from herosaga.plan.actions import undo_class
from herosaga.plan.activities import ActivityPlan, activity_plan
from herosaga.plan.code import PyCode, docstring
from herosaga.plan.context import Context, Declaration, declarations
from herosaga.plan.externs import ExternsPlan, externs_plan
from herosaga.plan.flows import FlowPlan, flow_plan
from herosaga.plan.itineraries import ItineraryPlan, itinerary_plan
from herosaga.plan.saga import SagaPlan, saga_plan
from herosaga.plan.scope import Import, Scope
from herosaga.plan.services import ServicePlan, service_plan
from herosaga.plan.shapes import (
    EnumPlan,
    PolicyPlan,
    ShapePlan,
    enum_plan,
    message_plan,
    ordered_by_defaults,
    policy_plan,
    record_plan,
)
from msgspec import Struct


class ModulePlan(Struct, frozen=True):
    """A module. `doc` is None for a file that says nothing of itself."""

    doc: PyCode
    imports: tuple[tuple[Import, ...], ...]
    enums: tuple[EnumPlan, ...]
    shapes: tuple[ShapePlan, ...]
    activities: tuple[ActivityPlan, ...]
    services: tuple[ServicePlan, ...]
    flows: tuple[FlowPlan, ...]
    policies: tuple[PolicyPlan, ...]
    externs: ExternsPlan | None
    itineraries: tuple[ItineraryPlan, ...]
    sagas: tuple[SagaPlan, ...]


def plan(model: Model, file: str) -> ModulePlan:
    """The module that a file of a project without errors compiles to."""
    model = with_runs(model)
    declared = declarations(model, file)
    files = (each for each in model.files if each != file)
    others = frozenset(n for each in files for d in declarations(model, each) for n in _names(d))
    scope = Scope(frozenset(name for each in declared for name in _names(each)), others)
    context = Context(model, file, scope)
    records = tuple(each for each in declared if isinstance(each, Record))
    messages = tuple(each for each in declared if isinstance(each, Message))
    sagas = tuple(each for each in declared if isinstance(each, Saga))
    parts = (
        tuple(enum_plan(context, each) for each in declared if isinstance(each, Enum)),
        (
            *(record_plan(context, each) for each in ordered_by_defaults(records)),
            *(message_plan(context, each) for each in messages),
        ),
        tuple(activity_plan(context, each) for each in declared if isinstance(each, Activity)),
        tuple(
            service_plan(context, each)
            for each in declared
            if isinstance(each, Service) and not each.extern
        ),
        tuple(flow_plan(context, each) for each in declared if isinstance(each, Flow)),
        tuple(policy_plan(context, each) for each in declared if isinstance(each, PolicyDecl)),
        externs_plan(context, file),
        tuple(itinerary_plan(context, each) for each in declared if isinstance(each, Itinerary)),
        tuple(saga_plan(context, each, _prefix(each, len(sagas))) for each in sagas),
    )
    doc = model.files[file].doc or f"What `{file}` declares."
    return ModulePlan(docstring(doc), _sections(scope.imports()), *parts)


def _prefix(saga: Saga, count: int) -> str:
    return f"{snake(saga.name)}_" if count > 1 else ""


def _names(declared: Declaration) -> tuple[str, ...]:
    """The module's names that come of a declaration."""
    match declared:
        case Saga(name=name):
            blocks = tuple(undo_class(declared, each.name) for each in declared.compensations)
            return (name, *saga_classes(name), *blocks)
        case Activity(name=name, log=log):
            return (name, *activity_classes(name, log is not None, declared.gives))
        case Itinerary(name=name):
            return (name, *itinerary_classes(name))
        case Service(name=name, extern=extern):
            return () if extern else service_classes(name)
        case ExternFunction(file=file):
            return extern_names(file)
        case PolicyDecl(name=name):
            return (constant(name),)
        case _:
            return (declared.name,)


_STANDARD = ("collections", "datetime", "decimal", "enum", "typing", "uuid")


def _sections(imports: tuple[Import, ...]) -> tuple[tuple[Import, ...], ...]:
    """Imports as isort groups them: standard library, runtime, this project."""

    def section(each: Import) -> int:
        head = each.module.partition(".")[0]
        return 0 if head in _STANDARD else 1 if head == "herosaga_runtime" else 2

    groups = (tuple(each for each in imports if section(each) == n) for n in range(3))
    return tuple(group for group in groups if group)

"""What planning a module needs to know: the model, the module's names, and where declarations live."""

from __future__ import annotations

from herosaga.model.model import (
    Activity,
    Enum,
    ExternFunction,
    Field,
    Flow,
    Itinerary,
    Message,
    Model,
    PolicyDecl,
    Record,
    Saga,
    Service,
)
from herosaga.names import module_path
from herosaga.plan.code import PyCode, identifier
from herosaga.plan.scope import Scope
from msgspec import Struct

RUNTIME = "herosaga_runtime"

_ARMS = (
    *(
        "After",
        "Arm",
        "At",
        "Defer",
        "DoneOf",
        "Every",
        "FaultOf",
        "Ignore",
        "On",
        "OnAll",
        "OnDone",
    ),
    *("OnFailure", "OnFault", "OnTimeout", "OnTimer", "Onward", "TimeoutOf", "TimerOf"),
)
_HOMES = (
    dict.fromkeys(_ARMS, "arms")
    | dict.fromkeys(("PASS", "STAY", "Verdict"), "verdict")
    | {"Step": "making", "Migration": "migration"}
)
"""Where the pieces of a saga's table are defined; what is not named here is in `saga`."""


class Context(Struct, frozen=True):
    """One module's planning."""

    model: Model
    file: str
    scope: Scope

    def declared(self, owner: str, name: str) -> PyCode:
        """A name that the module of file `owner` declares, imported if that is another one."""
        if owner == self.file:
            return identifier(name)
        return self.scope.use(module_name(self.model, owner), name)

    def type_name(self, id: str) -> PyCode:
        """The class of a record, enum or message."""
        declaration = self.typed(id)
        return self.declared(declaration.file, declaration.name)

    def typed(self, id: str) -> Record | Enum | Message:
        """The record, enum or message of this id."""
        model = self.model
        return model.records.get(id) or model.enums.get(id) or model.messages[id]

    def fields(self, id: str) -> tuple[Field, ...]:
        """The fields of a record or message, as its class has them: those without default first."""
        declaration = self.typed(id)
        return () if isinstance(declaration, Enum) else python_order(declaration.fields)

    def runtime(self, module: str, name: str) -> PyCode:
        """Something of the runtime's `module`."""
        return self.scope.use(f"{RUNTIME}.{module}", name)

    def of_table(self, name: str) -> PyCode:
        """A piece of a saga's table, from the runtime's module that defines it."""
        return self.runtime(_HOMES.get(name, "saga"), name)

    def codec(self) -> PyCode:
        """The runtime's codec module."""
        return self.scope.use(RUNTIME, "codec")


def python_order(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Fields as a Python class can have them: those without default first, else as declared."""
    return tuple(sorted(fields, key=lambda each: each.default is not None))


def module_name(model: Model, file: str) -> str:
    """The dotted name of the module that a file compiles to."""
    path = module_path(file, model.files[file].namespace)
    return path.removesuffix(".py").replace("/", ".")


Declaration = (
    Record
    | Enum
    | Message
    | Activity
    | Service
    | PolicyDecl
    | Flow
    | ExternFunction
    | Itinerary
    | Saga
)


def declarations(model: Model, file: str) -> tuple[Declaration, ...]:
    """Everything one file declares."""
    groups: tuple[tuple[Declaration, ...], ...] = (
        tuple(model.enums.values()),
        tuple(model.records.values()),
        tuple(model.messages.values()),
        tuple(model.activities.values()),
        tuple(model.services.values()),
        tuple(model.policies.values()),
        tuple(model.flows.values()),
        tuple(model.externs.values()),
        tuple(model.itineraries.values()),
        tuple(model.sagas.values()),
    )
    return tuple(each for group in groups for each in group if each.file == file)

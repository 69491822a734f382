"""Services: the protocol that users implement, and what a host needs to call it."""

from __future__ import annotations

from herosaga.model.model import Emission, Handler, Message, Service
from herosaga.names import method_name
from herosaga.plan.code import PyCode, code, docstring, identifier, items, join, literal, number
from herosaga.plan.context import Context
from msgspec import Struct


class MethodPlan(Struct, frozen=True):
    """A method of the protocol."""

    name: PyCode
    parameter: PyCode
    message: PyCode
    returns: PyCode
    doc: PyCode


class ServicePlan(Struct, frozen=True):
    """A service: its protocol, and the value a host is given. `base` is `Protocol`, `service` and `final` what else it needs."""

    base: PyCode
    service: PyCode
    final: PyCode
    protocol: PyCode
    doc: PyCode
    name: PyCode
    wire: PyCode
    methods: tuple[MethodPlan, ...]
    handlers: PyCode
    context: PyCode


def service_plan(context: Context, service: Service) -> ServicePlan:
    """The protocol and the value of a service."""
    return ServicePlan(
        context.scope.use("typing", "Protocol"),
        context.runtime("service", "Service"),
        context.scope.use("typing", "Final"),
        identifier(f"{service.name}Handlers"),
        docstring(
            service.meta.doc or f"What an implementation of service `{service.name}` provides."
        ),
        identifier(f"{service.name}Service"),
        literal(service.id),
        tuple(_method(context, each) for each in service.handlers),
        items(_handler(context, each) for each in service.handlers),
        context.runtime("service", "Context") if service.handlers else code("object"),
    )


def _method(context: Context, handler: Handler) -> MethodPlan:
    message = context.model.messages[handler.message]
    return MethodPlan(
        identifier(method_name(message.name, handler.kind)),
        identifier(message.kind),
        context.type_name(message.id),
        _returns(context, handler),
        docstring(_method_doc(context, handler, message)),
    )


def _returns(context: Context, handler: Handler) -> PyCode:
    """What a method returns: of several parts a tuple with what belongs to each, or instead of all a refusal."""
    parts = [_part(context, each) for each in handler.parts]
    refusals = [context.type_name(id) for id in handler.refuses]
    match parts:
        case []:
            return join(" | ", [*refusals, code("None")])
        case [(events, none)]:
            return join(" | ", [events, *refusals, *none])
        case _:
            each = join(", ", (join(" | ", [events, *none]) for events, none in parts))
            return join(" | ", [code("tuple[{}]", each), *refusals])


def _part(context: Context, part: Emission) -> tuple[PyCode, tuple[PyCode, ...]]:
    """The type of a part's events, and `None` where it may have none."""
    events = join(" | ", (context.type_name(id) for id in part.events))
    match part.count:
        case "*":
            return code("{}[{}]", context.scope.use("collections.abc", "Sequence"), events), ()
        case "?":
            return events, (code("None"),)
        case _:
            return events, ()


def _method_doc(context: Context, handler: Handler, message: Message) -> str:
    names = context.model.messages
    verb = "Handle" if handler.kind == "handle" else "React to"
    parts = [handler.meta.doc or f"{verb} `{message.name}`."]
    if handler.refuses:
        refusals = " and ".join(f"`{names[id].name}`" for id in handler.refuses)
        word = "refuse" if len(handler.refuses) > 1 else "refuses"
        parts.append(f"{refusals} {word} it: then nothing may have been done.")
    if handler.undone_by:
        parts.append(f"`{names[handler.undone_by].name}` undoes it.")
    undone = [each for each in _handlers(context) if each.undone_by == message.id]
    if undone and handler.kind == "handle":
        done = " and ".join(f"`{names[each.message].name}`" for each in undone)
        parts.append(f"It undoes {done}: it may come twice, before what it undoes, or without it.")
    if handler.irreversible:
        parts.append("It can't be undone.")
    if handler.readonly:
        parts.append("It changes nothing.")
    return "\n".join([parts[0], "", *parts[1:]]) if len(parts) > 1 else parts[0]


def _handlers(context: Context) -> list[Handler]:
    return [each for service in context.model.services.values() for each in service.handlers]


def _handler(context: Context, handler: Handler) -> PyCode:
    message = context.model.messages[handler.message]
    parts = [context.type_name(message.id), literal(method_name(message.name, handler.kind))]
    answers = [context.type_name(id) for id in (*handler.emits, *handler.refuses)]
    if answers:
        parts.append(items(answers))
    if answers and not (len(handler.parts) == 1 and not handler.parts[0].count):
        parts.append(code("parts={}", items(_emission(context, each) for each in handler.parts)))
    if handler.meta.bounded is not None:
        parts.append(code("bounded={}", number(handler.meta.bounded)))
    return code("{}({})", context.runtime("service", "Handler"), join(", ", parts))


def _emission(context: Context, part: Emission) -> PyCode:
    parts = [items(context.type_name(id) for id in part.events)]
    if part.count:
        parts.append(literal(part.count))
    return code("{}({})", context.runtime("service", "Part"), join(", ", parts))

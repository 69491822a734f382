"""Names that are two here, and one in Python or on a disk that does not tell `A` from `a`."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from herosaga.checks import hs106
from herosaga.findings import Finding
from herosaga.model import model as m
from herosaga.model.journey import variables_of
from herosaga.model.types import DictOf, EnumType, ListOf, Optional, RecordType, SetOf, Type
from herosaga.names import (
    activity_classes,
    constant,
    declarable,
    extern_names,
    field_name,
    itinerary_classes,
    method_name,
    module_path,
    output_name,
    saga_classes,
    service_classes,
    undo_class_name,
)
from herosaga.source import Source, Span

Named = tuple[str, Span]
Declared = m.Record | m.Enum | m.Message | m.Saga | m.Flow | m.Activity | m.Itinerary

_IMPORTED = sys.stdlib_module_names | {"herosaga_runtime"}
"""What generated modules import, or what that imports in turn: the output folder comes before it."""


def collisions(model: m.Model) -> Iterator[Finding]:
    """All collisions of a project, each once: fields of an activity are also variables of several itineraries."""
    yield from dict.fromkeys(_found(model))


def _found(model: m.Model) -> Iterator[Finding]:
    for owner, fields in _field_lists(model):
        yield from _clash(_named(fields), field_name, "fields")
        yield from _hidden(owner, fields)
    for activity in model.activities.values():
        yield from _clash(_named(activity.outputs), output_name, "fields")
        yield from _hidden(f"{activity.name}Log", activity.outputs)
    for enum in model.enums.values():
        yield from _clash([(x.name, x.span) for x in enum.members], constant, "members")
    for saga in model.sagas.values():
        yield from _states(saga)
    for functions in _by_file(model.externs.values()).values():
        yield from _clash([(x.name, x.span) for x in functions], field_name, "functions")
    messages = {id: message.name for id, message in model.messages.items()}
    for service in _implemented(model):
        yield from _methods(service, messages)
    yield from _classes(model)
    yield from _undeclarable(model)
    yield from _modules(model)
    yield from _hidden_modules(model)


def _by_file(functions: Iterable[m.ExternFunction]) -> Mapping[str, list[m.ExternFunction]]:
    found: dict[str, list[m.ExternFunction]] = defaultdict(list)
    for each in functions:
        found[each.file].append(each)
    return found


def _field_lists(model: m.Model) -> Iterator[tuple[str, tuple[m.Field, ...]]]:
    """The fields of each class, with the name of what they belong to."""
    for record in model.records.values():
        yield record.name, record.fields
    for message in model.messages.values():
        yield message.name, message.fields
    for saga in model.sagas.values():
        key = m.Field(saga.key, saga.key_type, None, m.Meta(), saga.span)
        yield f"{saga.name}Data", (key, *saga.data)
        for block in saga.compensations:
            yield undo_class_name(saga.name, block.name), block.params
    for function in model.externs.values():
        yield function.name, function.params
    for activity in model.activities.values():
        yield activity.name, activity.params
        yield f"{activity.name}Log", activity.log or ()
    for itinerary in model.itineraries.values():
        yield itinerary.name, variables_of(itinerary, model.activities)


def _named(fields: tuple[m.Field, ...]) -> list[Named]:
    return [(field.name, field.span) for field in fields]


def _hidden(owner: str, fields: tuple[m.Field, ...]) -> Iterator[Finding]:
    """Fields called like a class that stands in the annotations beside them."""
    types = {owner, *(name for field in fields for name in _type_names(field.type))}
    for field in fields:
        if field_name(field.name) in types:
            yield hs106.hides("field", field.name, field_name(field.name), field.span)


def _type_names(kind: Type) -> Iterator[str]:
    match kind:
        case RecordType() | EnumType():
            yield str(kind)
        case ListOf(inner) | SetOf(inner) | Optional(inner):
            yield from _type_names(inner)
        case DictOf(key, value):
            yield from (*_type_names(key), *_type_names(value))


def _states(saga: m.Saga) -> Iterator[Finding]:
    states = [(state.name, state.span) for state in saga.states]
    states += [(final.name, final.span) for final in saga.finals]
    for name, span in states:
        if constant(name) == "COMPENSATING":
            yield hs106.built_in_state(name, span)
    yield from _clash(states, constant, "states")


def _clash(names: Iterable[Named], python: Callable[[str], str], what: str) -> Iterator[Finding]:
    first: dict[str, Named] = {}
    for name, span in names:
        before, place = first.setdefault(python(name), (name, span))
        if before != name:
            yield hs106.same_name(before, name, what, python(name), span, place)


def _methods(service: m.Service, names: Mapping[str, str]) -> Iterator[Finding]:
    """Handlers whose methods are one, or are called like a message."""
    classes = {names[id] for each in service.handlers for id in (each.message, *each.emits)}
    first: dict[str, m.Handler] = {}
    for handler in service.handlers:
        name = names[handler.message]
        python = method_name(name, handler.kind)
        before = first.setdefault(python, handler)
        if (before.message, before.kind) != (handler.message, handler.kind):
            other = names[before.message]
            yield hs106.same_name(other, name, "handlers of", python, handler.span, before.span)
        if python in classes:
            yield hs106.hides("handler of", name, python, handler.span)


def _classes(model: m.Model) -> Iterator[Finding]:
    """Names that a module has twice: of declarations, and of what others of them bring along."""
    taken: dict[str, dict[str, Span]] = defaultdict(dict)
    for each in _declarations(model):
        taken[each.file][each.name] = each.span
    for file, owner, kind, names, span in _owners(model):
        for name in names:
            if name in taken[file]:
                yield hs106.generated_class(name, kind, owner, taken[file][name], span)
            taken[file].setdefault(name, span)


def _owners(model: m.Model) -> Iterator[tuple[str, str, str, tuple[str, ...], Span]]:
    """What brings further names into a module: its file and name, what it is, what it brings, where it stands."""
    for saga in model.sagas.values():
        yield saga.file, saga.name, "saga", saga_classes(saga.name), saga.span
        for block in saga.compensations:
            names = (undo_class_name(saga.name, block.name),)
            yield saga.file, block.name, "compensation", names, block.span
    for service in _implemented(model):
        yield service.file, service.name, "service", service_classes(service.name), service.span
    for activity in model.activities.values():
        classes = activity_classes(activity.name, activity.log is not None, activity.gives)
        yield activity.file, activity.name, "activity", classes, activity.span
    for itinerary in model.itineraries.values():
        classes = itinerary_classes(itinerary.name)
        yield itinerary.file, itinerary.name, "itinerary", classes, itinerary.span
    for policy in model.policies.values():
        yield policy.file, policy.name, "policy", (constant(policy.name),), policy.span
    for file, (first, *_) in _by_file(model.externs.values()).items():
        yield file, first.name, "function", extern_names(file), first.span


def _undeclarable(model: m.Model) -> Iterator[Finding]:
    """Declarations whose name Python or the module itself needs."""
    for each in _declarations(model):
        if not declarable(each.name):
            yield hs106.reserved(each.name, each.span)
    for service in _implemented(model):
        if service.name.startswith("_"):
            yield hs106.reserved(service.name, service.span)


def _implemented(model: m.Model) -> Iterator[m.Service]:
    """The services that are implemented here: of others only the messages are generated."""
    yield from (each for each in model.services.values() if not each.extern)


def _declarations(model: m.Model) -> Iterator[Declared]:
    """What is a class or value of its own name."""
    yield from model.records.values()
    yield from model.enums.values()
    yield from model.messages.values()
    yield from model.sagas.values()
    yield from model.flows.values()
    yield from model.activities.values()
    yield from model.itineraries.values()


def _modules(model: m.Model) -> Iterator[Finding]:
    """Files whose modules are one file, or a file and a folder of one name."""
    first: dict[str, str] = {}
    for file in model.files.values():
        path = module_path(file.name, file.namespace)
        before = first.setdefault(path.lower(), file.name)
        if before != file.name:
            yield hs106.same_module(before, file.name, path, _top(file.source))
    for file in model.files.values():
        folder = module_path(file.name, file.namespace).lower().rpartition("/")[0]
        while folder:
            if folder + ".py" in first:
                yield hs106.module_and_folder(
                    first[folder + ".py"], file.name, folder, _top(file.source)
                )
            folder = folder.rpartition("/")[0]


def _hidden_modules(model: m.Model) -> Iterator[Finding]:
    """Files whose modules would be imported in the place of Python's own, or of the runtime."""
    for file in model.files.values():
        parts = module_path(file.name, file.namespace).removesuffix(".py").split("/")
        if parts[0] in _IMPORTED:
            yield hs106.hidden_module(".".join(parts), parts[0], _top(file.source))


def _top(source: Source) -> Span:
    return Span(source, 1, 1, 1, 1)

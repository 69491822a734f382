"""Names that are two here, and one in Python or on a disk that does not tell `A` from `a`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from herosaga.checks import hs106
from herosaga.findings import Finding
from herosaga.model import model as m
from herosaga.names import constant, field_name, module_path, saga_classes, service_classes
from herosaga.source import Source, Span

Named = tuple[str, Span]


def collisions(model: m.Model) -> Iterator[Finding]:
    """All collisions of a project."""
    for fields in _field_lists(model):
        yield from _clash(fields, field_name, "fields")
    for enum in model.enums.values():
        yield from _clash([(x.name, x.span) for x in enum.members], constant, "members")
    for saga in model.sagas.values():
        yield from _states(saga)
    for file in model.files:
        yield from _classes(file, model)
    yield from _modules(model)


def _field_lists(model: m.Model) -> Iterator[list[Named]]:
    for record in model.records.values():
        yield _named(record.fields)
    for message in model.messages.values():
        yield _named(message.fields)
    for saga in model.sagas.values():
        yield [(saga.key, saga.span), *_named(saga.data)]
        for block in saga.compensations:
            yield _named(block.params)


def _named(fields: tuple[m.Field, ...]) -> list[Named]:
    return [(field.name, field.span) for field in fields]


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


def _classes(file: str, model: m.Model) -> Iterator[Finding]:
    """Declarations of one file that are called like a class that another one of it brings along."""
    declared = {each.name: each.span for each in _declarations(model) if each.file == file}
    for saga in model.sagas.values():
        if saga.file == file:
            yield from _brought(saga.name, "saga", saga_classes(saga.name), saga.span, declared)
    for service in model.services.values():
        if service.file == file:
            classes = service_classes(service.name)
            yield from _brought(service.name, "service", classes, service.span, declared)


def _brought(
    owner: str, kind: str, classes: tuple[str, ...], span: Span, declared: dict[str, Span]
) -> Iterator[Finding]:
    for name in classes:
        if name in declared:
            yield hs106.generated_class(name, kind, owner, declared[name], span)


def _declarations(
    model: m.Model,
) -> Iterator[m.Record | m.Enum | m.Message | m.Service | m.Saga]:
    yield from model.records.values()
    yield from model.enums.values()
    yield from model.messages.values()
    yield from model.services.values()
    yield from model.sagas.values()


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


def _top(source: Source) -> Span:
    return Span(source, 1, 1, 1, 1)

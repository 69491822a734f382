"""Services and their handlers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herosaga.checks import hs005, hs101
from herosaga.findings import Finding
from herosaga.model import model as m
from herosaga.model.meta import meta
from herosaga.model.scope import Decl, Scope, find, guess
from herosaga.source import Span
from herosaga.syntax import ast


def services(
    decls: Mapping[str, Decl], scopes: Mapping[str, Scope], report: list[Finding]
) -> Mapping[str, m.Service]:
    """All services."""
    found: dict[str, m.Service] = {}
    for decl in decls.values():
        match decl.node:
            case ast.Service() as node:
                handlers = _handlers(decl.id, node, scopes[decl.file], report)
                found[decl.id] = m.Service(
                    decl.id,
                    node.name.text,
                    decl.file,
                    handlers,
                    meta(node.meta),
                    node.name.span,
                    node.extern,
                )
    return found


def served(decls: Mapping[str, Decl], scopes: Mapping[str, Scope]) -> Mapping[str, m.Handler]:
    """What sagas handle for others, by the saga's id. What is wrong there is reported with the saga."""
    found: dict[str, m.Handler] = {}
    for decl in decls.values():
        match decl.node:
            case ast.Saga(serves=ast.Handler() as node):
                promise = handler(decl.id, node, scopes[decl.file], [])
                if promise is not None:
                    found[decl.id] = promise
    return found


def of_commands(
    services: Mapping[str, m.Service], sagas: Mapping[str, m.Handler]
) -> Mapping[str, m.Handler]:
    """The handler of each command; of two, which is reported elsewhere, the first."""
    found: dict[str, m.Handler] = {}
    for each in (*(h for service in services.values() for h in service.handlers), *sagas.values()):
        if each.kind == "handle":
            found.setdefault(each.message, each)
    return found


def declared_undos(handlers: Mapping[str, m.Handler]) -> Mapping[str, str]:
    """The command that undoes a command, for those whose handler declares one."""
    return {
        command: each.undone_by for command, each in handlers.items() if each.undone_by is not None
    }


def _handlers(
    service: str, node: ast.Service, scope: Scope, report: list[Finding]
) -> tuple[m.Handler, ...]:
    found: dict[str, m.Handler] = {}
    for each in node.handlers:
        read = handler(service, each, scope, report)
        if read is None:
            continue
        first = found.setdefault(read.message, read)
        if first is not read and read.kind == each.kind:
            name = each.message
            report.append(hs101.twice(name.text, "handler", name.span, first.span))
    return tuple(found.values())


def handler(
    service: str, node: ast.Handler, scope: Scope, report: list[Finding]
) -> m.Handler | None:
    """A handler of a service, or what a saga handles; None where nobody knows of what."""
    message = _message(node, scope, report)
    parts = _parts(node.emits, scope, report)
    refuses = _events(node.refuses, scope, report)
    report.extend(_contradictions(node, parts, refuses))
    undo = _command(node.undone_by, scope, report) if node.undone_by else None
    if message is None:
        return None
    return m.Handler(
        f"{service}.{node.message.text}",
        "handle" if message.kind == "command" else "on",
        service,
        message.id,
        parts,
        tuple(refuses),
        undo.id if undo else None,
        node.irreversible,
        node.readonly,
        meta(node.meta),
        node.message.span,
        tuple(refuses.values()),
        node.undone_by is not None and undo is None,
    )


def _command(name: ast.Name, scope: Scope, report: list[Finding]) -> Decl | None:
    """The command that undoes."""
    kinds = ("command",)
    return find(scope, name, kinds, report) or guess(scope, name, kinds, report)


def _message(node: ast.Handler, scope: Scope, report: list[Finding]) -> Decl | None:
    """What it handles; a command after `on`, or an event after `handle`, is still what was meant."""
    kinds = ("command",) if node.kind == "handle" else ("event",)
    found = find(scope, node.message, kinds, report, node.kind)
    if found is not None:
        return found
    other = scope.get(node.message.text)
    if other is not None and other.kind in ("event", "command"):
        return other
    return guess(scope, node.message, kinds, report)


def _contradictions(
    node: ast.Handler, parts: tuple[m.Emission, ...], refuses: Mapping[str, Span]
) -> Iterator[Finding]:
    """Two promises of which one can't be kept."""
    name = node.message
    if node.irreversible and node.readonly:
        yield hs005.contradiction(name.text, name.span)
    emitted = {id: s for part in parts for id, s in zip(part.events, part.spans, strict=True)}
    for id, span in refuses.items():
        if id in emitted:
            yield hs101.two_answers(id.rpartition(".")[2], span, emitted[id])


def _parts(
    nodes: tuple[ast.Emission, ...], scope: Scope, report: list[Finding]
) -> tuple[m.Emission, ...]:
    """The parts of `emits`, each event once in all of them."""
    first = _events(tuple(each for part in nodes for each in part.events), scope, report)
    found: list[m.Emission] = []
    for part in nodes:
        inside = (part.span.start, part.span.end)
        here = {id: s for id, s in first.items() if inside[0] <= s.start < inside[1]}
        if here:
            found.append(m.Emission(tuple(here), part.count, tuple(here.values())))
    return tuple(found)


def _events(names: tuple[ast.Name, ...], scope: Scope, report: list[Finding]) -> dict[str, Span]:
    """The events named, each once, with its place."""
    found: dict[str, Span] = {}
    for name in names:
        decl = find(scope, name, ("event",), report) or guess(scope, name, ("event",), report)
        if decl is None:
            continue
        if decl.id in found:
            report.append(hs101.twice(name.text, "event", name.span, found[decl.id]))
        found.setdefault(decl.id, name.span)
    return found

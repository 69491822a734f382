"""Services and their handlers."""

from __future__ import annotations

from collections.abc import Mapping

from herosaga.checks import hs101
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
                    decl.id, node.name.text, decl.file, handlers, meta(node.meta), node.name.span
                )
    return found


def declared_undos(services: Mapping[str, m.Service]) -> Mapping[str, str]:
    """The command that undoes a command, for those whose handler declares one."""
    return {
        handler.message: handler.undone_by
        for service in services.values()
        for handler in service.handlers
        if handler.undone_by is not None
    }


def _handlers(
    service: str, node: ast.Service, scope: Scope, report: list[Finding]
) -> tuple[m.Handler, ...]:
    found: dict[str, m.Handler] = {}
    for each in node.handlers:
        handler = _handler(service, each, scope, report)
        if handler is None:
            continue
        first = found.setdefault(handler.message, handler)
        if first is not handler:
            name = each.message
            report.append(hs101.twice(name.text, "handler", name.span, first.span))
    return tuple(found.values())


def _handler(
    service: str, node: ast.Handler, scope: Scope, report: list[Finding]
) -> m.Handler | None:
    kinds = ("command",) if node.kind == "handle" else ("event",)
    message = find(scope, node.message, kinds, report, node.kind) or guess(
        scope, node.message, kinds
    )
    parts = _parts(node.emits, scope, report)
    refuses = _events(node.refuses, scope, report)
    undo = find(scope, node.undone_by, ("command",), report) if node.undone_by else None
    if message is None:
        return None
    return m.Handler(
        f"{service}.{node.message.text}",
        node.kind,
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
    )


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
        decl = find(scope, name, ("event",), report)
        if decl is None:
            continue
        if decl.id in found:
            report.append(hs101.twice(name.text, "event", name.span, found[decl.id]))
        found.setdefault(decl.id, name.span)
    return found

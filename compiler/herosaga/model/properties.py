"""Properties: what has to hold on every way through a saga."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from herosaga.findings import Finding
from herosaga.model import model as m
from herosaga.model.meta import meta
from herosaga.model.scenarios import state, titles
from herosaga.model.scope import Scope, find
from herosaga.syntax import ast

_KINDS = {
    "received": ("event", "command"),
    "sent": ("command",),
    "published": ("event",),
    "run": ("itinerary",),
}


def properties(
    files: Sequence[ast.File],
    scopes: Mapping[str, Scope],
    sagas: Mapping[str, m.Saga],
    report: list[Finding],
) -> tuple[m.Property, ...]:
    """All properties; one for an unknown saga is left out, and so is a law about something unknown."""
    found: list[m.Property] = []
    for file in files:
        scope = scopes[file.source.name]
        for node in file.properties:
            decl = find(scope, node.saga, ("saga",), report)
            if decl is None:
                continue
            laws = (_law(each, sagas[decl.id], scope, report) for each in node.laws)
            found.append(
                m.Property(
                    node.title.text,
                    file.source.name,
                    decl.id,
                    tuple(law for law in laws if law is not None),
                    meta(node.meta),
                    node.title.span,
                )
            )
    report.extend(titles(((each.saga, each.title, each.span) for each in found), "properties"))
    return tuple(found)


def _law(node: ast.Law, saga: m.Saga, scope: Scope, report: list[Finding]) -> m.Law | None:
    one = _atom(node.atom, saga, scope, report)
    match node:
        case ast.Never(span=span):
            return m.Never(one, span) if one else None
        case ast.Requires(before=before, span=span):
            other = _atom(before, saga, scope, report)
            return m.Requires(one, other, span) if one and other else None
        case ast.LeadsTo(after=after, span=span):
            others = tuple(filter(None, [_atom(each, saga, scope, report) for each in after]))
            return m.LeadsTo(one, others, span) if one and len(others) == len(after) else None
        case ast.AtMost(times=times, span=span):
            return m.AtMost(one, times, span) if one else None


def _atom(node: ast.Atom, saga: m.Saga, scope: Scope, report: list[Finding]) -> m.Atom | None:
    if node.kind == "state":
        return m.Atom("state", state(node.name, saga, report), node.span)
    decl = find(scope, node.name, _KINDS[node.kind], report, node.kind)
    return m.Atom(node.kind, decl.id, node.span) if decl is not None else None

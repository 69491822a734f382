"""`type Name = T`: what each alias stands for, through other aliases to the type itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter

from herosaga.checks import hs206
from herosaga.findings import Finding
from herosaga.model import model as m
from herosaga.model.cycles import cycles
from herosaga.model.meta import meta
from herosaga.model.scope import Decl, Scope
from herosaga.model.typeref import resolve
from herosaga.model.types import UNKNOWN, Type
from herosaga.syntax import ast
from msgspec.structs import replace

Decls = Mapping[str, Decl]
Scopes = Mapping[str, Scope]


def with_aliases(decls: Decls, scopes: Scopes, report: list[Finding]) -> Scopes:
    """The scopes, in which the aliases' types are known."""
    types = _types(decls, scopes, report)
    return {name: replace(scope, aliases=types) for name, scope in scopes.items()}


def aliases(decls: Decls, scopes: Scopes) -> Mapping[str, m.Alias]:
    """All `type` declarations."""
    found: dict[str, m.Alias] = {}
    for id, decl, node in _declared(decls):
        kind = scopes[decl.file].aliases[id]
        notes, span = meta(node.meta), node.name.span
        found[id] = m.Alias(id, node.name.text, decl.file, kind, notes, span)
    return found


def _types(decls: Decls, scopes: Scopes, report: list[Finding]) -> Mapping[str, Type]:
    """By id; of what names itself, directly or through others, nothing is known."""
    parts = {id: tuple(_named(node.type, scopes[decl.file])) for id, decl, node in _declared(decls)}
    types: dict[str, Type] = dict.fromkeys(parts, UNKNOWN)
    circular = _circular(parts, decls, report)
    for id in _order(parts, circular):
        node = decls[id].node
        assert isinstance(node, ast.Alias)
        scope = replace(scopes[decls[id].file], aliases=types)
        types[id] = resolve(node.type, scope, report)
    return types


def _circular(
    parts: Mapping[str, tuple[str, ...]], decls: Decls, report: list[Finding]
) -> frozenset[str]:
    """The aliases that stand in a cycle; each knot of them is reported once."""
    inside: set[str] = set()
    for cycle in cycles(parts):
        if not inside & set(cycle):
            names = tuple(decls[id].node.name.text for id in cycle)
            report.append(hs206.circular(names, decls[cycle[0]].span))
        inside.update(cycle)
    return frozenset(inside)


def _order(parts: Mapping[str, tuple[str, ...]], circular: frozenset[str]) -> Iterator[str]:
    """Each alias after those that it names."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for id, named in parts.items():
        if id not in circular:
            sorter.add(id, *(each for each in named if each not in circular))
    yield from sorter.static_order()


def _declared(decls: Decls) -> Iterator[tuple[str, Decl, ast.Alias]]:
    for decl in decls.values():
        if isinstance(decl.node, ast.Alias):
            yield decl.id, decl, decl.node


def _named(ref: ast.TypeRef, scope: Scope) -> Iterator[str]:
    """The aliases that a type is written with."""
    decl = scope.get(ref.name.text)
    if decl is not None and decl.kind == "type":
        yield decl.id
    for arg in ref.args:
        yield from _named(arg, scope)

"""Who names which declaration, and which imports bring something that is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from herosaga.model import model as m
from herosaga.model.declare import imported_name
from herosaga.model.env import path_of
from herosaga.model.scope import Decl, Scope
from herosaga.source import Span
from herosaga.syntax import ast
from msgspec import Struct

_NAMING: Mapping[type, tuple[str, ...]] = {
    ast.TypeRef: ("name",),
    ast.Call: ("name",),
    ast.Handler: ("message", "refuses", "undone_by"),
    ast.Emission: ("events",),
    ast.Chain: ("messages",),
    ast.Request: ("policy",),
    ast.Do: ("policy",),
    ast.Compensation: ("policy",),
    ast.Activity: ("policy", "revises"),
    ast.OnMessage: ("message",),
    ast.OnFailure: ("command",),
    ast.OnTimeout: ("command",),
    ast.OnFault: ("command",),
    ast.OnAll: ("messages",),
    ast.OnOutcome: ("of",),
    ast.Correlate: ("message",),
    ast.Scenario: ("saga",),
    ast.Property: ("saga",),
    ast.SceneOutcome: ("of",),
    ast.SceneTimeout: ("command",),
    ast.SceneFault: ("command",),
    ast.Expectation: ("name",),
    ast.Atom: ("name",),
}
"""Where a declaration is named, other than in an expression."""

_TAKING = (ast.Handler, ast.OnMessage, ast.OnAll, ast.Correlate)


class Named(Struct, frozen=True):
    """A name as it is written in a file, what it means, and the declaration that it stands in."""

    text: str
    decls: tuple[Decl, ...]
    use: m.Use
    inside: str


def uses(
    files: Sequence[ast.File], scopes: Mapping[str, Scope]
) -> tuple[m.Uses, Mapping[str, tuple[m.Import, ...]]]:
    """The uses of each declaration by its id, in source order, and the imports of each file by its name.

    What only a scenario or property names is watched, not used; nor does a declaration use itself.
    """
    found: dict[str, list[m.Use]] = {}
    named: dict[str, list[Named]] = {}
    for file in files:
        named[file.source.name] = list(_named(file, scopes[file.source.name]))
        for each in named[file.source.name]:
            for decl in each.decls if each.inside != _WATCHING else ():
                if decl.id != each.inside:
                    found.setdefault(decl.id, []).append(each.use)
    messages = {name: _messages(each) for name, each in named.items()}
    imports = {file.source.name: _imports(file, named, messages) for file in files}
    return {id: tuple(each) for id, each in found.items()}, imports


_WATCHING = "*"
"""Stands for the declaration in which a scenario or property names something; none is called so."""


def _named(file: ast.File, scope: Scope) -> Iterator[Named]:
    for node in file.decls:
        own = scope.get(node.name.text)
        yield from _names(node, scope, own.id if own is not None else "")
    yield from _names((file.scenarios, file.properties), scope, _WATCHING)


def _names(root: object, scope: Scope, inside: str) -> Iterator[Named]:
    """The names that stand anywhere in a node and mean a declaration."""
    left = [root]
    while left:
        node = left.pop()
        if isinstance(node, tuple):
            left.extend(reversed(node))
            continue
        for text, span, kinds in _here(node):
            decls = tuple(d for d in scope.names.get(text, ()) if not kinds or d.kind in kinds)
            if decls:
                yield Named(text, decls, m.Use(span, _takes(node, span)), inside)
        kind: type = type(node)
        left.extend(getattr(node, name) for name in reversed(_parts(kind)))


def _here(node: object) -> Iterator[tuple[str, Span, tuple[str, ...]]]:
    """The names in a node itself, each with its place, and the kinds of declaration it can mean."""
    if isinstance(node, ast.Attribute):
        yield path_of(node.value), node.value.span, ("enum", "type")
    for field in _NAMING.get(type(node), ()):
        value = getattr(node, field)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, ast.Name):
                yield each.text, each.span, ()


def _takes(node: object, span: Span) -> bool:
    """Whether a message is named where it is taken, not where it is sent."""
    if isinstance(node, ast.Handler):
        return node.message.span == span
    return isinstance(node, _TAKING)


@cache
def _parts(kind: type) -> tuple[str, ...]:
    """The fields of a node that may hold nodes."""
    if not issubclass(kind, Struct) or kind in (Span, ast.Name, ast.Meta, ast.Literal):
        return ()
    return tuple(each for each in kind.__struct_fields__ if each not in ("span", "meta", "name"))


# --- imports -----------------------------------------------------------------------------------


def _messages(named: list[Named]) -> frozenset[str]:
    kinds = ("event", "command")
    return frozenset(d.id for each in named for d in each.decls if d.kind in kinds)


def _imports(
    file: ast.File, named: Mapping[str, list[Named]], messages: Mapping[str, frozenset[str]]
) -> tuple[m.Import, ...]:
    here = file.source.name
    brought = {
        (each.text.rpartition(".")[0], decl.file) for each in named[here] for decl in each.decls
    }
    found: list[m.Import] = []
    for node in file.imports:
        target = imported_name(here, node.path)
        alias = node.alias.text if node.alias else ""
        # One that takes part in the same messages is there so that both are checked together.
        joined = target in messages and bool(messages[here] & messages[target])
        used = (alias, target) in brought or joined
        place = node.alias.span if node.alias else node.path_span
        found.append(m.Import(node.path, target, alias, used, place, node.span))
    return tuple(found)

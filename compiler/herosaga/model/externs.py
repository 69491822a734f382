"""Extern functions: what the user supplies in Python, by its parameters and result."""

from __future__ import annotations

from collections.abc import Mapping

from herosaga.checks import hs101
from herosaga.findings import Finding
from herosaga.model import model as m
from herosaga.model.fields import typed
from herosaga.model.functions import FUNCTIONS
from herosaga.model.meta import meta
from herosaga.model.scope import Decl, Scope
from herosaga.model.world import World
from herosaga.syntax import ast


def externs(
    decls: Mapping[str, Decl], scopes: Mapping[str, Scope], world: World, report: list[Finding]
) -> Mapping[str, m.ExternFunction]:
    """All extern functions. One that is called like a built-in function could never be reached."""
    found: dict[str, m.ExternFunction] = {}
    for id, decl in decls.items():
        match decl.node:
            case ast.ExternFunction() as node:
                name, known = node.name, world.shapes[id].slots
                if name.text in FUNCTIONS:
                    report.append(hs101.built_in(name.text, name.span))
                found[id] = m.ExternFunction(
                    id,
                    name.text,
                    decl.file,
                    typed(node.params, known, world, scopes[decl.file], report),
                    world.results[id],
                    meta(node.meta),
                    name.span,
                )
    return found

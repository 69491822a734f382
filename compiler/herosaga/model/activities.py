"""Activities: what each takes, gives, and remembers for its undo."""

from __future__ import annotations

from collections.abc import Mapping

from herosaga.checks import hs005, hs101
from herosaga.findings import Finding
from herosaga.model import model as m
from herosaga.model.env import Env
from herosaga.model.fields import slots, typed
from herosaga.model.meta import meta
from herosaga.model.policies import policy_of
from herosaga.model.scope import Decl, Scope, find
from herosaga.model.world import World
from herosaga.source import Span
from herosaga.syntax import ast

_BARE = "an activity's times are the same wherever it is used; a `do` can have others"


def activities(
    decls: Mapping[str, Decl],
    scopes: Mapping[str, Scope],
    world: World,
    policies: Mapping[str, m.PolicyDecl],
    report: list[Finding],
) -> Mapping[str, m.Activity]:
    """All activities."""
    found: dict[str, m.Activity] = {}
    for decl in decls.values():
        match decl.node:
            case ast.Activity() as node:
                env = Env(world, scopes[decl.file], report, bare=_BARE)
                found[decl.id] = _activity(decl, node, policies, env)
    return found


def _activity(
    decl: Decl, node: ast.Activity, policies: Mapping[str, m.PolicyDecl], env: Env
) -> m.Activity:
    world, scope, report = env.world, env.scope, env.report
    if node.irreversible and node.readonly:
        report.append(hs005.contradiction(node.name.text, node.name.span))
    elif node.log is not None and (node.irreversible or node.readonly):
        promise = "irreversible" if node.irreversible else "readonly"
        report.append(hs005.idle_log(node.name.text, node.name.span, promise))
    return m.Activity(
        decl.id,
        node.name.text,
        decl.file,
        typed(node.params, world.shapes[decl.id].slots, world, scope, report),
        typed(node.outputs, world.outputs[decl.id], world, scope, report),
        _log(node, env),
        policy_of(node.policy, policies, env),
        node.irreversible,
        node.readonly,
        _revises(node, env),
        meta(node.meta),
        node.name.span,
    )


def _log(node: ast.Activity, env: Env) -> tuple[m.Field, ...] | None:
    if node.log is None:
        return None
    known = slots(node.log, env.scope, "field", env.report)
    return typed(node.log, known, env.world, env.scope, env.report)


def _revises(node: ast.Activity, env: Env) -> tuple[str, ...]:
    """The activities that it may put into what is left, each once."""
    found: dict[str, Span] = {}
    for name in node.revises:
        decl = find(env.scope, name, ("activity",), env.report)
        if decl is None:
            continue
        if decl.id in found:
            env.report.append(hs101.named_twice(name.text, "activity", name.span, found[decl.id]))
        found.setdefault(decl.id, name.span)
    return tuple(found)

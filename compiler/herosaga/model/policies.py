"""Policies: declared, named with `with`, or written out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from herosaga.checks import hs605
from herosaga.findings import Finding
from herosaga.model import model as m
from herosaga.model.env import Env
from herosaga.model.expr import Const, Expr
from herosaga.model.infer import check
from herosaga.model.meta import meta
from herosaga.model.scope import Decl, Scope, find
from herosaga.model.types import DURATION
from herosaga.model.world import World
from herosaga.syntax import ast

_BARE = "a declared policy has the same times for all who use it"


def policies(
    decls: Mapping[str, Decl], scopes: Mapping[str, Scope], world: World, report: list[Finding]
) -> Mapping[str, m.PolicyDecl]:
    """All `policy` declarations."""
    found: dict[str, m.PolicyDecl] = {}
    for decl in decls.values():
        match decl.node:
            case ast.PolicyDecl() as node:
                env = Env(world, scopes[decl.file], report, bare=_BARE)
                found[decl.id] = m.PolicyDecl(
                    decl.id,
                    node.name.text,
                    decl.file,
                    _policy(decl.id, node.policy, env),
                    meta(node.meta),
                    node.name.span,
                )
    return found


def policy_of(
    node: ast.Name | ast.Policy | None, declared: Mapping[str, m.PolicyDecl], env: Env
) -> m.Policy | None:
    """The policy of a request or compensation; None without one."""
    match node:
        case None:
            return None
        case ast.Policy():
            return _policy("", node, env)
        case ast.Name():
            decl = find(env.scope, node, ("policy",), env.report)
            return declared[decl.id].policy if decl else None


def _policy(id: str, node: ast.Policy, env: Env) -> m.Policy:
    within = check(node.within, env, DURATION) if node.within is not None else None
    pauses = (node.every,) if node.every is not None else node.backoff or ()
    pause = tuple(check(each, env, DURATION) for each in pauses)
    policy = m.Policy(id, within, _retries(node.retries), pause, node.span)
    env.report.extend(_doubts(policy, node))
    return policy


def _doubts(policy: m.Policy, node: ast.Policy) -> Iterator[Finding]:
    """What can't be meant, as far as the times are constants."""
    if node.retries == 0:
        yield hs605.no_tries(node.span)
    within = _length(policy.within)
    if policy.within is not None and within is not None and within <= timedelta():
        yield hs605.no_time(policy.within.span)
    match [_length(each) for each in policy.pause]:
        case [timedelta() as first, timedelta() as last] if first > last:
            yield hs605.backwards(policy.pause[0].span.to(policy.pause[1].span))


def _length(expr: Expr | None) -> timedelta | None:
    match expr:
        case Const(value=timedelta() as length):
            return length
        case _:
            return None


def _retries(written: int | str | None) -> int | None:
    match written:
        case int():
            return written
        case None:
            return 0
    return None

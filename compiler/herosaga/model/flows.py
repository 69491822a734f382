"""Flows: how a choreography is meant to run, arrow by arrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise

from herosaga.checks import hs101, hs605
from herosaga.findings import Finding
from herosaga.model import model as m
from herosaga.model.env import Env
from herosaga.model.expr import Const, Expr
from herosaga.model.infer import check
from herosaga.model.meta import meta
from herosaga.model.scope import Decl, Scope, find
from herosaga.model.types import DURATION
from herosaga.model.world import World
from herosaga.source import Span
from herosaga.syntax import ast

_BARE = "a flow has one time limit, whatever is in its messages"
_MESSAGES = ("event", "command")


def flows(
    decls: Mapping[str, Decl], scopes: Mapping[str, Scope], world: World, report: list[Finding]
) -> Mapping[str, m.Flow]:
    """All flows."""
    found: dict[str, m.Flow] = {}
    for id, decl in decls.items():
        match decl.node:
            case ast.Flow() as node:
                env = Env(world, scopes[decl.file], report, bare=_BARE)
                found[id] = m.Flow(
                    id,
                    node.name.text,
                    decl.file,
                    _arrows(node, env),
                    _within(node, env),
                    meta(node.meta),
                    node.name.span,
                )
    return found


def _arrows(node: ast.Flow, env: Env) -> tuple[m.Arrow, ...]:
    """Each arrow once; where a name means nothing, its arrows are left out."""
    first: dict[tuple[str, str], Span] = {}
    for left, right in _pairs(node, env):
        arrow = (left[0].id, right[0].id)
        span = right[1].span
        if arrow in first:
            text = f"{left[1].text} -> {right[1].text}"
            env.report.append(hs101.named_twice(text, "arrow", span, first[arrow]))
        first.setdefault(arrow, span)
    return tuple(m.Arrow(source, target, span) for (source, target), span in first.items())


def _pairs(
    node: ast.Flow, env: Env
) -> Iterator[tuple[tuple[Decl, ast.Name], tuple[Decl, ast.Name]]]:
    for chain in node.chains:
        named = [(find(env.scope, name, _MESSAGES, env.report), name) for name in chain.messages]
        for (left, one), (right, other) in pairwise(named):
            if left is not None and right is not None:
                yield (left, one), (right, other)


def _within(node: ast.Flow, env: Env) -> Expr | None:
    if node.within is None:
        return None
    limit = check(node.within, env, DURATION)
    match limit:
        case Const(value=timedelta() as length) if length <= timedelta():
            env.report.append(hs605.no_time(limit.span))
    return limit

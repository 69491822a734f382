"""Flows: tree -> `ast`."""

from __future__ import annotations

from herosaga.syntax import ast
from herosaga.syntax.context import Context, Node, trees
from herosaga.syntax.lower_expr import lower_expr


def lower_flow(ctx: Context, node: Node, meta: ast.Meta) -> ast.Flow:
    """`flow F { chains within D }`."""
    name, *parts = node.children
    within = ctx.only(trees(parts, "within"), "`within`")
    return ast.Flow(
        ctx.name(name),
        tuple(_chain(ctx, each) for each in trees(parts, "chain")),
        lower_expr(ctx, within.children[0]) if within else None,
        meta,
        ctx.span(node),
    )


def _chain(ctx: Context, node: Node) -> ast.Chain:
    return ast.Chain(tuple(ctx.ref(each) for each in node.children), ctx.span(node))

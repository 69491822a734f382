"""The blocks of a saga: start, states, groups, finals, compensations: tree -> `ast`."""

from __future__ import annotations

from herosaga.syntax import ast
from herosaga.syntax.context import Child, Context, Node, trees
from herosaga.syntax.lower_action import lower_actions, lower_each
from herosaga.syntax.lower_expr import lower_fields
from herosaga.syntax.lower_policy import lower_policy
from herosaga.syntax.lower_transition import lower_reactions
from herosaga.syntax.members import members, nodes
from herosaga.syntax.places import PLACES


def lower_start(ctx: Context, node: Node, meta: ast.Meta) -> ast.Start:
    """`start { … }`."""
    found = _members(ctx, node.children[0], "start")
    transitions = tuple(each for each in found if isinstance(each, ast.Transition))
    return ast.Start(transitions, ctx.span(node), meta)


def lower_state(ctx: Context, node: Node, meta: ast.Meta) -> ast.State:
    """`state S { … }`."""
    name, block = node.children
    return ast.State(ctx.name(name), _members(ctx, block, "state"), meta, ctx.span(node))


def lower_during(ctx: Context, node: Node, meta: ast.Meta) -> ast.During:
    """`during A, B { … }`, `during any { … }`."""
    *states, block = node.children
    found = _members(ctx, block, "during")
    return ast.During(tuple(ctx.ref(each) for each in states), found, ctx.span(node), meta)


def lower_missing(ctx: Context, node: Node, meta: ast.Meta) -> ast.Missing:
    """`missing { … }`."""
    found = _members(ctx, node.children[0], "missing")
    return ast.Missing(found, ctx.span(node), meta)


def _members(ctx: Context, block: Child, here: str) -> tuple[ast.Member, ...]:
    """What a block does with what arrives; each state is entered and left in one way."""
    found = members(ctx, block, here)
    for kind in ("entry", "exit"):
        first = ctx.only(nodes(found, kind), f"`{kind}`")
        found = [each for each in found if each[1].data != kind or each[1] is first]
    return lower_reactions(ctx, found)


def lower_final(ctx: Context, node: Node, meta: ast.Meta) -> ast.Final:
    """`final F [failed | manual] [{ actions }]`."""
    name, mark, actions = node.children
    done = lower_actions(ctx, actions, "final")
    return ast.Final(ctx.name(name), str(mark or ""), done, meta, ctx.span(node))


def lower_compensation(ctx: Context, node: Node, meta: ast.Meta) -> ast.Compensation:
    """`compensation name(params) { actions [policy] [otherwise -> F] }`."""
    name, params, block = node.children
    clauses = [clause for _, clause in members(ctx, block, "compensation")]
    actions = [each for each in clauses if "actions" in PLACES[each.data]]
    otherwise = ctx.only(trees(clauses, "otherwise"), "`otherwise`")
    return ast.Compensation(
        ctx.name(name),
        lower_fields(ctx, params),
        lower_each(ctx, actions, "compensation"),
        lower_policy(ctx, clauses),
        ctx.ref(otherwise.children[0]) if otherwise else None,
        meta,
        ctx.span(node),
    )

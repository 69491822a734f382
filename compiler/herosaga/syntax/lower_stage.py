"""Stages, which sequences and itineraries carry out in order: tree -> `ast`."""

from __future__ import annotations

from herosaga.syntax import ast
from herosaga.syntax.context import Child, Context, Node, tree, trees
from herosaga.syntax.lower_action import lower_action, lower_actions, lower_request
from herosaga.syntax.lower_expr import lower_expr, lower_message, lower_meta
from herosaga.syntax.lower_policy import lower_policy
from herosaga.syntax.lower_transition import lower_transitions
from herosaga.syntax.places import in_place
from lark import Tree

# What a block becomes in the braces of an `if` or `for` in it.
_NESTED = {"sequence": "stages", "itinerary": "route", "routes": "route"}


def lower_stage(ctx: Context, node: Node, meta: ast.Meta, here: str) -> ast.Stage:
    """One stage that may stand here."""
    nested = _NESTED.get(here, here)
    match node:
        case Tree(data="step"):
            return _step(ctx, node, meta)
        case Tree(data="do", children=[message, *parts]):
            policy = lower_policy(ctx, trees(parts))
            return ast.Do(lower_message(ctx, message), policy, meta, ctx.span(node))
        case Tree(data="if_"):
            return _branch(ctx, node, nested)
        case Tree(data="for_"):
            return _loop(ctx, node, nested)
        case Tree(data="parallel_for"):
            return _loop(ctx, node, "branches" if nested == "stages" else nested)
        case Tree(data="parallel"):
            return _parallel(ctx, node, "branches" if nested == "stages" else "routes")
    action = lower_action(ctx, node, "actions")
    assert isinstance(action, ast.Set | ast.Send | ast.Run | ast.Pivot)
    return action


def lower_stages(ctx: Context, nodes: list[Node], here: str) -> tuple[ast.Stage, ...]:
    """The stages of an inner block, those left out that can't stand in it."""
    placed = [node for node in nodes if in_place(ctx, node, here)]
    return tuple(lower_stage(ctx, node, lower_meta(ctx, [], node), here) for node in placed)


def _block(ctx: Context, block: Child, here: str) -> tuple[ast.Stage, ...]:
    return lower_stages(ctx, trees(block.children), here) if isinstance(block, Tree) else ()


def _step(ctx: Context, node: Node, meta: ast.Meta) -> ast.Step:
    name, message, *rest = node.children
    parts = trees(rest)
    request = lower_request(ctx, message, parts)
    actions = ctx.only(trees(parts, "actions"), "the block")
    return ast.Step(
        None if name is None else ctx.name(name),
        request,
        lower_actions(ctx, actions, "actions"),
        lower_transitions(ctx, [(lower_meta(ctx, [], on), on) for on in trees(parts, "on")]),
        meta,
        ctx.span(node),
    )


def _branch(ctx: Context, node: Node, here: str) -> ast.Branch:
    condition, then, other = node.children
    return ast.Branch(
        lower_expr(ctx, condition),
        _block(ctx, then, here),
        _else(ctx, other, here),
        ctx.span(node),
    )


def _else(ctx: Context, other: Child, here: str) -> tuple[ast.Stage, ...]:
    match other:
        case Tree(data="if_"):
            return (_branch(ctx, other, here),)
    return _block(ctx, other, here)


def _loop(ctx: Context, node: Node, here: str) -> ast.Loop:
    var, source, body = node.children
    return ast.Loop(
        ctx.name(var),
        lower_expr(ctx, source),
        _block(ctx, body, here),
        node.data == "parallel_for",
        ctx.span(node),
    )


def _parallel(ctx: Context, node: Node, here: str) -> ast.Parallel:
    (block,) = node.children
    placed = [each for each in trees(tree(block).children) if in_place(ctx, each, here)]
    return ast.Parallel(tuple(_one_branch(ctx, each, here) for each in placed), ctx.span(node))


def _one_branch(ctx: Context, node: Node, here: str) -> tuple[ast.Stage, ...]:
    if node.data == "group":
        return _block(ctx, node.children[0], _NESTED[here])
    return (lower_stage(ctx, node, lower_meta(ctx, [], node), here),)

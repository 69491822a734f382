"""Actions: tree -> `ast`."""

from __future__ import annotations

from herosaga.syntax import ast
from herosaga.syntax.context import Child, Context, Node, tree, trees
from herosaga.syntax.lower_expr import lower_args, lower_expr, lower_message
from herosaga.syntax.lower_service import lower_policy
from herosaga.syntax.places import in_place, written
from lark import Tree


def lower_actions(ctx: Context, block: Child, here: str) -> tuple[ast.Action, ...]:
    """The actions in braces; none where there are no braces. `here` is what the braces belong to."""
    return lower_each(ctx, trees(block.children), here) if isinstance(block, Tree) else ()


def lower_each(ctx: Context, nodes: list[Node], here: str) -> tuple[ast.Action, ...]:
    """Actions one after the other, those left out that can't stand here or can't be done yet."""
    placed = [node for node in nodes if in_place(ctx, node, here)]
    actions = [_action(ctx, node, here) for node in placed]
    return tuple(action for action in actions if action is not None)


def _action(ctx: Context, node: Node, here: str) -> ast.Action | None:
    match node:
        case Tree(data="set", children=[name, op, value]):
            return ast.Set(ctx.name(name), str(op), lower_expr(ctx, value), ctx.span(node))
        case Tree(data="send" | "publish", children=[message]):
            return ast.Send(str(node.data), lower_message(ctx, message), ctx.span(node))
        case Tree(data="request"):
            return _request(ctx, node)
        case Tree(data="if_"):
            return _if(ctx, node, here)
        case Tree(data="for_", children=[var, source, body]):
            actions = lower_actions(ctx, body, here)
            return ast.For(ctx.name(var), lower_expr(ctx, source), actions, ctx.span(node))
    what = "`compensable` as an action" if node.data == "undo" else written(node)
    ctx.unsupported(node, what)
    return None


def _if(ctx: Context, node: Node, here: str) -> ast.If:
    condition, then, other = node.children
    return ast.If(
        lower_expr(ctx, condition),
        lower_actions(ctx, then, here),
        _else(ctx, other, here),
        ctx.span(node),
    )


def _else(ctx: Context, other: Child, here: str) -> tuple[ast.Action, ...]:
    match other:
        case Tree(data="if_"):
            return (_if(ctx, other, here),)
    return lower_actions(ctx, other, here)


def _request(ctx: Context, node: Node) -> ast.Request:
    message, *parts = trees(node.children)
    undo = ctx.only(trees(parts, "undo"), "`compensable`")
    return ast.Request(
        lower_message(ctx, message),
        lower_policy(ctx, parts),
        _undo(ctx, undo) if undo else None,
        ctx.span(node),
    )


def _undo(ctx: Context, node: Node) -> ast.Undo:
    (by,) = node.children
    if by is None:
        return ast.Undo(None, ctx.span(node))
    name, args = tree(by).children
    call = ast.Call(ctx.ref(name), lower_args(ctx, args), ctx.span(tree(by)))
    return ast.Undo(call, ctx.span(node))

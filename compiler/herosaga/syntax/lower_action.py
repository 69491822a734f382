"""Actions: tree -> `ast`."""

from __future__ import annotations

from herosaga.syntax import ast
from herosaga.syntax.context import Child, Context, Node, tree, trees
from herosaga.syntax.lower_expr import lower_args, lower_expr, lower_message
from herosaga.syntax.lower_policy import lower_policy
from herosaga.syntax.places import in_place
from lark import Tree
from msgspec.structs import replace


def lower_actions(ctx: Context, block: Child, here: str) -> tuple[ast.Action, ...]:
    """The actions in braces; none where there are no braces. `here` is what the braces belong to."""
    return lower_each(ctx, trees(block.children), here) if isinstance(block, Tree) else ()


def lower_each(ctx: Context, nodes: list[Node], here: str) -> tuple[ast.Action, ...]:
    """Actions one after the other, those left out that can't stand here."""
    placed = [node for node in nodes if in_place(ctx, node, here)]
    actions = [lower_action(ctx, node, here) for node in placed]
    return tuple(action for action in actions if action is not None)


def lower_action(ctx: Context, node: Node, here: str) -> ast.Action | None:
    """One action that may stand here; None where it lacks what it is about."""
    match node:
        case Tree(data="request"):
            message, *parts = trees(node.children)
            return replace(lower_request(ctx, message, parts), span=ctx.span(node))
        case Tree(data="undo"):
            return _recording(ctx, node)
        case Tree(data="if_"):
            return _if(ctx, node, here)
        case Tree(data="for_", children=[var, source, body]):
            actions = lower_actions(ctx, body, here)
            return ast.For(ctx.name(var), lower_expr(ctx, source), actions, ctx.span(node))
    return _simple(ctx, node)


def _simple(ctx: Context, node: Node) -> ast.Action:
    match node:
        case Tree(data="set", children=[name, op, value]):
            return ast.Set(ctx.name(name), str(op), lower_expr(ctx, value), ctx.span(node))
        case Tree(data="send" | "publish" | "reply", children=[message]):
            return ast.Send(str(node.data), lower_message(ctx, message), ctx.span(node))
        case Tree(data="run", children=[message, *undos]):
            undo = _run_undo(ctx, trees(undos))
            return ast.Run(lower_message(ctx, message), undo, ctx.span(node))
        case Tree(data="pivot"):
            return ast.Pivot(ctx.span(node))
        case Tree(data="arm" | "arm_at", children=[timer, value]):
            at = node.data == "arm_at"
            return ast.Arm(ctx.name(timer), at, lower_expr(ctx, value), ctx.span(node))
        case Tree(data="disarm", children=[timer]):
            return ast.Disarm(ctx.name(timer), ctx.span(node))
    raise AssertionError(node.data)


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


# --- requests and undo -------------------------------------------------------------------------


def lower_request(ctx: Context, message: Child, parts: list[Node]) -> ast.Request:
    """A request, or the one that a step makes, from its message and what follows it."""
    undo = ctx.only(trees(parts, "undo"), "`compensable`")
    last = [tree(message), *trees(parts, "with_", "within", "retry", "undo")][-1]
    return ast.Request(
        lower_message(ctx, message),
        lower_policy(ctx, parts),
        _undo(ctx, undo) if undo else None,
        ctx.span(tree(message)).to(ctx.span(last)),
    )


def _undo(ctx: Context, node: Node) -> ast.Undo:
    (by,) = node.children
    if by is None:
        return ast.Undo(None, ctx.span(node))
    name, args = tree(by).children
    call = ast.Call(ctx.ref(name), lower_args(ctx, args), ctx.span(tree(by)))
    return ast.Undo(call, ctx.span(node))


def _run_undo(ctx: Context, undos: list[Node]) -> ast.Undo | None:
    """An itinerary is undone by its own slip, so that nothing else can be named."""
    undo = ctx.only(undos, "`compensable`")
    if undo is None:
        return None
    if undo.children[0] is not None:
        belongs = (
            "to a request, or after a comma as an action of its own: a run undoes its own steps"
        )
        ctx.misplaced(undo, "`compensable by`", "after `run`", belongs)
    return ast.Undo(None, ctx.span(undo))


def _recording(ctx: Context, node: Node) -> ast.Recording | None:
    if node.children[0] is None:
        hint = "say what is to be done to undo it: `compensable by Refund(order_id)`"
        ctx.lacking(node, "`by` and an undo after `compensable`", hint)
        return None
    return ast.Recording(_undo(ctx, node), ctx.span(node))

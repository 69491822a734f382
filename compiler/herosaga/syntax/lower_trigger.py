"""Triggers, and what `ignore` and `defer` take: tree -> `ast`."""

from __future__ import annotations

from collections.abc import Iterable

from herosaga.syntax import ast
from herosaga.syntax.context import Child, Context, Node, tokens, tree, trees
from herosaga.syntax.places import written
from lark import Token, Tree

_NEVER_SWALLOWED = {"on_failure": "`failure of`", "on_all": "`all(…)`"}
_INSTEAD = "to `on`: here name the messages, `timeout of C` and `fault of C` one by one"

_OWNERS = {
    True: "after the command whose handling is done: `Name.done`",
    False: "in an itinerary's own `on`: here say whose outcome it is, as in `Name.completed`",
}


def lower_triggers(ctx: Context, nodes: list[Node]) -> tuple[ast.Trigger, ...]:
    """What an `on` waits for; fields are taken only from a message that is alone there."""
    if len(nodes) > 1:
        for node in nodes:
            _no_binds(ctx, node, "where there are several triggers", "to an `on` with one trigger")
    found = [_trigger(ctx, node, len(nodes) == 1) for node in nodes]
    return tuple(each for each in found if each is not None)


def lower_swallowed(ctx: Context, node: Node) -> tuple[ast.Swallowed, ...]:
    """What an `ignore` or `defer` takes."""
    found = [_swallowed(ctx, each, written(node)) for each in trees(node.children)]
    return tuple(each for each in found if each is not None)


def _swallowed(ctx: Context, node: Node, clause: str) -> ast.Swallowed | None:
    if node.data in _NEVER_SWALLOWED:
        ctx.misplaced(node, _NEVER_SWALLOWED[node.data], f"in {clause}", _INSTEAD)
        return None
    _no_binds(ctx, node, f"in {clause}", "to `on`")
    match _trigger(ctx, node, False):
        case ast.OnMessage() | ast.OnTimeout() | ast.OnFault() | ast.OnOutcome() as found:
            return found
    return None


def _trigger(ctx: Context, node: Node, binding: bool) -> ast.Trigger | None:
    span = ctx.span(node)
    match node:
        case Tree(data="on_message", children=[name, binds]):
            return ast.OnMessage(ctx.ref(name), _binds(ctx, binds, binding), span)
        case Tree(data="on_failure", children=[command]):
            return ast.OnFailure(ctx.ref(command), span)
        case Tree(data="on_timeout", children=[command]):
            return ast.OnTimeout(ctx.ref(command), span)
        case Tree(data="on_fault", children=[command]):
            return ast.OnFault(ctx.ref(command), span)
        case Tree(data="on_all", children=messages):
            return ast.OnAll(tuple(ctx.ref(each) for each in messages), span)
        case Tree(data="on_outcome", children=[None, _, Token() as outcome, _]):
            ctx.misplaced(node, f"`{outcome}` alone", "in a saga", _OWNERS[outcome == "done"])
            return None
        case Tree(data="on_outcome", children=[*names, outcome, binds]):
            of = lower_owner(ctx, names)
            return ast.OnOutcome(of, str(outcome), _binds(ctx, binds, binding), span)
    raise AssertionError(node.data)


def lower_owner(ctx: Context, names: Iterable[Child]) -> ast.Name:
    """What an outcome is of: `I`, or `p.I`."""
    first, *others = tokens(names)
    span = ctx.span(first).to(ctx.span(others[0])) if others else ctx.span(first)
    return ast.Name(".".join(str(each) for each in (first, *others)), span)


def lower_own_outcomes(ctx: Context, nodes: list[Node]) -> tuple[ast.OnOutcome, ...]:
    """What an itinerary's own `on` waits for: nothing but how it ends itself."""
    found = [_own_outcome(ctx, node) for node in nodes]
    return tuple(each for each in found if each is not None)


def _own_outcome(ctx: Context, node: Node) -> ast.OnOutcome | None:
    match node:
        case Tree(data="on_outcome", children=[None, _, Token() as outcome, _]) if (
            outcome != "done"
        ):
            _no_binds(ctx, node, "in an itinerary", "to a saga's `on`: here read `event.field`")
            return ast.OnOutcome(None, str(outcome), (), ctx.span(node))
    belongs = "in a saga: an itinerary has `on completed`, `on faulted` and `on compensated`"
    ctx.misplaced(node, "this", "in an itinerary's `on`", belongs)
    return None


def _no_binds(ctx: Context, node: Node, here: str, belongs: str) -> None:
    if node.data in ("on_message", "on_outcome") and node.children[-1] is not None:
        ctx.misplaced(tree(node.children[-1]), "a list of fields", here, belongs)


def _binds(ctx: Context, names: Child, binding: bool) -> tuple[ast.Name, ...]:
    listed = isinstance(names, Tree) and binding
    return tuple(ctx.name(each) for each in tokens(tree(names).children)) if listed else ()

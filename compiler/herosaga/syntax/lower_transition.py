"""Transitions, and whatever else a state does with what arrives: tree -> `ast`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from herosaga.checks import hs005
from herosaga.source import Span
from herosaga.syntax import ast
from herosaga.syntax.context import Context, Node, tree, trees
from herosaga.syntax.lower_action import lower_actions
from herosaga.syntax.lower_expr import lower_expr
from herosaga.syntax.lower_service import PROMISES
from herosaga.syntax.lower_trigger import lower_own_outcomes, lower_swallowed, lower_triggers
from herosaga.syntax.members import Member
from herosaga.syntax.places import written
from lark import Tree

_ORDER = ("when", "compensate", "arrow", "actions")
_PART = {"when": "`when`", "compensate": "`compensate`", "arrow": "`->`", "actions": "the block"}


def lower_reactions(ctx: Context, found: Iterable[Member]) -> tuple[ast.Member, ...]:
    """What a state or group does with what arrives, in source order."""
    lowered = [_reaction(ctx, node, meta) for meta, node in found]
    return tuple(each for each in lowered if each is not None)


def _reaction(ctx: Context, node: Node, meta: ast.Meta) -> ast.Member | None:
    match node.data:
        case "on" | "after" | "at":
            return lower_transition(ctx, node, meta)
        case "ignore":
            swallowed = lower_swallowed(ctx, node)
            return ast.Ignore(swallowed, meta, ctx.span(node)) if swallowed else None
        case "defer":
            kept = lower_swallowed(ctx, node)
            return ast.Defer(kept, meta, ctx.span(node)) if kept else None
        case "every":
            return _every(ctx, node, meta)
        case "entry":
            done = lower_actions(ctx, node.children[0], "actions")
            return ast.Entry(done, meta, ctx.span(node))
        case "exit":
            done = lower_actions(ctx, node.children[0], "actions")
            return ast.Exit(done, meta, ctx.span(node))
    raise AssertionError(node.data)


def _every(ctx: Context, node: Node, meta: ast.Meta) -> ast.Every:
    actions = only_actions(ctx, node, "in `every`, which stays in its state", "to `after` and `on`")
    if actions is None and not trees(node.children, "arrow"):
        ctx.lacking(node, "a block of actions after `every`", "say what is done: `every 1h { … }`")
    delay = lower_expr(ctx, node.children[0])
    return ast.Every(delay, lower_actions(ctx, actions, "actions"), meta, ctx.span(node))


def only_actions(ctx: Context, node: Node, here: str, belongs: str) -> Node | None:
    """The block of actions of a clause whose other parts all can't stand there."""
    for part in trees(node.children, "when", "compensate", "arrow", *PROMISES):
        ctx.misplaced(part, written(part), here, belongs)
    return ctx.only(trees(node.children, "actions"), _PART["actions"])


# --- transitions -------------------------------------------------------------------------------


def lower_transition(ctx: Context, node: Node, meta: ast.Meta) -> ast.Transition | None:
    """A transition; None where nothing of its trigger can be read."""
    triggers = _triggers(ctx, node)
    parts = _parts(ctx, node)
    guard, compensate, arrow, actions = (parts.get(kind) for kind in _ORDER)
    done = lower_actions(ctx, actions, "actions")
    if not triggers:
        return None
    return ast.Transition(
        triggers,
        lower_expr(ctx, guard.children[0]) if guard else None,
        ctx.span(compensate) if compensate else None,
        ctx.ref(arrow.children[0]) if arrow else None,
        done,
        meta,
        ctx.span(node),
    )


def lower_transitions(ctx: Context, found: Iterable[Member]) -> tuple[ast.Transition, ...]:
    """Transitions one after the other."""
    lowered = [lower_transition(ctx, node, meta) for meta, node in found]
    return tuple(each for each in lowered if each is not None)


def lower_leaving(ctx: Context, node: Node, meta: ast.Meta) -> ast.Transition | None:
    """A transition that makes no sense if it stays where it is."""
    if not trees(node.children, "arrow"):
        clause = written(node)
        ctx.lacking(node, f"`-> State` after {clause}", "name the state that is entered then")
    return lower_transition(ctx, node, meta)


def lower_outcome(ctx: Context, node: Node, meta: ast.Meta) -> ast.Transition | None:
    """An itinerary's own `on completed { … }`, which has no state to go to."""
    triggers = lower_own_outcomes(ctx, _awaited(node))
    block = only_actions(ctx, node, "in an itinerary's `on`", "to a saga's transition")
    done = lower_actions(ctx, block, "outcome")
    if not triggers:
        return None
    return ast.Transition(triggers, None, None, None, done, meta, ctx.span(node))


def _awaited(node: Node) -> list[Node]:
    return [each for each in trees(node.children) if each.data.startswith("on_")]


def _triggers(ctx: Context, node: Node) -> tuple[ast.Trigger, ...]:
    match node:
        case Tree(data="on"):
            return lower_triggers(ctx, _awaited(node))
        case Tree(data="failed"):
            return (ast.StepFailed(ctx.keyword(node)),)
    value = lower_expr(ctx, tree(node.children[0]))
    return (_timed(str(node.data), value, ctx.keyword(node).to(value.span)),)


def _timed(kind: str, value: ast.Expr, span: Span) -> ast.Trigger:
    match kind:
        case "after":
            return ast.After(value, span)
        case "at":
            return ast.At(value, span)
    return ast.Deadline(value, span)


def _parts(ctx: Context, node: Node) -> dict[str, Node]:
    """The parts after the trigger by kind; one too many, or in disorder, is reported."""
    found = trees(node.children)
    for part in trees(found, *PROMISES):
        ctx.misplaced(part, written(part), "in a saga's transition", "to a service's handler")
    kinds = {kind: ctx.only(trees(found, kind), _PART[kind]) for kind in _ORDER}
    parts = {kind: part for kind, part in kinds.items() if part is not None}
    for (before, first), (after, second) in pairwise(parts.items()):
        if first.meta.start_pos > second.meta.start_pos:
            span = ctx.keyword(first)
            ctx.findings.append(hs005.disordered(span, _PART[before], _PART[after]))
    return parts

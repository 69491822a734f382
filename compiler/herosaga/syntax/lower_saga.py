"""Sagas: tree -> `ast`."""

from __future__ import annotations

from itertools import pairwise

from herosaga.checks import hs005
from herosaga.syntax import ast
from herosaga.syntax.context import Child, Context, Node, tokens, tree, trees
from herosaga.syntax.lower_action import lower_actions, lower_each
from herosaga.syntax.lower_expr import lower_expr, lower_fields, lower_type
from herosaga.syntax.lower_service import lower_policy, members
from herosaga.syntax.places import PLACES, written
from lark import Tree

_LATER = ("timer", "deadline", "retain", "migrate", "correlate", "sequence")
_HEADER = ("handles", "emits", "refuses", "undone", "irreversible", "readonly")
_ORDER = ("when", "compensate", "arrow", "actions")
_PART = {"when": "`when`", "compensate": "`compensate`", "arrow": "`->`", "actions": "the block"}
_TRIGGERS = {
    "on_timeout": "`timeout of`",
    "on_fault": "`fault of`",
    "on_all": "`all(…)`",
    "on_outcome": "a trigger on an outcome",
}

Member = tuple[ast.Meta, Node]


def lower_saga(ctx: Context, node: Node, meta: ast.Meta) -> ast.Saga:
    """`saga S by key: type { … }`."""
    name, key, key_type, *header, block = node.children
    for part in trees(header, *_HEADER)[:1]:
        ctx.unsupported(part, "a saga that serves a command")
    found = members(ctx, block, "saga")
    for _, clause in found:
        if clause.data in _LATER:
            ctx.unsupported(clause, written(clause))
    missing = _sole(ctx, found, "missing")
    return ast.Saga(
        ctx.name(name),
        ctx.name(key),
        lower_type(ctx, key_type),
        _version(ctx, found),
        _data(ctx, found),
        tuple(_compensation(ctx, n, m) for m, n in found if n.data == "compensation"),
        tuple(_start(ctx, n) for _, n in found if n.data == "start"),
        tuple(_state(ctx, n, m) for m, n in found if n.data == "state"),
        tuple(_during(ctx, n) for _, n in found if n.data in ("during", "during_any")),
        _missing(ctx, missing) if missing else None,
        tuple(_final(ctx, n, m) for m, n in found if n.data == "final"),
        meta,
        ctx.span(node),
    )


def _sole(ctx: Context, found: list[Member], kind: str) -> Node | None:
    return ctx.only([node for _, node in found if node.data == kind], f"`{kind}`")


def _version(ctx: Context, found: list[Member]) -> int:
    node = _sole(ctx, found, "version")
    return int(str(node.children[0])) if node else 1


def _data(ctx: Context, found: list[Member]) -> tuple[ast.Field, ...]:
    node = _sole(ctx, found, "data")
    return lower_fields(ctx, node.children[0]) if node else ()


# --- blocks ------------------------------------------------------------------------------------


def _start(ctx: Context, node: Node) -> ast.Start:
    found = _reactions(ctx, members(ctx, node.children[0], "start"))
    transitions = tuple(each for each in found if isinstance(each, ast.Transition))
    return ast.Start(transitions, ctx.span(node))


def _state(ctx: Context, node: Node, meta: ast.Meta) -> ast.State:
    name, block = node.children
    found = _reactions(ctx, members(ctx, block, "state"))
    return ast.State(ctx.name(name), found, meta, ctx.span(node))


def _during(ctx: Context, node: Node) -> ast.During:
    *states, block = node.children
    found = _reactions(ctx, members(ctx, block, "during"))
    return ast.During(tuple(ctx.ref(each) for each in states), found, ctx.span(node))


def _missing(ctx: Context, node: Node) -> ast.Missing:
    found = _reactions(ctx, members(ctx, node.children[0], "missing"))
    return ast.Missing(found, ctx.span(node))


def _final(ctx: Context, node: Node, meta: ast.Meta) -> ast.Final:
    name, mark, actions = node.children
    done = lower_actions(ctx, actions, "final")
    return ast.Final(ctx.name(name), str(mark or ""), done, meta, ctx.span(node))


def _compensation(ctx: Context, node: Node, meta: ast.Meta) -> ast.Compensation:
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


# --- transitions -------------------------------------------------------------------------------


def _reactions(ctx: Context, found: list[Member]) -> tuple[ast.Transition | ast.Ignore, ...]:
    """What a state or group does with what arrives, in source order."""
    lowered = [_reaction(ctx, node, meta) for meta, node in found]
    return tuple(each for each in lowered if each is not None)


def _reaction(ctx: Context, node: Node, meta: ast.Meta) -> ast.Transition | ast.Ignore | None:
    match node:
        case Tree(data="on" | "after"):
            return _transition(ctx, node, meta)
        case Tree(data="ignore"):
            names = [_ignored(ctx, each) for each in trees(node.children)]
            messages = tuple(name for name in names if name is not None)
            return ast.Ignore(messages, meta, ctx.span(node)) if messages else None
    ctx.unsupported(node, written(node))
    return None


def _ignored(ctx: Context, node: Node) -> ast.OnMessage | None:
    if node.data != "on_message":
        ctx.unsupported(node, _TRIGGERS[node.data])
        return None
    name, binds = node.children
    if binds is not None:
        ctx.misplaced(tree(binds), "a list of fields", "in `ignore`", "to `on`")
    return ast.OnMessage(ctx.ref(name), (), ctx.span(node))


def _transition(ctx: Context, node: Node, meta: ast.Meta) -> ast.Transition | None:
    trigger = _trigger(ctx, node)
    parts = _parts(ctx, node)
    guard, compensate, arrow, actions = (parts.get(kind) for kind in _ORDER)
    done = lower_actions(ctx, actions, "actions")
    if trigger is None:
        return None
    return ast.Transition(
        (trigger,),
        lower_expr(ctx, guard.children[0]) if guard else None,
        ctx.span(compensate) if compensate else None,
        ctx.ref(arrow.children[0]) if arrow else None,
        done,
        meta,
        ctx.span(node),
    )


def _parts(ctx: Context, node: Node) -> dict[str, Node]:
    """The parts after the trigger by kind; one too many, or in disorder, is reported."""
    found = trees(node.children)
    for part in found:
        if part.data in _HEADER:
            belongs = "to a service's handler"
            ctx.misplaced(part, written(part), "in a saga's transition", belongs)
    kinds = {kind: ctx.only(trees(found, kind), _PART[kind]) for kind in _ORDER}
    parts = {kind: part for kind, part in kinds.items() if part is not None}
    ordered = list(parts.items())
    for (before, first), (after, second) in pairwise(ordered):
        if first.meta.start_pos > second.meta.start_pos:
            span = ctx.keyword(first)
            ctx.findings.append(hs005.disordered(span, _PART[before], _PART[after]))
    return parts


def _trigger(ctx: Context, node: Node) -> ast.Trigger | None:
    if node.data == "after":
        delay = lower_expr(ctx, node.children[0])
        return ast.After(delay, ctx.keyword(node).to(delay.span))
    triggers = [each for each in trees(node.children) if each.data.startswith("on_")]
    if len(triggers) > 1:
        ctx.unsupported(triggers[1], "a second trigger")
        return None
    return _single(ctx, triggers[0])


def _single(ctx: Context, node: Node) -> ast.Trigger | None:
    match node:
        case Tree(data="on_message", children=[name, binds]):
            return ast.OnMessage(ctx.ref(name), _binds(ctx, binds), ctx.span(node))
        case Tree(data="on_failure", children=[command]):
            return ast.OnFailure(ctx.ref(command), ctx.span(node))
    ctx.unsupported(node, _TRIGGERS[node.data])
    return None


def _binds(ctx: Context, names: Child) -> tuple[ast.Name, ...]:
    return (
        tuple(ctx.name(each) for each in tokens(names.children)) if isinstance(names, Tree) else ()
    )

"""Scenarios and properties: tree -> `ast`."""

from __future__ import annotations

from herosaga.syntax import ast
from herosaga.syntax.context import Child, Context, Node, tokens, tree, trees
from herosaga.syntax.lower_expr import lower_args, lower_expr, text_of
from herosaga.syntax.lower_trigger import lower_owner
from lark import Tree


def lower_scenario(ctx: Context, node: Node, meta: ast.Meta) -> ast.Scenario:
    """`scenario "…" for Saga { scenes }`."""
    title, saga, *scenes = node.children
    lowered = tuple(_scene(ctx, each) for each in trees(scenes))
    return ast.Scenario(_title(ctx, title), ctx.ref(saga), lowered, meta, ctx.span(node))


def lower_property(ctx: Context, node: Node, meta: ast.Meta) -> ast.Property:
    """`property "…" for Saga { laws }`."""
    title, saga, *laws = node.children
    lowered = tuple(_law(ctx, each) for each in trees(laws))
    return ast.Property(_title(ctx, title), ctx.ref(saga), lowered, meta, ctx.span(node))


def _title(ctx: Context, token: Child) -> ast.Name:
    (text,) = tokens([token])
    return ast.Name(text_of(text), ctx.span(text))


def _scene(ctx: Context, node: Node) -> ast.Scene:
    span = ctx.span(node)
    match node:
        case Tree(data="scene_message", children=[name, args]):
            call = ast.Call(ctx.ref(name), lower_args(ctx, args), ctx.span(tree(name)).to(span))
            return ast.SceneMessage(call, span)
        case Tree(data="scene_outcome", children=[*names, outcome, args]):
            owner = lower_owner(ctx, names)
            return ast.SceneOutcome(owner, str(outcome), lower_args(ctx, args), span)
        case Tree(data="scene_timeout", children=[command]):
            return ast.SceneTimeout(ctx.ref(command), span)
        case Tree(data="scene_fault", children=[command]):
            return ast.SceneFault(ctx.ref(command), span)
        case Tree(data="scene_after", children=[delay]):
            return ast.SceneAfter(lower_expr(ctx, delay), span)
    return ast.Expect(tuple(_expectation(ctx, each) for each in trees(node.children)), span)


def _expectation(ctx: Context, node: Node) -> ast.Expectation:
    kind, *rest = node.children
    refs, words = trees(rest, "ref"), tokens(rest)
    name = ctx.ref(refs[0]) if refs else ctx.name(words[0]) if words else None
    args = next(iter(trees(rest, "args")), None)
    return ast.Expectation(str(kind), name, lower_args(ctx, args), ctx.span(node))


# --- properties --------------------------------------------------------------------------------


def _law(ctx: Context, node: Node) -> ast.Law:
    span = ctx.span(node)
    atom, *others = (_atom(ctx, each) for each in trees(node.children))
    match node.data:
        case "never":
            return ast.Never(atom, span)
        case "requires":
            return ast.Requires(atom, others[0], span)
        case "leads_to":
            return ast.LeadsTo(atom, tuple(others), span)
    return ast.AtMost(atom, int(tokens(node.children)[0]), span)


def _atom(ctx: Context, node: Node) -> ast.Atom:
    kind, name = node.children
    return ast.Atom(str(kind), ctx.ref(name), ctx.span(node))

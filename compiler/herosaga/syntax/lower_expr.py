"""Expressions, literals, types and fields: tree -> `ast`."""

from __future__ import annotations

import json
from decimal import Decimal

from herosaga.checks import hs001, hs102
from herosaga.findings import Finding
from herosaga.syntax import ast
from herosaga.syntax.context import Child, Context, Node, tokens, tree, trees
from herosaga.syntax.tokens import duration
from lark import Token, Tree

_WORDS: dict[str, bool | None] = {"TRUE": True, "FALSE": False, "NONE": None}


def lower_expr(ctx: Context, node: Child) -> ast.Expr:
    """Any expression, or literal."""
    match node:
        case Tree(data="binary"):
            return _binary(ctx, node)
        case Tree(data="attribute", children=[value, name]):
            return ast.Attribute(lower_expr(ctx, value), ctx.name(name), ctx.span(node))
        case Tree(data="index", children=[value, index]):
            return ast.Index(lower_expr(ctx, value), lower_expr(ctx, index), ctx.span(node))
        case Tree(data="call", children=[callee, args]):
            return _call(ctx, node, tree(callee), tree(args))
        case Tree(data="conditional", children=[condition, then, other]):
            parts = [lower_expr(ctx, part) for part in (condition, then, other)]
            return ast.Conditional(parts[0], parts[1], parts[2], ctx.span(node))
        case Tree(data="list" | "list_literal", children=items):
            return ast.ListLiteral(tuple(lower_expr(ctx, i) for i in items), ctx.span(node))
    return _unary(ctx, tree(node))


def _unary(ctx: Context, node: Node) -> ast.Expr:
    match node:
        case Tree(data="not_", children=[operand]):
            return ast.Unary("not", lower_expr(ctx, operand), ctx.span(node))
        case Tree(data="negative", children=[operand]):
            return ast.Unary("-", lower_expr(ctx, operand), ctx.span(node))
        case Tree(data="negative_literal", children=[Token() as number]):
            return ast.Unary("-", literal(ctx, number), ctx.span(node))
        case Tree(data="is_none", children=[operand, *words]):
            negated = len(words) == 3
            return ast.IsNone(lower_expr(ctx, operand), negated, ctx.span(node))
    return _plain(ctx, node)


def _plain(ctx: Context, node: Node) -> ast.Expr:
    match node:
        case Tree(data="var", children=[Token() as name]):
            return ast.Var(str(name), ctx.span(node))
        case Tree(data="literal_name", children=[name, None]):
            return ast.Var(str(name), ctx.span(node))
        case Tree(data="literal_name", children=[Token() as owner, name]):
            var = ast.Var(str(owner), ctx.span(owner))
            return ast.Attribute(var, ctx.name(name), ctx.span(node))
        case Tree(data="record_literal", children=[name, *args]):
            values = tuple(_argument(ctx, tree(arg)) for arg in args)
            return ast.Call(ctx.ref(name), values, ctx.span(node))
        case Tree(data="value", children=[Token() as token]):
            return literal(ctx, token)
        case Tree(children=[inner]):
            return lower_expr(ctx, inner)
    raise AssertionError(node.data)


def literal(ctx: Context, token: Token) -> ast.Literal:
    """A token as the value it stands for. The lexer has seen to it that there is one."""
    span = ctx.span(token)
    match token.type:
        case "STRING":
            return ast.Literal(text_of(token), span)
        case "INT":
            return ast.Literal(int(token), span)
        case "DECIMAL":
            return ast.Literal(Decimal(token.value), span)
        case "DURATION":
            return ast.Literal(duration(token.value), span)
    return ast.Literal(_WORDS[token.type], span)


def text_of(token: Child) -> str:
    """The text of a string token."""
    return str(json.loads(str(token), strict=False))


def _binary(ctx: Context, node: Node) -> ast.Expr:
    left, *words, right = node.children
    op = " ".join(str(word) for word in words)
    return ast.Binary(op, lower_expr(ctx, left), lower_expr(ctx, right), ctx.span(node))


def _call(ctx: Context, node: Node, callee: Node, args: Node) -> ast.Expr:
    value = lower_expr(ctx, callee)
    name = _callee(value)
    if name is None:
        ctx.findings.append(_odd(value))
        return value
    return ast.Call(name, lower_args(ctx, args), ctx.span(node))


def _odd(value: ast.Expr) -> Finding:
    """What to say of a call of something that has no name; most often it is a method."""
    match value:
        case ast.Attribute(name=name):
            return hs102.no_method(name.text, name.span)
    return hs001.odd_callee(value.span)


def _callee(value: ast.Expr) -> ast.Name | None:
    match value:
        case ast.Var(name, span):
            return ast.Name(name, span)
        case ast.Attribute(ast.Var(owner, _), name, span):
            return ast.Name(f"{owner}.{name.text}", span)
    return None


def lower_args(ctx: Context, args: Child) -> tuple[ast.Arg, ...]:
    """The arguments in a pair of parentheses; none where there are no parentheses."""
    return (
        tuple(_argument(ctx, arg) for arg in trees(args.children)) if isinstance(args, Tree) else ()
    )


def _argument(ctx: Context, node: Node) -> ast.Arg:
    match node:
        case Tree(data="generator", children=[element, Token() as var, source, condition]):
            made = ast.Generator(
                lower_expr(ctx, element),
                ctx.name(var),
                lower_expr(ctx, source),
                None if condition is None else lower_expr(ctx, condition),
                ctx.span(node),
            )
            return ast.Arg(None, made, ctx.span(node))
        case Tree(children=[name, value]):
            named = None if name is None else ctx.name(name)
            return ast.Arg(named, lower_expr(ctx, value), ctx.span(node))
    raise AssertionError(node.data)


def lower_message(ctx: Context, node: Child) -> ast.Call:
    """`Name(args)`, or a name alone where the grammar allows it."""
    name, args = tree(node).children
    return ast.Call(ctx.ref(name), lower_args(ctx, args), ctx.span(tree(node)))


# --- types and fields --------------------------------------------------------------------------


def lower_type(ctx: Context, node: Child) -> ast.TypeRef:
    """A type as written."""
    name, args, optional = tree(node).children
    inner = tuple(lower_type(ctx, arg) for arg in trees([args])[0].children) if args else ()
    return ast.TypeRef(ctx.ref(name), inner, optional is not None, ctx.span(tree(node)))


def lower_fields(ctx: Context, node: Child) -> tuple[ast.Field, ...]:
    """The fields in braces or parameters in parentheses; none where there are neither."""
    return (
        tuple(_field(ctx, each) for each in trees(node.children)) if isinstance(node, Tree) else ()
    )


def _field(ctx: Context, node: Node) -> ast.Field:
    notes = trees(node.children, "annotation")
    key, name, type_, default = node.children[len(notes) :]
    first, *_ = tokens([key, name])
    return ast.Field(
        ctx.name(name),
        lower_type(ctx, type_),
        None if default is None else lower_expr(ctx, default),
        key is not None,
        lower_meta(ctx, notes, first),
        ctx.span(first).to(ctx.span(node)),
    )


def lower_meta(ctx: Context, notes: list[Node], node: Node | Token) -> ast.Meta:
    """The documentation and annotations before a declaration or member."""
    annotations = tuple(_annotation(ctx, note) for note in notes)
    return ast.Meta(ctx.doc(*notes, node), annotations)


def _annotation(ctx: Context, node: Node) -> ast.Annotation:
    name, args = node.children
    values = tuple(arg.value for arg in lower_args(ctx, args))
    return ast.Annotation(ctx.name(name), values, ctx.span(node))

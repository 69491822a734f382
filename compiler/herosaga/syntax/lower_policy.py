"""Policies, by name or written out: tree -> `ast`."""

from __future__ import annotations

from herosaga.syntax import ast
from herosaga.syntax.context import Child, Context, Node, tree, trees
from herosaga.syntax.lower_expr import lower_expr
from herosaga.syntax.members import members
from herosaga.syntax.places import written
from lark import Token, Tree


def lower_policy_decl(ctx: Context, node: Node, meta: ast.Meta) -> ast.PolicyDecl:
    """`policy p { within … retry … }`."""
    name, block = node.children
    clauses = [clause for _, clause in members(ctx, block, "policy")]
    policy = _written_out(ctx, clauses, tree(block))
    return ast.PolicyDecl(ctx.name(name), policy, meta, ctx.span(node))


def lower_policy(ctx: Context, clauses: list[Node]) -> ast.Name | ast.Policy | None:
    """The policy that some clauses give: by name, or written out."""
    named = ctx.only(trees(clauses, "with_"), "`with`")
    written_out = trees(clauses, "within", "retry")
    if named is None:
        return _written_out(ctx, written_out, written_out[0]) if written_out else None
    for clause in written_out:
        belongs = "in the policy that `with` names"
        ctx.misplaced(clause, written(clause), "beside `with`", belongs)
    return ctx.ref(named.children[0])


def _written_out(ctx: Context, clauses: list[Node], whole: Node) -> ast.Policy:
    within = ctx.only(trees(clauses, "within"), "`within`")
    retry = ctx.only(trees(clauses, "retry"), "`retry`")
    count, pace = retry.children if retry else (None, None)
    span = ctx.span(whole)
    if clauses and whole is clauses[0]:
        span = span.to(ctx.span(clauses[-1]))
    return ast.Policy(
        lower_expr(ctx, within.children[0]) if within else None,
        _retries(count),
        _every(ctx, pace),
        _backoff(ctx, pace),
        span,
    )


def _retries(count: Child) -> int | str | None:
    match count:
        case Tree(data="times", children=[Token() as number]):
            return int(number)
        case Tree(data="forever"):
            return "forever"
    return None


def _every(ctx: Context, pace: Child) -> ast.Expr | None:
    match pace:
        case Tree(data="every_pace", children=[delay]):
            return lower_expr(ctx, delay)
    return None


def _backoff(ctx: Context, pace: Child) -> tuple[ast.Expr, ast.Expr] | None:
    match pace:
        case Tree(data="backoff", children=[first, longest]):
            return lower_expr(ctx, first), lower_expr(ctx, longest)
    return None

"""Migrations: tree -> `ast`."""

from __future__ import annotations

from herosaga.syntax import ast
from herosaga.syntax.context import Context, Node, trees
from herosaga.syntax.lower_expr import lower_expr
from herosaga.syntax.members import Member
from lark import Tree


def lower_migrations(ctx: Context, found: list[Member]) -> tuple[ast.Migration, ...]:
    """The migrations of a saga, one from each version."""
    versions = dict.fromkeys(_version(node) for _, node in found)
    first = {
        version: ctx.only(
            [node for _, node in found if _version(node) == version], f"`migrate from {version}`"
        )
        for version in versions
    }
    return tuple(_migration(ctx, n, m) for m, n in found if first[_version(n)] is n)


def _version(node: Node) -> int:
    return int(str(node.children[0]))


def _migration(ctx: Context, node: Node, meta: ast.Meta) -> ast.Migration:
    changes = tuple(_change(ctx, each) for each in trees(node.children))
    return ast.Migration(_version(node), changes, meta, ctx.span(node))


def _change(ctx: Context, node: Node) -> ast.Moved | ast.Computed | ast.Dropped:
    span = ctx.span(node)
    match node:
        case Tree(data="migrate_state", children=[old, new]):
            return ast.Moved("state", ctx.ref(old), ctx.ref(new), span)
        case Tree(data="migrate_field", children=[old, new]):
            return ast.Moved("field", ctx.name(old), ctx.name(new), span)
        case Tree(data="migrate_value", children=[name, value]):
            return ast.Computed(ctx.name(name), lower_expr(ctx, value), span)
        case Tree(children=[name]):
            return ast.Dropped(ctx.name(name), span)
    raise AssertionError(node.data)

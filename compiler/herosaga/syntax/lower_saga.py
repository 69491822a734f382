"""Sagas: tree -> `ast`."""

from __future__ import annotations

from herosaga.syntax import ast
from herosaga.syntax.context import Context, Node, trees
from herosaga.syntax.lower_block import (
    lower_compensation,
    lower_during,
    lower_final,
    lower_missing,
    lower_start,
    lower_state,
)
from herosaga.syntax.lower_expr import lower_expr, lower_fields, lower_type
from herosaga.syntax.lower_migration import lower_migrations
from herosaga.syntax.lower_sequence import lower_sequence
from herosaga.syntax.lower_service import PROMISES, lower_promises
from herosaga.syntax.lower_transition import lower_leaving
from herosaga.syntax.members import Member, members, nodes, sole
from herosaga.syntax.places import written
from msgspec.structs import replace


def lower_saga(ctx: Context, node: Node, meta: ast.Meta) -> ast.Saga:
    """`saga S by key: type { … }`."""
    name, key, key_type, *header, block = node.children
    found = members(ctx, block, "saga")
    missing = sole(ctx, found, "missing")
    deadline = sole(ctx, found, "deadline")
    retain = sole(ctx, found, "retain")
    return ast.Saga(
        name=ctx.name(name),
        key=ctx.name(key),
        key_type=lower_type(ctx, key_type),
        version=_version(ctx, found),
        data=_data(ctx, found),
        compensations=tuple(lower_compensation(ctx, n, m) for m, n in _of(found, "compensation")),
        starts=tuple(lower_start(ctx, n, m) for m, n in _of(found, "start")),
        states=tuple(lower_state(ctx, n, m) for m, n in _of(found, "state")),
        groups=tuple(lower_during(ctx, n, m) for m, n in _of(found, "during", "during_any")),
        missing=lower_missing(ctx, missing[1], missing[0]) if missing else None,
        finals=tuple(lower_final(ctx, n, m) for m, n in _of(found, "final")),
        meta=meta,
        span=ctx.span(node),
        timers=tuple(_timer(ctx, n, m) for m, n in _of(found, "timer")),
        deadline=lower_leaving(ctx, deadline[1], deadline[0]) if deadline else None,
        retain=lower_expr(ctx, retain[1].children[0]) if retain else None,
        migrations=lower_migrations(ctx, _of(found, "migrate")),
        correlates=tuple(_correlate(ctx, n, m) for m, n in _of(found, "correlate")),
        sequences=tuple(lower_sequence(ctx, n, m) for m, n in _of(found, "sequence")),
        serves=_serves(ctx, trees(header)),
    )


def _of(found: list[Member], *kinds: str) -> list[Member]:
    return [member for member in found if member[1].data in kinds]


def _serves(ctx: Context, header: list[Node]) -> ast.Handler | None:
    """`handles C`, and what is promised to who sends it."""
    handles = ctx.only(trees(header, "handles"), "`handles`")
    promises = trees(header, *PROMISES)
    if handles is not None:
        handler = lower_promises(ctx, ctx.ref(handles.children[0]), promises)
        return replace(handler, span=ctx.span(header[0]).to(ctx.span(header[-1])))
    for part in promises:
        belongs = "after the command that the saga serves: `handles C …`"
        ctx.misplaced(part, written(part), "before a saga's block without `handles`", belongs)
    return None


def _version(ctx: Context, found: list[Member]) -> int:
    node = ctx.only(nodes(found, "version"), "`version`")
    return int(str(node.children[0])) if node else 1


def _data(ctx: Context, found: list[Member]) -> tuple[ast.Field, ...]:
    node = ctx.only(nodes(found, "data"), "`data`")
    return lower_fields(ctx, node.children[0]) if node else ()


def _timer(ctx: Context, node: Node, meta: ast.Meta) -> ast.Timer:
    return ast.Timer(ctx.name(node.children[0]), meta, ctx.span(node))


def _correlate(ctx: Context, node: Node, meta: ast.Meta) -> ast.Correlate:
    message, how = trees(node.children)
    value = lower_expr(ctx, how.children[0])
    by, where = (value, None) if how.data == "correlate_by" else (None, value)
    return ast.Correlate(ctx.ref(message), by, where, meta, ctx.span(node))

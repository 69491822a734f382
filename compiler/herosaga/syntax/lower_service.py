"""Services, handlers and policies: tree -> `ast`."""

from __future__ import annotations

from herosaga.syntax import ast
from herosaga.syntax.context import Child, Context, Node, tokens, tree, trees
from herosaga.syntax.lower_expr import lower_expr, lower_meta
from herosaga.syntax.places import in_place, written
from lark import Token, Tree

_PROMISES = ("emits", "refuses", "undone", "irreversible", "readonly")


def members(ctx: Context, block: Child, here: str) -> list[tuple[ast.Meta, Node]]:
    """The clauses of a block that may stand in it, each with what stands before it."""
    found: list[tuple[ast.Meta, Node]] = []
    for member in trees(tree(block).children, "member"):
        *notes, clause = trees(member.children)
        if in_place(ctx, clause, here):
            found.append((lower_meta(ctx, notes, clause), clause))
    return found


def lower_service(ctx: Context, node: Node, meta: ast.Meta) -> ast.Service:
    """`service S { handlers }`."""
    name, block = node.children
    found = [_handler(ctx, clause, m) for m, clause in members(ctx, block, "service")]
    handlers = tuple(handler for handler in found if handler is not None)
    return ast.Service(ctx.name(name), handlers, meta, ctx.span(node))


def _handler(ctx: Context, node: Node, meta: ast.Meta) -> ast.Handler | None:
    message = _handled(ctx, node)
    if message is None:
        return None
    kind = "handle" if node.data == "handle" else "on"
    promises = {kind: _promise(ctx, node, kind) for kind in _PROMISES}
    emits, refuses, undone = promises["emits"], promises["refuses"], promises["undone"]
    return ast.Handler(
        kind,
        message,
        _emissions(ctx, emits),
        tuple(ctx.ref(each) for each in refuses.children) if refuses else (),
        ctx.ref(undone.children[0]) if undone else None,
        promises["irreversible"] is not None,
        promises["readonly"] is not None,
        meta,
        ctx.span(node),
    )


def _handled(ctx: Context, node: Node) -> ast.Name | None:
    """The message that a handler takes; None where the clause can't be a service's."""
    if node.data == "handle":
        return ctx.ref(node.children[0])
    ok = True
    for part in trees(node.children, "when", "compensate", "arrow", "actions"):
        label = {"arrow": "`->`", "actions": "a block of actions"}.get(part.data, f"`{part.data}`")
        ctx.misplaced(part, label, "in a service", "to a saga's transition")
        ok = False
    triggers = [each for each in trees(node.children) if each.data.startswith("on_")]
    match triggers:
        case [Tree(data="on_message", children=[name, None])] if ok:
            return ctx.ref(name)
    if ok:
        odd = triggers[1] if len(triggers) > 1 else triggers[0]
        ctx.misplaced(odd, "this", "in a service's `on`, which takes one event", "in a saga")
    return None


def _promise(ctx: Context, node: Node, kind: str) -> Node | None:
    label = {"undone": "`undone by`"}.get(kind, f"`{kind}`")
    return ctx.only(trees(node.children, kind), label)


def _emissions(ctx: Context, emits: Node | None) -> tuple[ast.Emission, ...]:
    parts = trees(emits.children) if emits else []
    for part in parts[1:2]:
        ctx.unsupported(part, "a second part of `emits`")
    return tuple(_emission(ctx, part) for part in parts)


def _emission(ctx: Context, node: Node) -> ast.Emission:
    events = tuple(ctx.ref(each) for each in trees(node.children))
    counts = tokens(node.children)
    for count in counts:
        ctx.unsupported(count, f"`{count}` in `emits`")
    return ast.Emission(events, str(counts[0]) if counts else "", ctx.span(node))


# --- policies ----------------------------------------------------------------------------------


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

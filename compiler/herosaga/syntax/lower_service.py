"""Services, and what handlers promise: tree -> `ast`."""

from __future__ import annotations

from herosaga.syntax import ast
from herosaga.syntax.context import Context, Node, tokens, trees
from herosaga.syntax.members import members
from herosaga.syntax.places import written
from lark import Tree
from msgspec.structs import replace

PROMISES = ("emits", "refuses", "undone", "irreversible", "readonly")
_OF_TRANSITIONS = ("when", "compensate", "arrow", "actions")


def lower_service(ctx: Context, node: Node, meta: ast.Meta) -> ast.Service:
    """`service S { handlers }`, `extern service S { handlers }`."""
    name, block = node.children
    found = [_handler(ctx, clause, m) for m, clause in members(ctx, block, "service")]
    handlers = tuple(handler for handler in found if handler is not None)
    extern = node.data == "extern_service"
    return ast.Service(ctx.name(name), handlers, meta, ctx.span(node), extern)


def _handler(ctx: Context, node: Node, meta: ast.Meta) -> ast.Handler | None:
    message = _handled(ctx, node)
    if message is None:
        return None
    kind = "handle" if node.data == "handle" else "on"
    handler = lower_promises(ctx, message, trees(node.children, *PROMISES))
    return replace(handler, kind=kind, meta=meta, span=ctx.span(node))


def lower_promises(ctx: Context, message: ast.Name, parts: list[Node]) -> ast.Handler:
    """What is promised to who sends the message, each promise once."""
    promises = {kind: ctx.only(trees(parts, kind), _promise(kind)) for kind in PROMISES}
    emits, refuses, undone = promises["emits"], promises["refuses"], promises["undone"]
    return ast.Handler(
        "handle",
        message,
        tuple(_emission(ctx, part) for part in trees(emits.children)) if emits else (),
        tuple(ctx.ref(each) for each in refuses.children) if refuses else (),
        ctx.ref(undone.children[0]) if undone else None,
        promises["irreversible"] is not None,
        promises["readonly"] is not None,
        ast.Meta(),
        ctx.span(parts[-1]) if parts else message.span,
    )


def _promise(kind: str) -> str:
    return "`undone by`" if kind == "undone" else f"`{kind}`"


def _handled(ctx: Context, node: Node) -> ast.Name | None:
    """The message that a handler takes; None where the clause can't be a service's."""
    if node.data == "handle":
        return ctx.ref(node.children[0])
    foreign = trees(node.children, *_OF_TRANSITIONS)
    for part in foreign:
        label = "a block of actions" if part.data == "actions" else written(part)
        ctx.misplaced(part, label, "in a service", "to a saga's transition")
    triggers = [each for each in trees(node.children) if each.data.startswith("on_")]
    match triggers:
        case [Tree(data="on_message", children=[name, None])] if not foreign:
            return ctx.ref(name)
    if not foreign:
        odd = triggers[1] if len(triggers) > 1 else triggers[0]
        ctx.misplaced(odd, "this", "in a service's `on`, which takes one event", "in a saga")
    return None


def _emission(ctx: Context, node: Node) -> ast.Emission:
    events = tuple(ctx.ref(each) for each in trees(node.children))
    counts = tokens(node.children)
    return ast.Emission(events, str(counts[0]) if counts else "", ctx.span(node))

"""A file and its declarations: tree -> `ast`. Mistakes become findings, and are left out."""

from __future__ import annotations

from herosaga.checks import hs004
from herosaga.findings import Finding
from herosaga.source import Source
from herosaga.syntax import ast
from herosaga.syntax.context import Child, Context, Node, tokens, trees
from herosaga.syntax.lower_expr import lower_fields, lower_meta, text_of
from herosaga.syntax.lower_saga import lower_saga
from herosaga.syntax.lower_service import lower_policy_decl, lower_service
from herosaga.syntax.places import PLACES, in_place
from lark import Token, Tree

_LATER = {
    "alias": "`type`",
    "extern_function": "an `extern` function",
    "extern_service": "`extern service`",
    "extern_command": "`extern command`",
    "flow": "`flow`",
    "activity": "`activity`",
    "itinerary": "`itinerary`",
    "scenario": "`scenario`",
    "property": "`property`",
}


def lower_file(
    source: Source, root: Node, read: dict[int, Token], docs: dict[int, str]
) -> tuple[ast.File, list[Finding]]:
    """The file's tree, and what is wrong with clauses that the grammar alone lets pass.

    `read` holds the tokens and `docs` the documentation, both by the offset where a clause begins.
    """
    ctx = Context(source, read, docs, [])
    items = [_item(item) for item in trees(root.children, "item")]
    namespaces = [node for _, node in items if node.data == "namespace"]
    namespace = ctx.only(namespaces, "`namespace`")
    imports = tuple(_import(ctx, node) for _, node in items if node.data == "import_")
    if len(imports) > hs004.MAX_IMPORTS:
        ctx.findings.append(hs004.many_imports(imports[hs004.MAX_IMPORTS].span))
    found = [_declaration(ctx, notes, node) for notes, node in items]
    file = ast.File(
        source,
        ".".join(str(part) for part in namespace.children) if namespace else "",
        imports[: hs004.MAX_IMPORTS],
        tuple(decl for decl in found if decl is not None),
        _docs(ctx, namespace),
    )
    return file, ctx.findings


def _item(node: Node) -> tuple[list[Node], Node]:
    *notes, declaration = trees(node.children)
    return notes, declaration


def _docs(ctx: Context, namespace: Node | None) -> tuple[str, ...]:
    doc = ctx.doc(namespace) if namespace else ""
    return (doc,) if doc else ()


def _import(ctx: Context, node: Node) -> ast.Import:
    path, alias = node.children
    (text,) = tokens([path])
    name = None if alias is None else ctx.name(alias)
    return ast.Import(text_of(text), ctx.span(text), name, ctx.span(node))


def _declaration(ctx: Context, notes: list[Node], node: Node) -> ast.Decl | None:
    meta = lower_meta(ctx, notes, node)
    match node:
        case Tree(data="record", children=[name, fields]):
            span = ctx.span(node)
            return ast.Record(ctx.name(name), lower_fields(ctx, fields), meta, span)
        case Tree(data="enum", children=[name, *enum_members]):
            return _enum(ctx, node, name, trees(enum_members), meta)
        case Tree(data="event" | "extern_event" | "command", children=[name, fields]):
            return _message(ctx, node, name, fields, meta)
        case Tree(data="service"):
            return lower_service(ctx, node, meta)
        case Tree(data="policy_decl"):
            return lower_policy_decl(ctx, node, meta)
        case Tree(data="saga"):
            return lower_saga(ctx, node, meta)
    _left_out(ctx, node)
    return None


def _left_out(ctx: Context, node: Node) -> None:
    """Report a declaration that is not supported, or a clause that is none."""
    if node.data in _LATER:
        ctx.unsupported(node, _LATER[node.data])
    elif node.data in PLACES:
        in_place(ctx, node, "file")


def _message(ctx: Context, node: Node, name: Child, fields: Child, meta: ast.Meta) -> ast.Message:
    kind = "command" if node.data == "command" else "event"
    extern = node.data == "extern_event"
    return ast.Message(
        kind, extern, ctx.name(name), lower_fields(ctx, fields), meta, ctx.span(node)
    )


def _enum(ctx: Context, node: Node, name: Child, found: list[Node], meta: ast.Meta) -> ast.Enum:
    members = tuple(_enum_member(ctx, each) for each in found)
    return ast.Enum(ctx.name(name), members, meta, ctx.span(node))


def _enum_member(ctx: Context, node: Node) -> ast.EnumMember:
    *notes, name, value = node.children
    label = ctx.name(name)
    text = label.text if value is None else text_of(value)
    return ast.EnumMember(label, text, lower_meta(ctx, trees(notes), node), ctx.span(node))

"""A file and its declarations: tree -> `ast`. Mistakes become findings, and are left out."""

from __future__ import annotations

from collections.abc import Callable

from herosaga.checks import hs004
from herosaga.findings import Finding
from herosaga.source import Source
from herosaga.syntax import ast
from herosaga.syntax.context import Child, Context, Node, tokens, trees
from herosaga.syntax.lower_expr import lower_fields, lower_meta, lower_type, text_of
from herosaga.syntax.lower_flow import lower_flow
from herosaga.syntax.lower_itinerary import lower_activity, lower_itinerary
from herosaga.syntax.lower_policy import lower_policy_decl
from herosaga.syntax.lower_saga import lower_saga
from herosaga.syntax.lower_scenario import lower_property, lower_scenario
from herosaga.syntax.lower_service import lower_service
from herosaga.syntax.members import no_notes
from herosaga.syntax.places import PLACES, in_place
from lark import Token, Tree

Declared = ast.Decl | ast.Scenario | ast.Property


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
        tuple(each for each in found if isinstance(each, ast.Decl)),
        _docs(ctx, namespace),
        tuple(each for each in found if isinstance(each, ast.Scenario)),
        tuple(each for each in found if isinstance(each, ast.Property)),
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


def _declaration(ctx: Context, notes: list[Node], node: Node) -> Declared | None:
    if node.data in ("namespace", "import_"):
        no_notes(ctx, notes, node)
        return None
    if node.data in PLACES:
        in_place(ctx, node, "file")
        return None
    meta = lower_meta(ctx, notes, node)
    return (
        _PATTERNS[node.data](ctx, node, meta) if node.data in _PATTERNS else _type(ctx, node, meta)
    )


_PATTERNS: dict[str, Callable[[Context, Node, ast.Meta], Declared]] = {
    "service": lower_service,
    "extern_service": lower_service,
    "policy_decl": lower_policy_decl,
    "flow": lower_flow,
    "saga": lower_saga,
    "activity": lower_activity,
    "itinerary": lower_itinerary,
    "scenario": lower_scenario,
    "property": lower_property,
}


# --- types, messages and functions -------------------------------------------------------------


def _type(ctx: Context, node: Node, meta: ast.Meta) -> ast.Decl:
    span = ctx.span(node)
    match node:
        case Tree(data="alias", children=[name, type_]):
            return ast.Alias(ctx.name(name), lower_type(ctx, type_), meta, span)
        case Tree(data="extern_function", children=[name, params, result]):
            return ast.ExternFunction(
                ctx.name(name), lower_fields(ctx, params), lower_type(ctx, result), meta, span
            )
        case Tree(data="record", children=[name, fields]):
            return ast.Record(ctx.name(name), lower_fields(ctx, fields), meta, span)
        case Tree(data="enum", children=[name, *enum_members]):
            return _enum(ctx, node, name, trees(enum_members), meta)
        case Tree(children=[name, fields]):
            return _message(ctx, node, name, fields, meta)
    raise AssertionError(node.data)


def _message(ctx: Context, node: Node, name: Child, fields: Child, meta: ast.Meta) -> ast.Message:
    if node.data == "extern_command":
        belongs = "before the service that handles the command: `extern service S { handle C … }`"
        ctx.misplaced(node, "`extern`", "before `command`", belongs)
    kind = "command" if node.data in ("command", "extern_command") else "event"
    extern = node.data in ("extern_event", "extern_command")
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
    (first,) = tokens([name])
    meta = lower_meta(ctx, trees(notes), first)
    return ast.EnumMember(label, text, meta, label.span.to(ctx.span(node)))

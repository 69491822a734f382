"""Documentation and annotations."""

from __future__ import annotations

from herosaga.model.model import Allow, Meta
from herosaga.syntax import ast


def meta(node: ast.Meta) -> Meta:
    """What stands before a declaration, as far as it is about the model."""
    return Meta(node.doc, tuple(_allows(node)), _bounded(node))


def _allows(node: ast.Meta) -> list[Allow]:
    """The `@allow(CODE, "why")`s; one without a code silences nothing."""
    found = []
    for each in node.annotations:
        match each:
            case ast.Annotation(name=ast.Name(text="allow"), args=(ast.Var(name=code), *rest)):
                reason = rest[0].value if rest and isinstance(rest[0], ast.Literal) else ""
                found.append(Allow(code, str(reason or ""), each.span))
    return found


def _bounded(node: ast.Meta) -> int | None:
    for each in node.annotations:
        match each:
            case ast.Annotation(
                name=ast.Name(text="bounded"), args=(ast.Literal(value=int() as limit),)
            ) if not isinstance(limit, bool):
                return limit
    return None

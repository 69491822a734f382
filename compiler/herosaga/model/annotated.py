"""What annotations stand before, anywhere in a file."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.source import Source, Span
from herosaga.syntax import ast
from msgspec import Struct


class Annotated(Struct, frozen=True):
    """An annotation, the node that it stands before, and how far that reaches."""

    annotation: ast.Annotation
    node: object
    extent: Span


def annotated(file: ast.File) -> Iterator[Annotated]:
    """Every annotation of a file, in source order."""
    if "@" not in file.source.text:
        return
    left: list[object] = [file.decls, file.scenarios, file.properties]
    found: list[Annotated] = []
    while left:
        match left.pop():
            case tuple() as parts:
                left.extend(parts)
            case Span() | Source() | ast.Meta():
                pass  # nothing stands in them
            case Struct() as node if not isinstance(node, ast.Expr):
                found.extend(_before(node))
                left.extend(getattr(node, name) for name in node.__struct_fields__)
    yield from sorted(found, key=lambda each: each.annotation.span.start)


def _before(node: object) -> Iterator[Annotated]:
    notes, extent = getattr(node, "meta", None), getattr(node, "span", None)
    if isinstance(notes, ast.Meta) and isinstance(extent, Span):
        yield from (Annotated(each, node, extent) for each in notes.annotations)

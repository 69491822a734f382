"""What annotations stand before, anywhere in a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass

from herosaga.source import Source, Span
from herosaga.syntax import ast


@dataclass(frozen=True, slots=True)
class Annotated:
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
            case node if is_dataclass(node) and not isinstance(node, ast.Expr):
                found.extend(_before(node))
                left.extend(getattr(node, each.name) for each in fields(node))
    yield from sorted(found, key=lambda each: each.annotation.span.start)


def _before(node: object) -> Iterator[Annotated]:
    notes, extent = getattr(node, "meta", None), getattr(node, "span", None)
    if isinstance(notes, ast.Meta) and isinstance(extent, Span):
        yield from (Annotated(each, node, extent) for each in notes.annotations)

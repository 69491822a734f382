"""Documentation and annotations."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.model.model import Allow, Meta
from herosaga.syntax import ast


def meta(node: ast.Meta) -> Meta:
    """What stands before a declaration. An annotation that is wrong says nothing; HS109 reports it."""
    bounds = [value for value in _values(node, "bounded") if isinstance(value, int)]
    topics = [value for value in _values(node, "topic") if isinstance(value, str)]
    advice = [value for value in _values(node, "deprecated") if isinstance(value, str)]
    names = {each.name.text for each in node.annotations}
    return Meta(
        node.doc,
        tuple(_allows(node)),
        next((bound for bound in bounds if not isinstance(bound, bool)), None),
        next(iter(advice), "" if "deprecated" in names else None),
        "pii" in names,
        "idempotent" in names,
        next(iter(topics), ""),
    )


def _values(node: ast.Meta, name: str) -> Iterator[object]:
    """The one literal that each annotation of a name is given."""
    for each in node.annotations:
        match each:
            case ast.Annotation(name=ast.Name(text=text), args=(ast.Literal(value=value),)):
                if text == name:
                    yield value


def _allows(node: ast.Meta) -> Iterator[Allow]:
    """The `@allow(CODE, "why")`s; one without a code silences nothing."""
    for each in node.annotations:
        allow = allow_of(each)
        if allow is not None:
            yield allow


def allow_of(node: ast.Annotation) -> Allow | None:
    """The `@allow` that an annotation is; its reason is "" where none is given."""
    match node:
        case ast.Annotation(name=ast.Name(text="allow"), args=(ast.Var(name=code), *rest)):
            reason = rest[0].value if rest and isinstance(rest[0], ast.Literal) else ""
            return Allow(code, reason if isinstance(reason, str) else "", node.span)
    return None

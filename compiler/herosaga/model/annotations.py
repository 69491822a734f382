"""Annotations: which there are, where each has a meaning, and what it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from herosaga.checks import hs109
from herosaga.findings import Finding
from herosaga.model.annotated import Annotated, annotated
from herosaga.model.scope import nearest
from herosaga.syntax import ast
from msgspec import Struct

_DECLARED = (
    ast.Alias,
    ast.ExternFunction,
    ast.Record,
    ast.Enum,
    ast.Message,
    ast.Service,
    ast.PolicyDecl,
    ast.Flow,
    ast.Saga,
    ast.Activity,
    ast.Itinerary,
)


class _Rule(Struct, frozen=True):
    """What an annotation stands before (anything where `before` is empty), in words, and how it is written."""

    before: tuple[type, ...]
    words: str
    form: str


_RULES: Mapping[str, _Rule] = {
    "deprecated": _Rule(
        (*_DECLARED, ast.Field, ast.EnumMember),
        "a declaration, a field or a member of an enum",
        '@deprecated("use …")',
    ),
    "pii": _Rule((ast.Field,), "a field or parameter", "@pii"),
    "topic": _Rule((ast.Message,), "an event or command", '@topic("orders.v1")'),
    "bounded": _Rule(
        (ast.Handler, ast.Transition), "a handler or transition in a cycle", "@bounded(3)"
    ),
    "idempotent": _Rule((ast.Handler,), "a handler", "@idempotent"),
    "allow": _Rule((), "anything", '@allow(HS401, "why")'),
}


def strange(files: Sequence[ast.File]) -> Iterator[Finding]:
    """What is wrong with the annotations of all files."""
    for file in files:
        first: dict[tuple[int, str], Annotated] = {}
        for each in annotated(file):
            name = each.annotation.name
            yield from _wrong(each)
            before = first.setdefault((each.extent.start, name.text), each)
            if before is not each and name.text != "allow":
                yield hs109.twice(name.text, each.annotation.span, before.annotation.span)


def _wrong(each: Annotated) -> Iterator[Finding]:
    note, name = each.annotation, each.annotation.name
    rule = _RULES.get(name.text)
    if rule is None:
        yield hs109.unknown(name.text, name.span, nearest(name.text, _RULES), tuple(_RULES))
    elif rule.before and not isinstance(each.node, rule.before):
        yield hs109.misplaced(name.text, rule.words, note.span)
    elif not _fits(note):
        yield hs109.arguments(name.text, rule.form, note.span)


def _fits(note: ast.Annotation) -> bool:
    """Whether the annotation is given what it needs. Whether an `@allow` has a reason, HS905 looks at."""
    match note.name.text, note.args:
        case "pii" | "idempotent", ():
            return True
        case "deprecated" | "topic", (ast.Literal(value=str() as text),):
            return bool(text.strip())
        case "bounded", (ast.Literal(value=int() as limit),):
            return limit > 0 and not isinstance(limit, bool)
        case "allow", (ast.Var(), *rest):
            return len(rest) < 2
    return False

"""`@allow(CODE, "why")`: what it silences, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass

from herosaga.findings import Finding, Severity
from herosaga.model.meta import meta
from herosaga.model.model import Allow
from herosaga.source import Source, Span
from herosaga.syntax import ast


@dataclass(frozen=True, slots=True)
class Allowed:
    """An `@allow` and the extent of what it stands before."""

    allow: Allow
    extent: Span

    def silences(self, finding: Finding) -> bool:
        """Whether the finding is one that this `@allow` takes back; never an error."""
        span = finding.span
        return (
            finding.severity is not Severity.ERROR
            and finding.code == self.allow.code
            and span.source.name == self.extent.source.name
            and self.extent.start <= span.start < self.extent.end
        )


def allowed(files: Sequence[ast.File]) -> tuple[Allowed, ...]:
    """Every `@allow` of the files, in source order."""
    return tuple(each for file in files for each in _below(file))


def silence(findings: Sequence[Finding], files: Sequence[ast.File]) -> tuple[Finding, ...]:
    """The findings that no `@allow` silences."""
    known = allowed(files)
    return tuple(each for each in findings if not any(a.silences(each) for a in known))


def _below(node: object) -> Iterator[Allowed]:
    match node:
        case tuple():
            for part in node:
                yield from _below(part)
        case Span() | Source() | ast.Meta():
            return
        case _ if is_dataclass(node):
            values = {each.name: getattr(node, each.name) for each in fields(node)}
            match values:
                case {"meta": ast.Meta() as notes, "span": Span() as extent} if notes.annotations:
                    yield from (Allowed(each, extent) for each in meta(notes).allows)
            for value in values.values():
                yield from _below(value)

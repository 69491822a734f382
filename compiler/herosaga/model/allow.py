"""`@allow(CODE, "why")`: what it silences, where, and whether it can and does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from herosaga.checks import hs904, hs905
from herosaga.findings import Finding, Severity
from herosaga.model.annotated import annotated
from herosaga.model.meta import allow_of
from herosaga.model.model import Allow
from herosaga.source import Span
from herosaga.syntax import ast
from msgspec import Struct


class Allowed(Struct, frozen=True):
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
    return tuple(
        Allowed(allow, each.extent)
        for file in files
        for each in annotated(file)
        if (allow := allow_of(each.annotation)) is not None
    )


def silence(findings: Sequence[Finding], files: Sequence[ast.File]) -> tuple[Finding, ...]:
    """The findings that no `@allow` silences."""
    known = allowed(files)
    return tuple(each for each in findings if not any(a.silences(each) for a in known))


def doubts(
    findings: Sequence[Finding], files: Sequence[ast.File], severities: Mapping[str, Severity]
) -> Iterator[Finding]:
    """What is wrong with the `@allow`s themselves, when all `findings` are there.

    `severities` are those of the checks that there are.
    """
    known = allowed(files)
    for each in known:
        code, span = each.allow.code, each.allow.span
        if severities.get(code) is Severity.ERROR:
            yield hs905.of_an_error(code, span)
        elif not each.allow.reason.strip():
            yield hs905.no_reason(code, span)
        elif not any(each.silences(finding) for finding in findings):
            yield hs904.useless(code, code in severities, span, _found(code, findings, known))


def _found(code: str, findings: Sequence[Finding], known: Sequence[Allowed]) -> Span | None:
    """The first place where this is found, and nothing silences it."""
    places = (each for each in findings if each.code == code)
    return next((each.span for each in places if not any(a.silences(each) for a in known)), None)

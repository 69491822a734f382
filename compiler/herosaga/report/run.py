"""What a run has found, as the formats take it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from herosaga.findings import Finding, Severity
from herosaga.source import Source, Span
from msgspec import Struct
from msgspec.structs import replace


class Run(Struct, frozen=True):
    """One run: `findings` are those to show, `found` all there are; `sources` is what was looked at.

    A source whose name ends with `/` is a folder that could not be looked into.
    """

    findings: tuple[Finding, ...]
    found: tuple[Finding, ...]
    sources: tuple[Source, ...]

    @property
    def files(self) -> int:
        """How many files were looked at."""
        return sum(not each.name.endswith("/") for each in self.sources)

    def count(self, severity: Severity) -> int:
        """How many findings of a severity there are, those that are not shown among them."""
        return sum(each.severity is severity for each in self.found)

    def seen_from(self, folder: Path) -> Run:
        """The run with every file called by its path from a folder."""
        naming = _Naming(folder)
        return Run(
            tuple(map(naming.finding, self.findings)),
            tuple(map(naming.finding, self.found)),
            tuple(map(naming.source, self.sources)),
        )


def seen_from(findings: Iterable[Finding], folder: Path) -> tuple[Finding, ...]:
    """Findings with every file called by its path from a folder."""
    return tuple(map(_Naming(folder).finding, findings))


class _Naming:
    """Renames sources, each once: many findings share one, and its text may be long."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._renamed: dict[int, tuple[Source, Source]] = {}

    def finding(self, finding: Finding) -> Finding:
        return replace(
            finding,
            span=self._span(finding.span),
            labels=tuple(replace(each, span=self._span(each.span)) for each in finding.labels),
            fix=tuple(replace(each, span=self._span(each.span)) for each in finding.fix),
        )

    def source(self, source: Source) -> Source:
        if id(source) not in self._renamed:  # kept with the new one, so that its id stays its own
            self._renamed[id(source)] = (source, replace(source, name=_name(source, self._folder)))
        return self._renamed[id(source)][1]

    def _span(self, span: Span) -> Span:
        return replace(span, source=self.source(span.source))


def _name(source: Source, folder: Path) -> str:
    """A source's path from a folder; one that is in no file keeps its name."""
    if source.path is None:
        return source.name
    try:
        name = Path(os.path.relpath(source.path, folder)).as_posix()
    except ValueError:  # on another drive there is no way from here to there
        name = source.path.as_posix()
    return f"{name}/" if source.name.endswith("/") else name

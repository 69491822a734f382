"""What follows from text that could not be read is not told: its mistake is told already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from herosaga.checks import hs102, hs202, hs204, hs406, hs407
from herosaga.findings import Finding
from herosaga.syntax import ast

_INCOMPLETE = frozenset(page.PAGE.code for page in (hs202, hs204, hs406, hs407))
"""What these find may stand in the text that is lacking: a field, an argument, what sets a field."""

ANYTHING = "*"
"""Among a file's lost names: an import could not be read, which may have brought any name."""


def without_follow_ons(found: Iterable[Finding], files: Sequence[ast.File]) -> list[Finding]:
    """The findings that are no consequence of what the files have lost."""
    lost = frozenset[str]().union(*(file.lost for file in files))
    return [each for each in found if not (lost and _follows(each, lost))]


def _follows(finding: Finding, lost: frozenset[str]) -> bool:
    if finding.code != hs102.PAGE.code:
        return finding.code in _INCOMPLETE
    span = finding.span
    name = span.source.text[span.start : span.end]
    return ANYTHING in lost or name.rpartition(".")[2] in lost or not name

"""What follows from text that could not be read is not told: its mistake is told already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from herosaga.checks import hs102, hs202, hs204, hs406, hs407
from herosaga.findings import Finding, Severity
from herosaga.syntax import ast
from herosaga.syntax.place import ANYTHING

_INCOMPLETE = frozenset(page.PAGE.code for page in (hs202, hs204, hs406, hs407))
"""What these find may stand in the text that is lacking: a field, an argument, what sets a field."""


def without_follow_ons(
    found: Iterable[Finding], files: Sequence[ast.File], unread: Sequence[Finding]
) -> list[Finding]:
    """The findings that are no consequence of what the files have lost, or of what was read as a guess."""
    if not unread:
        return list(found)
    lost = frozenset[str]().union(*(file.lost for file in files))
    guessed = {_place(each) for each in unread if each.severity is Severity.ERROR}
    kept = [each for each in found if _place(each) not in guessed]
    return [each for each in kept if not (lost and _follows(each, lost))]


def _place(finding: Finding) -> tuple[str, int]:
    return finding.span.source.name, finding.span.start


def _follows(finding: Finding, lost: frozenset[str]) -> bool:
    if finding.code != hs102.PAGE.code:
        return finding.code in _INCOMPLETE
    span = finding.span
    name = span.source.text[span.start : span.end]
    return ANYTHING in lost or name.rpartition(".")[2] in lost or not name

"""What follows from text that could not be read is not told: its mistake is told already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from herosaga.checks import hs102, hs202, hs204, hs406, hs407
from herosaga.findings import Finding, Label, Severity
from herosaga.syntax import ast
from herosaga.syntax.place import ANYTHING
from msgspec.structs import replace

_INCOMPLETE = frozenset(page.PAGE.code for page in (hs202, hs204, hs406, hs407))
"""What these find may stand in the text that is lacking: a field, an argument, what sets a field."""

_SHOWN = 3
"""How many places more are shown of a name that is unknown in many."""


def without_follow_ons(
    found: Iterable[Finding], files: Sequence[ast.File], unread: Sequence[Finding]
) -> list[Finding]:
    """The findings that are no consequence of what the files have lost, or of what was read as a guess."""
    found = once(found)
    if not unread:
        return found
    lost = frozenset[str]().union(*(file.lost for file in files))
    guessed = {_place(each) for each in unread if each.severity is Severity.ERROR}
    kept = [each for each in found if _place(each) not in guessed]
    return [each for each in kept if not (lost and _follows(each, lost))]


def once(found: Iterable[Finding]) -> list[Finding]:
    """A name that is unknown in several places is one mistake: it is told at the first, with the others.

    Its repair is that of all places.
    """
    first: dict[tuple[str, ...], Finding] = {}
    for place, each in enumerate(found):
        named = each.code == hs102.PAGE.code and _text(each) != "event"
        key = (_text(each), each.hint, each.span.source.name, "" if named else str(place))
        first[key] = _with(first[key], each) if key in first else each
    return list(first.values())


def _with(first: Finding, again: Finding) -> Finding:
    labels = first.labels
    if len(labels) < _SHOWN and again.span.line not in (each.span.line for each in labels):
        labels = (*labels, Label(again.span, "and here"))
    more = tuple(edit for edit in again.fix if edit not in first.fix)
    return replace(first, labels=labels, fix=(*first.fix, *more))


def _place(finding: Finding) -> tuple[str, int]:
    return finding.span.source.name, finding.span.start


def _text(finding: Finding) -> str:
    """What is written where the finding points."""
    return finding.span.source.text[finding.span.start : finding.span.end]


def _follows(finding: Finding, lost: frozenset[str]) -> bool:
    if finding.code != hs102.PAGE.code:
        return finding.code in _INCOMPLETE
    name = _text(finding)
    return ANYTHING in lost or name.rpartition(".")[2] in lost or not name

"""Applies the repairs that findings bring: from sources to new texts. Files are the caller's."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping

from herosaga.findings import Edit, Finding
from herosaga.source import Source
from msgspec import Struct

Taken = dict[Source, list[Edit]]
"""The edits of each source so far, in the order of their places; none meets another."""


class Mended(Struct, frozen=True):
    """What one round gives: the texts that change, and the findings whose repairs are in them."""

    texts: Mapping[Source, str]
    findings: tuple[Finding, ...]


def mend(findings: Iterable[Finding]) -> Mended:
    """Apply each repair as a whole, unless it meets one before it: that one waits for the next round."""
    taken: Taken = {}
    mended = tuple(each for each in findings if _repairs(each) and _take(each.fix, taken))
    texts = {source: _edited(source.text, edits) for source, edits in taken.items()}
    return Mended({each: text for each, text in texts.items() if text != each.text}, mended)


def _repairs(finding: Finding) -> bool:
    """Whether a finding brings a repair, and it changes something."""
    return any(e.span.source.text[e.span.start : e.span.end] != e.text for e in finding.fix)


def _take(edits: Iterable[Edit], taken: Taken) -> bool:
    """Add all of the edits, or none; one that two repairs share is made once."""
    added: list[Edit] = []
    for edit in edits:
        here = taken.setdefault(edit.span.source, [])
        place = bisect_left(here, _place(edit), key=_place)
        near = here[max(place - 1, 0) : place + 1]
        if edit in near:
            continue
        if any(_meet(edit, other) for other in near):
            for each in added:
                taken[each.span.source].remove(each)
            return False
        insort(here, edit, key=_place)
        added.append(edit)
    return True


def _meet(one: Edit, two: Edit) -> bool:
    """Whether two edits of a source touch the same text, or would both write at the same place."""
    a, b = one.span, two.span
    return a.start == b.start or (a.start < b.end and b.start < a.end)


def _edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits made. What they insert has the text's own line ends."""
    pieces, end = [], 0
    ending = "\r\n" if "\r\n" in text else "\n"
    for edit in edits:
        pieces += [text[end : edit.span.start], edit.text.replace("\n", ending)]
        end = edit.span.end
    return "".join([*pieces, text[end:]])


def _place(edit: Edit) -> tuple[int, int]:
    return edit.span.start, edit.span.end

"""Repairs that rules have in common: edits that change what is meant to nothing else."""

from __future__ import annotations

import re

from herosaga.findings import Edit
from herosaga.source import Source, Span

_HEAD = re.compile(
    r"""\s+ | //[^\n]* | /\*.*?\*/
    | (?P<clause> namespace\s+\w+(?:\s*\.\s*\w+)* | import\s+"[^"\n]*"(?:\s+as\s+\w+)? )""",
    re.VERBOSE | re.DOTALL,
)
_TITLE = re.compile(r"(?://(?!/)[^\n]*\n)+\s*?\n")
_LINE_END = re.compile(r"(?:[ \t]|/\*[^\n]*?\*/)*(?://[^\n]*)?(?:\r?\n|\Z)")
_OPENING = "([{, \t\r\n"
_CLOSING = ")], \t\r\n"


def word(span: Span, text: str) -> Edit:
    """A word in the place of a sign, with the spaces that words need and signs do not."""
    source = span.source.text
    before = " " if source[max(span.start - 1, 0) : span.start].strip(_OPENING) else ""
    after = " " if source[span.end : span.end + 1].strip(_CLOSING) else ""
    return Edit(span, f"{before}{text}{after}")


def import_line(source: Source, path: str) -> Edit:
    """An import of `path`: below the imports and the namespace, else at the top, below a title."""
    text = source.text
    head = _end_of_head(text)
    if head == 0:
        title = _TITLE.match(text)
        return Edit(_at(source, title.end() if title else 0), f'import "{path}"\n\n')
    rest = _LINE_END.match(text, head)
    if rest is None:  # something stands behind it on its line
        return Edit(_at(source, head), f'\nimport "{path}"\n')
    gap = "" if "\n" in rest.group() else "\n"
    return Edit(_at(source, rest.end()), f'{gap}import "{path}"\n')


def slip(name: str, meant: str) -> bool:
    """Whether a name is one slip of the finger away from another: a letter too many, too few, wrong
    or in the place of its neighbour. A digit is no slip: `step1` and `step2` are two things."""
    if name.lower() == meant.lower():
        return True
    start = _shared(name, meant)
    end = _shared(name[start:][::-1], meant[start:][::-1])
    one, two = name[start : len(name) - end], meant[start : len(meant) - end]
    swapped = len(one) == 2 and one == two[::-1]
    letters = not any(each.isdigit() for each in one + two)
    return letters and (swapped or max(len(one), len(two)) == 1)


def _end_of_head(text: str) -> int:
    """Where the last `namespace` or `import` ends that stands before all else; 0 without one."""
    place, end = 0, 0
    while found := _HEAD.match(text, place):
        place = found.end()
        end = place if found["clause"] else end
    return end


def _at(source: Source, offset: int) -> Span:
    line, column = source.place(offset)
    return Span(source, line, column, line, column, offset, offset)


def _shared(one: str, two: str) -> int:
    """How many characters both begin with."""
    pairs = zip(one, two, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(two)))

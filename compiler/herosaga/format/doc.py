"""Documents: text that may be laid out on one line or on several.

After Wadler's "A prettier printer". Every document carries its measures from the start, so that the
printer decides about a group in the time it takes to look at the rest of one line.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from herosaga.format.comments import Comment
from msgspec import Struct

NEVER = 1 << 30
"""The width of what does not go on one line."""


class Size(Struct, frozen=True):
    """`flat`: the width on one line. `head`: the width up to the first place where a line may end.

    `own`: begins with a comment on lines of its own. `ends`: ends with a comment that ends its line.
    """

    flat: int
    head: int
    breaks: bool = False
    own: bool = False
    ends: bool = False


class Row(Enum):
    """What begins with a new line: no row of a block, its first row, or another one."""

    NONE = 0
    FIRST = 1
    NEXT = 2


class How(Enum):
    """When a group is broken: if it does not fit, if it can't be otherwise, or always."""

    FIT = 0
    KEEP = 1
    BREAK = 2


class Text(Struct, frozen=True):
    """A token; `blank`: an empty line before it, if it begins a row."""

    text: str
    size: Size
    blank: bool = False


class Gap(Struct, frozen=True):
    """Spaces."""

    width: int
    size: Size


class Line(Struct, frozen=True):
    """`flat` on one line, else a new line; with `blank` an empty one before that."""

    flat: str
    size: Size
    row: Row = Row.NONE
    blank: bool = False


class LastComma(Struct, frozen=True):
    """The comma behind the last item of a list that is broken."""

    size: Size


class Own(Struct, frozen=True):
    """A comment on lines of its own."""

    comment: Comment
    size: Size


class Inline(Struct, frozen=True):
    """A comment on the line of the token after it."""

    comment: Comment
    size: Size


class After(Struct, frozen=True):
    """A comment on the line of the token before it, which it may end."""

    comment: Comment
    size: Size


class Indent(Struct, frozen=True):
    """Lines that begin in it are indented by so much more."""

    by: int
    doc: Doc
    size: Size


class Concat(Struct, frozen=True):
    """One after the other."""

    parts: tuple[Doc, ...]
    size: Size


class Group(Struct, frozen=True):
    """All lines directly in it are new lines, or none is."""

    doc: Doc
    how: How
    size: Size


Doc = Text | Gap | Line | LastComma | Own | Inline | After | Indent | Concat | Group


def text(content: str, blank: bool = False) -> Doc:
    """A token."""
    return Text(content, Size(len(content), len(content)), blank)


def gap(width: int) -> Doc:
    """Spaces where no line may end."""
    return Gap(width, Size(width, width))


def line(flat: str = " ", row: Row = Row.NONE, blank: bool = False) -> Doc:
    """A place where a line may end."""
    return Line(flat, Size(len(flat), 0, breaks=True), row, blank)


def own(comment: Comment) -> Doc:
    """A comment on lines of its own."""
    return Own(comment, Size(0, 0, breaks=True, own=True))


def inline(comment: Comment) -> Doc:
    """A comment within a line."""
    return Inline(comment, Size(_width(comment), _width(comment)))


def after(comment: Comment, ends: bool) -> Doc:
    """A comment behind a token. One that can't be followed by anything does not count in the width."""
    width = 0 if comment.is_line else _width(comment)
    return After(comment, Size(width, width, breaks=ends, ends=ends))


def last_comma() -> Doc:
    """The comma behind the last item of a broken list."""
    return LastComma(Size(0, 1))


def indent(by: int, *parts: Doc) -> Doc:
    """Parts whose lines are indented."""
    inner = concat(parts)
    return Indent(by, inner, inner.size)


def group(parts: Iterable[Doc], how: How = How.FIT) -> Doc:
    """Parts that go on one line together or are broken together."""
    inner = concat(parts)
    size = inner.size
    if how is How.BREAK:
        size = Size(NEVER, size.head, size.breaks, size.own, size.ends)
    return Group(inner, how, size)


def concat(parts: Iterable[Doc]) -> Doc:
    """Parts one after the other."""
    listed = tuple(parts)
    if len(listed) == 1:
        return listed[0]
    flat = head = 0
    breaks = starts = ends = False
    for part in listed:
        size = part.size
        starts = starts or (size.own and not flat)
        if (ends and size.flat) or (size.own and flat):
            flat = NEVER
        flat = min(flat + size.flat, NEVER)
        head += 0 if breaks else size.head
        breaks = breaks or size.breaks
        ends = size.ends or (ends and not size.flat)
    return Concat(listed, Size(flat, head, breaks, starts, ends))


def _width(comment: Comment) -> int:
    return len(comment.text.partition("\n")[0]) + 1

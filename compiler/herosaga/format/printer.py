"""Document -> text."""

from __future__ import annotations

from dataclasses import dataclass, field

from herosaga.format.comments import Comment
from herosaga.format.doc import (
    NEVER,
    After,
    Concat,
    Doc,
    Gap,
    Group,
    How,
    Indent,
    Inline,
    LastComma,
    Line,
    Own,
    Row,
    Text,
)
from msgspec import Struct

WIDTH = 100
HANG = 4
"""By how much a line is indented that goes on with what the line before it began."""


class _Job(Struct, frozen=True):
    doc: Doc
    indent: int
    flat: bool


@dataclass(slots=True)
class _Page:
    """What is written so far. Spaces, and comments behind a token, wait for what comes next."""

    out: list[str] = field(default_factory=list)
    column: int = 0
    fresh: bool = True
    row: Row = Row.FIRST
    spaces: int = 0
    waiting: list[After] = field(default_factory=list)
    hang: int = 0
    inlined: bool = False

    def word(self, text: str, indent: int) -> None:
        """A token, or a comment within a line."""
        if self.waiting:
            self._let_go(indent)
        if self.fresh:
            self._put(" " * (indent + self.hang))
        elif self.spaces or (self.inlined and text not in (",", ")", "]")):
            self._put(" " * max(self.spaces, 1))
        self._put(text)
        self.fresh, self.spaces, self.hang, self.inlined, self.row = False, 0, 0, False, Row.NONE

    def comma(self) -> None:
        """A comma, before the comments that wait."""
        self._put(",")

    def new_line(self, row: Row = Row.NONE, blank: bool = False) -> None:
        """End the line, if anything is on it."""
        self._flush()
        if not self.fresh:
            self._put("\n")
        self.fresh, self.spaces, self.hang, self.inlined = True, 0, 0, False
        self.column, self.row = 0, row
        if blank and row is Row.NEXT:
            self._blank()

    def own(self, comment: Comment, indent: int) -> None:
        """A comment on lines of its own; what it interrupts goes on further to the right."""
        if self.waiting or not self.fresh:
            self.new_line()
            self.hang = HANG
        hang, row = self.hang, self.row
        if comment.blank:
            self._blank()
        self._put(" " * (indent + hang))
        self._put(_aligned(comment.text, indent + hang))
        self.fresh = False
        self.new_line(Row.NEXT if row is not Row.NONE else row)
        self.hang = hang

    def inline(self, comment: Comment, indent: int) -> None:
        """A comment before a token of the same line."""
        if self.waiting:
            self._let_go(indent)
        if comment.blank:
            self._blank()
        if not self.fresh and not self.spaces:
            self.spaces = int(not self.out[-1].endswith(("(", "[")))
        self.inlined = False
        self.word(_aligned(comment.text, self.place(indent)), indent)
        self.inlined = True

    def blank(self) -> None:
        """An empty line, where there may be one."""
        self._blank()

    @property
    def cut(self) -> bool:
        """Whether the line can't go on."""
        return bool(self.waiting) and self.waiting[-1].size.ends

    def place(self, indent: int) -> int:
        """The column of the next word."""
        if self.fresh:
            return indent + self.hang
        if self.cut:
            return indent + HANG
        return self.column + self.spaces + sum(each.size.flat for each in self.waiting)

    def _blank(self) -> None:
        if self.row is Row.NEXT and self.fresh:
            self._put("\n")
            self.row = Row.FIRST

    def _let_go(self, indent: int) -> None:
        """Write the comments that wait, on this line; the word after them may need a new one."""
        cut, spaces = self.cut, self.spaces
        self._flush()
        if cut:
            self.new_line()
            self.hang = HANG
        else:
            self.spaces, self.inlined = spaces, True

    def _flush(self) -> None:
        for each in self.waiting:
            self._put("  " if each.comment.is_line else " ")
            self._put(_aligned(each.comment.text, self.column))
        self.waiting = []

    def _put(self, text: str) -> None:
        if text:
            self.out.append(text)
            end = text.rfind("\n")
            self.column = len(text) - end - 1 if end >= 0 else self.column + len(text)


def printed(doc: Doc) -> str:
    """The text of a document; it ends with a line end unless it is empty."""
    page, jobs = _Page(), [_Job(doc, 0, False)]
    while jobs:
        job = jobs.pop()
        match job.doc:
            case Text(text, _, blank):
                if blank:
                    page.blank()
                page.word(text, job.indent)
            case Concat(parts):
                jobs.extend(_Job(part, job.indent, job.flat) for part in reversed(parts))
            case Indent(by, inner):
                jobs.append(_Job(inner, job.indent + by, job.flat))
            case Group(inner, how, size):
                cut = page.cut and size.breaks and not size.head  # it begins with a new line
                flat = job.flat or (not cut and _fits(job.doc, how, page.place(job.indent), jobs))
                jobs.append(_Job(inner, job.indent, flat))
            case _:
                _small(job.doc, job, page)
    page.new_line()
    return "".join(page.out)


def _small(doc: Doc, job: _Job, page: _Page) -> None:
    """The documents that have no others in them, and are no token."""
    match doc:
        case Gap(width):
            page.spaces += width
        case Line(flat, _, row, blank) if not job.flat:
            page.new_line(row, blank)
        case Line(flat):
            if flat.startswith(","):
                page.word(",", job.indent)
            page.spaces += len(flat.lstrip(","))
        case LastComma() if not job.flat:
            page.comma()
        case Own(comment):
            page.own(comment, job.indent)
        case Inline(comment):
            page.inline(comment, job.indent)
        case After():
            page.waiting.append(doc)
        case _:
            pass  # no comma on one line


def _fits(doc: Doc, how: How, column: int, rest: list[_Job]) -> bool:
    """Whether a group goes on one line, with all that must follow it there."""
    flat = doc.size.flat
    if flat >= NEVER or how is not How.FIT:
        return flat < NEVER
    width = column + flat
    for job in reversed(rest):
        width += job.doc.size.head
        if job.doc.size.breaks or width > WIDTH:
            break
    return width <= WIDTH


def _aligned(comment: str, column: int) -> str:
    """A comment over several lines that all begin with `*`, with these below each other."""
    head, *tail = comment.split("\n")
    if not tail or not all(each.lstrip().startswith("*") for each in tail):
        return comment
    return "\n".join((head, *(" " * (column + 1) + each.lstrip() for each in tail)))

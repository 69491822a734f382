"""Source files and places in them."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from msgspec import Struct

LOOP = "its links lead in a circle"


class Source(Struct, frozen=True, eq=False):
    """One `.saga` file's text. `name` is how reports call it: relative to the project, with `/`."""

    name: str
    text: str
    path: Path | None = None

    def __repr__(self) -> str:
        return f"Source({self.name!r})"

    def line(self, number: int) -> str:
        """The text of line `number` (from 1), without its line end; empty past the end."""
        lines = _lines(self.text)
        return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column (both from 1) of a character offset."""
        starts = _starts(self.text)
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1


class Span(Struct, frozen=True):
    """A piece of a source: lines and columns from 1, the end exclusive; `start`, `end` are offsets."""

    source: Source
    line: int
    column: int
    end_line: int
    end_column: int
    start: int = 0
    end: int = 0

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of `other`."""
        return Span(
            self.source,
            self.line,
            self.column,
            other.end_line,
            other.end_column,
            self.start,
            other.end,
        )

    def first(self, length: int) -> Span:
        """Its first characters, which are on one line."""
        end = self.column + length
        return Span(
            self.source, self.line, self.column, self.line, end, self.start, self.start + length
        )


@lru_cache(maxsize=16)  # a report asks for many lines of few files
def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n"))


@lru_cache(maxsize=16)
def _starts(text: str) -> tuple[int, ...]:
    return tuple(accumulate((len(line) + 1 for line in _lines(text)[:-1]), initial=0))

"""The place of a mistake, and a way to go on from it."""

from __future__ import annotations

from collections.abc import Sequence

from herosaga.findings import Finding
from herosaga.source import Source, Span
from herosaga.syntax.automaton import END, Stack, fits
from herosaga.syntax.enclosing import Block, begins_line, reading
from herosaga.syntax.expected import sign
from herosaga.syntax.tokens import make_span, token_span
from lark import Token
from msgspec import Struct

MISSING = "_"
"""Stands for a name that is missing."""

ANYTHING = "*"
"""Among the names that a file has lost: it can't be said which, so that any name may be one of them."""


class Place(Struct, frozen=True):
    """A token that does not fit: the one at `index`. `trail` holds the parser's stacks up to it."""

    source: Source
    tokens: Sequence[Token]
    index: int
    trail: Sequence[Stack]
    inside: str
    blocks: tuple[Block, ...]

    @property
    def token(self) -> Token:
        """The token that does not fit."""
        return self.tokens[self.index]

    @property
    def stack(self) -> Stack:
        """The parser's stack before it."""
        return self.trail[self.index]

    @property
    def between(self) -> bool:
        """Whether the clause before is complete, and the token begins a line: something new."""
        closing = "RBRACE" if self.blocks else END
        return begins_line(self.tokens, self.index) and fits(self.stack, closing)

    @property
    def where(self) -> str:
        """What is being read there, in words."""
        return reading(self.tokens, self.index, self.blocks, self.between)

    def gap(self) -> Span:
        """The place behind the token before, of no width: where something is missing."""
        if not self.index:
            return token_span(self.source, empty(self.token, "NAME"))
        last = self.tokens[self.index - 1]
        place = (last.end_line or 1, last.end_column or 1, last.end_pos or 0)
        return make_span(self.source, place, place)


class Repair(Struct, frozen=True):
    """A finding, and how to go on after it: read `instead` in the place of tokens `start` to `stop`.

    With `drops`, nothing makes sense of the clause, and it is left out. A `habit` is told once a file.
    """

    finding: Finding
    habit: bool
    start: int
    stop: int
    instead: tuple[Token, ...]
    drops: bool = False


def empty(before: Token, kind: str, text: str = "") -> Token:
    """A token that the text lacks, of no width, before the given one."""
    line, column, offset = before.line, before.column, before.start_pos
    return Token(kind, text or sign(kind), offset, line, column, line, column, offset)

"""Blocks as the columns of a text show them, for texts whose braces don't."""

from __future__ import annotations

from collections.abc import Sequence

from herosaga.syntax.automaton import END
from herosaga.syntax.enclosing import begins_line
from lark import Token


def head_line(tokens: Sequence[Token], index: int) -> int:
    """The index of the first token of the line on which the token before `index` stands."""
    place = max(index - 1, 0)
    while not begins_line(tokens, place):
        place -= 1
    return place


def block_end(tokens: Sequence[Token], head: int, start: int) -> int | None:
    """Where the block that begins at `start`, below the line of `head`, ends by its columns.

    None where it has a `}` of its own.
    """
    column, level = tokens[head].column or 1, 0
    for place in range(start, len(tokens)):
        token = tokens[place]
        if token.type == END:
            return place
        fresh = begins_line(tokens, place)
        if token.type == "RBRACE" and level == 0:
            own = not fresh or (token.column or 1) >= column
            return None if own else place
        if fresh and level == 0 and (token.column or 1) <= column:
            return place
        level += (token.type == "LBRACE") - (token.type == "RBRACE")
    return None

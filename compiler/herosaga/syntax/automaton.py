"""The parser's table without its trees: whether tokens fit, asked as often as one likes.

A stack is a chain of immutable cells, so a state of the parser is kept or taken up again for nothing.
That is what looking for a repair needs: many tries from one place, and going back in the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, TypeAlias

from herosaga.syntax.tables import parser
from lark.parsers.lalr_analysis import Shift

Stack: TypeAlias = "tuple[int, Stack] | tuple[int, None]"
"""The parser's state on top, and the stack below it."""

END = "$END"


def begin() -> Stack:
    """The stack before the first token of a file."""
    start: int = _conf().start_state
    return (start, None)


def advance(stack: Stack, terminal: str) -> Stack | None:
    """The stack after a token of this kind; None where it does not fit."""
    conf = _conf()
    while True:
        action = conf.states[stack[0]].get(terminal)
        if action is None:
            return None
        kind, what = action
        if kind is Shift:
            return (what, stack)
        for _ in what.expansion:
            assert stack[1] is not None
            stack = stack[1]
        stack = (conf.states[stack[0]][what.origin.name][1], stack)
        if stack[0] == conf.end_state:
            return stack


def after(stack: Stack, terminals: Iterable[str]) -> Stack | None:
    """The stack after tokens of these kinds; None where one does not fit. What follows the end is not read."""
    for terminal in terminals:
        reached = advance(stack, terminal)
        if reached is None or terminal == END:
            return reached
        stack = reached
    return stack


def fits(stack: Stack, *terminals: str) -> bool:
    """Whether tokens of these kinds could be read from here."""
    return after(stack, terminals) is not None


def accepted(stack: Stack) -> frozenset[str]:
    """The terminals that could be read next."""
    choices = _conf().states[stack[0]]
    return frozenset(name for name in choices if name.isupper() and fits(stack, name))


@cache
def _conf() -> Any:
    return parser().parse_interactive("", start="file").parser_state.parse_conf

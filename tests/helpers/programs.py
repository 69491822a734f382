"""Random programs, made from the grammar itself: for laws that hold for whatever can be parsed.

`words` follows the rules of `grammar/saga.lark` at random and gives a program's tokens; the grammar is
wider than the language, so most of what it gives is nonsense that parses. `spaced` puts random white
space and comments between tokens. Both take a function that chooses a number below another one:
`Random(seed).randrange` in a loop, or what `programs` makes of hypothesis's `draw`, which shrinks.

    text = spaced(words(Random(7).randrange), Random(7).randrange)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from herosaga.format.cst import read
from herosaga.source import Source
from herosaga.syntax.tables import parser
from herosaga.syntax.tokens import read_tokens
from hypothesis import strategies as st
from lark.exceptions import UnexpectedToken

Choose = Callable[[int], int]

_TEXTS = {
    "NAME": ("Paid", "order_id", "x", "total_amount_of_the_order", "C", "a1"),
    "STRING": ('"tea"', '""', '"a \\"b\\" // no comment, /* none */ {"', '"' + "long " * 12 + '"'),
    "INT": ("0", "7", "1234567"),
    "DECIMAL": ("4.50", "0.1"),
    "DURATION": ("30s", "1d12h", "500ms"),
}
_COMMENTS = (
    " // c{}\n", "\n// c{}\n", "\n\n// c{}\n\n", " // c{}\n  // d\n", "\n/// c{}\n", " /// c{}\n",
    " /* c{} */ ", "/* c{} */", "  /* c{} */ ", " /* c{} */  ", "\n/* c{} */", " /* c{} */\n",
    "\n/* c{}\n * d\n   * e */\n", " /* c{}\n  x */ ", "\n\n/* c{} */ /* d */ // e\n",
)  # fmt: skip
_SPACES = (" ", " ", " ", " ", "\n", "\n\n\n", "   ", "\t", "\r\n")


def words(choose: Choose, items: int = 3, depth: int = 14) -> list[str]:
    """The tokens of a program of some items; beyond `depth` rules, whatever is shortest is taken."""
    found: list[str] = []
    for _ in range(items):
        item = _item(choose, depth)
        if parses([*found, *item]):
            found += item
    return found


def spaced(tokens: Sequence[str], choose: Choose, comments: int = 6) -> str:
    """The tokens with white space between them, and a comment after one of so many (0: no comments)."""
    parts: list[str] = []
    for count, token in enumerate(["", *tokens]):
        parts.append(f"{token} " if token == "/" else token)  # not to begin a comment
        if comments and choose(comments) == 0:
            parts.append(_COMMENTS[choose(len(_COMMENTS))].format(count))
        else:
            parts.append(_SPACES[choose(len(_SPACES))])
    return "".join(parts)


@st.composite
def programs(draw: st.DrawFn, items: int = 2, depth: int = 10) -> list[str]:
    """The tokens of a program."""
    return words(lambda most: draw(st.integers(0, most - 1)), items, depth)


@st.composite
def layouts(draw: st.DrawFn, comments: int = 6) -> str:
    """The text of a program with random white space and comments."""
    found = draw(programs())
    return spaced(found, lambda most: draw(st.integers(0, most - 1)), comments)


def parses(tokens: Sequence[str]) -> bool:
    """Whether the parser takes the tokens. It decides what the grammar leaves open, so not all fit."""
    lexed = read_tokens(Source("random.saga", " ".join(tokens)))
    try:
        read(lexed.tokens)
    except UnexpectedToken:
        return False
    return not lexed.findings


def _item(choose: Choose, depth: int) -> list[str]:
    """The tokens of one item."""
    found: list[str] = []
    pending = [("item", depth)]
    while pending:
        name, left = pending.pop()
        if name not in _rules():
            found.append(_text(name, choose))
            continue
        choices = _rules()[name]
        chosen = choices[choose(len(choices))] if left > 0 else min(choices, key=_height)
        pending += [(each, left - 1) for each in reversed(chosen)]
    return found


def _text(name: str, choose: Choose) -> str:
    texts = _TEXTS.get(name) or (_signs()[name],)
    return texts[choose(len(texts))]


@cache
def _signs() -> dict[str, str]:
    return {each.name: each.pattern.value for each in parser().terminals}


@cache
def _rules() -> dict[str, list[tuple[str, ...]]]:
    """The expansions of each rule."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for rule in parser().rules:
        expansion = tuple(str(symbol.name) for symbol in rule.expansion)
        found.setdefault(str(rule.origin.name), []).append(expansion)
    return found


def _height(expansion: tuple[str, ...]) -> int:
    """How many rules deep an expansion must go."""
    return max((_heights().get(name, 0) for name in expansion), default=0)


@cache
def _heights() -> dict[str, int]:
    known: dict[str, int] = {}
    for level in range(1, len(_rules())):
        for name, choices in _rules().items():
            ready = (all(each in known or each not in _rules() for each in c) for c in choices)
            if name not in known and any(ready):
                known[name] = level
    return known

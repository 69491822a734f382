"""What holds for every program that parses: laid out twice is laid out once, and nothing gets lost."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import msgspec
import pytest
from herosaga.format.formatting import laid_out
from herosaga.source import Source, Span
from herosaga.syntax.parse import parse
from herosaga.syntax.tables import parser
from herosaga.syntax.tokens import read_tokens
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from lark import Token, Tree

from helpers.programs import layouts, programs, spaced, words

ROOT = Path(__file__).parents[3]
FILES = sorted(
    path
    for folder in ("samples", "starter", "tests", "benchmarks")
    for path in (ROOT / folder).rglob("*.saga")
    if "wrong" not in path.parts
)
EXAMPLES = settings(
    max_examples=25, deadline=None, suppress_health_check=[*HealthCheck], derandomize=True
)


def formatted(text: str) -> str:
    return laid_out(Source("any.saga", text))


def tree(text: str) -> Tree[Token]:
    """The tree as Lark makes it: not the formatter's own."""
    state = parser().parse_interactive("", start="file").parser_state
    for token in read_tokens(Source("any.saga", text)).tokens:
        state.feed_token(token)
    root: Tree[Token] = state.feed_token(Token("$END", ""), True)
    return root


def meaning(text: str) -> object:
    """The syntax tree that is checked and compiled, documentation included, without places."""
    return _without_places(parse(Source("any.saga", text))[0])


def _without_places(value: object) -> object:
    match value:
        case Span() | Source():
            return None
        case tuple() | list():
            return [_without_places(each) for each in value]
        case msgspec.Struct():
            parts = (getattr(value, name) for name in value.__struct_fields__)
            return [type(value).__name__, *map(_without_places, parts)]
    return value


def holds(text: str) -> None:
    """All laws for one program."""
    once = formatted(text)
    assert formatted(once) == once
    assert tree(once) == tree(text)
    assert meaning(once) == meaning(text)
    assert numbered(once) == numbered(text)
    assert not re.search("[ \t]$|\n\n\n|\n\n$", once, re.MULTILINE)


def numbered(text: str) -> list[str]:
    """The marks in the comments that `spaced` makes."""
    return re.findall(r"\bc[0-9]+\b", text)


@EXAMPLES
@given(layouts())
def test_generated(text: str) -> None:
    holds(text)


@pytest.mark.parametrize("seed", range(60))
def test_larger(seed: int) -> None:
    choose = Random(seed).randrange
    holds(spaced(words(choose, items=3, depth=12), choose, comments=2 + seed % 7))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_written_by_hand(path: Path) -> None:
    text = path.read_text("utf-8")
    once = formatted(text)
    assert formatted(once) == once
    assert meaning(once) == meaning(text)


@EXAMPLES
@given(programs(), st.randoms())
def test_lines_have_no_meaning(tokens: list[str], random: Random) -> None:
    """But for a line end behind an opening bracket, and an empty line."""
    spread = [
        token + (" " if token in ("(", "[", "{") else random.choice((" ", "\n", "\t  ", " \r\n\t")))
        for token in tokens
    ]
    assert formatted("".join(spread)) == formatted(" ".join(tokens))


@EXAMPLES
@given(programs())
def test_no_list_is_in_a_line_that_is_too_long(tokens: list[str]) -> None:
    assume("scenario" not in tokens)  # whose messages stay on one line
    for line in formatted(" ".join(tokens)).split("\n"):
        bare = re.sub(r'"(\\.|[^"\\])*"', '""', line)
        assert len(line) <= 100 or not re.search(", .", bare), line

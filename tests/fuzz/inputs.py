"""Hostile inputs: what a seed and a number make of the programs in this repository."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from herosaga.checks.catalog import PAGES

ROOT = Path(__file__).resolve().parents[2]

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|\w+|->|\s+|.', re.DOTALL)
_LONGEST = 1_800

_WORDS = tuple(
    sorted(set(re.findall(r'"([a-z]+|[^\w\s"]+)"', (ROOT / "grammar/saga.lark").read_text())))
)

_HOSTILE = (
    *(
        '"',
        "'",
        '"""',
        "\\",
        '"\\',
        '"\\u',
        '"\\ud800"',
        "`",
        "\r",
        "\r\n",
        "\t",
        "\0",
        "\x1b[31m",
        "\x7f",
    ),
    *(
        "\u2028",
        "\u2029",
        "\u0085",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\u200d",
        "\ud7ff",
        "\U0001f600",
        "é",
        "ﬁ",
        "Ｋ",
    ),
    *(
        "/*",
        "*/",
        "//",
        "///",
        "#",
        "{{",
        "}}",
        "{%",
        "${",
        "%s",
        "{0}",
        "\\N{DASH}",
        "<!--",
        "&amp;",
        "]]>",
    ),
    *(
        "__class__",
        "__init__",
        "__import__",
        "_",
        "__",
        "None",
        "self",
        "import os",
        "lambda",
        "eval",
        "Saga",
        "State",
    ),
    *(
        "{" * 70,
        "(" * 70,
        "[" * 70,
        "}" * 70,
        "a" * 129,
        "9" * 50,
        "1." * 9,
        "1d1d",
        "- " * 80,
        "not " * 80,
        "a+" * 90,
    ),
    *(
        "if a then " * 40,
        "x." * 70,
        "list[" * 70,
        "99999999999999999d",
        "0.0000000000000000000000000000000000000000001",
    ),
)

Mutation = Callable[[random.Random, list[str]], None]


@cache
def programs() -> tuple[str, ...]:
    """All programs to begin with: those that can be read, so that the later stages get something to do."""
    paths = sorted(ROOT.glob("tests/**/*.saga"))
    files = [path.read_text() for path in paths if "wrong/syntax" not in path.as_posix()]
    files += [path.read_text() for path in sorted(ROOT.glob("samples/**/*.saga"))]
    pages = [text for page in PAGES.values() for text in (page.failing, page.mended)]
    return tuple(text for text in (*files, *pages) if text)


def made(seed: int, number: int) -> str:
    """The input of a number: the same for the same seed, whatever came before it."""
    chance = random.Random(f"{seed}/{number}")
    if chance.random() < 0.1:
        return _soup(chance)
    program = chance.choice(programs())
    whole = len(program) <= _LONGEST and chance.random() < 0.6
    pieces = _TOKEN.findall(program if whole else _excerpt(chance, program))
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3, 8))):
        chance.choice(_MUTATIONS)(chance, pieces)
    return "".join(pieces)[:_LONGEST]


def _excerpt(chance: random.Random, text: str) -> str:
    """Some declarations of a program: small inputs find as much in less time."""
    parts = re.split(r"\n(?=\S)", text)
    start = chance.randrange(len(parts))
    return "\n".join(parts[start : start + chance.choice((1, 1, 2, 3, 5, 8))])


def _soup(chance: random.Random) -> str:
    """Words, signs and hostile pieces in any order; sometimes any characters at all."""
    if chance.random() < 0.2:
        return "".join(chr(chance.randrange(0xD800)) for _ in range(chance.randrange(200)))
    many: Sequence[str] = (
        *_WORDS,
        *_WORDS,
        *_HOSTILE,
        "Paid",
        "order_id",
        "1",
        "2.5",
        "30s",
        '"text"',
    )
    return " ".join(chance.choice(many) for _ in range(chance.randrange(1, 60)))


# --- mutations ---------------------------------------------------------------------------------


def _delete(chance: random.Random, pieces: list[str]) -> None:
    start = chance.randrange(len(pieces) or 1)
    del pieces[start : start + chance.choice((1, 1, 1, 2, 5, 20))]


def _double(chance: random.Random, pieces: list[str]) -> None:
    start = chance.randrange(len(pieces) or 1)
    pieces[start:start] = pieces[start : start + chance.choice((1, 1, 3, 10, 40))]


def _swap(chance: random.Random, pieces: list[str]) -> None:
    if len(pieces) > 1:
        a, b = chance.randrange(len(pieces)), chance.randrange(len(pieces))
        pieces[a], pieces[b] = pieces[b], pieces[a]


def _replace(chance: random.Random, pieces: list[str]) -> None:
    if pieces:
        words = [piece for piece in pieces if piece.isidentifier()] or ["x"]
        pieces[chance.randrange(len(pieces))] = chance.choice((*_WORDS, *words))


def _rename(chance: random.Random, pieces: list[str]) -> None:
    """One name becomes another everywhere."""
    names = sorted({piece for piece in pieces if piece.isidentifier() and piece not in _WORDS})
    if names:
        old, new = chance.choice(names), chance.choice((*names, *_WORDS, *_HOSTILE))
        pieces[:] = [new if piece == old else piece for piece in pieces]


def _again(chance: random.Random, pieces: list[str]) -> None:
    """A word in the place of another that was there: names meet what they were not meant for."""
    places = [place for place, piece in enumerate(pieces) if piece.isidentifier()]
    if places:
        pieces[chance.choice(places)] = pieces[chance.choice(places)]


def _line(chance: random.Random, pieces: list[str]) -> None:
    """A line goes, or stands twice."""
    ends = [place for place, piece in enumerate(pieces) if "\n" in piece]
    if len(ends) > 1:
        at = chance.randrange(len(ends) - 1)
        line = pieces[ends[at] : ends[at + 1]]
        pieces[ends[at] : ends[at + 1]] = line * chance.choice((0, 0, 2))


def _insert(chance: random.Random, pieces: list[str]) -> None:
    pieces.insert(chance.randint(0, len(pieces)), chance.choice(_HOSTILE))


def _inside(chance: random.Random, pieces: list[str]) -> None:
    """Something hostile in the middle of a word or string."""
    if pieces:
        at = chance.randrange(len(pieces))
        cut = chance.randint(0, len(pieces[at]))
        pieces[at] = pieces[at][:cut] + chance.choice(_HOSTILE) + pieces[at][cut:]


def _splice(chance: random.Random, pieces: list[str]) -> None:
    """Go on in another program."""
    other = _TOKEN.findall(_excerpt(chance, chance.choice(programs())))
    here, there = chance.randint(0, len(pieces)), chance.randint(0, len(other))
    pieces[here:] = other[there:]


def _truncate(chance: random.Random, pieces: list[str]) -> None:
    del pieces[chance.randint(0, len(pieces)) :]


_MUTATIONS: tuple[Mutation, ...] = (
    *(
        _delete,
        _double,
        _swap,
        _replace,
        _rename,
        _rename,
        _again,
        _again,
        _again,
        _line,
        _line,
        _line,
    ),
    *(_insert, _inside, _splice, _truncate),
)

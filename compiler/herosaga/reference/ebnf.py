"""`grammar/saga.lark` as a page for readers: its sections, its rules without Lark's marks, its words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from herosaga.reference.words import WORDS, Kind
from msgspec import Struct

_SECTION = re.compile(r"^// --- (.+?) -+$", re.MULTILINE)
_RULE = re.compile(r"^[?!]*([a-z_]+):", re.MULTILINE)
_FIXED = re.compile(r'^([A-Z_]+): ("[^"]+")$', re.MULTILINE)
_PIECE = re.compile(r'"[^"]*"|-> [a-z_]+|[A-Za-z_]+|[?!]+(?=[a-z_]+:)')
_NO_CLAUSE = ("word", "name")

_INTRO = """\
# The grammar

This is `grammar/saga.lark`, the file that the parser is made from, in a form to be read. `"quoted"` stands for itself,
`A | B` is one of both, `[A]` may be left out, `A*` comes any number of times, `A+` at least once. Two rules hold
everywhere: a comma after a member of `{ }` may be left out, and every list may end in a comma.

The rules for blocks are wider than the language: as far as the grammar goes, any clause may stand in any block. The
compiler then says where a misplaced clause belongs ([HS005](../findings.md#hs005)), instead of a bare syntax error.
"""

# What the terminals are, in words: the grammar has expressions for the lexer.
TERMINALS: Mapping[str, str] = {
    "NAME": "ASCII letters, digits and `_`, not beginning with a digit",
    "STRING": 'text in `"` quotes on one line, with the escapes of JSON',
    "INT": "digits",
    "DECIMAL": "digits, a point, digits",
    "DURATION": "digits and a unit (`d`, `h`, `m`, `s`, `ms`), longest unit first, each once: `1d12h`",
}

_KINDS: Mapping[Kind, str] = {
    Kind.DECLARATION: "begins a declaration or a block",
    Kind.MODIFIER: "marks what stands beside it",
    Kind.CLAUSE: "begins or joins a clause",
    Kind.ACTION: "an action",
    Kind.OUTCOME: "how an itinerary, or a step of one, ended",
    Kind.WORD_OPERATOR: "an operator",
    Kind.CONSTANT: "a constant",
}


class Section(Struct, frozen=True):
    """A part of the grammar: paragraphs of comment and groups of rules, in order."""

    title: str
    parts: tuple[str, ...]


def page(grammar: str) -> str:
    """`docs/language/grammar.md`."""
    fixed = dict(_FIXED.findall(grammar))
    body = [text for section in sections(grammar) for text in _written(section, fixed)]
    return "\n".join([_INTRO, *body, *_terminals(), *_index(grammar, fixed)])


def sections(grammar: str) -> Iterator[Section]:
    """The sections that hold rules; the last one, of terminals, is told in words instead."""
    _, *found = _SECTION.split(grammar)
    for title, text in zip(found[::2], found[1::2], strict=True):
        if title != "terminals":
            parts = tuple(part.strip("\n") for part in re.split(r"\n{2,}", text) if part.strip())
            yield Section(title, parts)


def rule_name(name: str) -> str:
    """A rule's name without the underscores that only mean something to Lark."""
    return name.strip("_")


def rules(grammar: str) -> dict[str, str]:
    """Each rule of the grammar with its text as Lark reads it."""
    text = "\n\n".join(part for section in sections(grammar) for part in section.parts)
    plain = re.sub(r"^//.*\n?", "", text, flags=re.MULTILINE)
    _, *found = _RULE.split(plain)
    return dict(zip(found[::2], found[1::2], strict=True))


def _written(section: Section, fixed: Mapping[str, str]) -> Iterator[str]:
    yield f"## {section.title[0].upper()}{section.title[1:]}\n"
    code: list[str] = []
    for part in section.parts:
        lines = part.splitlines()
        prose = " ".join(line.removeprefix("//").strip() for line in lines if line[:2] == "//")
        if prose:
            yield from _fenced(code)
            yield f"{prose}\n"
            code = []
        rest = "\n".join(line for line in lines if line[:2] != "//")
        code += [readable(rest, fixed)] if rest else []
    yield from _fenced(code)


def _fenced(code: list[str]) -> Iterator[str]:
    if code:
        yield "```ebnf\n{}\n```\n".format("\n\n".join(code))


def readable(text: str, fixed: Mapping[str, str]) -> str:
    """Rules without Lark's marks: hidden and inlined rules, names of alternatives, named signs."""

    def plain(match: re.Match[str]) -> str:
        piece = match.group()
        if piece.startswith('"'):
            return piece
        if piece.startswith(("->", "?", "!")):
            return ""
        return fixed.get(piece) or (piece if piece in TERMINALS else rule_name(piece))

    return "\n".join(_aligned(_PIECE.sub(plain, text).splitlines()))


def _aligned(lines: list[str]) -> Iterator[str]:
    """Each `|` that begins a line under the colon of its rule."""
    column = 0
    for line in lines:
        if line.lstrip().startswith("|"):
            yield " " * column + line.strip()
        else:
            column = line.find(":")
            yield line.rstrip()


def _terminals() -> Iterator[str]:
    yield "## Names and literals\n\n| name | what it is |\n|---|---|"
    yield from (f"| `{name}` | {what} |" for name, what in TERMINALS.items())
    yield ""


def _index(grammar: str, fixed: Mapping[str, str]) -> Iterator[str]:
    """Every word with what it does and the rules that it stands in."""
    where: dict[str, list[str]] = {}
    for name, text in rules(grammar).items():
        for each in dict.fromkeys(re.findall(r'"([a-z]+)"', readable(text, fixed))):
            where.setdefault(each, []).append(f"`{rule_name(name)}`")
    yield "## All words\n\nAny of them but `key` may also name a field.\n"
    yield "| word | what it does | in the rules |\n|---|---|---|"
    kinds = {word: kind for kind, words in WORDS.items() for word in words}
    for word, kind in sorted(kinds.items()):
        places = [each for each in where[word] if each.strip("`") not in _NO_CLAUSE]
        yield f"| `{word}` | {_KINDS[kind]} | {', '.join(places)} |"
    yield ""

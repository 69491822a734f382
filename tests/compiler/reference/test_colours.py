"""Editors and compiler agree: each token of the language has the kind that the parser gives it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import chain, pairwise
from pathlib import Path

import pytest
from herosaga.checks.catalog import PAGES
from herosaga.reference import textmate
from herosaga.reference.lexer import SagaLexer, token
from herosaga.reference.words import WORDS, Kind
from herosaga.source import Source
from herosaga.syntax.tables import parser
from herosaga.syntax.tokens import lexed
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Token, Tree
from pygments.token import _TokenType

from helpers.textmate import pieces

ROOT = Path(__file__).parents[3]
GRAMMAR = json.loads(textmate.grammar())
FILES = [
    *sorted((ROOT / "samples").rglob("*.saga")),
    *sorted((ROOT / "tests" / "compiler" / "syntax").glob("*.saga")),
    *sorted((ROOT / "tests" / "compiler" / "emit" / "programs").rglob("*.saga")),
    Path(__file__).with_name("names.saga"),
]
CORPUS = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in FILES}
CORPUS |= {f"{page.code} failing": page.failing for page in PAGES.values() if page.failing}
CORPUS |= {f"{page.code} mended": page.mended for page in PAGES.values() if page.mended}
RIGHT = {name: text for name, text in CORPUS.items() if not name.startswith("HS0")}

KIND_OF = {word: kind for kind, words in WORDS.items() for word in words}
BY_SCOPE = {kind.scope: kind for kind in Kind}
NAMES = (Kind.NAME, Kind.FIELD, Kind.ARGUMENT, Kind.VARIABLE, Kind.MEMBER, Kind.FUNCTION)
PLAIN: Mapping[str, tuple[Kind, ...]] = {
    "DOC": (Kind.DOC,),
    "COMMENT": (Kind.COMMENT,),
    "BAD_COMMENT": (Kind.COMMENT,),
    "STRING": (Kind.STRING, Kind.ESCAPE),
    "BAD_STRING": (Kind.STRING, Kind.ESCAPE, Kind.BROKEN),
    "BAD_ESCAPE": (Kind.STRING, Kind.ESCAPE, Kind.BROKEN),
    "DURATION": (Kind.DURATION,),
    "DECIMAL": (Kind.DECIMAL,),
    "INT": (Kind.INT,),
    "NAME": (*NAMES, Kind.TYPE_NAME, Kind.DECLARED, Kind.BUILTIN_TYPE, Kind.ANNOTATION),
    "ANNOTATE": (Kind.ANNOTATION,),
    "ARROW": (Kind.ARROW,),
    **dict.fromkeys(("LPAR", "RPAR", "LSQB", "RSQB", "LBRACE", "RBRACE"), (Kind.BRACKET,)),
    **dict.fromkeys(("COMMA", "COLON", "DOT"), (Kind.SEPARATOR,)),
    **dict.fromkeys(("BAD_NUMBER", "BAD_NAME", "FOREIGN", "BAD_TEXT"), (Kind.BROKEN,)),
}


def spaced(bits: list[str]) -> st.SearchStrategy[str]:
    """Some of them beside each other, some apart."""
    gaps = st.lists(st.sampled_from(["", " "]), min_size=len(bits), max_size=len(bits))
    return gaps.map(lambda found: "".join(chain(*zip(bits, found, strict=True))))


def by_pygments(text: str) -> Iterator[tuple[int, int, _TokenType]]:
    for start, kind, value in SagaLexer().get_tokens_unprocessed(text):
        if value:
            yield start, start + len(value), kind


def by_textmate(text: str) -> Iterator[tuple[int, int, Kind]]:
    return ((first, last, BY_SCOPE[scope]) for first, last, scope in pieces(GRAMMAR, text) if scope)


def coloured(text: str) -> list[Kind | None]:
    """The kind of every character, as an editor sees it."""
    kinds: list[Kind | None] = [None] * len(text)
    for first, last, kind in by_textmate(text):
        kinds[first:last] = [kind] * (last - first)
    return kinds


@pytest.mark.parametrize("name", CORPUS)
def test_both_colour_alike(name: str) -> None:
    compare(CORPUS[name])


BITS = [
    *(word for words in WORDS.values() for word in words),
    *("Name", "name", "str", "list[", "set[", "len(", "é", "1", "4.50", "1d12h", "5x", '"', '"a"'),
    *(
        "\\n",
        "\\",
        "// a",
        "/// b",
        "/*",
        "*/",
        "\n",
        "\n",
        " ",
        "\t",
        "@",
        "{",
        "}",
        "(",
        ")",
        "[",
    ),
    *(
        "]",
        "->",
        "..",
        "=",
        "==",
        "+=",
        "+",
        "-",
        "*",
        "/",
        "%",
        "?",
        "|",
        "&&",
        "!",
        ",",
        ":",
        ".",
        ";",
    ),
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(BITS), max_size=40).flatmap(spaced))
def test_both_colour_anything_alike(text: str) -> None:
    compare(text)


def compare(text: str) -> None:
    ours = [token(kind) for kind in coloured(text)]
    theirs = [token(None)] * len(text)
    for first, last, kind in by_pygments(text):
        theirs[first:last] = [kind] * (last - first)
    blank = token(None)
    for at, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        assert one == other or (text[at].isspace() and blank in (one, other)), text[
            at - 20 : at + 9
        ]


@pytest.mark.parametrize("name", CORPUS)
def test_every_token_of_the_compiler_is_coloured_as_one(name: str) -> None:
    text = CORPUS[name]
    kinds = coloured(text)
    end = 0
    for each in lexed(Source(name, text)):
        start = each.start_pos or 0
        assert not any(kinds[end:start]), f"{text[end:start]!r} is coloured"
        end = each.end_pos or 0
        assert set(kinds[start:end]) <= set(
            allowed(each)
        ), f"{each} in {text[start - 30 : end + 9]!r}"
    assert not any(kinds[end:])


def allowed(each: Token) -> tuple[Kind, ...]:
    """What the lexer's token may be to a reader."""
    if each.type in PLAIN:
        return PLAIN[each.type]
    if each in KIND_OF:
        return (KIND_OF[each], Kind.CLAUSE, Kind.BUILTIN_TYPE, Kind.ANNOTATION, *NAMES)
    return (Kind.OPERATOR,)


# Rules whose words stay in the tree though they are no names: the rest of a tree's words are names.
WORDY = frozenset(
    (
        *("binary", "is_none", "value", "expectation", "ref", "final"),
        *("on_outcome", "scene_outcome", "never", "requires", "leads_to", "at_most", "atom"),
    )
)


@pytest.mark.parametrize("name", RIGHT)
def test_words_are_words_and_names_are_names(name: str) -> None:
    text = RIGHT[name]
    blanked = list(text)
    words = []
    for each in lexed(Source(name, text)):
        start, end = each.start_pos or 0, each.end_pos or 0
        if each.type in ("DOC", "COMMENT"):
            blanked[start:end] = [c if c == "\n" else " " for c in text[start:end]]
        elif each in KIND_OF:
            words.append(start)
    tree = parser().parse("".join(blanked), start="file")
    named = set(names(tree))
    kinds = coloured(text)
    for start in words:
        as_name = kinds[start] in (*NAMES, Kind.ANNOTATION)
        assert as_name == (start in named), text[max(start - 30, 0) : start + 20]


def names(tree: Tree[Token]) -> Iterator[int]:
    """Where a word of the language stands as a name."""
    for each in tree.iter_subtrees():
        for child in each.children:
            if isinstance(child, Token) and child in KIND_OF and is_name(each, child):
                yield child.start_pos or 0


def is_name(parent: Tree[Token], child: Token) -> bool:
    if parent.data == "field":
        return child.type != "KEY"
    return parent.data not in WORDY


CASES = [
    ("state Paid {", "state", Kind.DECLARATION),
    ("data { state: str }", "state", Kind.FIELD),
    ("data { state: str }", "str", Kind.BUILTIN_TYPE),
    ("set state = other", "state", Kind.ARGUMENT),
    ("set state = other", "set", Kind.ACTION),
    ("data { tags: set[int] }", "set", Kind.BUILTIN_TYPE),
    ("on all(A, B) -> C", "all", Kind.CLAUSE),
    ("on E when all(x for x in xs)", "all", Kind.FUNCTION),
    ("on E when event.final", "event", Kind.VARIABLE),
    ("on E when event.final", "final", Kind.FIELD),
    ("send Go(timer, start)", "timer", Kind.NAME),
    ("send Go(timer, start)", "Go", Kind.TYPE_NAME),
    ("on Trip.completed -> Done", "completed", Kind.OUTCOME),
    ("enum Color { red, done }", "done", Kind.MEMBER),
    ("enum Color { red, done }", "Color", Kind.DECLARED),
    ('@allow(HS302, "why")', "allow", Kind.ANNOTATION),
    ("policy p { within 1d12h }", "1d12h", Kind.DURATION),
    ("final Lost failed", "failed", Kind.MODIFIER),
    ("if a && b {", "&&", Kind.BROKEN),
    ("send Go(open = true", "true", Kind.CONSTANT),
]


@pytest.mark.parametrize(("text", "part", "kind"), CASES)
def test_by_example(text: str, part: str, kind: Kind) -> None:
    start = text.index(part)
    assert set(coloured(text)[start : start + len(part)]) == {kind}


def test_a_bracket_that_is_never_closed_does_not_swallow_the_file() -> None:
    text = "state A { on B { send C( } }\nstate D { on E -> F }"
    assert coloured(text)[text.index("state D")] is Kind.DECLARATION


def test_pieces_neither_overlap_nor_leave_the_text() -> None:
    for text in CORPUS.values():
        for (_, last, _), (first, _, _) in pairwise(by_textmate(text)):
            assert last <= first

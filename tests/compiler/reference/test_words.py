"""The table of words is the grammar's, and the compiler's: no word is missing, none is invented."""

from __future__ import annotations

import re

import pytest
from herosaga.model.functions import FUNCTIONS as BUILT_IN
from herosaga.model.types import SCALARS
from herosaga.reference import rules
from herosaga.reference.words import BUILTIN_TYPES, FUNCTIONS, WORDS, Kind
from herosaga.resources import GRAMMAR
from herosaga.syntax.tables import parser

ALL = [each for words in WORDS.values() for each in words]


def terminal(name: str) -> str:
    return next(str(t.pattern.value) for t in parser().terminals if t.name == name)


def test_every_word_of_the_grammar_is_in_the_table_once() -> None:
    words = {t.pattern.value for t in parser().terminals if t.pattern.type == "str"}
    assert sorted(ALL) == sorted(word for word in words if word.isalpha())


def test_the_grammar_itself_has_these_words() -> None:
    """Not by way of Lark: the quoted words of the file, comments left out."""
    text = re.sub(r"^\s*//.*$|^[A-Z_.0-9-]+: /.*$", "", GRAMMAR.read_text("utf-8"), flags=re.M)
    assert set(re.findall(r'"([a-z]+)"', text)) == set(ALL)


def test_types_and_functions_are_those_of_the_compiler() -> None:
    assert sorted(BUILTIN_TYPES) == sorted(SCALARS)
    assert sorted(FUNCTIONS) == sorted(BUILT_IN)


@pytest.mark.parametrize("name", ["INT", "DECIMAL", "DURATION", "DOC"])
def test_literals_are_read_as_the_grammar_reads_them(name: str) -> None:
    assert getattr(rules, name) == terminal(name).replace("\n", r"\n")


def test_escapes_are_those_of_the_grammar() -> None:
    assert rules.ESCAPE.replace(r"\"", '"') in terminal("STRING")


def test_each_kind_has_a_scope_of_its_own() -> None:
    assert len({kind.scope for kind in Kind}) == len(Kind)
    assert {rule.enters for place in rules.PLACES.values() for rule in place.rules} - {""} == {
        name for name in rules.PLACES if name != "text"
    }

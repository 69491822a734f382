"""The stored parse tables belong to the grammar."""

from __future__ import annotations

import json
from pathlib import Path

from herosaga.resources import GRAMMAR
from herosaga.syntax.tables import TABLES, build, dump, parser

TOUR = (Path(__file__).parent / "tour.saga").read_text(encoding="utf-8")


def test_tables_are_those_of_the_grammar() -> None:
    stored = TABLES.read_text(encoding="utf-8")
    made = dump(GRAMMAR.read_text(encoding="utf-8"))
    if json.loads(stored)["of"] == json.loads(made)["of"]:
        assert stored == made, "run `python -m herosaga.syntax.tables`"
    else:
        ours, other = (json.loads(text)["of"].split()[0] for text in (stored, made))
        assert ours == other, "the grammar has changed: run `python -m herosaga.syntax.tables`"


def test_grammar_alone_reads_the_same() -> None:
    text = "\n".join(line.split("//")[0] for line in TOUR.splitlines())
    slow = build(GRAMMAR.read_text(encoding="utf-8")).parse(text, start="file")
    assert parser().parse(text, start="file") == slow

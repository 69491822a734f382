"""Programs, and how they are laid out: each case holds both, with a line `=====` between them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from herosaga.findings import Finding
from herosaga.format import formatting
from herosaga.format.doc import Doc
from herosaga.format.formatting import TextLost, formatted, laid_out
from herosaga.format.printer import printed
from herosaga.source import Source

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_layout(path: Path) -> None:
    before, _, after = path.read_text("utf-8").partition("=====\n")
    assert laid_out(Source("any.saga", before)) == after
    assert laid_out(Source("any.saga", after)) == after


def test_the_page() -> None:
    """The example of the documentation."""
    page = (Path(__file__).parents[3] / "docs" / "fmt.md").read_text("utf-8")
    before, after = re.findall(r"```saga\n(.*?)```", page, re.DOTALL)
    assert formatted(Source("any.saga", before)) == after


@pytest.mark.parametrize("text", ["", "\n\n", "  \t", "\ufeff", "\r\n"])
def test_nothing(text: str) -> None:
    assert laid_out(Source("any.saga", text)) == ""


def test_only_comments() -> None:
    text = "\n\n// One.\n\n\n/// Two.\n/* Three. */ "
    assert laid_out(Source("any.saga", text)) == "// One.\n\n/// Two.\n/* Three. */\n"


def test_line_ends_in_comments() -> None:
    text = "/* a\r\n   b  \r\n*/\r\nevent A { } // c \r\n"
    assert laid_out(Source("any.saga", text)) == "/* a\n   b\n*/\nevent A {}  // c\n"


def test_errors_of_syntax() -> None:
    found = formatted(Source("any.saga", "event A { x int }\nstate B { }\n"))
    assert not isinstance(found, str)
    assert all(isinstance(each, Finding) for each in found)
    assert {each.code for each in found} == {"HS001", "HS005"}


NESTED = {
    "parentheses": "(" * 60 + "1" + ")" * 60,
    "lists": "[" * 60 + "]" * 60,
    "not": "not " * 120 + "x",
    "minus": "-" * 120 + "1",
    "sum": "1" + " + 1" * 120,
    "else": "if a then 1 else " * 120 + "2",
    "attributes": "x" + ".y" * 120,
    "calls": "f(" * 60 + ")" * 60,
}


@pytest.mark.parametrize("name", NESTED)
def test_nesting(name: str) -> None:
    """As deep as a source may be."""
    text = f"saga S by id: uuid {{ state A {{ on B {{ set x = {NESTED[name]} }} }} }}"
    source = Source("any.saga", text)
    once = formatted(source)
    assert isinstance(once, str)
    assert laid_out(Source("any.saga", once)) == once


def test_many_blocks_in_each_other() -> None:
    text = "saga S by id: uuid { state A { on B { " + "if a { " * 58 + "}" * 61
    assert isinstance(formatted(Source("any.saga", text)), str)


@pytest.mark.parametrize("harm", [("key", ""), ("// why", ""), ("id", "di"), ("/// doc", "")])
def test_nothing_is_lost_unseen(harm: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect in the layout ends in a refusal."""

    def wrong(doc: Doc) -> str:
        return printed(doc).replace(*harm)

    monkeypatch.setattr(formatting, "printed", wrong)
    with pytest.raises(TextLost):
        laid_out(Source("any.saga", "/// doc\nevent A { key id: uuid } // why\n"))

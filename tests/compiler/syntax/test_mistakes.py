"""What the front end says about programs that are wrong, and that it always says something."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from herosaga.checks import hs001, hs002, hs003, hs004, hs005, hs006
from herosaga.checks.page import Page
from herosaga.findings import Finding, Severity
from herosaga.report import full
from herosaga.source import Source
from herosaga.syntax import ast
from herosaga.syntax.mistakes import MISTAKES
from herosaga.syntax.mistakes.matching import Mistake
from herosaga.syntax.parse import parse
from herosaga.syntax.place import ANYTHING
from herosaga.syntax.recover import read_tree
from herosaga.syntax.tokens import read_tokens
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

TOUR = (Path(__file__).parent / "tour.saga").read_text(encoding="utf-8")


def findings(text: str) -> tuple[Finding, ...]:
    """The findings of a program."""
    return parse(Source("orders.saga", text))[1]


def places(text: str) -> list[tuple[str, int, int]]:
    """The findings of a program as code, line and column."""
    return [(each.code, each.span.line, each.span.column) for each in findings(text)]


WRONG = {
    "two mistakes in two members": """\
saga S by id: uuid {
  start { on A -> One }
  state One {
    on B when -> Two
    on C -> Two
    on D One
  }
  stat Two { on A -> Done }
  final Done faild
}
event E { key id uuid }
""",
    "missing brace": """\
saga S by id: uuid {
  state One {
    on A -> Two {
      set x = 1

  state Two { on A -> Done }
  final Done
}
event E { key id: uuid }
""",
    "superfluous brace": """\
saga S by id: uuid {
  state One {
    on A -> Two
    }
    on B -> Two
  }
}
""",
    "signs of other languages": """\
saga S by id: uuid {
  start { on A when !x && y === 2 || z => One }
}
""",
    "broken literals": """\
policy p { within 5x  retry 3 times every 12h1d }
event A { a: decimal = 1.  b: str = "\\q"  c: str = "open
}
/* and so on
""",
    "clauses in the wrong place": """\
state Lost { }
saga S by id: uuid {
  on A -> B
  state One {
    start { on A -> One }
    on A -> B when x emits C
  }
  missing { }
  missing { }
  final Done { request C(id) }
}
policy p { within 1s within 2s }
service T { on A -> B  handle C emits A emits B }
""",
    "hidden characters": 'event A { a: str = "x\u202e" } // \x1b[2J\n',
}


@pytest.mark.parametrize("name", WRONG)
def test_reports(name: str, snapshot: SnapshotAssertion) -> None:
    text = WRONG[name]
    reports = [full(finding, width=100) for finding in findings(text)]
    assert (
        "\n\n".join([text.encode("unicode_escape").decode().replace("\\n", "\n"), *reports])
        == snapshot
    )


_SAGA = "saga S by id: uuid {\n  data { x: int = 0 }\n  start { on Ordered -> Paying }\nHERE\n}\n"
_STATE = _SAGA.replace("HERE", "  state Paying {\nHERE\n  }")
FRAMES = {
    "file": "HERE\n",
    "saga": "saga S by id: uuid {\n  start { on Ordered -> Paying }\nHERE\n}\n",
    "state": _STATE,
    "actions": _STATE.replace("HERE", "    on Paid -> Done {\nHERE\n    }"),
    "sequence": _SAGA.replace("HERE", "  sequence Paying {\nHERE\n  }"),
    "fields": "event Ordered {\nHERE\n}\n",
    "service": "service Depot {\nHERE\n}\n",
    "policy": "policy patient {\nHERE\n}\n",
    "enum": "enum Size {\nHERE\n}\n",
    "scenario": 'scenario "late" for S {\nHERE\n}\n',
}
"""A block of each kind."""


def framed(mistake: Mistake) -> str:
    """A program with the mistake's example."""
    return FRAMES[mistake.inside.split()[0]].replace("HERE", mistake.example)


def in_words(sentence: str) -> str:
    """A sentence of the table as a regular expression: it names what was written."""
    return re.sub(r"<\w+>", ".*", re.escape(sentence))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.example)
def test_each_mistake_is_one_report_of_its_own(mistake: Mistake) -> None:
    (found,) = findings(framed(mistake))
    assert re.fullmatch(in_words(mistake.message), found.message)
    assert re.fullmatch(in_words(mistake.hint), found.hint)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.example)
def test_each_safe_repair_mends(mistake: Mistake) -> None:
    text = framed(mistake)
    (found,) = findings(text)
    for edit in sorted(found.fix, key=lambda edit: -edit.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    if found.fix:
        assert findings(text) == ()
    assert mistake.safe or not found.fix


def test_the_sentences_are_sentences() -> None:
    for each in MISTAKES:
        assert each.pattern.count("▸") >= 1 and each.inside
        assert not each.message.endswith((".", "!")) and each.hint and not each.hint.endswith(".")


@pytest.mark.parametrize("page", [m.PAGE for m in (hs001, hs002, hs003, hs004, hs005, hs006)])
def test_pages(page: Page) -> None:
    assert {finding.code for finding in findings(page.failing)} == {page.code}
    assert findings(page.mended) == ()


def test_the_rest_of_the_file_is_kept() -> None:
    file, found = parse(Source("a.saga", WRONG["two mistakes in two members"]))
    machine, event = file.decls
    assert isinstance(machine, ast.Saga) and isinstance(event, ast.Message)
    assert [state.name.text for state in machine.states] == ["One", "Two"]
    assert [
        m.target.text
        for m in machine.states[0].members
        if isinstance(m, ast.Transition) and m.target
    ] == ["Two", "One"]
    assert [finding.span.line for finding in found] == [4, 6, 8, 9, 11]


def test_a_habit_is_told_once_with_all_its_lines() -> None:
    text = "event A {\n  a: int;\n  b: int;\n  c: int;\n}\n"
    (found,) = findings(text)
    assert found.span.line == 2
    assert found.hint.endswith("the same in line 3 and 4")
    assert len(found.fix) == 3


def test_what_is_dropped_may_have_declared_what_is_used() -> None:
    file, found = parse(
        Source("a.saga", "event Paid ( , 3 ) { key id: uuid }\nevent B { key id: uuid }")
    )
    assert [each.span.line for each in found] == [1]
    assert "Paid" in file.lost
    assert parse(Source("a.saga", TOUR))[0].lost == frozenset()


def test_an_import_that_is_dropped_may_have_brought_anything() -> None:
    assert ANYTHING in parse(Source("a.saga", "import catalog\n"))[0].lost


BLOCKS = {
    "colons": "saga S by id: uuid:\n  state A:\n    on B -> C\n  final C\nevent B:\n  key id: uuid\n",
    "nothing": "saga S by id: uuid\n  state A\n    on B -> C\n  final C\nevent B\n  key id: uuid\n",
    "some": "saga S by id: uuid {\n  state A\n    on B -> C\n  final C\n}\nevent B { key id: uuid }\n",
}


@pytest.mark.parametrize("name", BLOCKS)
def test_blocks_by_columns_are_read(name: str) -> None:
    file, found = parse(Source("a.saga", BLOCKS[name]))
    machine, event = file.decls
    assert isinstance(machine, ast.Saga) and isinstance(event, ast.Message)
    assert [state.name.text for state in machine.states] == ["A"]
    assert [final.name.text for final in machine.finals] == ["C"]
    assert [field.name.text for field in event.fields] == ["id"]
    assert {each.code for each in found} == {"HS001"}


def test_work_on_one_file_is_bounded() -> None:
    text = "saga S by id: uuid {\n" + "  state A ( {\n  foo bar\n  }\n" * 400 + "}\n"
    assert len(findings(text)) == 25


@pytest.mark.parametrize("piece", ["if ", "= a if ", "on x ", "( a , "])
def test_a_long_text_is_not_searched(piece: str) -> None:
    text = _STATE.replace("HERE", f'on Paid -> Done {{ set x = "{piece * 60_000}" if }}')
    assert [each.code for each in findings(text)] == ["HS001"]


@pytest.mark.parametrize("inner", ["(", "[", "-", "not ", "1 + ", "if a then b else ", "f("])
def test_deep_nesting_is_one_finding(inner: str) -> None:
    closing = {"(": ")", "[": "]", "f(": ")"}.get(inner, "") * 5000
    text = f"saga S by id: uuid {{ start {{ on E -> A {{ set x = {inner * 5000}1{closing} }} }} }}"
    assert [code for code, _, _ in places(text)] == ["HS004"]


def test_deep_blocks_are_one_finding() -> None:
    nested = "if a { " * 5000 + "} " * 5000
    chained = "if a { } " + "else if a { } " * 5000
    dotted = "set x = a" + ".b" * 5000
    for actions in (nested, chained, dotted):
        text = f"saga S by id: uuid {{ start {{ on E -> A {{ {actions} }} }} }}"
        assert [code for code, _, _ in places(text)] == ["HS004"]


def test_limits() -> None:
    assert [code for code, _, _ in places("// " + "x" * (1 << 20))] == ["HS004"]
    assert [code for code, _, _ in places("@" * 100_001)] == ["HS004"]
    assert [code for code, _, _ in places('import "a.saga"\n' * 257)] == ["HS004"]
    assert [code for code, _, _ in places(f"event {'E' * 129} {{ }}")] == ["HS004"]
    assert [code for code, _, _ in places(f"version {'9' * 5000}")] == ["HS005", "HS002"]


def test_reports_are_bounded() -> None:
    assert len(findings("event { }\n" * 500)) == 25


def check_is_read(text: str) -> None:
    """The text is read, and told to be wrong if anything in it had to be mended."""
    source = Source("a.saga", text)
    file, found = parse(source)
    for finding in found:
        assert full(finding, width=60)
    if read_tree(source, list(read_tokens(source).tokens))[1].tokens != [
        *read_tokens(source).tokens
    ]:
        assert any(each.severity is Severity.ERROR for each in found)
    assert isinstance(file, ast.File)


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=150)
def test_any_text_is_read(text: str) -> None:
    check_is_read(text)


LEXEMES = [token for line in TOUR.splitlines() for token in line.split()]


@given(
    st.lists(
        st.sampled_from([*LEXEMES, "{", "}", "(", ")", "->", '"', "/*", "@", "\n"]), max_size=60
    )
)
@settings(deadline=None, max_examples=150)
def test_any_words_are_read(words: list[str]) -> None:
    check_is_read(" ".join(words))


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_mutated_programs_are_read(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(TOUR)))
    length = data.draw(st.integers(0, 40))
    inserted = data.draw(
        st.sampled_from(["", "}", "{", "on", ")", "\x00", "state X {", '"', "=>", "é"])
    )
    check_is_read(TOUR[:start] + inserted + TOUR[start + length :])


WORDS = re.findall(r"\w+|[^\w\s]|\s+", TOUR)


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_programs_with_words_elsewhere_are_read(data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(WORDS) - 60))
    words = WORDS[first : first + 60]
    one, two = (data.draw(st.integers(0, 59)) for _ in range(2))
    words[one], words[two] = words[two], words[one] * 2
    check_is_read("".join(words))

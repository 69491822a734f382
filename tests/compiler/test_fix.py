"""The engine of repairs: whole repairs, none over another, and the rest of a text as it was."""

from __future__ import annotations

import pytest
from herosaga.findings import Edit, Finding, Severity
from herosaga.fix import mend
from herosaga.source import Source, Span
from hypothesis import given
from hypothesis import strategies as st

TEXT = "0123456789"
SOURCE = Source("a.saga", TEXT)


def edit(start: int, end: int, text: str, source: Source = SOURCE) -> Edit:
    return Edit(Span(source, 1, start + 1, 1, end + 1, start, end), text)


def finding(*edits: Edit) -> Finding:
    place = Span(SOURCE, 1, 1, 1, 1)
    return Finding("HS001", Severity.ERROR, str(edits), place, fix=edits)


@pytest.mark.parametrize(
    ("edits", "text", "made"),
    [
        ([(2, 4, "ab")], "01ab456789", [0]),
        ([(7, 8, "b"), (2, 3, "a")], "01a3456b89", [0, 1]),
        ([(0, 0, "a"), (10, 10, "b")], "a0123456789b", [0, 1]),
        ([(2, 4, "a"), (4, 6, "b")], "01ab6789", [0, 1]),
        ([(2, 5, "a"), (4, 6, "b")], "01a56789", [0]),
        ([(2, 9, ""), (4, 5, "b"), (9, 10, "c")], "01c", [0, 2]),
        ([(4, 4, "a"), (4, 4, "b")], "0123a456789", [0]),
        ([(4, 4, "a"), (4, 4, "a")], "0123a456789", [0, 1]),
        ([(4, 6, "a"), (4, 4, "b")], "0123a6789", [0]),
        ([(4, 4, "b"), (3, 5, "a")], "0123b456789", [0]),
        ([(4, 6, "a"), (6, 6, "b")], "0123ab6789", [0, 1]),
        ([(0, 1, "0"), (0, 1, "a")], "a123456789", [1]),
    ],
)
def test_the_first_of_two_that_meet_is_made(
    edits: list[tuple[int, int, str]], text: str, made: list[int]
) -> None:
    findings = [finding(edit(*each)) for each in edits]
    mended = mend(findings)
    assert mended.texts.get(SOURCE, TEXT) == text
    assert list(mended.findings) == [findings[number] for number in made]


def test_a_repair_is_made_as_a_whole_or_not_at_all() -> None:
    other = Source("b.saga", "abc")
    first = finding(edit(0, 2, "x"))
    second = finding(edit(0, 1, "X", other), edit(1, 3, "y"))
    third = finding(edit(0, 1, "Z", other))
    mended = mend([first, second, third])
    assert mended.findings == (first, third)
    assert mended.texts == {SOURCE: "x23456789", other: "Zbc"}


def test_a_repair_that_meets_itself_is_not_made() -> None:
    assert not mend([finding(edit(0, 3, "a"), edit(2, 4, "b"))]).texts


def test_new_lines_end_as_the_others_do() -> None:
    source = Source("c.saga", "a\r\nb\r\n")
    assert mend([finding(edit(3, 3, "x\n", source))]).texts == {source: "a\r\nx\r\nb\r\n"}


places = st.tuples(st.integers(0, 10), st.integers(0, 10), st.text("xy", max_size=2))
edits = st.lists(st.lists(places, min_size=1, max_size=3), max_size=6)


@given(edits)
def test_what_is_made_is_all_that_changes(groups: list[list[tuple[int, int, str]]]) -> None:
    findings = [
        finding(*(edit(min(a, b), max(a, b), text) for a, b, text in group)) for group in groups
    ]
    mended = mend(findings)
    made = {each for one in mended.findings for each in one.fix}
    taken = [number for each in made for number in range(each.span.start, each.span.end)]
    assert len(taken) == len(set(taken))
    text = mended.texts.get(SOURCE, TEXT)
    kept = [char for number, char in enumerate(TEXT) if number not in taken]
    assert [char for char in text if char.isdigit()] == kept
    assert len(text) == len(kept) + sum(len(each.text) for each in made)
    first = findings[:1]
    assert mend(first).findings == tuple(each for each in first if each in mended.findings)

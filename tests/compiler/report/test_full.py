"""How findings are printed for people."""

from __future__ import annotations

import pytest
from herosaga.findings import Label
from herosaga.report import COLOUR, concise, display_width, full
from herosaga.source import Source

from helpers.reports import ORDERS, finding, span


def test_a_finding_with_a_path() -> None:
    path = (
        "OrderPlaced: Reserving",
        "ItemsReserved: Charging, requests ChargeCard (line 47)",
        "CardCharged: Shipping",
        "Fulfilment.faulted: Cancelled",
    )
    assert full(finding(path=path), 100).splitlines() == [
        "warning[HS302]: the card may stay charged",
        "  ┌─ orders.saga:58:5",
        "58 │     on Fulfilment.faulted -> Cancelled",
        "   │     ^^ ends in `Cancelled` without undoing `ChargeCard`",
        "   = path: 1. OrderPlaced: Reserving   2. ItemsReserved: Charging, requests ChargeCard (line 47)",
        "           3. CardCharged: Shipping    4. Fulfilment.faulted: Cancelled",
        "   = help: write `on Fulfilment.faulted compensate -> Cancelled`              herosaga explain HS302",
    ]


def test_other_places_come_below_in_their_order() -> None:
    other = Source("cards.saga", "event CardCharged { }")
    labels = (
        Label(span(other, 1, 7, 11), "declared here"),
        Label(span(ORDERS, 57, 1, 1), "the state"),
    )
    assert full(finding(text="", labels=labels, hint=""), 60).splitlines() == [
        "warning[HS302]: the card may stay charged",
        "  ┌─ orders.saga:58:5",
        "57 │",
        "   │ - the state",
        "58 │     on Fulfilment.faulted -> Cancelled",
        "   │     ^^",
        "  ┌─ cards.saga:1:7",
        " 1 │ event CardCharged { }",
        "   │       ----------- declared here",
        "   = help: herosaga explain HS302",
    ]


@pytest.mark.parametrize(
    "line, column, length, shown, marks",
    [
        ("\ton A", 2, 2, "    on A", "    ^^"),
        ("日本 on A", 4, 2, "日本 on A", "     ^^"),
        ("e\u0301 on", 4, 2, "e\u0301 on", "  ^^"),
        ("a\u202eb c", 3, 1, "a\\u202eb c", "       ^"),
        ("\x1b[2J x", 6, 1, "\\x1b[2J x", "        ^"),
        ("\ufeffab", 2, 1, "ab", " ^"),
        ("ab", 3, 1, "ab", "  ^"),
    ],
)
def test_marks_stand_under_what_they_mark(
    line: str, column: int, length: int, shown: str, marks: str
) -> None:
    source = Source("a.saga", line)
    lines = full(finding(span(source, 1, column, length), text=""), 80).splitlines()
    assert lines[2:4] == [f"1 │ {shown}", f"  │ {marks}"]


@pytest.mark.parametrize("column", [1, 30, 70, 100, 195])
@pytest.mark.parametrize("width", [40, 60, 80])
def test_long_lines_are_cut_around_the_place(column: int, width: int) -> None:
    text = "".join(chr(97 + index % 26) for index in range(200))
    where = span(Source("a.saga", text), 1, column, 5)
    found = finding(where, "too long", "too long a line to be shown whole")
    lines = full(found, width).splitlines()
    assert all(display_width(line) <= width for line in lines)
    start = lines[3].index("^")
    marked = lines[2][start : start + lines[3].count("^")]
    assert marked.rstrip("…") and text[column - 1 :].startswith(marked.rstrip("…"))


@pytest.mark.parametrize("width", [40, 50, 72, 100])
def test_words_are_wrapped(width: int) -> None:
    words = "what goes wrong for the business, said in many words " * 4
    found = finding(message=words, text=words, path=(words, words), hint=words)
    assert all(display_width(line) <= width for line in full(found, width).splitlines())


def test_colours_add_nothing_else() -> None:
    found = finding(labels=(Label(span(ORDERS, 57, 1, 1), "the state"),))
    coloured = full(found, 100, COLOUR)
    for colour in (*COLOUR.__struct_fields__, "reset"):
        coloured = coloured.replace(getattr(COLOUR, colour, "\x1b[0m"), "")
    assert coloured == full(found, 100)


def test_concise() -> None:
    assert concise(finding()) == "orders.saga:58:5: HS302 the card may stay charged"
    forged = finding(message="a\nerror[HS001]: b")
    assert concise(forged) == "orders.saga:58:5: HS302 a\\x0aerror[HS001]: b"

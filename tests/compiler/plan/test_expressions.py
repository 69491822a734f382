"""Expressions mean in generated code what the language says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_UP, Decimal, localcontext
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from helpers.expressions import NOW, running

D = Decimal
WHEN = datetime(2026, 1, 31, 11, tzinfo=UTC)
REF = UUID("00000000-0000-0000-0000-00000000000a")

ROWS: list[tuple[str, str, object]] = [
    # whole numbers
    ("int", "1 + 2 * 3", 7),
    ("int", "(1 + 2) * 3", 9),
    ("int", "10 - 3 - 2", 5),
    ("int", "10 - (3 - 2)", 9),
    ("int", "-i + j", -10),
    ("int", "-(i + j)", -4),
    ("int", "i - -j", 4),
    ("int", "- -i", 7),
    ("int", "i % j", -2),
    ("int", "j % i", 4),
    ("int", "-i % 3", 2),
    ("int", "-(i % 3)", -1),
    ("int", "i * (j % 2)", 7),
    ("int", "big * big % 97", 123456789012345678901234567890**2 % 97),
    ("int", "abs(j)", 3),
    ("int", "max(i, j, 9) - min(i, j)", 12),
    # decimals
    ("decimal", "i / 2", D("3.5")),
    ("decimal", "1 / 3", D("0.3333333333333333333333333333")),
    ("decimal", "2 / third", D("0.6666666666666666666666666667")),
    ("decimal", "i / 2 / 2", D("1.75")),
    ("decimal", "i / (2 / 2)", D(7)),
    ("decimal", "d + 1", D("3.5")),
    ("decimal", "1 - d * 2", D("-4.0")),
    ("decimal", "i", D(7)),
    ("decimal", "0.1 + 0.2", D("0.3")),
    ("decimal", "d % 2", D("0.5")),
    ("decimal", "-d % 2", D("1.5")),
    ("decimal", "d % -2", D("-1.5")),
    ("decimal", "d % (2 + 2) * 2", D("5.0")),
    ("decimal", "round(d)", D(2)),
    ("decimal", "round(2.345, 2)", D("2.34")),
    ("decimal", "abs(-d)", D("2.5")),
    ("decimal", 'decimal("4.50")', D("4.50")),
    ("decimal", "decimal(f)", D("0.5")),
    ("decimal", "big * 10 + 0.5", D("1234567890123456789012345679E+3")),
    ("decimal", "max(d, 1, i)", D(7)),
    ("int", "int(d)", 2),
    ("int", "int(-d)", -2),
    ("int", 'int("12")', 12),
    ("int", "round(0.5) + round(1.5)", 2),
    # floats
    ("float", "f * 2 + 1", 2.0),
    ("float", "f + 1", 1.5),
    ("float", "-f % 2", 1.5),
    ("float", "f % -2", -1.5),
    ("float", "1.25", 1.25),
    ("float", "i", 7.0),
    ("float", "round(1.25 * f, 1)", 0.6),
    # times
    ("duration", "length * 2", timedelta(minutes=3)),
    ("duration", "2 * length - 30s", timedelta(seconds=150)),
    ("duration", "-length + 1d", timedelta(days=1, seconds=-90)),
    ("duration", "when - (when - 1h)", timedelta(hours=1)),
    ("duration", "abs(30s - 1m)", timedelta(seconds=30)),
    ("datetime", "when + length", WHEN + timedelta(seconds=90)),
    ("datetime", "1h + when", WHEN + timedelta(hours=1)),
    ("datetime", "when - 1h - 30m", WHEN - timedelta(minutes=90)),
    ("datetime", "now", NOW),
    ("bool", "when < now", False),
    ("bool", "when == \"2026-01-31T11:00:00Z\"", True),
    ("bool", "length >= 90s", True),
    ("bool", "day > \"2026-01-30\"", True),
    # text
    ("str", 's + "!"', "Tea!"),
    ("str", "upper(s) + lower(s)", "TEAtea"),
    ("str", "upper(s + lower(s))", "TEATEA"),
    ("str", "str(i) + str(d) + str(t) + str(n)", "72.5truefalse"),
    ("str", "str(if t then n else t)", "false"),
    ("str", "str(t and n or t)", "true"),
    ("str", "str(color) + str(ref)", "GREEN00000000-0000-0000-0000-00000000000a"),
    ("str", "str(day) + str(when)", "2026-01-312026-01-31T11:00:00.000000Z"),
    ("str", "state", "Idle"),
    ("str", r'"\"\\\n{{ x }}{% y %}#\u2028"', '"\\\n{{ x }}{% y %}#\u2028'),
    ("int", "len(s) + len(words) + len(names)", 7),
    ("uuid", "uuid(\"00000000-0000-0000-0000-00000000000a\")", REF),
    ("uuid", "uuid(ref)", REF),
    # membership
    ("bool", "2 in xs and 5 not in xs", True),
    ("bool", "not 2 in xs", False),
    ("bool", 'not (s == "Tea")', False),
    ("bool", 'not (s != "Tea" or t)', False),
    ("bool", '"x" in names and "z" not in names', True),
    ("bool", '"ea" in s and "" in s', True),
    ("bool", 'color in ["red", "GREEN"]', True),
    ("bool", '(1 in xs) == (2 in xs)', True),
    # none
    ("bool", "maybe is none and there is not none", True),
    ("bool", "not (maybe is none)", False),
    ("int", "if there is not none then there + 1 else 0", 6),
    ("int", "if maybe is none then -1 else maybe", -1),
    ("bool", "maybe is not none and maybe > 1", False),
    ("bool", "maybe is none or maybe > 1", True),
    ("int?", "none", None),
    ("decimal?", "there", D(5)),
    ("decimal?", "maybe", None),
    # conditions
    ("int", "if t then 1 else if n then 2 else 3", 1),
    ("int", "(if n then 1 else 2) + 10", 12),
    ("int", "if (if t then n else t) then 1 else 2", 2),
    ("int", "if n then 1 else 2 + 10", 12),
    ("decimal", "if t then 1 else d", D(1)),
    ("bool", "t or n and n", True),
    ("bool", "(t or n) and n", False),
    ("bool", "not n and not n", True),
    ("bool", "not (n and n)", True),
    ("bool", "(1 < 2) == t", True),
    # folds
    ("int", "sum(x for x in xs)", 6),
    ("int", "sum(x * x for x in xs if x > 1)", 13),
    ("int", "sum(sum(x * y for y in xs) for x in xs)", 36),
    ("int", "sum(x for x in none_at_all)", 0),
    ("int", "max(xs) - min(xs)", 2),
    ("int", "max(none_at_all)", 0),
    ("int", "sum(if x > 1 then 1 else 0 for x in xs)", 2),
    ("int", "sum(x for x in (if t then xs else none_at_all))", 6),
    ("int", "sum(x for x in xs if (if x > 1 then t else n))", 5),
    ("decimal", "sum(x.price * x.quantity for x in items)", D("10.25")),
    ("decimal", "sum(prices)", D(0)),
    ("decimal", "max(p for p in prices)", D(0)),
    ("float", "sum(reals)", 0.0),
    ("duration", "sum(lengths)", timedelta()),
    ("str", "min(w for w in words if n)", ""),
    ("date", "max(days)", date.min),
    ("datetime", "min(times)", datetime.min.replace(tzinfo=UTC)),
    ("bool", "any(x > 2 for x in xs)", True),
    ("bool", "all(x > 2 for x in xs)", False),
    ("bool", "any(x > 2 for x in none_at_all)", False),
    ("bool", "all(x > 2 for x in none_at_all)", True),
    ("decimal", "sum(x for x in xs) / 4", D("1.5")),
    # lists, items, records
    ("list[int]", "xs + [4]", (3, 1, 2, 4)),
    ("list[int]", "xs + none_at_all + xs", (3, 1, 2, 3, 1, 2)),
    ("list[int]", "[1] + [i]", (1, 7)),
    ("list[int]", "[]", ()),
    ("list[decimal]", "prices + [1]", (D(1),)),
    ("list[decimal]", "[1] + prices", (D(1),)),
    ("bool", '[color] + ["red"] == ["GREEN", "red"]', True),
    ("set[int]", "[1, 1, i]", frozenset({1, 7})),
    ("int", "xs[0] + xs[i - 5]", 5),
    ("str", "items[1].sku", "jam"),
    ("bool", "items[1].color == \"Blue\" and color == Color.green", True),
    ("bool", "item == items[0]", False),
    ("str", "(if t then item else items[1]).sku", "tea"),
    ("bool", 'Item(sku = "tea", price = 4.5) == item', True),
    ("int", 'Item(sku = "x", quantity = 3).quantity', 3),
    ("decimal", 'Item(sku = "x", note = "n", quantity = 3).price', D("4.50")),
    ("str?", 'Item(sku = "x", color = "Blue", note = "n").note', "n"),
    # the event
    ("int", "event.a + event.b * 2", 7),
    ("bool", "event.ok and event.a == 1", True),
]  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    rows = [(kind, text) for kind, text, _ in ROWS]
    with running(rows, tmp_path_factory.mktemp("rows")) as run:
        yield run


def test_an_expression_means_what_the_language_says(run: Callable[..., Any]) -> None:
    wrong = []
    for number, (kind, text, expected) in enumerate(ROWS):
        found = run(number, 1, 3, True)
        if found != expected or not isinstance(found, type(expected)):
            wrong.append((kind, text, expected, found))
    assert not wrong


def test_decimals_do_not_depend_on_the_thread(run: Callable[..., Any]) -> None:
    third = next(number for number, row in enumerate(ROWS) if row[1] == "1 / 3")
    with localcontext() as context:
        context.prec, context.rounding = 3, ROUND_UP
        assert run(third) == D("0.3333333333333333333333333333")


FAILING = [
    ("decimal", "1 / zero", ArithmeticError),
    ("int", "1 % zero", ArithmeticError),
    ("decimal", "d % zero", ArithmeticError),
    ("float", "f % zero", ArithmeticError),
    ("int", "xs[3]", IndexError),
    ("int", 'int("x")', ValueError),
    ("decimal", 'decimal("1e5")', ValueError),
    ("uuid", "uuid(s)", ValueError),
]


def test_what_has_no_value_fails_the_step(tmp_path: Path) -> None:
    with running([(kind, text) for kind, text, _ in FAILING], tmp_path) as run:
        for number, (_, _, error) in enumerate(FAILING):
            with pytest.raises(error):
                run(number)

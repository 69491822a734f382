"""Values as JSON and back, and keys as text: the same form as everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from herosaga.interpreter.decode import from_json
from herosaga.interpreter.encode import to_json
from herosaga.interpreter.ids import key_text
from herosaga.interpreter.values import Value, zero
from herosaga.model.types import (
    BOOL,
    BYTES,
    DATE,
    DATETIME,
    DECIMAL,
    DURATION,
    FLOAT,
    INT,
    STR,
    DictOf,
    EnumType,
    ListOf,
    Optional,
    RecordType,
    SetOf,
    Type,
)
from herosaga.model.types import (
    UUID as UUID_TYPE,
)
from herosaga_runtime.keys import key_text as stored_key

from helpers.played import model

SHAPES = """
enum Color { red, green = "GREEN" }
record Item { sku: str, color: Color = "green" }
"""
WHO = UUID("00000000-0000-0000-0000-00000000000a")

FORMS: list[tuple[Type, Any, Any]] = [
    (INT, 7, 7),
    (STR, "a", "a"),
    (BOOL, True, True),
    (FLOAT, 0.5, 0.5),
    (DECIMAL, Decimal("4.50"), "4.50"),
    (DECIMAL, Decimal("1e2"), "100"),
    (UUID_TYPE, WHO, str(WHO)),
    (DATE, date(2026, 1, 2), "2026-01-02"),
    (DATETIME, datetime(1, 1, 2, 3, 4, 5, 6, tzinfo=UTC), "0001-01-02T03:04:05.000006Z"),
    (DURATION, timedelta(days=1, microseconds=1500), "PT86400.0015S"),
    (DURATION, -timedelta(seconds=90), "-PT90S"),
    (BYTES, b"\x01\x02", "AQI="),
    (EnumType("Color"), "GREEN", "GREEN"),
    (Optional(INT), None, None),
    (Optional(DECIMAL), Decimal("1.0"), "1.0"),
    (ListOf(DATE), (date(2026, 1, 2),), ["2026-01-02"]),
    (SetOf(INT), frozenset((20, 3)), [3, 20]),
    (SetOf(BOOL), frozenset((True, False)), [False, True]),
    (SetOf(STR), frozenset(("b", "B", "a!", "a")), ["B", "a!", "a", "b"]),
    (DictOf(INT, STR), {2: "a", -1: "b"}, {"2": "a", "-1": "b"}),
    (DictOf(BOOL, STR), {True: "a"}, {"true": "a"}),
    (DictOf(UUID_TYPE, INT), {WHO: 1}, {str(WHO): 1}),
    (
        RecordType("Item"),
        Value.of("Item", {"sku": "a", "color": "red"}),
        {"sku": "a", "color": "red"},
    ),
]


@pytest.mark.parametrize(
    ("kind", "value", "form"), FORMS, ids=[f"{kind}, {str(form)[:30]}" for kind, _, form in FORMS]
)
def test_there_and_back(kind: Type, value: Any, form: Any) -> None:
    assert to_json(model(SHAPES), kind, value) == form
    assert from_json(model(SHAPES), kind, form) == value


def test_what_is_absent_has_its_default() -> None:
    found = from_json(model(SHAPES), RecordType("Item"), {"sku": "a", "more": 1})
    assert found == Value.of("Item", {"sku": "a", "color": "GREEN"})


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        (DECIMAL, "1e3"),
        (DURATION, "90s"),
        (EnumType("Color"), "blue"),
        (RecordType("Item"), {}),
        (DictOf(INT, STR), {"x": "a"}),
    ],
)
def test_what_has_no_such_form(kind: Type, form: Any) -> None:
    with pytest.raises(ValueError):
        from_json(model(SHAPES), kind, form)


def test_no_number_is_not_written() -> None:
    with pytest.raises(ValueError):
        to_json(model(SHAPES), DECIMAL, Decimal("nan"))


@pytest.mark.parametrize(
    "key",
    [
        *("a", 7, True, 0.5, -0.0, Decimal("1.00"), Decimal("1e3"), b"ab", WHO),
        *(date(2026, 1, 2), timedelta(seconds=1.5)),
        datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_keys(key: object) -> None:
    assert key_text(key) == stored_key(key)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (INT, 0),
        (FLOAT, 0.0),
        (DECIMAL, Decimal(0)),
        (STR, ""),
        (DURATION, timedelta()),
        (DATE, date.min),
        (DATETIME, datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_zero(kind: Type, value: object) -> None:
    assert zero(kind) == value


def test_a_field_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        Value.of("Item", {})["sku"]

"""Expressions, as the interpreter evaluates them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal, localcontext
from typing import Any

import pytest
from herosaga.interpreter.values import Value
from herosaga_runtime.envelope import derive_id

from helpers.played import Play, play

SHAPES = """
record Item { sku: str, price: decimal = 1.50, count: int = 1 }
enum Color { red, green = "GREEN" }
extern is_vip(n: int, text: str = "a") -> bool
extern priced(item: Item) -> decimal
event Given {
  key id: int
  xs: list[int] = [3, 1, 2]
  texts: set[str] = ["b", "B", "a"]
  numbers: set[int] = [20, 3, 100]
  prices: set[decimal] = [10.5, 9, 10.50001]
  items: list[Item] = [Item(sku = "tea"), Item(sku = "cup", price = 2, count = 3)]
  ages: dict[str, int]
  color: Color = "green"
  when: datetime = "2026-02-03T04:05:06.7+01:00"
  day: date = "2026-02-03"
  length: duration = 90s
  much: decimal = 7.25
  part: float = 0.5
  minus: decimal = 3
  note: str?
  flag: bool = true
  who: uuid = "00000000-0000-0000-0000-00000000000a"
}
saga X by id: int {
  data { n: int = 7, note: str?, m: int = -7 }
  start { on Given -> A { set note = event.note  publish Told(id, text = TEXT) } }
  state A { on Poke -> B }
  final B
}
"""

TEXTS = [
    ("str(1 + 2 * 3)", "7"),
    ("str(7 / 2)", "3.5"),
    ("str(1 / 3)", "0.3333333333333333333333333333"),
    ("str(2 / 3)", "0.6666666666666666666666666667"),
    ("str(n % 3) + str(m % 3) + str(n % (-3))", "12-2"),
    ("str(decimal(m) % 3) + str(decimal(n) % (-3)) + str(decimal(6) % 3)", "2-20"),
    ("str(event.part % (-2))", "-1.5"),
    ("str(event.much * 2) + str(event.minus + 1)", "14.504"),
    ("str(event.much + 1) + str(1 + event.part)", "8.251.5"),
    ("str(-event.much) + str(abs(m)) + str(abs(0s - 5s) == 5s)", "-7.257true"),
    (
        "str(round(2.5)) + str(round(3.5)) + str(round(event.much, 1)) + str(round(15, -1))",
        "247.220",
    ),
    (
        'str(int(event.much)) + str(int(-1.5)) + str(int("-12")) + str(decimal("1.50"))',
        "7-1-121.50",
    ),
    ("str(decimal(event.part)) + str(decimal(5))", "0.55"),
    ('upper("aß") + lower("ÄB")', "ASSäb"),
    ('str(len("abc") + len(event.xs) + len(event.texts) + len(event.ages))', "11"),
    ("str(min(event.xs)) + str(max(3, 9, 4)) + str(sum(event.xs)) + min(event.texts)", "196B"),
    ("str(sum(i.price * i.count for i in event.items))", "7.50"),
    ("str(max(i.price for i in event.items if i.count > 5))", "0"),
    ("str(any(i.count > 2 for i in event.items)) + str(all(x > 1 for x in event.xs))", "truefalse"),
    ("str(any(10 % x == 1 for x in [3, 0]))", "true"),
    ("str(sum([1.10, 2])) + str(sum(x * 0.5 for x in event.xs))", "3.103.0"),
    ('str("b" in "abc") + str(2 in event.xs) + str("x" not in event.ages)', "truetruefalse"),
    ('str(event.ages["x"]) + str(event.xs[0]) + event.items[1].sku', "53cup"),
    ("str(event.xs + [4] == [3, 1, 2, 4])", "true"),
    (
        'str(event.color) + str(event.color == Color.green) + str(event.color in ["red"])',
        "GREENtruefalse",
    ),
    ("str(event.when) + str(event.day)", "2026-02-03T03:05:06.700000Z2026-02-03"),
    ("str(event.when + event.length - 1h)", "2026-02-03T02:06:36.700000Z"),
    ("str((event.when - event.when) == 0s) + str(event.length * 2 == 3m)", "truetrue"),
    ("str(now)", "2026-01-01T00:00:00.000000Z"),
    ('if event.note is none then "no" else event.note', "no"),
    ('if event.note is not none and event.note == "a" then "yes" else state', ""),
    ("str(not event.flag or n > 5 and m < 5)", "true"),
    (
        'str(event.who) + str(uuid("00000000-0000-0000-0000-00000000000A") == event.who)',
        "00000000-0000-0000-0000-00000000000atrue",
    ),
    ("str(1 == 1.0) + str(event.minus == 3) + str(n < 7.5)", "truetruetrue"),
    (
        'str(is_vip(n)) + str(is_vip(2, "bc")) + str(priced(Item(sku = "x", price = 2)))',
        "truetrue4",
    ),
    ('str(event.items[0] == Item(sku = "tea", price = 1.5))', "true"),
    ("str(event.part * 3)", "1.5"),
]

EXTERNS: Mapping[str, Callable[..., Any]] = {
    "is_vip": lambda n, text: (n + len(text)) % 2 == 0,
    "priced": lambda item: item["price"] * 2,
}


def text_of(expression: str, **fields: str) -> Play:
    """What `Told` says when this is its text."""
    played = Play(SHAPES.replace("TEXT", expression), EXTERNS)
    given = " ".join(f"{name}={value}" for name, value in fields.items())
    played.happens(f'Given ages={{"x":5,"y":6}} {given}'.strip())
    return played


def told(played: Play) -> list[object]:
    """The texts that were told."""
    return [each.message.get("text") for _, _, step in played.run for each in step.sent]


@pytest.mark.parametrize(("expression", "text"), TEXTS, ids=[each for each, _ in TEXTS])
def test_text(expression: str, text: str) -> None:
    played = text_of(expression)
    assert not played.failed
    assert told(played) == [text]


@pytest.mark.parametrize(
    "expression",
    [
        "str(1 / (n - 7))",
        "str(n % (n - 7))",
        "str(event.part / (event.part - 0.5))",
        "str(event.xs[3])",
        'str(event.ages["z"])',
        'str(int("x"))',
        'str(decimal("1e3"))',
        'str(uuid("x"))',
        "str(now + 300000d * 10)",
        "str(round(event.much, 40))",
    ],
)
def test_failure(expression: str) -> None:
    played = text_of(expression)
    assert (played.failed, played.instance) == (True, None)


def test_decimals_have_28_digits_whatever_the_thread_has() -> None:
    with localcontext() as context:
        context.prec = 3
        assert told(text_of("str(1 / 3)")) == ["0.3333333333333333333333333333"]
        assert told(text_of("str(event.much * 1000001)")) == ["7250007.25"]


LOOPS = """
event Given { key id: int, texts: set[str] = [], prices: set[decimal] = [], flags: set[bool] = [] }
"""


def test_a_set_is_gone_through_in_the_order_of_its_json_form() -> None:
    text = LOOPS + """
    saga X by id: int {
      data { told: str = "", most: decimal = 0 }
      start { on Given -> A {
        for each in event.texts { set told += each + " " }
        for each in event.prices { set told += str(each) + " " }
        for each in event.flags { set told += str(each) + " " }
        set most = max(each for each in event.prices)
      } }
      state A { on Poke -> B }
      final B
    }
    """
    given = 'Given texts=["b","a!","a","B"] prices=["9","10","1.50"] flags=[true,false]'
    play(text, f"{given} => .told B a! a b 1.50 10 9 false true; .most 10")


def test_uuids_are_derived_and_count_with_what_is_sent() -> None:
    text = """
    event Made { key id: int, who: uuid }
    saga X by id: int {
      start { on Go -> A { publish Made(id, who = uuid())  publish Made(id, who = uuid()) } }
      state A { on Poke -> A { publish Made(id, who = uuid()) } }
      missing { on Poke { publish Made(id, who = uuid()) } }
    }
    """
    played = play(text, "Poke => numbers 2\nGo => numbers 2, 4\nPoke => numbers 6")
    found = [str(each.message["who"]) for _, _, step in played.run for each in step.sent]
    made = [("X/0/m", 1), ("X/1/1", 1), ("X/1/1", 3), ("X/1/1", 5)]
    assert found == [derive_id(origin, number, "uuid") for origin, number in made]


def test_values_are_values() -> None:
    assert Value.of("a.B", {"n": 1}) == Value.of("a.B", {"n": 1})
    assert len({Value.of("a.B", {"n": 1}), Value.of("a.B", {"n": Decimal("1.0")})}) == 1
    assert Value.of("a.B", {"n": timedelta()}).name == "B"

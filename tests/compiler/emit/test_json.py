"""JSON of generated classes: there and back, what is left out, and what is refused where."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest
from herosaga_runtime import codec
from herosaga_runtime.errors import DecodeError, EncodeError
from herosaga_runtime.message import JsonObject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.projects import loaded

PROGRAM = """
enum Color { red, green = "GREEN" }
record Leaf { name: str, next: Leaf? }
event All {
  key id: uuid
  text: str, whole: int, real: float, money: decimal, flag: bool, day: date, time: datetime, length: duration
  raw: bytes, free: json, color: Color, leaf: Leaf, list: list[Leaf], deep: list[list[decimal]]
  tags: set[str], days: set[date], colors: set[Color], bits: set[bool], leaves: set[Leaf], sums: set[decimal]
  counts: dict[str, int], by_id: dict[uuid, list[time_or_not]], by_flag: dict[bool, Color], by_number: dict[int, Leaf?]
  by_color: dict[Color, bytes], by_day: dict[date, duration], by_money: dict[decimal, float], by_raw: dict[bytes, str]
  by_length: dict[duration, json], by_time: dict[datetime, bool]
  maybe: decimal?, maybe_list: list[int?]?, from: int = 7, numbers: list[int] = [1, 2], best: Color = "GREEN"
}
saga Flow by id: uuid {
  data { time: datetime, later: decimal, color: Color = "red", seen: set[str] = ["a"] }
  start { on All(time) -> Idle }
  state Idle { on All -> Done { set later = 1 } }
  final Done
}
""".replace("time_or_not", "datetime?")


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    with loaded({"all.saga": PROGRAM}, tmp_path_factory.mktemp("all"), "all") as (module,):
        yield module


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
real = st.floats(allow_nan=False, allow_infinity=False)
money = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
zones = st.sampled_from(
    [UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=9))]
)
time = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=zones)
length = st.timedeltas()
free = st.recursive(
    st.none() | st.booleans() | st.integers() | real | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=5,
)


def values(module: ModuleType) -> st.SearchStrategy[Any]:
    """A strategy for `All`."""
    color = st.sampled_from(list(module.Color))
    leaf = st.recursive(
        st.builds(module.Leaf, text),
        lambda inner: st.builds(module.Leaf, text, inner),
        max_leaves=3,
    )

    def table(key: st.SearchStrategy[Any], value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.dictionaries(key, value, max_size=3)

    def several(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.lists(value, max_size=3).map(tuple)

    def some(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.frozensets(value, max_size=3)

    fields = {
        "id": st.uuids(), "text": text, "whole": st.integers(), "real": real, "money": money, "flag": st.booleans(),
        "day": st.dates(), "time": time, "length": length, "raw": st.binary(max_size=5), "free": free, "color": color,
        "leaf": leaf, "list_": several(leaf), "deep": several(several(money)), "tags": some(text), "days": some(st.dates()),
        "colors": some(color), "bits": some(st.booleans()), "leaves": some(leaf), "sums": some(money),
        "counts": table(text, st.integers()), "by_id": table(st.uuids(), several(st.none() | time)),
        "by_flag": table(st.booleans(), color), "by_number": table(st.integers(), st.none() | leaf),
        "by_color": table(color, st.binary(max_size=3)), "by_day": table(st.dates(), length), "by_money": table(money, real),
        "by_raw": table(st.binary(max_size=3), text), "by_length": table(length, free), "by_time": table(time, st.booleans()),
        "maybe": st.none() | money, "maybe_list": st.none() | several(st.none() | st.integers()), "from_": st.integers(),
        "numbers": several(st.integers()), "best": color,
    }  # fmt: skip
    return st.builds(module.All, **fields)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_there_and_back(module: ModuleType, data: st.DataObject) -> None:
    value = data.draw(values(module))
    written = codec.dumps(value.to_json())
    again = module.All.from_json(codec.loads(written))
    assert again == value
    assert codec.dumps(again.to_json()) == written
    assert codec.loads(written.encode()) == codec.loads(written)


PLAIN: JsonObject = {
    "id": "00000000-0000-0000-0000-00000000000A", "text": "", "whole": 1, "real": 1, "money": "4.50", "flag": True,
    "day": "2026-01-31", "time": "2026-01-31t12:00:00.5+01:00", "length": "-PT1.5S", "raw": "AAE=", "free": None,
    "color": "GREEN", "leaf": {"name": "a", "unknown": 1}, "list": [], "deep": [["1", 2]], "tags": ["b", "a", "b"], "days": [],
    "colors": [], "bits": [], "leaves": [], "sums": [], "counts": {}, "by_id": {}, "by_flag": {"true": "red"},
    "by_number": {"-3": None}, "by_color": {}, "by_day": {}, "by_money": {}, "by_raw": {}, "by_length": {}, "by_time": {},
}  # fmt: skip


def test_what_is_unknown_is_ignored_and_what_is_missing_has_its_default(module: ModuleType) -> None:
    value = module.All.from_json(PLAIN | {"unknown": [1]})
    found = (value.from_, value.numbers, value.best, value.maybe, value.maybe_list, value.leaf.next)
    assert found == (7, (1, 2), module.Color.GREEN, None, None, None)
    assert value.time == datetime(2026, 1, 31, 11, 0, 0, 500_000, UTC)
    assert value.length == timedelta(seconds=-1.5)
    assert value.to_json()["tags"] == ["a", "b"]
    assert value.to_json()["id"] == "00000000-0000-0000-0000-00000000000a"
    assert value.to_json()["from"] == 7


def test_decimals_never_pass_through_a_float(module: ModuleType) -> None:
    text = codec.dumps(PLAIN).replace('"4.50"', "0.10000000000000000000000001")
    assert module.All.from_json(codec.loads(text)).money == Decimal("0.10000000000000000000000001")


WRONG: list[tuple[str, object, str]] = [
    ("id", "{00000000-0000-0000-0000-0000000000}", "All.id: expected a UUID"),
    ("id", "0000000_-0000-0000-0000-000000000001", "All.id: expected a UUID"),
    ("id", None, "All.id: expected a UUID"),
    ("text", 1, "All.text: expected a string"),
    ("whole", True, "All.whole: expected an integer"),
    ("whole", 1.0, "All.whole: expected an integer"),
    ("whole", "1", "All.whole: expected an integer"),
    ("real", "1", "All.real: expected a number"),
    ("real", True, "All.real: expected a number"),
    ("real", float("nan"), "All.real: expected a finite number"),
    ("real", 10**400, "All.real: expected a number within a float's range"),
    ("money", 1.5, "All.money: expected a decimal"),
    ("money", "1e5", "All.money: expected a decimal"),
    ("money", "NaN", "All.money: expected a decimal"),
    ("money", True, "All.money: expected a decimal"),
    ("money", "٣", "All.money: expected a decimal"),
    ("flag", 1, "All.flag: expected true or false"),
    ("day", "2026-02-30", "All.day: expected a date"),
    ("day", "2026-W01-1", "All.day: expected a date"),
    ("time", "2026-01-31T12:00:00", "All.time: expected a time with its offset"),
    ("time", "0001-01-01T00:00:00+10:00", "All.time: expected a time with its offset"),
    ("time", "2026-01-31T25:00:00Z", "All.time: expected a time with its offset"),
    ("length", "1s", "All.length: expected a duration"),
    ("length", "PT99999999999999S", "All.length: expected a duration"),
    ("raw", "A", "All.raw: expected base64"),
    ("raw", "é", "All.raw: expected base64"),
    ("color", "green", "All.color: expected one of red, GREEN"),
    ("leaf", [], "All.leaf: Leaf: expected an object"),
    ("leaf", {}, "All.leaf: Leaf.name: missing"),
    ("leaf", {"name": "a", "next": {"name": 1}}, "All.leaf: Leaf.next: Leaf.name: expected a string"),
    ("list", {}, "All.list: expected an array"),
    ("list", [{"name": "a"}, 1], "All.list: [1]: Leaf: expected an object"),
    ("deep", [["1"], ["2", "x"]], "All.deep: [1]: [1]: expected a decimal"),
    ("tags", "ab", "All.tags: expected an array"),
    ("counts", [], "All.counts: expected an object"),
    ("counts", {"a": "1"}, "All.counts: ['a']: expected an integer"),
    ("by_flag", {"True": "red"}, "All.by_flag: ['True']: expected true or false as key"),
    ("by_number", {"x": None}, "All.by_number: ['x']: expected an integer written as text"),
    ("by_id", {"x": []}, "All.by_id: ['x']: expected a UUID"),
    ("maybe_list", [1, None, "x"], "All.maybe_list: [2]: expected an integer"),
    ("from", None, "All.from: expected an integer"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "said"), WRONG)
def test_what_is_wrong_is_named(module: ModuleType, name: str, value: Any, said: str) -> None:
    with pytest.raises(DecodeError) as caught:
        module.All.from_json(PLAIN | {name: value})
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_missing_is_named(module: ModuleType, name: str) -> None:
    with pytest.raises(DecodeError, match=rf"^All\.{name}: missing$"):
        module.All.from_json({key: value for key, value in PLAIN.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time", datetime(2026, 1, 1)),
        ("time", datetime.min.replace(tzinfo=timezone(timedelta(hours=1)))),
        ("real", float("nan")),
        ("real", float("inf")),
        ("money", Decimal("NaN")),
        ("money", Decimal("Infinity")),
        ("money", Decimal("1e300")),
    ],
)
def test_what_has_no_json_form_is_refused(module: ModuleType, name: str, value: object) -> None:
    good = module.All.from_json(PLAIN)
    setattr(good, name, value)
    with pytest.raises(EncodeError):
        good.to_json()


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "1e400", "{", "", "[" * 100_000, b"\xff"])
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(DecodeError):
        codec.loads(text)


def test_data_that_is_not_set_stays_unset(module: ModuleType) -> None:
    data = module.FlowData.from_json({"id": PLAIN["id"], "time": PLAIN["time"]})
    assert data.to_json() == {
        "id": "00000000-0000-0000-0000-00000000000a",
        "time": "2026-01-31T11:00:00.500000Z",
        "color": "red",
        "seen": ["a"],
    }
    assert not hasattr(data, "later")
    assert not hasattr(data.copy(), "later")

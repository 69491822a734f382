"""Itineraries built at run time: what they are made of, and how they travel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

import pytest
from herosaga_runtime import codec
from herosaga_runtime.errors import UsageError
from herosaga_runtime.itineraries.activity import Arguments
from herosaga_runtime.itineraries.building import Built, variable
from herosaga_runtime.itineraries.slip import Added
from herosaga_runtime.itineraries.table import Itinerary
from herosaga_runtime.message import JsonObject, JsonValue, message, record
from herosaga_runtime.policy import Policy
from itineraries.plans import arguments_of
from itineraries.trips import Trip, follow

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"


@record
class Box:
    size: int

    def to_json(self) -> JsonObject:
        return {"size": self.size}


@message("t.Pack")
class Pack(Arguments):
    what: object
    count: int = 1

    def to_json(self) -> JsonObject:
        return {"what": str(self.what), "count": self.count}

    @classmethod
    def from_json(cls, json: JsonValue) -> Pack:
        fields = codec.Fields("Pack", json)
        return cls(fields.need("what", codec.read_json), fields.need("count", codec.read_int))


VALUES: list[tuple[object, JsonValue]] = [
    (None, None),
    (True, True),
    (7, 7),
    (0.5, 0.5),
    ("é", "é"),
    (Colour.RED, "red"),
    (Decimal("4.50"), "4.50"),
    (Decimal("1E+2"), "100"),
    (NOON, "2026-11-22T12:00:00.000000Z"),
    (NOON.astimezone(timezone(timedelta(hours=2))), "2026-11-22T12:00:00.000000Z"),
    (date(2026, 11, 22), "2026-11-22"),
    (timedelta(minutes=1), "PT60S"),
    (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    (b"ab", "YWI="),
    ((1, Decimal(2)), [1, "2"]),
    ([Box(1)], [{"size": 1}]),
    (frozenset({10, 9}), [9, 10]),
    (frozenset({Box(2), Box(1)}), [{"size": 1}, {"size": 2}]),
    ({"a": Box(1)}, {"a": {"size": 1}}),
    ({Colour.RED: 1}, {"red": 1}),
    ({True: 1, False: 0}, {"true": 1, "false": 0}),
    ({7: 1}, {"7": 1}),
    ({date(2026, 11, 22): (None,)}, {"2026-11-22": [None]}),
    (Box(3), {"size": 3}),
]


def steps(built: Built) -> list[JsonObject]:
    """The arguments of its steps."""
    return [each.arguments for each in built.steps]


@pytest.mark.parametrize(("value", "wanted"), VALUES, ids=lambda each: repr(each)[:40])
def test_a_value_has_the_json_form_of_its_type(value: object, wanted: JsonValue) -> None:
    (given,) = steps(Itinerary.build().do(Pack, value))
    assert given == {"what": wanted, "count": 1}
    assert codec.loads(codec.dumps(given)) == given


NO_JSON = [
    object(),
    [object()],
    datetime(2026, 11, 22),
    float("nan"),
    Decimal("inf"),
    {object(): 1},
]


@pytest.mark.parametrize(
    "value", NO_JSON, ids=["object", "in a list", "naive", "nan", "inf", "key"]
)
def test_a_value_without_a_json_form_is_refused_at_once(value: object) -> None:
    with pytest.raises(UsageError, match=r"Pack.*what"):
        Itinerary.build().do(Pack, what=value)


def test_a_variable_inside_a_value_is_refused() -> None:
    with pytest.raises(UsageError, match="a variable stands for a whole argument"):
        Itinerary.build().do(Pack, [variable("x")])


@pytest.mark.parametrize(
    ("args", "named", "wanted"),
    [
        ((), {}, "missing a required argument: 'what'"),
        (("a",), {"size": 1}, "unexpected keyword argument 'size'"),
        ((1, 2, 3), {}, "too many positional arguments"),
    ],
)
def test_a_parameter_that_is_none_of_the_activitys_is_refused(
    args: tuple[Any, ...], named: Mapping[str, Any], wanted: str
) -> None:
    with pytest.raises(UsageError, match=f"Pack: .*{wanted}"):
        Itinerary.build().do(Pack, *args, **named)


@pytest.mark.parametrize("activity", [Box, len, 7], ids=["record", "function", "number"])
def test_what_is_no_activity_is_refused(activity: object) -> None:
    with pytest.raises(UsageError, match="is no activity: give the class of its arguments"):
        Itinerary.build().do(cast("Any", activity), 1)


def test_steps_are_in_order_each_with_its_policy() -> None:
    policy = Policy(retries=2)
    base = Itinerary.build("rush").do(Pack, "a")
    built = base.do(Pack, variable("x"), count=variable("n")).under(policy)
    assert (base.name, len(base.steps)) == (built.name, 1) == ("rush", 1)
    assert built.steps == (
        Added("t.Pack", {"what": "a", "count": 1}, {}),
        Added("t.Pack", {}, {"what": "x", "count": "n"}, policy),
    )
    with pytest.raises(UsageError, match="there is none"):
        Itinerary.build().under(policy)


def test_names_on_the_wire_are_used_where_they_differ() -> None:
    @message("t.Typed")
    class Typed(Arguments):
        WIRE = {"class_": "class"}  # noqa: RUF012
        class_: str
        other: str

    (step,) = Itinerary.build().do(Typed, variable("x"), other="o").steps
    assert (step.takes, step.arguments) == ({"class": "x"}, {"other": "o"})
    (step,) = Itinerary.build().do(Typed, "c", other="o").steps
    assert step.arguments == {"class": "c", "other": "o"}


def built(*labels: Any) -> Trip:
    """A slip of activities with these labels, which begin with their letters."""
    plan = Itinerary.build()
    for letter, label in labels:
        plan = plan.do(arguments_of(letter), label)
    return Trip(None, plan.steps)


def test_a_built_slip_travels_like_any_other() -> None:
    trip = built(("a", "a"), ("b", variable("x")), ("X", "X"))
    follow(trip, 'go -> a\na x="b7" -> b7\nb7 -> X\nX! -> -b7\n-b7 -> -a\n-a -> faulted')
    trip = built(("a", "a"), ("X", "X"), ("b", "b"))
    follow(trip, "go -> a\na +c -> c\nc -b -> X\nturn 7 -> X\nX -> completed 7:no")


def test_a_built_slip_whose_variable_is_missing_goes_back() -> None:
    trip = follow(built(("a", "a"), ("b", variable("x"))), "go -> a\na -> -a\n-a -> faulted")
    failed = trip.home.failed
    assert failed is not None
    assert failed.activity == "t.b"
    assert "no variable is called x, which t.b takes" in failed.reason


def test_a_built_slip_without_steps_completes() -> None:
    follow(built(), "go -> completed")

"""A slip as JSON, and where it travels."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from herosaga_runtime import codec
from herosaga_runtime.envelope import Ref
from herosaga_runtime.errors import DecodeError
from herosaga_runtime.itineraries.home import Away, Failed, Fork, Home, SlipStatus
from herosaga_runtime.itineraries.slip import Added, Current, Logged, Planned, Slip
from herosaga_runtime.policy import FOREVER, Policy

TWICE = Policy(timedelta(seconds=5), 1, timedelta(seconds=1))
SLIP = Slip(
    "s1",
    "oms.Fulfilment",
    "0011",
    "2.1",
    7,
    {"weight": "4.50", "items": [{"sku": "a"}], "note": None},
    (
        Planned("1", {}),
        Planned("2.0.0", {"item": {"sku": "a"}, "n": None}, (1, None), ("oms.Pack", "oms.Label")),
        Planned("3", {}, ()),
        Added("oms.GiftWrap", {"id": 1}, {"weight": "w"}),
        Added("oms.Label", {}, {}, TWICE),
    ),
    (Logged("oms.Pack", {"box": "b"}, None, 1), Logged("oms.Book", None, TWICE, 3)),
)
SLIPS = {
    "at home": SLIP,
    "away": replace(SLIP, current=Current("oms.Pack", {"id": 1}, None)),
    "away, irreversible": replace(
        SLIP, current=Current("oms.HandOver", {}, Policy(retries=FOREVER), irreversible=True)
    ),
    "on its way back": replace(SLIP, current=Current("oms.Pack", None, TWICE), back=True, todo=()),
    "with nothing": Slip("s1", "built", "", "", 0, {}, (), ()),
}


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_a_slip_is_what_it_was_after_its_way(slip: Slip) -> None:
    text = codec.dumps(slip.to_json())
    again = Slip.from_json(codec.loads(text))
    assert again == slip
    assert codec.dumps(again.to_json()) == text


def test_a_list_that_is_used_up_is_not_read_again() -> None:
    again = Slip.from_json(codec.loads(codec.dumps(SLIP.to_json())))
    lefts = [each.left for each in again.todo if isinstance(each, Planned)]
    assert lefts == [None, (1, None), ()]


@pytest.mark.parametrize(
    "field", ["id", "part", "step", "variables", "todo", "log", "current", "back"]
)
def test_a_slip_that_is_damaged_says_where(field: str) -> None:
    json = codec.loads(codec.dumps(SLIP.to_json()))
    assert isinstance(json, dict)
    with pytest.raises(DecodeError, match=rf"Slip\.{field}"):
        Slip.from_json(json | {field: 1.5})


def test_each_step_of_each_part_has_mail_of_its_own() -> None:
    steps = [
        ("", 1),
        ("", 11),
        ("1.1", 1),
        ("1.1", 11),
        ("1.1/1.0", 1),
        ("1.1/1.01", 1),
        ("1.11", 1),
    ]
    ids = {replace(SLIP, part=part, step=step).mail_id for part, step in steps}
    assert len(ids) == len(steps)


def test_a_slip_is_complete_when_nothing_remains() -> None:
    assert SLIPS["with nothing"].complete
    assert not SLIP.complete
    assert not replace(SLIPS["away"], todo=()).complete


HOMES = {
    "new": Home("s1", "oms.Fulfilment"),
    "full": Home(
        "s1",
        "oms.Fulfilment",
        SlipStatus.PARKED,
        "Pack can't be undone: no box",
        Ref("oms.Order", "k/1", 2, 3),
        (Ref("oms.Order", "", 0, 1), Ref("oms.Return", "é", 1, 12)),
        "enough",
        Failed("oms.Pack", "broken"),
        2,
        True,
        9,
        4,
        1,
        {"1.0": Away("oms.Pack", 3, True, True, "half"), "1.1": Away("oms.Book", 1)},
        {
            "1": Fork(
                SLIPS["at home"], 3, {"1.2": codec.loads(codec.dumps(SLIPS["away"].to_json()))}
            ),
            "1.0/2": Fork(SLIPS["with nothing"], 1),
        },
        {"": SLIPS["on its way back"]},
    ),
}


@pytest.mark.parametrize("home", HOMES.values(), ids=HOMES)
def test_home_is_what_it_was_when_it_is_read(home: Home) -> None:
    json = codec.loads(codec.dumps(home.to_json()))
    again = Home.from_json(home.id, home.itinerary, str(home.status), home.stuck, json)
    assert again == home


@pytest.mark.parametrize(
    ("turned", "failed", "past", "stopping"),
    [
        ("", None, False, False),
        ("enough", None, False, True),
        ("", Failed("a", "b"), False, True),
        ("enough", Failed("a", "b"), True, False),
    ],
)
def test_what_stops_a_slip(turned: str, failed: Failed | None, past: bool, stopping: bool) -> None:
    assert Home("s1", "i", turned=turned, failed=failed, past=past).stopping == stopping


def test_which_ways_to_stand_are_ends() -> None:
    assert [str(each) for each in SlipStatus if each.ended] == [
        "completed",
        "faulted",
        "compensated",
    ]

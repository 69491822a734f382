"""An itinerary as a table: where its stages are, and when two are the same."""

from __future__ import annotations

from itertools import combinations

from herosaga_runtime.itineraries.activity import Carried
from herosaga_runtime.itineraries.building import BUILT, Built
from herosaga_runtime.itineraries.table import Do, Itinerary, paths
from itineraries import plans

TEXT = "a ?yes{b (c|d)}{*xs{e}} +ys{a f}"


def test_each_stage_has_a_path() -> None:
    table = plans.itinerary(TEXT)
    assert {
        path: stage.activity.name if isinstance(stage, Do) else type(stage).__name__
        for path, stage in table.at.items()
    } == {
        "0": "t.a",
        "1": "If",
        "1.0.0": "t.b",
        "1.0.1": "Parallel",
        "1.0.1.0.0": "t.c",
        "1.0.1.1.0": "t.d",
        "1.1.0": "For",
        "1.1.0.0.0": "t.e",
        "2": "ParallelFor",
        "2.0.0": "t.a",
        "2.0.1": "t.f",
    }


def test_the_paths_of_a_block() -> None:
    assert paths("2.1.", 3) == ("2.1.0", "2.1.1", "2.1.2")
    assert paths("", 0) == ()


def test_the_activities_of_an_itinerary() -> None:
    names = [each.name for each in plans.itinerary(TEXT).activities]
    assert names == ["t.a", "t.b", "t.c", "t.d", "t.e", "t.f"]


def test_itineraries_have_one_shape_if_slips_of_the_one_understand_the_other() -> None:
    texts = ["", "a", "b", "a b", "(a|b)", "(a b)", "(a|b|)", "?yes{a}", "?yes{}{a}", "?yes{a}{b}"]
    texts += ["?yes{a} b", "*xs{a}", "*ys{a}", "+xs{a}", "+ys{a}", "*xs{*ys{a}}", "*xs{} *ys{a}"]
    shapes = {text: plans.itinerary(text).shape for text in texts}
    same = [both for both in combinations(texts, 2) if shapes[both[0]] == shapes[both[1]]]
    assert same == []
    assert plans.itinerary("?yes{a}").shape == plans.itinerary("?no{a}").shape


def test_a_name_comes_from_the_command_that_starts_it() -> None:
    table = plans.itinerary("")
    assert (table.name, table.start, table.back) == ("t.Trip", plans.Trip, plans.Back)
    assert table() is table


def test_one_is_built_without_a_declaration() -> None:
    assert isinstance(Itinerary.build(), Built)
    assert (Itinerary.build().name, Itinerary.build("rush").name) == (BUILT, "rush")


def test_an_activity_with_what_carries_it_out() -> None:
    activity, by = plans.activity_of("X"), object()
    carried = activity(by)
    assert isinstance(carried, Carried)
    assert (carried.activity, carried.implementation) == (activity, by)
    assert (activity.name, activity.irreversible, activity.revises) == ("t.X", True, None)

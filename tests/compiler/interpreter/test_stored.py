"""Instances as JSON, of this version of their saga and of older ones; runs as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from herosaga.interpreter.json import instance_from_json, instance_to_json
from herosaga.interpreter.migrate import Moves, migrate
from herosaga_runtime.migration import Migration, Names
from syrupy.assertion import SnapshotAssertion

from helpers.played import Play, play

FIRST = """
saga X by id: int {
  data { n: int = 1, much: int = 2, gone: str = "g", told: str = "" }
  timer tea
  start { on Go(n) -> Old { request Book(id, n) with thrice compensable } }
  state Old { on Poke compensate -> Rest { arm tea for 1h }  on failure of Book -> Done  on Booked {  } }
  state Rest { on tea -> Done  on Prod -> Old }
  final Done
}
"""
SECOND = """
saga X by id: int {
  version 3
  data { n: int = 1, amount: int = 2, told: str = "", double: decimal = 0, fresh: int = 5 }
  timer tea
  migrate from 1 { state Old -> New  field much -> amount  field double = much * n + 1  drop gone }
  migrate from 2 { state Rest -> Later }
  start { on Go(n) -> New { request Book(id, n) with thrice compensable } }
  state New { on Poke compensate -> Later { arm tea for 1h }  on failure of Book -> Done  on Booked {  } }
  state Later { on tea -> Done  on Prod -> New }
  final Done
}
"""


def lifted(program: Play, old: Play) -> dict[str, Any] | None:
    """What an instance of `old` is in another version."""
    assert old.instance is not None
    return migrate(program.program, instance_to_json(old.program, old.instance))


def test_an_instance_of_an_older_version() -> None:
    old, new = play(FIRST, "Go n=4 => in Old"), Play(SECOND)
    form = lifted(new, old)
    assert form is not None
    assert old.instance is not None
    new.instance = instance_from_json(new.program, form)
    assert (new.instance.state, new.instance.version) == ("New", 3)
    assert str(new.instance.data["double"]) == "9"
    assert (new.instance.requests, new.instance.records) == (
        old.instance.requests,
        old.instance.records,
    )
    new.line("wait 10s  => taken; .fresh 5; .amount 2; .gone unset")
    new.line("Poke      => in Compensating; sent Unbook")


def test_where_a_compensation_leads_is_lifted_too() -> None:
    old, new = play(FIRST, "Go => in Old\nPoke => in Compensating"), Play(SECOND)
    form = lifted(new, old)
    assert form is not None
    new.instance = instance_from_json(new.program, form)
    assert new.instance.undoing is not None
    new.line("Unbooked  => in Later; waits timer")


def test_without_a_way_there_is_none() -> None:
    old = play(FIRST, "Go => in Old")
    gap = SECOND.replace("migrate from 2 {", "migrate from 3 {").replace("version 3", "version 4")
    assert lifted(Play(gap), old) is None
    assert lifted(old, play(SECOND, "Go => in New")) is None


CALLED = """
saga X by id: int {{
  {version}
  start {{ on Go -> {a} }}
  state {a} {{ on Poke {{ }} on Prod -> {run} }}
  during {a} {{ on all(Poke, Told) -> {run} }}
  sequence {run} {{
    parallel {{ step Book(id) step Pay(id) {{ publish Told(id) }} }}
    done -> End
    failed -> Off
  }}
  final End
  final Off failed
}}
"""
THEN = CALLED.format(version="", a="A", run="Run")
NOW = CALLED.format(
    version="version 2 migrate from 1 { state A -> Begun  state Run.Book -> Trip.Book }",
    a="Begun",
    run="Trip",
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Go\nPoke", "Told => in Trip.Book; sent Book, Pay"),
        ("Go\nProd", "Paid => sent Told\nBooked => in End"),
        ("Go\nProd", "Full => in Trip.Book\nPaid => in Off"),
        ("Go\nProd\nDeclined", "Booked => in Off"),
    ],
)
def test_what_is_called_after_states_is_lifted_with_them(before: str, after: str) -> None:
    """What has come for a group, the steps that are awaited, and the failure of one."""
    old, new = play(THEN, before), Play(NOW)
    form = lifted(new, old)
    assert form is not None
    new.instance = instance_from_json(new.program, form)
    for line in after.splitlines():
        new.line(line)


@pytest.mark.parametrize(
    ("states", "state", "step", "level"),
    [
        ({}, "Run.Book", "Run.Pay", "during A, B"),
        ({"A": "New"}, "A", "", "during A, B"),
        ({"Run.Book": "Trip.Book", "A": "Run.A"}, "Run.Book", "Run.Pay", "during Run.Book, A"),
        ({"Run.Book": "Trip.Book", "Run.Pay": "Late.Pay"}, "Run.Book", "Run.Pay", "during any"),
        ({"Run.Book": "Trip.Book"}, "Run.Book", "Other.Pay", "sequence Run"),
        ({"Run.Book": "Booking"}, "Run.Book", "Run.Pay", ""),
        ({"A": "B", "B": "A"}, "A", "A", "during A, B"),
    ],
)
def test_names_are_as_the_runtime_has_them(
    states: Mapping[str, str], state: str, step: str, level: str
) -> None:
    moves, names = Moves(states, state), Names(Migration(1, states, lambda data: data), state)
    assert moves.state(state) == names.state(state)
    assert moves.step(step) == names.step(step)
    found = names.arrivals([[f"{level}: it.Poke, it.Told", "it.Poke"]])
    assert found == [[f"{moves.level(level)}: it.Poke, it.Told", "it.Poke"]]


FULL = """
record Item { sku: str, price: decimal }
event Given { key id: int, items: set[Item], ages: dict[int, duration], raw: bytes, any: json, note: str? }
saga X by id: int {
  data { items: set[Item] = [], ages: dict[int, duration]?, raw: bytes?, any: json?, note: str? }
  start { on Given(items, ages, raw, any, note) -> A { request Book(id) within 10s compensable } }
  state A { on Poke -> B  on Booked -> B  on failure of Book -> B }
  final B
}
"""


def test_every_kind_of_value_is_stored() -> None:
    played = Play(FULL)
    given = {
        "items": [{"sku": "b", "price": "1.50"}, {"sku": "a", "price": "2"}],
        "ages": {"2": "PT1.5S", "-1": "-PT3S"},
        "raw": "AQI=",
        "any": {"a": [1, None]},
    }
    words = " ".join(f"{name}={_text(value)}" for name, value in given.items())
    played.line(f"Given {words} => in A")
    assert played.instance is not None
    form = instance_to_json(played.program, played.instance)
    given["items"] = [{"sku": "a", "price": "2"}, {"sku": "b", "price": "1.50"}]
    assert form["data"] == {"id": 1, **given, "note": None}


def _text(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def test_a_run_as_text(snapshot: SnapshotAssertion) -> None:
    played = play(
        FIRST,
        """
        Go n=4
        wait 10s
        NotNow
        Poke
        Prod
        NotNow @2
        wait 5s
        Unbooked
        """,
    )
    assert str(played) == snapshot


def test_the_caller_is_kept() -> None:
    played = play(FIRST, "Go => in Old")
    assert played.instance is not None
    asked = replace(played.instance, caller="me")
    form = instance_to_json(played.program, asked)
    assert instance_from_json(played.program, form) == asked

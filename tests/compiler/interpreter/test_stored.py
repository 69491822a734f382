"""Instances as JSON, of this version of their saga and of older ones; runs as text."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from herosaga.interpreter.json import instance_from_json, instance_to_json
from herosaga.interpreter.migrate import migrate
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

"""Actions in generated code: sets, loops, and ids that a repeated step and its undo agree on."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from types import ModuleType

import pytest
from herosaga_runtime.decision import Decision
from herosaga_runtime.instance import Instance
from herosaga_runtime.step import start, step

from helpers.expressions import NOW, mail
from helpers.projects import loaded

# What generated functions and modules use themselves; none of them is reserved for a loop's variable.
WORDS = """
step data event_ undo sum codec list type match case self cls str int tuple frozenset max min item command record message
present modulo timedelta fields json Decimal Event Saga Step PASS Item Idle Loops _ __x x_ None class lambda async print object
_1 asked each_Decimal
"""
NAMES = WORDS.split()

PROGRAM = """
record Item {{ n: int, cost: decimal = 1.5 }}
event Go {{ key id: str, xs: list[int], ws: list[str] }}
event Take {{ key id: str }}
event Taken {{ key id: str }}
command Book {{ key id: str, ref: uuid, note: str = "none", count: int = 3, command: int = 0 }}
command Cancel {{ key id: str, ref: uuid, note: str?, count: decimal }}
command Rent {{ key id: str, ref: uuid }}
command Unrent {{ key id: str, ref: uuid }}
service Desk {{
  handle Book emits Taken undone by Cancel
  handle Cancel
  handle Rent undone by Unrent
  handle Unrent
}}
saga Loops by id: str {{
  data {{
    total: decimal = 0, whole: int = 0, words: list[str] = [], text: str = "", items: list[Item] = []
    {fields}
  }}
  start {{ on Go -> Idle {{
    {loops}
    set whole += 5
    set whole -= 2 - 1
    set total += 1
    set total -= 0.5
    for x in event.xs {{
      set total += 1.5 * x
      for y in event.xs {{
        if x == y {{ set words += ["same"] }} else if x > y {{ set words += [str(x), str(y)] }} else {{ }}
      }}
      for x in event.ws {{ set text += x }}
      set whole += x
    }}
    for x in event.ws {{ set text = x + text }}
    set items += [Item(n = 1)]
    set items += [Item(n = whole)] + items
  }} }}
  state Idle {{
    on Take -> Booked {{
      for command in [1, 2] {{ request Book(id, ref = uuid(), command) compensable }}
      request Rent(id, ref = uuid()) compensable
    }}
  }}
  state Booked {{ on Taken -> Done }}
  final Done
}}
"""


def program() -> str:
    """Each name as the variable of a loop that also uses what the name could hide."""
    body = "set v{n} += {v} set total += max({v} for {v} in event.xs if {v} > 0) - 2.0 set v{n} += sum({v} for {v} in [1])"
    loops = [f"for {v} in event.xs {{ {body.format(n=n, v=v)} }}" for n, v in enumerate(NAMES)]
    fields = [f"v{n}: int = 0" for n in range(len(NAMES))]
    return PROGRAM.format(fields="\n    ".join(fields), loops="\n    ".join(loops))


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    with loaded({"loops.saga": program()}, tmp_path_factory.mktemp("loops"), "loops") as (module,):
        yield module


def begun(module: ModuleType) -> Instance[object, object]:  # type: ignore[type-var]
    decision = start(module.Loops, mail(module.Go("k", (1, 2), ("a", "b")), "1"), NOW)
    assert decision.instance is not None
    return decision.instance


def test_no_loop_variable_is_in_the_way(module: ModuleType) -> None:
    data = begun(module).data
    assert {name: getattr(data, f"v{n}") for n, name in enumerate(NAMES)} == dict.fromkeys(NAMES, 5)


def test_sets_and_loops(module: ModuleType) -> None:
    data: object = begun(module).data
    found = {name: getattr(data, name) for name in ("whole", "total", "words", "text", "items")}
    assert found == {
        "whole": 7,
        "total": Decimal("5.0"),
        "words": ("same", "2", "1", "same"),
        "text": "baabab",
        "items": (module.Item(1), module.Item(7), module.Item(1)),
    }


def test_a_repeated_step_makes_the_same_ids_and_undo_names_them(module: ModuleType) -> None:
    first, second = (taken(module) for _ in range(2))
    assert first.sent == second.sent
    assert first.instance and second.instance
    assert first.instance.records == second.instance.records
    sent = [each.message for each in first.sent]
    undos = [each.undo for each in first.instance.records]
    assert [each.ref for each in sent] == [each.ref for each in undos]  # type: ignore[attr-defined]
    assert len({each.ref for each in sent}) == 3  # type: ignore[attr-defined]


def test_an_undo_takes_what_the_request_left_to_its_defaults(module: ModuleType) -> None:
    instance = taken(module).instance
    assert instance
    undo = instance.records[0].undo
    assert undo.to_json() | {"ref": ""} == {"id": "k", "ref": "", "note": "none", "count": "3"}


def taken(module: ModuleType) -> Decision[object, object]:  # type: ignore[type-var]
    return step(module.Loops, begun(module), mail(module.Take("k"), "2"), NOW)

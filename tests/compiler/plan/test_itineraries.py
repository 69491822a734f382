"""Compiled itineraries mean what they say: on a host, with activities that note what they are given."""

from __future__ import annotations

import asyncio
import decimal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from herosaga_runtime import Host, Itinerary, variable
from herosaga_runtime.itineraries.activity import ActivityContext
from herosaga_runtime.itineraries.revision import Revision
from herosaga_runtime.itineraries.views import SlipView
from herosaga_runtime.testing import SeededRandom, VirtualClock, pass_time

from helpers.projects import loaded

PROGRAM = """
namespace trial

enum Size {{ small = "s", large = "l" }}
record Item {{ sku: str  grams: int }}
event Told {{ key text: str }}
extern event Ended {{ text: str }}
service Ear {{ on Told }}

activity Note(text: str) -> (last: str) {{ log {{ text: str }} }}
activity Weigh(items: list[Item]) -> (weight: decimal, size: Size?) {{ readonly }}
activity Change(text: str) -> (note: str?) {{ readonly revises Note }}
activity Fail(text: str) {{ within 5s retry 1 times every 1s }}

itinerary Trial(items: list[Item], names: set[str] = [], loud: bool = false) {{
  {stages}
}}
"""

STAGES = {
    "arguments": (
        "do Weigh(items) do Note(text = str(weight / 3))",
        ["Note 0.3333333333333333333333333333"],
    ),
    "a default of a parameter": ("do Note(text = str(loud) + str(len(names)))", ["Note false0"]),
    "a condition on an output": (
        'do Weigh(items) if weight > 2 { do Note(text = "heavy") } else if weight == 1 { do Note(text = "one") } '
        'else { do Note(text = "light") }',
        ["Note one"],
    ),
    "what only some path gives": (
        'if loud { do Note(text = "x") } if last is none { do Note(text = "quiet") } '
        'if last is not none and last == "quiet" { do Note(text = last + "er") }',
        ["Note quiet", "Note quieter"],
    ),
    "an optional output": (
        'do Weigh(items) if size is none { do Note(text = "any") } else { do Note(text = str(size)) }',
        ["Note s"],
    ),
    "loops of one name and two types": (
        'for x in items { do Note(text = x.sku) for x in [1, 2] { do Note(text = str(x)) } do Note(text = x.sku + "!") }',
        ["Note tea", "Note 1", "Note 2", "Note tea!", "Note milk", "Note 1", "Note 2", "Note milk!"],
    ),
    "a loop named like a variable": (
        "do Weigh(items) for weight in [7] { do Note(text = str(weight)) } do Note(text = str(weight))",
        ["Note 7", "Note 1"],
    ),
    "a variable of the expression's own": (
        "for x in [1, 2] { do Note(text = str(x + sum(x * 10 for x in [x, 3]))) }",
        ["Note 41", "Note 52"],
    ),
    "a list that is there when the loop begins": (
        'do Note(text = "a") for each in [last, last + "b"] { do Note(text = each) }',
        ["Note a", "Note a", "Note ab"],
    ),
    "an output in a loop": (
        'do Note(text = "a") for n in [1, 2] { do Note(text = last + str(n)) } do Note(text = last)',
        ["Note a", "Note a1", "Note a12", "Note a12"],
    ),
    "a revision": (
        'do Change(text = "x") do Note(text = "dropped") if note is none { do Weigh(items) }',
        ["Change x", "Note inserted"],
    ),
    "nothing": ("", []),
}  # fmt: skip


@pytest.mark.parametrize("name", STAGES)
def test_what_is_done(name: str, tmp_path: Path) -> None:
    stages, expected = STAGES[name]
    with trial(stages, tmp_path) as module:
        slip, notes = travelled(module)
    assert slip.status == "completed", slip
    assert notes == expected


def test_parallel_loops_are_done_for_each(tmp_path: Path) -> None:
    stages = "parallel for x in items { do Note(text = x.sku) for n in names { do Note(text = n + x.sku) } }"
    with trial(stages, tmp_path) as module:
        slip, notes = travelled(module, names=frozenset("ab"))
    assert slip.status == "completed", slip
    assert sorted(notes) == sorted(
        f"Note {each}" for each in ("tea", "atea", "btea", "milk", "amilk", "bmilk")
    )


ENDS = {
    "completed": ("on completed { publish Told(text = last + event.last) }", ["Told mm"]),
    "faulted": (
        'do Fail(text = "f") on completed { publish Told(text = "no") } on faulted { publish Told(text = event.activity + event.reason) '
        'publish Told(text = if event.last is none then "none" else event.last) }',
        ["Told trial.FailValueError: no", "Told m"],
    ),
    "at its time": ("on completed { publish Told(text = str(now)) }", ["Told {now}"]),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDS)
def test_what_is_done_in_the_end(name: str, tmp_path: Path) -> None:
    stages, expected = ENDS[name]
    with trial(f'do Note(text = "m") {stages}', tmp_path) as module:
        _, notes = travelled(module)
    told = [each for each in notes if each.startswith("Told")]
    assert told == [each.format(now="2026-01-01T00:00:00.000000Z") for each in expected]


def test_a_slip_that_faults_is_undone(tmp_path: Path) -> None:
    with trial('do Note(text = "a") do Note(text = "b") do Fail(text = "f")', tmp_path) as module:
        slip, notes = travelled(module)
    assert slip.status == "faulted"
    assert notes == ["Note a", "Note b", "Fail f", "Fail f", "no Note b", "no Note a"]


# --- a host of its own ---------------------------------------------------------------------------


@contextmanager
def trial(stages: str, path: Path) -> Iterator[ModuleType]:
    """The module of a program with these stages."""
    with loaded({"trial.saga": PROGRAM.format(stages=stages)}, path, "trial.trial") as (module,):
        yield module


def travelled(module: Any, **given: Any) -> tuple[SlipView, list[str]]:
    """A slip that has travelled, and what was done on its way."""
    notes: list[str] = []

    async def travel() -> SlipView:
        clock = VirtualClock()
        host = Host("memory:", clock=clock, random=SeededRandom(1))
        host.add(module.NoteActivity, Noting(module, notes))
        host.add(module.WeighActivity, Weighing(module, notes))
        host.add(module.ChangeActivity, Changing(module, notes))
        host.add(module.FailActivity, Failing(module, notes))
        host.add(module.EarService, Hearing(module, notes))
        host.add(module.TrialItinerary)
        async with host:
            items = (module.Item("tea", 500), module.Item("milk", 500))
            id = await host.send(module.Trial(items, **given))
            await pass_time(host, clock, timedelta(seconds=10))
            found = await host.slip(id)
        assert found is not None
        return found

    with decimal.localcontext() as own:
        own.prec = 5
        return asyncio.run(travel()), notes


class Carrying:
    """Whoever carries out an activity of a module, and notes it."""

    def __init__(self, module: Any, notes: list[str]) -> None:
        self.module = module
        self.notes = notes


class Noting(Carrying):
    async def execute(self, arguments: Any, context: ActivityContext) -> object:
        self.notes.append(f"Note {arguments.text}")
        return self.module.NoteResult(arguments.text, self.module.NoteLog(arguments.text))

    async def compensate(self, log: Any, context: ActivityContext) -> None:
        self.notes.append(f"no Note {log.text}")


class Weighing(Carrying):
    async def execute(self, arguments: Any, context: ActivityContext) -> object:
        grams = sum(each.grams for each in arguments.items)
        return self.module.WeighResult(decimal.Decimal(grams) / 1000, self.module.Size.SMALL)


class Changing(Carrying):
    async def execute(self, arguments: Any, context: ActivityContext) -> object:
        self.notes.append(f"Change {arguments.text}")
        note = self.module.Note
        return self.module.ChangeResult(None, Revision[Any]().insert(note("inserted")).drop(note))


class Failing(Carrying):
    async def execute(self, arguments: Any, context: ActivityContext) -> None:
        self.notes.append(f"Fail {arguments.text}")
        raise ValueError("no")


class Hearing(Carrying):
    async def on_told(self, event: Any, context: object) -> None:
        self.notes.append(f"Told {event.text}")


def test_arguments_say_what_they_are_called_in_json(tmp_path: Path) -> None:
    with loaded({"seat.saga": SEAT}, tmp_path, "seat") as (seat,):
        assert seat.Book.WIRE == {"class_": "class"}
        steps = Itinerary.build().do(seat.Book, "first", variable("coach")).steps
    assert [(each.arguments, each.takes) for each in steps] == [
        ({"class": "first"}, {"coach": "coach"})
    ]


SEAT = "activity Book(class: str, coach: int) { readonly }"

"""A set is gone through in the order of its JSON form, so that a repeated step sends the same in the same order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from helpers.projects import generated, write

PROGRAM = """
record Point { x: int, name: str = "" }
enum Color { red, green = "GREEN", blue }
event Go { key id: str, tags: set[str], ids: set[uuid], points: set[Point], colors: set[Color], sums: set[float] }
event Told { key id: str, what: str }
saga Flow by id: str {
  data { total: float = 0.0 }
  start { on Go -> Done {
    for tag in event.tags { publish Told(id, what = tag) }
    for each in event.ids { publish Told(id, what = str(each)) }
    for point in event.points { publish Told(id, what = str(point.x)) }
    for color in event.colors { publish Told(id, what = str(color)) }
    set total = sum(x for x in event.sums) + sum(event.sums)
    publish Told(id, what = str(total))
  } }
  final Done
}
"""
SCRIPT = """
from flow import *
from herosaga_runtime.testing import SagaTest
from uuid import UUID
tags = frozenset(["a b", "a", 'a"', "b", "Z", "é"])
ids = frozenset(UUID(int=n) for n in (3, 256, 2))
points = frozenset(Point(n) for n in (10, 9, -1))
colors = frozenset(Color)
sums = frozenset([0.1, 0.2, 0.3, 1e17, -1e17])
test = SagaTest(Flow)
test.when(Go("k", tags, ids, points, colors, sums))
print(*(each.what for each in test.published(Told)), sep="\\n")
"""
# A blank stands before the quotation mark that ends a shorter text, and `{"x":10` before `{"x":9`.
EXPECTED = [
    *("Z", "a b", "a", 'a"', "b", "é"),
    *(f"00000000-0000-0000-0000-000000000{n}" for n in ("002", "003", "100")),
    *("-1", "10", "9"),
    *("GREEN", "blue", "red"),
]


def run(root: Path, seed: str) -> list[str]:
    env = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)}
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=root,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.splitlines()


def test_sets_are_gone_through_in_order(tmp_path: Path) -> None:
    write(generated({"flow.saga": PROGRAM}), tmp_path)
    first, second = run(tmp_path, "1"), run(tmp_path, "2")
    assert first[:-1] == EXPECTED
    assert first == second

"""The benchmark of scenarios still runs. Nothing here looks at a time."""

from __future__ import annotations

from pathlib import Path

from herosaga.scenarios.module import Externs

from benchmarks.scenarios.measure import costs, playable, report

PROGRAM = """
event Go { key id: int }
saga Walk by id: int { start { on Go -> Done } final Done }
scenario "one" for Walk { when Go(id = 1) expect state Done }
scenario "none" for Walk { }
"""


def test_costs_are_told(tmp_path: Path) -> None:
    (tmp_path / "walk.saga").write_text(PROGRAM)
    with playable(tmp_path, Externs("functions", "Functions")) as found:
        measured = list(costs(found, rounds=1))
    assert [(each.title, each.steps) for each in measured] == [("one", 1)]
    text = report(measured)
    assert text.startswith("1 scenarios of 1 steps") and text.endswith("  one")

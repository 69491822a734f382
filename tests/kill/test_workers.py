"""Workers that are killed while they pass slips among them lose none, do nothing twice, and share the work: in short form."""

from __future__ import annotations

from kill.workers import sweep


def test_slips_end_right_whoever_is_killed() -> None:
    swept = sweep(20, 101, stops=1)
    assert swept.wrong == []
    assert len(swept.kills) == 20
    assert sum(each.under_way > 0 for each in swept.kills) > 10
    assert swept.starved == []

"""The benchmark of dispatch still runs, and its contenders still do the same. Nothing here looks at a time."""

from __future__ import annotations

from benchmarks.dispatch.measure import CONTENDERS, measure, preparation, size, table, versions
from benchmarks.dispatch.scripts import DELIVERED, GIVEN_BACK, SCRIPTS, check


def test_contenders_agree_after_every_event() -> None:
    check(CONTENDERS)


def test_scripts_end_as_they_are_called() -> None:
    for contender in CONTENDERS:
        assert [*contender.views(DELIVERED)][-1].state == "Completed"
        assert [*contender.views(GIVEN_BACK)][-1].state == "Cancelled"


def test_a_round_gives_a_line_for_each_contender() -> None:
    for title, script in SCRIPTS.items():
        lines = measure(script, rounds=1, count=1)
        assert [line.name for line in lines] == [contender.name for contender in CONTENDERS]
        assert len(table(title, lines).splitlines()) == 1 + len(CONTENDERS)


def test_what_is_printed_beside_the_table() -> None:
    assert "transitions" in versions()
    assert all(preparation(contender, 1) >= 0 for contender in CONTENDERS)
    assert size(1) > 0

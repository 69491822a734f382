"""A process killed at random moments loses nothing and does nothing twice: the sweep, in short form."""

from __future__ import annotations

import pytest

from kill.sweep import after_lines, sweep


@pytest.mark.parametrize(("sample", "seed"), [("checkout", 101), ("oms", 201), ("travel", 301)])
def test_killed_runs_end_like_one_that_was_not(sample: str, seed: int) -> None:
    done = sweep(2, seed, after_lines, sample)
    assert [each.seed for each in done if not each.alike] == []
    assert any(each.midway for each in done)

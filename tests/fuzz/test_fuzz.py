"""The fuzzer in short: a few hundred inputs, of numbers that the long run has too."""

from __future__ import annotations

import pytest
from fuzz.inputs import made, programs
from fuzz.run import run


@pytest.mark.parametrize("start", range(0, 800, 200))
def test_no_input_ends_in_an_exception(start: int) -> None:
    tally = run(1, range(start, start + 200), seconds=60)
    assert not tally.failures, next(iter(tally.failures.values()))
    assert len(tally.codes) > 5


def test_an_input_depends_on_its_seed_and_number_alone() -> None:
    assert made(1, 7) == made(1, 7) != made(2, 7)
    assert len(programs()) > 60

"""The interpreter and the generated code agree: 500 random runs here, as many as wanted with `python -m tests.agreement.run`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import ModuleType

import pytest
from agreement.agree import Disagreement
from agreement.broken import BROKEN
from agreement.inputs import read
from agreement.programs import Program, checked, errors_of
from agreement.sagas import program
from agreement.work import RUNS, Tally, again, once, run, tried
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

HERE = Path(__file__).resolve().parent
FOUND = sorted(HERE.glob("found/*.saga"))
PROGRAMS = 96  # with five runs each, and those of hypothesis: 500 runs


@pytest.mark.parametrize("start", range(0, PROGRAMS, 8))
def test_they_agree(start: int) -> None:
    tally = run(1, range(start, start + 8))
    assert not tally.disagreements, str(tally.disagreements[0])
    assert tally.refused <= 1, "random programs are nearly all right"
    assert tally.runs == (tally.programs - tally.refused) * RUNS


@st.composite
def disagreements(draw: st.DrawFn) -> Disagreement | None:
    """A program and a run that hypothesis makes and shrinks, and in what the two differ on it."""
    with TemporaryDirectory() as folder:
        return tried(lambda most: draw(_below(most)), Path(folder), Tally(), runs=1)


@cache
def _below(most: int) -> st.SearchStrategy[int]:
    return st.integers(0, most - 1)


@settings(
    max_examples=20,
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
@given(disagreements())
def test_they_agree_on_what_hypothesis_thinks_of(found: Disagreement | None) -> None:
    assert found is None, str(found)


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_what_was_found_once(path: Path, tmp_path: Path) -> None:
    text = path.read_text()
    assert checked(text) is not None, errors_of(text)
    inputs = read(path.with_suffix(".run").read_text().splitlines())
    found = again(text, inputs, tmp_path)
    assert found is None, str(found)


# --- rules broken on purpose -------------------------------------------------------------------


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_found(rule: str) -> None:
    with BROKEN[rule]():
        found = next((each for each in _some_runs() if each is not None), None)
    assert found is not None, f"no run shows that this is broken: {rule}"
    with TemporaryDirectory() as folder:
        assert again(found.text, found.inputs, Path(folder)) is None, "it is broken without that"


def _some_runs(most: int = 120) -> Iterator[Disagreement | None]:
    for number in range(most):
        made = _compiled(number)
        if made is None:
            continue
        choose = Random(f"broken/{number}").randrange
        for _ in range(RUNS):
            yield once(*made, choose, Tally())


@cache
def _compiled(number: int) -> tuple[Program, ModuleType] | None:
    """The program of a number; compiled once for all rules."""
    from agreement.generated import module_of

    made = checked(program(Random(f"1/{number}").randrange))
    if made is None:
        return None
    with TemporaryDirectory() as folder:
        return made, module_of(made.model, Path(folder))

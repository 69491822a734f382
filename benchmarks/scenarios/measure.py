"""Scenarios as `herosaga test` runs them, and the same messages brought to the bare step.

The bare side has everything ready: the messages, what they answer, the instance before. It only makes the envelope and
takes the step. What `SagaTest` adds is finding the instance, the alarms, the run that it keeps, and what is expected of it.
"""

from __future__ import annotations

import runpy
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import localcontext
from pathlib import Path
from statistics import median
from time import process_time_ns
from typing import Any

from herosaga.compile import check_paths
from herosaga.model.runs import with_runs
from herosaga.scenarios.module import Externs
from herosaga.scenarios.running import importable, prepare
from herosaga_runtime.envelope import Envelope
from herosaga_runtime.expressions import DECIMALS
from herosaga_runtime.step import advance
from herosaga_runtime.testing import Entry

LONGEST = 200
"""Scenarios of more steps are left out: a few that wait for years would be all that is measured."""

Test = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Cost:
    """One scenario: its steps, and what they and the whole of it take, in nanoseconds."""

    title: str
    steps: int
    bare: float
    whole: float


@contextmanager
def playable(folder: Path, externs: Externs) -> Iterator[dict[str, Test]]:
    """The tests of all scenarios in a folder, by their titles."""
    model = with_runs(check_paths([folder], folder).model)
    with tempfile.TemporaryDirectory() as name:
        made = Path(name).resolve()
        path, written = prepare(model, model.scenarios, externs, made)
        with importable(made, (folder,)):
            found = runpy.run_path(str(path))
            yield {each.title: found[name] for name, each in written.tests.items()}


def costs(found: dict[str, Test], rounds: int) -> Iterator[Cost]:
    """What each test costs."""
    for title, test in found.items():
        run: Sequence[Entry] = test().run
        if 0 < len(run) <= LONGEST:
            yield Cost(title, len(run), best(lambda run=run: bare(run), rounds), best(test, rounds))  # type: ignore[misc]


def bare(run: Sequence[Entry]) -> None:
    """Take the steps of a run again, each from the instance before it."""
    with localcontext(DECIMALS):
        for each in run:
            cause = each.cause
            envelope = Envelope(
                cause.id, cause.message, cause.time, "", None, cause.answers, cause.request
            )
            if each.error is None:
                next(advance(each.saga, each.before, envelope, each.time))


def best(work: Callable[[], object], rounds: int) -> float:
    """The quickest of some rounds, of four times each."""
    times = []
    for _ in range(rounds):
        begun = process_time_ns()
        for _ in range(4):
            work()
        times.append((process_time_ns() - begun) / 4)
    return min(times)


def report(found: Sequence[Cost]) -> str:
    """The table of `python -m benchmarks.scenarios`."""
    steps = sum(each.steps for each in found)
    bare_, whole = sum(each.bare for each in found), sum(each.whole for each in found)
    ratios = sorted(each.whole / each.bare for each in found)
    dearest = max(found, key=lambda each: each.whole / each.bare)
    return "\n".join(
        (
            f"{len(found)} scenarios of {steps} steps, in microseconds",
            f"  a bare step            {bare_ / steps / 1000:8.1f}",
            f"  a scenario's steps     {bare_ / len(found) / 1000:8.1f}",
            f"  a whole scenario       {whole / len(found) / 1000:8.1f}",
            f"  all against bare steps {whole / bare_:8.2f}",
            f"  half of them at most   {median(ratios):8.2f}",
            f"  the dearest            {ratios[-1]:8.2f}  {dearest.title}",
        )
    )

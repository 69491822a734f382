"""Rounds in which the contenders take turns, and the table of what came out."""

from __future__ import annotations

import gc
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median
from time import process_time_ns

from benchmarks.dispatch.contender import Contender, Script, Subject
from benchmarks.dispatch.order.subject import ORDER
from benchmarks.dispatch.parcel.subject import PARCEL

SUBJECTS = (PARCEL, ORDER)


@dataclass(frozen=True, slots=True)
class Line:
    """One contender's result: nanoseconds an event, and that over the generated module's, round by round."""

    name: str
    event: float
    ratio: float


def measure(subject: Subject, rounds: int, count: int) -> list[Line]:
    """Let all contenders run all scripts `count` times in each round, in turn.

    The collector of cycles is off while the clock runs, and runs before each turn. The clock is the processor time
    of this process, so other processes disturb little; what disturbs a round disturbs all its turns, so
    ratios are taken within rounds.
    """
    turns = [[turn(each, subject, count) for each in subject.contenders] for _ in range(rounds)]
    lines = []
    for place, contender in enumerate(subject.contenders):
        events = median(each[place] for each in turns)
        ratio = median(each[place] / each[0] for each in turns)
        lines.append(Line(contender.name, events, ratio))
    return lines


def turn(contender: Contender, subject: Subject, count: int) -> float:
    """Nanoseconds an event in one turn."""
    taken = sum(_run(contender, script, count) for script in subject.scripts.values())
    return taken / count / subject.events


def _run(contender: Contender, script: Script, count: int) -> int:
    run = contender.prepare(count, script)
    gc.collect()
    gc.disable()
    try:
        begin = process_time_ns()
        run()
        return process_time_ns() - begin
    finally:
        gc.enable()


def table(subject: Subject, lines: Sequence[Line]) -> str:
    """The lines as text, with the ratios both ways."""
    title = f"{subject.title} ({subject.events} events)"
    rows = [f"{title:<40}{'ns/event':>10}{'/ generated':>13}{'generated /':>13}"]
    rows += [
        f"{each.name:<40}{each.event:>10,.0f}{each.ratio:>13.2f}{1 / each.ratio:>13.2f}"
        for each in lines
    ]
    return "\n".join(rows)


def versions() -> str:
    """What was measured on."""
    libraries = [f"{each} {version(each)}" for each in ("transitions", "python-statemachine")]
    return ", ".join(
        [f"{platform.python_implementation()} {platform.python_version()}", *libraries]
    )

"""Rounds in which the contenders take turns, and the table of what came out."""

from __future__ import annotations

import gc
import json
import platform
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median
from time import process_time_ns

from herosaga_runtime.stored import instance_to_json

from benchmarks.dispatch.generated import Generated, charging, loaded
from benchmarks.dispatch.hand import HandWritten
from benchmarks.dispatch.scripts import DELIVERED, Contender, Script
from benchmarks.dispatch.with_statemachine import PythonStateMachine
from benchmarks.dispatch.with_transitions import Transitions

CONTENDERS: tuple[Contender, ...] = (
    Generated(),
    HandWritten(),
    Transitions(),
    PythonStateMachine(),
)
"""The generated module first: it is what the others are compared with."""


@dataclass(frozen=True, slots=True)
class Line:
    """One contender's result: nanoseconds an event, and that over the generated module's, round by round."""

    name: str
    event: float
    ratio: float


def measure(script: Script, rounds: int, count: int) -> list[Line]:
    """Let all contenders run a script `count` times in each round, in turn.

    The collector of cycles is off while the clock runs, and runs before each turn. The clock is the processor time
    of this process, so other processes disturb little; what disturbs a round disturbs all its turns, so
    ratios are taken within rounds.
    """
    turns = [[_turn(each, script, count) for each in CONTENDERS] for _ in range(rounds)]
    lines = []
    for place, contender in enumerate(CONTENDERS):
        events = median(turn[place] for turn in turns)
        ratio = median(turn[place] / turn[0] for turn in turns)
        lines.append(Line(contender.name, events, ratio))
    return lines


def _turn(contender: Contender, script: Script, count: int) -> float:
    run = contender.prepare(count, script)
    gc.collect()
    gc.disable()
    try:
        begin = process_time_ns()
        run()
        taken = process_time_ns() - begin
    finally:
        gc.enable()
    return taken / count / len(script)


def preparation(contender: Contender, count: int) -> float:
    """Nanoseconds to make what one order needs before its first event: a library's model and machine."""
    begin = process_time_ns()
    contender.prepare(count, DELIVERED)
    return (process_time_ns() - begin) / count


def size(count: int) -> float:
    """Bytes in memory of a running order, one read from its stored form, which shares nothing with others."""
    stored = json.dumps(instance_to_json(charging()))
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    instances = [loaded(stored) for _ in range(count)]
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / len(instances)


def table(title: str, lines: Sequence[Line]) -> str:
    """The lines as text; the one by hand also the other way round, as what the generated module costs over it."""
    rows = [f"{title:<22}{'ns/event':>10}{'/ generated':>13}{'generated /':>13}"]
    rows += [
        f"{each.name:<22}{each.event:>10,.0f}{each.ratio:>13.2f}{1 / each.ratio:>13.2f}"
        for each in lines
    ]
    return "\n".join(rows)


def versions() -> str:
    """What was measured on."""
    libraries = [f"{each} {version(each)}" for each in ("transitions", "python-statemachine")]
    return ", ".join(
        [f"{platform.python_implementation()} {platform.python_version()}", *libraries]
    )

"""What an event costs as sagas grow: the same events, in sagas of more and more states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.dispatch.contender import Contender, Subject
from benchmarks.dispatch.measure import turn

SIZES = (10, 100, 1_000)
_SLOW = "python-statemachine"
"""Takes a hundred times as long as the others, so it runs the less often."""


@dataclass(frozen=True, slots=True)
class Growth:
    """One contender's result: nanoseconds an event at each size, and the last over the first, round by round."""

    name: str
    events: tuple[float, ...]
    grown: float


@dataclass(frozen=True, slots=True)
class Result:
    """All contenders, and at each size the generated module's time over that of the code by hand, round by round."""

    lines: tuple[Growth, ...]
    over_hand: tuple[float, ...]


def growth(subjects: Sequence[Subject], rounds: int, count: int) -> Result:
    """Let each contender run all sizes in turn, and all contenders in each round.

    Each function must have run some dozens of times before the clock starts: Python fits its code to what it does.
    """
    columns = tuple(zip(*(each.contenders for each in subjects), strict=True))
    for column in columns:
        _row(column, subjects, 2 * count)
    turns = [[_row(column, subjects, count) for column in columns] for _ in range(rounds)]
    lines = tuple(
        Growth(
            column[0].name,
            tuple(median(each[place][size] for each in turns) for size in range(len(subjects))),
            median(each[place][-1] / each[place][0] for each in turns),
        )
        for place, column in enumerate(columns)
    )
    over = (
        median(each[0][size] / each[1][size] for each in turns) for size in range(len(subjects))
    )
    return Result(lines, tuple(over))


def _row(column: Sequence[Contender], subjects: Sequence[Subject], count: int) -> list[float]:
    times = max(1, count // 20) if column[0].name == _SLOW else count
    return [turn(one, each, times) for one, each in zip(column, subjects, strict=True)]


def growth_table(subjects: Sequence[Subject], result: Result) -> str:
    """The lines as text."""
    title = f"tour: states ({subjects[0].events:,} events)"
    sizes = "".join(f"{each.title:>10}" for each in subjects)
    rows = [f"{title:<40}{sizes}{'last / first':>14}"]
    for each in result.lines:
        events = "".join(f"{event:>10,.0f}" for event in each.events)
        rows.append(f"{each.name:<40}{events}{each.grown:>14.2f}")
    over = "".join(f"{each:>10.2f}" for each in result.over_hand)
    return "\n".join([*rows, f"{'generated / hand-written':<40}{over}"])

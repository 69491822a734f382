"""What an event costs as sagas grow: the same events, in sagas of more and more states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.dispatch.contender import Contender, Subject
from benchmarks.dispatch.measure import turn

SIZES = (10, 100, 1_000)
_SLOW = "python-statemachine"
"""Takes a hundred times as long as the others, so it runs the less often."""


@dataclass(frozen=True, slots=True)
class Growth:
    """One contender's result: nanoseconds an event at each size."""

    name: str
    events: tuple[float, ...]

    @property
    def grown(self) -> float:
        """The last size over the first."""
        return self.events[-1] / self.events[0]


def growth(subjects: Sequence[Subject], rounds: int, count: int) -> list[Growth]:
    """Let each contender run all sizes in turn, and all contenders in each round; the best of each counts.

    What disturbs only ever adds, and adds the more the more of the cache a turn needs, so that a mean would tell of the
    neighbours on the machine. Each function must have run some dozens of times before the clock starts: Python fits its
    code to what it does.
    """
    columns = tuple(zip(*(each.contenders for each in subjects), strict=True))
    for column in columns:
        _row(column, subjects, 2 * count)
    turns = [[_row(column, subjects, count) for column in columns] for _ in range(rounds)]
    return [
        Growth(column[0].name, tuple(map(min, zip(*(each[place] for each in turns), strict=True))))
        for place, column in enumerate(columns)
    ]


def _row(column: Sequence[Contender], subjects: Sequence[Subject], count: int) -> list[float]:
    times = max(1, count // 20) if column[0].name == _SLOW else count
    return [turn(one, each, times) for one, each in zip(column, subjects, strict=True)]


def growth_table(subjects: Sequence[Subject], lines: Sequence[Growth]) -> str:
    """The lines as text, and at each size the first over the second, the code by hand."""
    title = f"tour: states ({subjects[0].events:,} events)"
    sizes = "".join(f"{each.title:>10}" for each in subjects)
    rows = [f"{title:<40}{sizes}{'last / first':>14}"]
    for each in lines:
        events = "".join(f"{event:>10,.0f}" for event in each.events)
        rows.append(f"{each.name:<40}{events}{each.grown:>14.2f}")
    pairs = zip(lines[0].events, lines[1].events, strict=True)
    over = "".join(f"{one / other:>10.2f}" for one, other in pairs)
    return "\n".join([*rows, f"{'generated / hand-written':<40}{over}"])

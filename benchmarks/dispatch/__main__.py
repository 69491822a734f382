"""`python -m benchmarks.dispatch [rounds] [runs in a round]`."""

from __future__ import annotations

import sys
from dataclasses import replace

from benchmarks.dispatch.beside import beside
from benchmarks.dispatch.contender import check
from benchmarks.dispatch.growth import SIZES, growth, growth_table
from benchmarks.dispatch.measure import SUBJECTS, measure, table, versions
from benchmarks.dispatch.tour.subject import tour


def main(rounds: int = 9, count: int = 300) -> None:
    """Check that the contenders do the same, then measure and print."""
    tours = [tour(size) for size in SIZES]
    for subject in (*SUBJECTS, *tours):
        check(subject.contenders, subject.scripts)
    print(f"{versions()}; {rounds} rounds of {count} runs, in turn; processor time, gc off\n")
    for subject in SUBJECTS:
        measure(subject, 1, count)  # the first round only warms up
        print(table(subject, measure(subject, rounds, count)), end="\n\n")
    few = max(1, count // 15)  # a tour has many events
    print(growth_table(tours, growth(tours, rounds, few)), end="\n\n")
    print(f"{'before the first event':<40}{'ns':>10}{'bytes':>13}")
    for subject in SUBJECTS:
        print(*beside(subject, count), sep="\n")
    for subject in tours:
        print(*beside(replace(subject, title=f"tour of {subject.title}"), 3), sep="\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))

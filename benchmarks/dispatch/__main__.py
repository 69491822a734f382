"""`python -m benchmarks.dispatch [rounds] [runs in a round]`."""

from __future__ import annotations

import sys

from benchmarks.dispatch.contender import Subject, check
from benchmarks.dispatch.measure import SUBJECTS, measure, preparation, table, versions


def main(rounds: int = 9, count: int = 300) -> None:
    """Check that the contenders do the same, then measure and print."""
    for subject in SUBJECTS:
        check(subject.contenders, subject.scripts)
    print(f"{versions()}; {rounds} rounds of {count} runs, in turn; processor time, gc off\n")
    for subject in SUBJECTS:
        measure(subject, 1, count)  # the first round only warms up
        print(table(subject, measure(subject, rounds, count)), end="\n\n")
    print(
        "made for each instance before its first event, outside the times above, and its size as stored:"
    )
    for subject in SUBJECTS:
        print(f"  {_beside(subject, count)}")


def _beside(subject: Subject, count: int) -> str:
    libraries = subject.contenders[-2:]
    made = [f"{each.name} {preparation(each, count):,.0f} ns" for each in libraries]
    return f"{subject.title.partition(':')[0]}: {', '.join(made)}; {subject.size(2000):,.0f} bytes"


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))

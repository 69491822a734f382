"""`python -m benchmarks.dispatch [rounds] [runs in a round]`."""

from __future__ import annotations

import sys

from benchmarks.dispatch.measure import CONTENDERS, measure, preparation, size, table, versions
from benchmarks.dispatch.scripts import SCRIPTS, check


def main(rounds: int = 15, count: int = 100) -> None:
    """Check that the contenders do the same, then measure and print."""
    check(CONTENDERS)
    print(f"{versions()}; {rounds} rounds of {count} runs, in turn; processor time, gc off\n")
    for title, script in SCRIPTS.items():
        measure(script, 1, count)  # the first round only warms up
        print(table(f"{title} ({len(script)} events)", measure(script, rounds, count)), end="\n\n")
    print("made for each order before its first event, outside the times above:")
    for contender in CONTENDERS[2:]:
        print(f"{contender.name:<24}{preparation(contender, count):>10,.0f} ns")
    print(f"\nan order read from its stored form takes {size(2000):,.0f} bytes")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))

"""`python -m benchmarks.many [rounds]`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from benchmarks.many.measure import Cost, costs

SIZES = (100, 1_000, 3_000)


def table(found: Sequence[Cost]) -> str:
    """A line for each size, with what an answer costs over what it costs at the first size."""
    first = found[0]
    rows = [f"{'open at once':>14}{'steps us':>12}{'/ first':>10}{'host us':>12}{'/ first':>10}"]
    rows += [
        f"{each.size:>14,}{each.steps:>12.1f}{each.steps / first.steps:>10.2f}"
        f"{each.host:>12,.0f}{each.host / first.host:>10.2f}"
        for each in found
    ]
    return "\n".join(rows)


if __name__ == "__main__":
    print(table(costs(SIZES, *map(int, sys.argv[1:2]))))

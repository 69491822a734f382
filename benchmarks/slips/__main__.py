"""`python -m benchmarks.slips [rounds]`."""

from __future__ import annotations

import sys

from benchmarks.slips.measure import costs

SIZES = (10, 100, 1_000)


def main(rounds: int = 3) -> None:
    """Print a line for each length, with ratios to the saga's step, and to the first line."""
    print(f"{'legs':>8}{'saga us':>10}{'slip us':>10}{'/ saga':>8}{'fork us':>10}{'/ first':>9}")
    costs(("saga", "slip", "fork"), SIZES[0], 1)  # Python fits its code to what it does
    first = 0.0
    for size in SIZES:
        found = costs(("saga", "slip", "fork"), size, rounds)
        first = first or found["fork"]
        print(
            f"{size:>8,}{found['saga']:>10,.0f}{found['slip']:>10,.0f}"
            f"{found['slip'] / found['saga']:>8.2f}{found['fork']:>10,.0f}{found['fork'] / first:>9.2f}"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))

"""Let the interpreter and the generated code run random sagas at random, and see that they agree.

`python -m tests.agreement.run --runs 20000` takes about a quarter of an hour on two cores. It ends with a table of how often
each construct, trigger and failure was met. The first disagreement of each kind is made small and printed with its run;
the exit code is then 1. The same seed always gives the same programs and runs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from agreement.hits import Hits, watched
from agreement.work import RUNS, Tally, run, smallest

_AT_ONCE = 40
_FEW = 100


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--shown", type=int, default=3, help="how many disagreements are told")
    given = parser.parse_args()
    start = time.monotonic()
    total = _all(given.seed, -(-given.runs // RUNS), given.jobs, start)
    kinds = {
        each.kind: each for each in sorted(total.disagreements, key=lambda each: -len(each.inputs))
    }
    for found in list(kinds.values())[: given.shown]:
        print(f"\nThey disagree:\n\n{smallest(found)}")
    print(_table(total.hits, given.runs))
    print(_summary(total, time.monotonic() - start))
    for kind, number in Counter(each.kind for each in total.disagreements).most_common():
        print(f"{number:6,}  disagree in: {kind}")
    return int(bool(total.disagreements))


def _all(seed: int, programs: int, jobs: int, start: float) -> Tally:
    """All programs, in processes that are replaced now and then, so that none becomes large."""
    total = Tally()
    chunks = [(seed, chunk) for chunk in _chunks(programs)]
    with Pool(jobs, maxtasksperchild=10) as pool:
        for number, done in enumerate(pool.imap_unordered(_watched, chunks), 1):
            total.add(done)
            if number % 5 == 0 or number == len(chunks):
                print(_summary(total, time.monotonic() - start), file=sys.stderr, flush=True)
    return total


def _watched(chunk: tuple[int, range]) -> Tally:
    hits = Hits()
    with watched(hits):
        tally = run(*chunk)
    tally.hits += hits
    return tally


def _chunks(programs: int) -> Iterator[range]:
    for start in range(0, programs, _AT_ONCE):
        yield range(start, min(start + _AT_ONCE, programs))


def _table(hits: Hits, runs: int) -> str:
    """How often each was met, those that are rare marked."""
    rare = _FEW * runs / 20_000
    lines = [
        f"{'!' if number < rare else ' '} {number:9,}  {name}"
        for name, number in sorted(hits.items())
    ]
    return "\n".join(lines)


def _summary(total: Tally, seconds: float) -> str:
    return (
        f"{total.runs:,} runs of {total.programs:,} programs ({total.refused:,} refused) and {total.inputs:,} inputs "
        f"in {seconds:,.0f} s: {len(total.disagreements)} disagreements"
    )


if __name__ == "__main__":
    sys.exit(main())

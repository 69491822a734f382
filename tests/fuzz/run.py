"""Feed the compiler what nobody should write, and see that it always ends in findings.

`python tests/fuzz/run.py --runs 1000000` takes about an hour on two cores. An input that ends in an exception, takes
longer than `--seconds`, or makes a worker larger than 256 MiB is printed with its seed and number; the exit code is
then 1. The same seed and number always make the same input.
"""

from __future__ import annotations

import argparse
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz.inputs import made
from herosaga.compile import check_text, refused
from herosaga.emit.python import printed
from herosaga.report import full

from helpers.shape import faults

HERE = Path(__file__).resolve().parent
LARGEST = 256 * 1024 * 1024
_AT_ONCE = 2_000


@dataclass(slots=True)
class Tally:
    """What some inputs came to.

    `codes` counts the inputs that gave a finding of each code; `failures` has one input, told in full, for
    each way of failing, and `failed` counts them all.
    """

    codes: Counter[str] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)
    failed: int = 0
    slowest: tuple[float, int] = (0.0, 0)
    largest: int = 0

    def add(self, other: Tally) -> None:
        """Count another one's inputs too."""
        self.codes += other.codes
        self.failures = other.failures | self.failures
        self.failed += other.failed
        self.slowest = max(self.slowest, other.slowest)
        self.largest = max(self.largest, other.largest)


def tried(text: str) -> set[str]:
    """Take a program all the way that it goes; the codes of what is found, or "clean", "refused", "compiled"."""
    checked = check_text(text, HERE, HERE)
    for finding in checked.findings[:2]:
        full(finding)
    if checked.broken:
        return {finding.code for finding in checked.findings}
    if refused(checked.model):
        return {"refused"}
    texts = (printed(checked.model, file) for file in checked.model.files)
    strange = [fault for text in texts for fault in faults(text)]
    if strange:
        raise AssertionError(f"not the compiler's own text: {strange}")
    return {"compiled"}


def run(seed: int, numbers: range, seconds: int) -> Tally:
    """Try the inputs of these numbers."""
    tally, before = Tally(), _peak()
    signal.signal(signal.SIGALRM, _too_long)
    for number in numbers:
        start = time.perf_counter()
        signal.alarm(seconds)
        try:
            tally.codes.update(tried(made(seed, number)))
        except Exception as error:
            tally.failed += 1
            told = f"seed {seed}, number {number}:\n{traceback.format_exc(limit=-6, chain=False)}"
            tally.failures.setdefault(_way(error), told)
        finally:
            signal.alarm(0)
        tally.slowest = max(tally.slowest, (time.perf_counter() - start, number))
    tally.largest = _peak()
    if tally.largest > max(before, LARGEST):  # a process may have been large for other reasons
        tally.failed += 1
        tally.failures["size"] = f"seed {seed}, numbers {numbers}: {tally.largest >> 20} MiB"
    return tally


def _peak() -> int:
    """The most memory that this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _way(error: Exception) -> str:
    """What tells one failure from another: the error, and where it was raised."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.filename}:{frame.lineno}"


def _too_long(signum: int, frame: object) -> None:
    raise TimeoutError("took too long")


def _chunks(first: int, runs: int) -> Iterator[range]:
    for start in range(first, first + runs, _AT_ONCE):
        yield range(start, min(start + _AT_ONCE, first + runs))


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=20)
    given = parser.parse_args()
    total = Tally()
    start = time.monotonic()
    with ProcessPoolExecutor(given.jobs) as pool:
        waiting = [
            pool.submit(run, given.seed, chunk, given.seconds)
            for chunk in _chunks(given.first, given.runs)
        ]
        for number, done in enumerate(waiting, 1):
            total.add(done.result())
            if number % 10 == 0:
                print(
                    f"{number * _AT_ONCE:,} inputs, {total.failed} failures",
                    file=sys.stderr,
                    flush=True,
                )
    print("\n".join(total.failures.values()), end="\n" * bool(total.failures))
    print(_summary(total, given.runs, time.monotonic() - start))
    return int(bool(total.failures))


def _summary(total: Tally, runs: int, seconds: float) -> str:
    codes = "  ".join(f"{code} {count}" for code, count in sorted(total.codes.items()))
    slowest, number = total.slowest
    return (
        f"{runs:,} inputs in {seconds:,.0f} s, {total.failed} failures; the slowest (number {number}) "
        f"took {slowest:.2f} s; the largest worker had {total.largest >> 20} MiB\n{codes}"
    )


if __name__ == "__main__":
    sys.exit(main())

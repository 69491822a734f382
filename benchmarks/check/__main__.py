"""`python -m benchmarks.check [lines …]`: without sizes 1,000, 10,000 and 100,000 lines."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from herosaga.cli.memory import uncollected
from herosaga.compile import check_paths
from herosaga.findings import Severity

from benchmarks.check.project import project

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "checkout"
ROUNDS = 7


def main(sizes: list[int]) -> None:
    """Print the start-up beside bare Python, then the curve."""
    print(_start_up())
    print("\n   lines   seconds   lines/s   cost a line against the first size")
    first = 0.0
    for size in sizes:
        lines, seconds = _checked(size)
        first = first or seconds / lines
        print(
            f"{lines:8,} {seconds:9.2f} {lines / seconds:9,.0f}   {seconds / lines / first:.2f}",
            flush=True,
        )


def _start_up() -> str:
    """Whole processes in turn, so that all meet the same load: `check` of the sample, and Python that does nothing."""
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "herosaga --version": [sys.executable, "-m", "herosaga", "--version"],
        "herosaga check samples/checkout": [sys.executable, "-m", "herosaga", "check", str(SAMPLE)],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            times[name].append(_seconds(command))
    bare = median(times["python -c pass"])
    rows = [
        f"{name:28} {median(each) * 1000:6.0f} ms, {(median(each) - bare) * 1000:+5.0f} ms, "
        f"{median(each) / bare:5.1f} times bare Python"
        for name, each in times.items()
    ]
    return "\n".join(rows)


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def _checked(size: int) -> tuple[int, float]:
    """How many lines there are, and the processor seconds that checking them takes."""
    files = project(size)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for name, text in files.items():
            (root / name).write_text(text)
        with uncollected():  # as the command does
            start = time.process_time()
            checked = check_paths([root], root)
            seconds = time.process_time() - start
    wrong = [each for each in checked.findings if each.severity is not Severity.NOTE]
    if wrong:
        raise SystemExit(f"the project is not clean: {wrong[0]}")
    return sum(text.count("\n") for text in files.values()), seconds


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [1_000, 10_000, 100_000])

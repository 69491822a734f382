"""Kill a process at random moments, start it again, and compare what it left with a run that nobody killed.

`python tests/kill/sweep.py --kills 50` prints each kill with its seed and ends with a table; `--sample travel` takes another
sample. The same seed waits for the same time, though what the process is doing by then is up to the machine.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

Rows = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Left:
    """What a run leaves in its database: how each instance, slip and flow ended, what was done for which message."""

    outcomes: Rows
    slips: Rows
    flows: Rows
    effects: Rows
    dead: Rows


@dataclass(frozen=True, slots=True)
class Unkilled:
    """A run that nobody killed: what it left, how many lines it printed, and how long that took in seconds."""

    left: Left
    lines: int
    length: float


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: its seed, when it came, whether work was left, and whether all ended as in a run without it."""

    seed: int
    moment: str
    midway: bool
    alike: bool


Moment = Callable[["subprocess.Popen[str]", random.Random, Unkilled], str]
"""Waits for the moment to kill a process, and says which it was."""


APPS = {"checkout": "shopfront", "oms": "app", "travel": "agency"}
"""The samples, and the module of each that builds its host."""


def start(sample: str, database: Path) -> subprocess.Popen[str]:
    """A sample at work on a database."""
    paths = [ROOT / "samples" / sample, *(ROOT / each for each in ("runtime", "compiler", "tests"))]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    return subprocess.Popen(
        [sys.executable, "-m", "kill.shop", APPS[sample], str(database)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def finish(sample: str, database: Path) -> Unkilled:
    """Run to the end."""
    times = []
    with start(sample, database) as shop:
        assert shop.stdout is not None
        for _ in shop.stdout:
            times.append(time.monotonic())
    if shop.returncode:
        raise SystemExit(f"{sample} ended with {shop.returncode}")
    return Unkilled(left(database), len(times), times[-1] - times[0] if times else 0.0)


def after_seconds(shop: subprocess.Popen[str], chance: random.Random, whole: Unkilled) -> str:
    """Some time after the first commit."""
    assert shop.stdout is not None
    shop.stdout.readline()
    seconds = chance.uniform(0, whole.length)
    time.sleep(seconds)
    return f"{seconds:.3f} s after the first commit"


def after_lines(shop: subprocess.Popen[str], chance: random.Random, whole: Unkilled) -> str:
    """As soon as so many lines were printed: no clock is looked at."""
    assert shop.stdout is not None
    number = chance.randrange(1, whole.lines)
    for _ in range(number):
        shop.stdout.readline()
    return f"after line {number} of {whole.lines}"


def left(database: Path) -> Left:
    """What a database says of instances and effects."""
    with closing(sqlite3.connect(database)) as connection:

        def rows(query: str) -> Rows:
            return [tuple(map(str, row)) for row in connection.execute(query)]

        return Left(
            rows("SELECT saga, key, state, outcome FROM herosaga_instances ORDER BY saga, key"),
            rows("SELECT itinerary, id, status FROM herosaga_slips ORDER BY itinerary, id"),
            rows("SELECT flow, correlation, status FROM herosaga_flows ORDER BY flow, correlation"),
            rows("SELECT message, who, effect FROM effects ORDER BY message, effect"),
            rows("SELECT consumer, id FROM herosaga_dead_letters ORDER BY consumer, id"),
        )


def kill(sample: str, database: Path, seed: int, whole: Unkilled, moment: Moment) -> Kill:
    """Start a sample, kill it at a random moment, and let another process finish."""
    with start(sample, database) as shop:
        said = moment(shop, random.Random(seed), whole)
        shop.kill()
    midway = work_is_left(database, len(whole.left.outcomes))
    return Kill(seed, said, midway, finish(sample, database).left == whole.left)


def work_is_left(database: Path, instances: int) -> bool:
    """Whether mail waits, or an instance has not ended."""
    with closing(sqlite3.connect(database)) as connection:
        (waiting,) = connection.execute("SELECT count(*) FROM herosaga_mailbox").fetchone()
        (ended,) = connection.execute(
            "SELECT count(*) FROM herosaga_instances WHERE outcome IS NOT NULL"
        ).fetchone()
    return bool(waiting > 0 or ended < instances)


def sweep(kills: int, seed: int, moment: Moment, sample: str) -> list[Kill]:
    """Kill `kills` processes, each on a database of its own, the seeds counted up from `seed`."""
    with tempfile.TemporaryDirectory() as folder:
        whole = finish(sample, Path(folder) / "unkilled.db")
        instances, effects = len(whole.left.outcomes), len(whole.left.effects)
        print(f"unkilled: {instances} instances, {effects} effects, {whole.length:.2f} s")
        done = []
        for number in range(seed, seed + kills):
            each = kill(sample, Path(folder) / f"{number}.db", number, whole, moment)
            done.append(each)
            print(f"seed {each.seed}: killed {each.moment},", end=" ")
            print("midway," if each.midway else "after the last commit,", end=" ")
            print("all alike" if each.alike else "DIFFERENT", flush=True)
        return done


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", choices=APPS, default="oms")
    given = parser.parse_args(arguments)
    done = sweep(given.kills, given.seed, after_seconds, given.sample)
    midway = sum(each.midway for each in done)
    wrong = sum(not each.alike for each in done)
    print(f"{len(done)} kills, {midway} between the first and the last commit, {wrong} different")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())

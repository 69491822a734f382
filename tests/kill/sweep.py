"""Kill a process at random moments, start it again, and compare what it left with a run that nobody killed.

`python tests/kill/sweep.py --kills 50` prints each kill with its seed and ends with a table. The same seed waits for
the same time, though what the process is doing by then is up to the machine.
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
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHOP = Path(__file__).with_name("shop.py")

Rows = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Left:
    """What a run leaves in its database: how each instance ended, what was done for which message."""

    outcomes: Rows
    effects: Rows
    dead: Rows


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: its seed, the seconds after the first commit, whether work was left, and whether all ended alike."""

    seed: int
    after: float
    midway: bool
    alike: bool


def start(database: Path) -> subprocess.Popen[str]:
    """A shop at work on a database."""
    paths = [ROOT / "samples" / "oms", ROOT / "runtime", ROOT / "compiler"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    return subprocess.Popen(
        [sys.executable, str(SHOP), str(database)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def finish(database: Path) -> tuple[Left, float]:
    """Run to the end; what is left, and the seconds from the first commit to the last."""
    times = []
    with start(database) as shop:
        assert shop.stdout is not None
        for _ in shop.stdout:
            times.append(time.monotonic())
    if shop.returncode:
        raise SystemExit(f"the shop ended with {shop.returncode}")
    return left(database), times[-1] - times[0] if times else 0.0


def left(database: Path) -> Left:
    """What a database says of orders and effects."""
    with closing(sqlite3.connect(database)) as connection:

        def rows(query: str) -> Rows:
            return [tuple(map(str, row)) for row in connection.execute(query)]

        return Left(
            rows("SELECT saga, key, state, outcome FROM herosaga_instances ORDER BY saga, key"),
            rows("SELECT message, who, effect FROM effects ORDER BY message, effect"),
            rows("SELECT consumer, id FROM herosaga_dead_letters ORDER BY consumer, id"),
        )


def kill(database: Path, seed: int, expected: Left, length: float) -> Kill:
    """Start a shop, kill it at a random moment after its first commit, and let another one finish."""
    after = random.Random(seed).uniform(0, length)
    with start(database) as shop:
        assert shop.stdout is not None
        shop.stdout.readline()
        time.sleep(after)
        shop.kill()
    with closing(sqlite3.connect(database)) as connection:
        (waiting,) = connection.execute("SELECT count(*) FROM herosaga_mailbox").fetchone()
        (ended,) = connection.execute(
            "SELECT count(*) FROM herosaga_instances WHERE outcome IS NOT NULL"
        ).fetchone()
    midway = waiting > 0 or ended < len(expected.outcomes)
    found, _ = finish(database)
    return Kill(seed, after, midway, found == expected)


def sweep(kills: int, seed: int) -> list[Kill]:
    """Kill `kills` processes, each on a database of its own, the seeds counted up from `seed`."""
    with tempfile.TemporaryDirectory() as folder:
        expected, length = finish(Path(folder) / "unkilled.db")
        print(
            f"unkilled: {len(expected.outcomes)} instances, {len(expected.effects)} effects, {length:.2f} s"
        )
        done = []
        for number in range(seed, seed + kills):
            each = kill(Path(folder) / f"{number}.db", number, expected, length)
            done.append(each)
            print(f"seed {each.seed}: killed after {each.after:.3f} s,", end=" ")
            print("midway," if each.midway else "after the last commit,", end=" ")
            print("all alike" if each.alike else "DIFFERENT", flush=True)
        return done


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    done = sweep(given.kills, given.seed)
    midway = sum(each.midway for each in done)
    wrong = sum(not each.alike for each in done)
    print(f"{len(done)} kills, {midway} between the first and the last commit, {wrong} different")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())

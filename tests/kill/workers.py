"""Three workers pass slips among them on one file; one after the other is killed at random, and started again.

`python tests/kill/workers.py --kills 200 --stops 20 --seed 1` prints each kill and ends with a table. Which worker is killed, and after how
many commits of any of them, comes from the seed; what they are doing by then is up to the machine. New slips begin as long as there
are kills to come. Then every slip is compared with one of its kind that nobody has killed: how it ended, what happened to each of
its parts and in what order, and what was done, once each, in the store.

Now and then a worker is only stopped, and goes on after others have redone what it held: it comes too late, and nothing of it counts.

No worker may starve. From its first word to its end, a life of a worker sees so many steps being done by whomever; of those it must
have done its share.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import queue
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from herosaga_runtime import Host
from herosaga_runtime.testing import SeededRandom

from helpers.projects import generated, importable
from kill.parcels import KINDS, LOGGED, PROGRAM, RACING, kind, pieces

ROOT = Path(__file__).resolve().parents[2]
PATHS = [ROOT / each for each in ("runtime", "compiler", "tests")]
WORKERS = 3
AHEAD = 24
"""How many slips are under way while there are kills to come."""
OFTEN = 50
"""After how many words it is looked whether slips are wanted."""
LONG = 500
"""How many words of others a worker is stopped for: longer than its lease."""
LEAST = 60
"""A life that has seen fewer steps says nothing about shares."""
SHARE = 0.05
SILENCE = 2.0
"""Seconds without a word after which it is looked whether there is something to do."""

STEPS = ("done", "undone")


@dataclass(slots=True)
class Life:
    """A process: in whose place it works, what it has done, and what was done by anyone while it lived."""

    place: int
    process: subprocess.Popen[str]
    works: bool = False
    own: int = 0
    seen: int = 0

    @property
    def share(self) -> float:
        """Its part of what was done; 1 where that was too little to say."""
        return self.own / self.seen if self.seen >= LEAST else 1.0


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: after how many words since the last, in whose place, and how many slips were under way."""

    number: int
    words: int
    place: int
    under_way: int


@dataclass(frozen=True, slots=True)
class Journey:
    """What became of a slip: its status, what happened to each of its parts, and what was done for it.

    Undos are among `done`, but not by name among `parts`: branches end in any order, and so does what undoes them.
    """

    status: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    effects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep has come to: the kills, the lives, the slips that are not as they should be and why."""

    kills: list[Kill]
    lives: list[Life]
    slips: int
    steps: int
    wrong: list[str]

    @property
    def starved(self) -> list[Life]:
        """The lives that had less than their share."""
        return [each for each in self.lives if each.share < SHARE]


# --- the store ---------------------------------------------------------------------------------


def make(database: Path) -> None:
    """Make a store, and the table of what is done."""

    async def begin() -> None:
        async with Host(f"sqlite:///{database}"):
            return

    asyncio.run(begin())
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE effects (message TEXT, n INTEGER, what TEXT)")


def feed(database: Path, it: Any, numbers: range) -> None:
    """Let slips begin. The ids are the same in every run; each is sent twice."""

    async def send() -> None:
        host = Host(f"sqlite:///{database}", random=SeededRandom())
        host.add(it.ParcelItinerary)
        async with host.opened():
            for _ in range(2):
                for n in numbers:
                    await host.send(it.Parcel(n, pieces(n)), id=f"parcel-{n}")

    asyncio.run(send())


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database, timeout=60)) as connection:
        return connection.execute(query).fetchall()


def ended(database: Path) -> int:
    """How many slips have come to an end."""
    query = "SELECT count(*) FROM herosaga_slips WHERE status NOT IN ('running', 'compensating')"
    return int(rows(database, query)[0][0])


# --- what became of slips ------------------------------------------------------------------------


def journeys(database: Path) -> dict[int, Journey]:
    """What became of each slip, by its number."""
    parts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for id, part, activity, happened in _history(database):
        name = "" if happened == "undone" else activity
        parts[id][part].append(f"{happened} {name}".rstrip())
    effects: dict[int, list[str]] = defaultdict(list)
    for n, what in rows(database, "SELECT n, what FROM effects"):
        effects[n].append(what)
    return {
        n: Journey(
            status,
            tuple(sorted((part, tuple(said)) for part, said in parts[id].items())),
            tuple(sorted(effects[n])),
        )
        for id, status in rows(database, "SELECT id, status FROM herosaga_slips")
        for n in [int(id.rpartition("-")[2])]
    }


def _history(database: Path) -> list[tuple[str, str, str, str]]:
    return rows(
        database,
        "SELECT key, before, message_type, reception FROM herosaga_history ORDER BY seq",
    )


def ways(database: Path) -> dict[int, tuple[list[str], list[str]]]:
    """What can be undone of what was done for each slip, and what was undone, both in order."""
    found: dict[int, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for id, _, activity, happened in _history(database):
        name = activity.rpartition(".")[2]
        if happened in STEPS and name in LOGGED:
            found[int(id.rpartition("-")[2])][happened == "undone"].append(name)
    return found


def wrong(database: Path, whole: dict[int, Journey], slips: int) -> list[str]:
    """What is not as it should be, in words; `whole` has one slip of each kind that nobody has killed."""
    found = journeys(database)
    said = [f"{each} twice in the store" for each in _twice(database)]
    said += [f"{each} is left in the mailbox" for each in _left(database)]
    if set(found) != set(range(slips)):
        said.append(f"{slips} slips were sent, and there are {len(found)}")
    for n, (done, undone) in ways(database).items():
        if found[n].status == "faulted" and undone != done[::-1]:
            said.append(f"slip {n} has undone {undone} of {done}")
        if found[n].status == "completed" and undone:
            said.append(f"slip {n} has completed, and undone {undone}")
    for n, each in found.items():
        said += _different(n, each, whole[kind(n)])
    return said


def _twice(database: Path) -> list[str]:
    """Steps that are twice in the store: by the message that they were done for, or by what was done."""
    by_message = "SELECT message FROM effects GROUP BY message HAVING count(*) > 1"
    by_effect = "SELECT n || ' ' || what FROM effects GROUP BY n, what HAVING count(*) > 1"
    return [str(each) for query in (by_message, by_effect) for (each,) in rows(database, query)]


def _left(database: Path) -> list[str]:
    query = "SELECT id FROM herosaga_mailbox UNION ALL SELECT id FROM herosaga_dead_letters"
    return [str(each) for (each,) in rows(database, query)]


def _different(n: int, one: Journey, other: Journey) -> list[str]:
    if kind(n) != RACING:
        return [] if one == other else [f"slip {n} is {one}, and unkilled {other}"]
    undone = Counter(each.removeprefix("undo ") for each in one.effects if each.startswith("undo "))
    done = Counter(each for each in one.effects if each in LOGGED)
    balanced = done == undone and one.status == other.status and "lost" in one.effects
    return [] if balanced else [f"slip {n} is {one}"]


# --- workers -----------------------------------------------------------------------------------


@dataclass(slots=True)
class Workers:
    """Three processes, and what they say. `words` has, of each line, whose it is and the line."""

    root: Path
    database: Path
    lives: list[Life] = field(default_factory=list)
    working: dict[int, Life] = field(default_factory=dict)
    words: queue.Queue[tuple[Life, str]] = field(default_factory=queue.Queue)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self, place: int) -> None:
        """Let a worker begin in a place."""
        path = os.pathsep.join(map(str, (self.root, *PATHS)))
        process = subprocess.Popen(
            [sys.executable, "-m", "kill.parcels", str(self.database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": path},
        )
        life = Life(place, process)
        self.lives.append(life)
        self.working[place] = life
        self.threads.append(threading.Thread(target=self._listen, args=(life,), daemon=True))
        self.threads[-1].start()

    def _listen(self, life: Life) -> None:
        assert life.process.stdout is not None
        with life.process.stdout as lines:
            for line in lines:
                self.words.put((life, line.rstrip()))

    def hear(self) -> bool:
        """Wait for the next word, and count the steps; False if there was none for a while."""
        try:
            life, line = self.words.get(timeout=SILENCE)
        except queue.Empty:
            return False
        if line == "at work":
            life.works = True
        if line.partition(" ")[0] in STEPS:
            life.own += 1
            for each in self.working.values():
                each.seen += each.works
        return True

    def kill(self, place: int) -> None:
        """kill -9, and another begins in its place."""
        process = self.working.pop(place).process
        process.kill()
        _end(process)
        self.start(place)

    def stop(self, place: int) -> None:
        """Stop a worker until its lease is over; for shorter, if it holds the file, which all others wait for then."""
        life = self.working[place]
        works, life.works = life.works, False
        life.process.send_signal(signal.SIGSTOP)
        for _ in range(LONG):
            if not self.hear():
                break  # or there is nothing to do
        life.process.send_signal(signal.SIGCONT)
        life.works = works

    def finish(self) -> None:
        """Let all go on until every slip has ended, and listen to the end."""
        for life in self.working.values():
            assert life.process.stdin is not None
            life.process.stdin.close()
        for each in self.threads:
            each.join()
        while not self.words.empty():
            self.hear()
        for life in self.working.values():
            if life.process.wait():
                raise SystemExit(f"a worker ended with {life.process.returncode}")
            _end(life.process)


def _end(process: subprocess.Popen[str]) -> None:
    process.wait()
    if process.stdin is not None and not process.stdin.closed:
        process.stdin.close()


# --- the sweep ---------------------------------------------------------------------------------


def sweep(kills: int, seed: int, most: int = 300, stops: int = 0) -> Swept:
    """Kill workers `kills` times, each time after up to `most` words of any of them; before `stops` of that one is stopped."""
    with tempfile.TemporaryDirectory() as folder:
        root, chance = Path(folder), random.Random(seed)
        with importable(generated({"post.saga": PROGRAM}), root, "post.post") as (it,):
            whole, database = unkilled(root, it), root / "killed.db"
            make(database)
            workers, feeding = Workers(root, database), Feeding(database, it)
            stopping, done = set(chance.sample(range(kills), min(stops, kills))), list[Kill]()
            for place in range(WORKERS):
                workers.start(place)
            while len(done) < kills:
                words, place = chance.randrange(1, most), chance.randrange(WORKERS)
                feeding.wait(workers, words)
                if len(done) in stopping:
                    workers.stop(chance.randrange(WORKERS))
                workers.kill(place)
                done.append(Kill(len(done) + 1, words, place, feeding.under_way))
                print(_said(done[-1], seed), flush=True)
            workers.finish()
            steps, bad = sum(each.own for each in workers.lives), wrong(
                database, whole, feeding.slips
            )
            return Swept(done, workers.lives, feeding.slips, steps, bad)


@dataclass(slots=True)
class Feeding:
    """Lets slips begin, so that some are under way; `slips` have begun."""

    database: Path
    it: Any
    slips: int = 0

    @property
    def under_way(self) -> int:
        """How many have not ended."""
        return self.slips - ended(self.database)

    def more(self) -> None:
        """Let as many begin as are wanted."""
        missing = AHEAD - self.under_way
        if missing > AHEAD // 2:
            feed(self.database, self.it, range(self.slips, self.slips + missing))
            self.slips += missing

    def wait(self, workers: Workers, words: int) -> None:
        """Listen to so many words, and see to it that there is enough to do."""
        for number in range(words):
            if not workers.hear() or number % OFTEN == 0:
                self.more()


def _said(kill: Kill, seed: int) -> str:
    return (
        f"seed {seed}, kill {kill.number}: worker {kill.place} after {kill.words} more words, "
        f"{kill.under_way} slips under way"
    )


def unkilled(root: Path, it: Any) -> dict[int, Journey]:
    """One slip of each kind, by workers that nobody kills."""
    database = root / "unkilled.db"
    make(database)
    feed(database, it, range(KINDS))
    workers = Workers(root, database)
    workers.start(0)
    workers.finish()
    return journeys(database)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--words", type=int, default=300, help="the most between two kills")
    parser.add_argument("--stops", type=int, default=0, help="how often one is stopped")
    given = parser.parse_args(arguments)
    swept = sweep(given.kills, given.seed, given.words, given.stops)
    print(table(swept), *swept.wrong, sep="\n")
    return int(bool(swept.wrong or swept.starved))


def table(swept: Swept) -> str:
    """What a sweep has come to."""
    midway = sum(each.under_way > 0 for each in swept.kills)
    judged = sorted(each.share for each in swept.lives if each.seen >= LEAST)
    least = f"{judged[0]:.0%}" if judged else "none"
    lines = [
        f"{len(swept.kills)} kills, {midway} while slips were under way",
        f"{swept.slips} slips, {swept.steps} steps told of, {len(swept.wrong)} things wrong",
        f"{len(swept.lives)} lives, {len(judged)} of at least {LEAST} steps; the least share {least}",
    ]
    for place in range(WORKERS):
        own = sum(each.own for each in swept.lives if each.place == place)
        killed = sum(each.place == place for each in swept.kills)
        lines.append(
            f"worker {place}: killed {killed} times, {own} steps, {own / max(swept.steps, 1):.0%}"
        )
    return "\n".join([*lines, f"{len(swept.starved)} starved"])


if __name__ == "__main__":
    sys.exit(main())

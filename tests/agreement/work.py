"""Many random programs and runs: the same for the same seed and number, whoever works on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import ModuleType

from agreement.agree import Disagreement, Next, played, replayed
from agreement.chance import Chance, Choose
from agreement.generated import module_of
from agreement.hits import Hits, count
from agreement.inputs import Input
from agreement.programs import Program, checked
from agreement.runs import Run
from agreement.sagas import program
from agreement.seen import Seen
from agreement.shrink import Inputs, shrunk
from herosaga_runtime.errors import DecodeError

RUNS = 5
"""So many runs of each program: it costs more to compile a program than to run it."""


@dataclass(slots=True)
class Tally:
    """What some programs and runs came to. `refused` are programs with an error, told for the first few."""

    programs: int = 0
    runs: int = 0
    inputs: int = 0
    refused: int = 0
    hits: Hits = field(default_factory=Hits)
    disagreements: list[Disagreement] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another one's too."""
        self.programs += other.programs
        self.runs += other.runs
        self.inputs += other.inputs
        self.refused += other.refused
        self.hits += other.hits
        self.disagreements += other.disagreements


def run(seed: int, numbers: Iterable[int]) -> Tally:
    """The programs of these numbers, each with its runs."""
    tally = Tally()
    with TemporaryDirectory() as folder:
        for number in numbers:
            found = tried(Random(f"{seed}/{number}").randrange, Path(folder), tally)
            if found is not None:
                tally.disagreements.append(found)
    return tally


def tried(choose: Choose, folder: Path, tally: Tally, runs: int = RUNS) -> Disagreement | None:
    """A random program and some runs of it, up to the first on which the two disagree."""
    text = program(choose)
    tally.programs += 1
    made = checked(text)
    if made is None:
        tally.refused += 1
        return None
    try:
        module = module_of(made.model, folder)
    except Exception as error:
        return Disagreement(text, (), (f"not compiled: {error!r}",))
    for _ in range(runs):
        tally.runs += 1
        found = once(made, module, choose, tally)
        if found is not None:
            return found
    return None


def once(made: Program, module: ModuleType, choose: Choose, tally: Tally) -> Disagreement | None:
    """One run."""
    chance, before = Chance(choose), Seen()

    def watch(given: Input, seen: Seen) -> None:
        nonlocal before
        tally.inputs += 1
        count(tally.hits, given, before, seen)
        before = seen

    return played(made, module, going_on(Run(made, module, chance), chance), watch)


def going_on(run: Run, chance: Chance) -> Next:
    """What comes next, for so long; little more once it has ended."""
    left = 6 + chance.below(24)

    def after(seen: Seen) -> Input | None:
        nonlocal left
        left = min(left - 1, 2) if seen.outcome else left - 1
        return run.next(seen) if left >= 0 else None

    return after


# --- disagreements -----------------------------------------------------------------------------


def again(text: str, inputs: Inputs, folder: Path) -> Disagreement | None:
    """A program and a run that are written down; None if both agree, or if the program is none."""
    made = checked(text)
    if made is None:
        return None
    try:
        module = module_of(made.model, folder)
    except Exception as error:
        return Disagreement(text, inputs, (f"not compiled: {error!r}",))
    return replayed(made, module, inputs)


def smallest(found: Disagreement, seconds: float = 60) -> Disagreement:
    """The same disagreement, told by as small a program and run as can be found in this time."""
    kind = found.kind
    with TemporaryDirectory() as folder:

        def holds(text: str, inputs: Inputs) -> bool:
            try:
                less = again(text, inputs, Path(folder))
            except (AttributeError, LookupError, StopIteration, DecodeError):
                return False  # an input names what is no longer declared
            return less is not None and less.kind == kind

        text, inputs = shrunk(found.text, found.inputs, holds, seconds)
        return again(text, inputs, Path(folder)) or found

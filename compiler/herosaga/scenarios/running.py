"""Scenarios are run: modules are compiled into a folder of their own, and what they find is told in the words of the source."""

from __future__ import annotations

import runpy
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import TYPE_CHECKING, Any

from herosaga.emit.python import printed
from herosaga.model import model as m
from herosaga.names import module_path
from herosaga.scenarios.module import Externs, Written, module
from herosaga.source import Span
from msgspec import Struct

if TYPE_CHECKING:
    from herosaga_runtime.testing import Entry, SagaTest

_PACKAGE = '__path__ = __import__("pkgutil").extend_path(__path__, __name__)\n'
"""A generated package beside one of the user's with the same name: modules of both are found."""


class Taken(Struct, frozen=True):
    """A step of a run: when, what it was in words, and the place of the scenario that brought it about."""

    time: str
    text: str
    span: Span | None


class Failure(Struct, frozen=True):
    """What was expected where, what came, and the run so far. `expected` is "" where it could not even be tried."""

    span: Span
    expected: str
    came: str
    run: tuple[Taken, ...]


class Result(Struct, frozen=True):
    """A scenario that was run: what failed, None if nothing did, and everything that happened in it."""

    scenario: m.Scenario
    seconds: float
    failure: Failure | None
    run: tuple[Entry, ...]


def needed(model: m.Model, scenarios: Sequence[m.Scenario]) -> tuple[str, ...]:
    """The files whose modules these scenarios need: their own, and what they import."""
    found: dict[str, None] = {}
    open_ = [each.file for each in scenarios]
    while open_:
        name = open_.pop()
        if name not in found:
            found[name] = None
            open_.extend(model.files[name].imports)
    return tuple(name for name in model.files if name in found)


def part(model: m.Model, files: Sequence[str]) -> m.Model:
    """What these files of a project declare."""
    kept: dict[str, Any] = {}
    for each in fields(model):
        declared = getattr(model, each.name)
        if isinstance(declared, Mapping) and each.name not in ("files", "uses"):
            kept[each.name] = {id: node for id, node in declared.items() if node.file in files}
    return replace(model, **kept)


def prepare(
    model: m.Model, scenarios: Sequence[m.Scenario], externs: Externs | None, folder: Path
) -> tuple[Path, Written]:
    """Write the modules that scenarios need, and that of their tests; the latter's path and what is in it."""
    for name in needed(model, scenarios):
        path = folder / module_path(name, model.files[name].namespace)
        for package in path.relative_to(folder).parents[:-1]:
            (folder / package).mkdir(exist_ok=True, parents=True)
            (folder / package / "__init__.py").write_text(_PACKAGE)
        path.write_text(printed(model, name), "utf-8")
    written = module(model, scenarios, externs, returns=True)
    tests = folder / "scenarios of this run.py"
    tests.write_text(written.text, "utf-8")
    return tests, written


def run(path: Path, written: Written) -> Iterator[Result]:
    """Run the tests of a module that `prepare` has written."""
    tests = runpy.run_path(str(path))
    for name, scenario in written.tests.items():
        yield _run(tests[name], scenario, _Places(path, written.spans))


@contextmanager
def importable(folder: Path, others: Sequence[Path]) -> Iterator[None]:
    """The modules in `folder` can be imported, before those in other folders, and are forgotten afterwards.

    What was imported before by the name of one of them is put aside until then.
    """
    aside = _put_aside({path.stem for path in folder.iterdir()})
    before, searched, writes = set(sys.modules), sys.path[:], sys.dont_write_bytecode
    sys.path[:0] = [str(each) for each in (folder, *others)]
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.path[:], sys.dont_write_bytecode = searched, writes
        homes = (folder, *others)
        for name in set(sys.modules) - before:
            if _is_in(sys.modules[name], homes):
                del sys.modules[name]
        sys.modules.update(aside)


def _put_aside(names: set[str]) -> dict[str, ModuleType]:
    found = [each for each in sys.modules if each.partition(".")[0] in names]
    return {each: sys.modules.pop(each) for each in found}


def _is_in(module: ModuleType, folders: Sequence[Path]) -> bool:
    """Whether a module, or a package without a file of its own, comes from one of these folders."""
    places = [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
    return any(Path(each).is_relative_to(folder) for each in places if each for folder in folders)


# --- one scenario ------------------------------------------------------------------------------


class _Places(Struct, frozen=True):
    """Which lines of the module stand for which places of the source."""

    path: Path
    spans: Mapping[int, Span]

    def of(self, entry: Entry) -> Span | None:
        """The place that brought a step about."""
        return self.spans.get(entry.place.line)

    def failing(self, error: Exception) -> tuple[int, dict[str, Any]]:
        """The line of the test at which an error was raised, and its variables there."""
        for frame, line in traceback.walk_tb(error.__traceback__):
            if frame.f_code.co_filename == str(self.path):
                return line, frame.f_locals
        raise error  # not from a test: our own


def _run(test: Any, scenario: m.Scenario, places: _Places) -> Result:
    from herosaga_runtime.testing import Unmet

    begun = perf_counter()
    try:
        done: SagaTest[Any, Any, Any] = test()
        return Result(scenario, perf_counter() - begun, None, tuple(done.run))
    except Unmet as error:
        seconds = perf_counter() - begun
        span = places.spans.get(error.place.line, scenario.span)
        return _failed(scenario, seconds, span, error.expected, error.came, error.run, places)
    except Exception as error:
        seconds = perf_counter() - begun
        line, variables = places.failing(error)
        made = variables.get("test")
        steps = tuple(made.run) if made is not None else ()
        span = places.spans.get(line, scenario.span)
        return _failed(scenario, seconds, span, "", _told(error), steps, places)


def _failed(
    scenario: m.Scenario,
    seconds: float,
    span: Span,
    expected: str,
    came: str,
    steps: tuple[Entry, ...],
    places: _Places,
) -> Result:
    from herosaga_runtime.testing.times import since_start

    several = len({each.key for each in steps}) > 1
    told = (
        Taken(
            since_start(each.time),
            f"[{each.key}] {each.text()}" if several else each.text(),
            places.of(each),
        )
        for each in steps
    )
    return Result(scenario, seconds, Failure(span, expected, came, tuple(told)), steps)


def _told(error: Exception) -> str:
    """An error of our own in its words, one of the user's code with its kind."""
    from herosaga_runtime import UsageError

    return str(error) if isinstance(error, UsageError) else f"{type(error).__name__}: {error}"

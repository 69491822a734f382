"""`herosaga test`: run scenarios, or write them as pytest."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer
from herosaga.cli.check import checked_project
from herosaga.cli.output import coloured, counted, full_text, say, summary, write
from herosaga.cli.settings import Settings, settings_of, targets
from herosaga.cli.stop import Stop
from herosaga.cli.users import imported, named, told
from herosaga.cli.writing import content, replace_file
from herosaga.findings import Finding, Severity

if TYPE_CHECKING:
    from herosaga.model import model as m
    from herosaga.scenarios.covered import Covered
    from herosaga.scenarios.module import Externs
    from herosaga.scenarios.running import Result
    from herosaga.scenarios.shown import Look


class Format(StrEnum):
    """How results are printed."""

    FULL = "full"
    CONCISE = "concise"
    JSON = "json"


class Emit(StrEnum):
    """As what scenarios are written."""

    PYTEST = "pytest"


def test(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATHS", help="Files and folders. Without one: the project's sources."
        ),
    ] = None,
    only: Annotated[
        str, typer.Option("-k", metavar="TEXT", help="Only scenarios with TEXT in their title.")
    ] = "",
    format: Annotated[
        Format, typer.Option(metavar="FORMAT", help=f"One of {', '.join(Format)}.")
    ] = Format.FULL,
    coverage: Annotated[
        bool,
        typer.Option("--coverage", help="Say which states, transitions and undo nothing reached."),
    ] = False,
    junit: Annotated[
        str, typer.Option(metavar="FILE", help="Write the results as JUnit XML too.")
    ] = "",
    emit: Annotated[
        Emit | None,
        typer.Option(metavar="FORM", help="Run nothing; write the scenarios as `pytest` tests."),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where `--emit` writes to.")
    ] = "",
) -> int:
    """Run the scenarios in .saga files, on a clock that nobody waits for.

    Exits with 0 if all are right, 1 if one fails or the program is wrong, and 2 if none could be run.
    """
    from herosaga.model.runs import with_runs

    _possible(emit, output, junit, coverage)
    project = settings_of(paths or [])
    checked = checked_project(paths or [], project)
    if _wrong(checked.findings, checked.files):
        return 1
    model = with_runs(checked.model)
    scenarios = _chosen(model, paths or [], project, only)
    if _wrong(_refused(model, scenarios), checked.files):
        return 1
    externs = _externs(project, model, scenarios)
    if emit is not None:
        return _emit(model, scenarios, externs, output)
    results, code = _run(project, model, scenarios, externs, format)
    found = None
    if coverage:
        from herosaga.scenarios.covered import covered

        found = tuple(covered(model, results))
    _report(results, found, format, _look(model), junit)
    return code


def _possible(emit: Emit | None, output: str, junit: str, coverage: bool) -> None:
    if output and emit is None:
        raise Stop("`--output` is where `--emit` writes to: add `--emit pytest`")
    if emit is not None and (junit or coverage):
        raise Stop("`--emit` runs nothing: there are no results for `--junit` or `--coverage`")


def _wrong(findings: Sequence[Finding], files: int) -> bool:
    """Whether there are errors, with which nothing is run. They are told."""
    errors = [each for each in findings if each.severity is Severity.ERROR]
    if errors:
        write(full_text(errors, sys.stdout))
        say(f"{summary(errors, files)}\nnothing is run until the errors are mended\n")
    return bool(errors)


def _refused(model: m.Model, scenarios: Sequence[m.Scenario]) -> Sequence[Finding]:
    """What can't be generated yet, of what these scenarios need."""
    from herosaga.compile import refused
    from herosaga.scenarios.running import needed, part

    return refused(part(model, needed(model, scenarios)))


def _chosen(
    model: m.Model, paths: Sequence[str], project: Settings, only: str
) -> tuple[m.Scenario, ...]:
    """The scenarios in the given files; those of files that are merely imported are not asked for."""
    places = [path.resolve() for path in targets(paths, project)[0]]

    def asked(each: m.Scenario) -> bool:
        path = model.files[each.file].source.path
        return path is not None and any(path.resolve().is_relative_to(place) for place in places)

    there = tuple(filter(asked, model.scenarios))
    if not there:
        where = ", ".join(paths) or str(project.root)
        raise Stop(f"there is no scenario in {where}: `herosaga test` runs `scenario` blocks")
    found = tuple(each for each in there if only.lower() in each.title.lower())
    for each in found:
        _possible_values(each)
    if not found:
        raise Stop(f"none of {counted(len(there), 'scenario')} has {only!r} in its title")
    return found


def _possible_values(scenario: m.Scenario) -> None:
    from herosaga.scenarios.values import calls_extern

    call = calls_extern(scenario)
    if call is not None:
        where, name = f"{scenario.file}:{call.span.line}", call.id.rpartition(".")[2]
        raise Stop(f"{where}: a scenario can't call `{name}`: write the value that it would give")


def _externs(project: Settings, model: m.Model, scenarios: Sequence[m.Scenario]) -> Externs | None:
    """Where the extern functions are, if one of the sagas calls any."""
    from herosaga.scenarios.module import Externs, uses_externs

    used = dict.fromkeys(model.sagas[each.saga].id for each in scenarios)
    callers = [model.sagas[id].name for id in used if uses_externs(model, model.sagas[id])]
    if not callers:
        return None
    if not project.externs:
        raise Stop(
            f"`{callers[0]}` calls `extern` functions: name the class that has them,"
            f' `externs = "app:Externs"` in `[tool.herosaga]` of pyproject.toml'
        )
    return Externs(*named(project, "externs", project.externs, "module:Class"))


def _emit(
    model: m.Model, scenarios: Sequence[m.Scenario], externs: Externs | None, output: str
) -> int:
    from herosaga.emit.python import HEADER
    from herosaga.scenarios.module import laid_out, module

    text = laid_out(module(model, scenarios, externs), model)
    if not output:
        write(text)
        return 0
    path = Path(output)
    old = content(path)
    if old is not None and not old.startswith(HEADER.encode()):
        raise Stop(f"`{path}` was not generated by herosaga, and is not overwritten: move it away")
    if old == text.encode():
        say(f"{path} is up to date\n")
    else:
        replace_file(path, text.encode())
        say(f"{counted(len(scenarios), 'scenario')} written to {path}\n")
    return 0


# --- running -----------------------------------------------------------------------------------


def _run(
    project: Settings,
    model: m.Model,
    scenarios: Sequence[m.Scenario],
    externs: Externs | None,
    format: Format,
) -> tuple[list[Result], int]:
    """Run the scenarios, each told when it is done; the results, and the exit code they ask for."""
    begun = perf_counter()
    results: list[Result] = []
    tell = _teller(format, _look(model))
    with tempfile.TemporaryDirectory(prefix="herosaga-") as folder:
        for result in _results(project, model, scenarios, externs, Path(folder).resolve()):
            results.append(result)
            write(tell(result))
    failed = sum(each.failure is not None for each in results)
    counts = [f"{len(results) - failed} ok", *([f"{failed} failed"] if failed else [])]
    took = f"{(perf_counter() - begun) * 1000:.0f} ms"
    say(f"{counted(len(results), 'scenario')}: {', '.join(counts)} ({took})\n")
    return results, int(failed > 0)


def _results(
    project: Settings,
    model: m.Model,
    scenarios: Sequence[m.Scenario],
    externs: Externs | None,
    folder: Path,
) -> Iterator[Result]:
    from herosaga.scenarios.running import importable, prepare, run

    path, written = prepare(model, scenarios, externs, folder)
    with importable(folder, (project.root / project.output, project.root)):
        if externs is not None:
            _there(project, externs)
        with told(project):
            yield from run(path, written)


def _there(project: Settings, externs: Externs) -> None:
    """Import the module of the extern functions, and see that they are there."""
    found = getattr(imported(project, "externs", externs.module), externs.name, None)
    if not callable(found):
        raise Stop(f"`{externs.module}` has no class `{externs.name}`, which `externs` names")


# --- telling -----------------------------------------------------------------------------------


def _teller(format: Format, look: Look) -> Callable[[Result], str]:
    from herosaga.scenarios.shown import concise
    from herosaga.scenarios.shown import told as in_full

    match format:
        case Format.FULL:
            return lambda result: in_full(result, look)
        case Format.CONCISE:
            return lambda result: concise(result, look)
        case Format.JSON:
            return lambda result: ""


def _look(model: m.Model) -> Look:
    """How results are shown here: files by their paths from the current folder."""
    from herosaga.report import COLOUR, PLAIN
    from herosaga.report.run import Run
    from herosaga.scenarios.shown import Look

    sources = tuple(file.source for file in model.files.values())
    seen = Run((), (), sources).seen_from(Path.cwd()).sources
    names: Mapping[str, str] = {a.name: b.name for a, b in zip(sources, seen, strict=True)}
    return Look(COLOUR if coloured(sys.stdout) else PLAIN, dict(names))


def _report(
    results: Sequence[Result],
    found: Sequence[Covered] | None,
    format: Format,
    look: Look,
    junit: str,
) -> None:
    """What is told when all is done."""
    if format is Format.JSON:
        from herosaga.scenarios.machine import as_json

        write(as_json(results, found, look))
    elif found is not None:
        from herosaga.scenarios.shown import coverage

        write(coverage(found))
    if junit:
        from herosaga.scenarios.machine import as_junit

        replace_file(Path(junit), as_junit(results, look).encode())

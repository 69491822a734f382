"""A run in the format that was asked for, on stdout; GitHub's step summary in its file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from herosaga.cli.output import full_text, say, write
from herosaga.report.run import Run


class Format(StrEnum):
    """How findings are printed."""

    FULL = "full"
    CONCISE = "concise"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"
    JUNIT = "junit"


FOR_PEOPLE = (Format.FULL, Format.CONCISE)
_FOR_SERVICES = (Format.SARIF, Format.GITHUB, Format.GITLAB)


def put(run: Run, format: Format, root: Path) -> None:
    """Print a run of the project at `root`.

    Files are called by their paths from the current folder, so that a terminal or an editor finds
    them; where a service reads the report, by those from the top of the repository, as it does.
    """
    base = repository(root) if format in _FOR_SERVICES else Path.cwd()
    seen = run.seen_from(base)
    if format is Format.FULL:
        write(full_text(run.findings, sys.stdout))
    elif format is Format.SARIF:
        from herosaga.checks.catalog import PAGES
        from herosaga.report.sarif import as_sarif

        write(f"{as_sarif(seen, PAGES, base)}\n")
    elif format is Format.GITHUB:
        _annotate(seen)
    else:
        write(_FORMS[format](seen))


def repository(root: Path) -> Path:
    """The top of the repository that a folder is in, else the folder itself."""
    return next((each for each in (root, *root.parents) if (each / ".git").exists()), root)


def _annotate(run: Run) -> None:
    from herosaga.checks.catalog import PAGES
    from herosaga.report.github import commands, rest, step_summary

    write("".join(f"{each}\n" for each in commands(run, PAGES)))
    target = os.environ.get("GITHUB_STEP_SUMMARY")
    if not target:
        write(rest(run))
        return
    try:
        with Path(target).open("a", encoding="utf-8") as file:
            file.write(step_summary(run))
    except OSError as error:
        say(f"the step summary can't be written: {(error.strerror or str(error)).lower()}\n")
        write(rest(run))


def _concise(run: Run) -> str:
    from herosaga.report import concise

    return "".join(f"{concise(each)}\n" for each in run.findings)


def _json(run: Run) -> str:
    from herosaga.report import as_json

    return f"{as_json(run)}\n"


def _gitlab(run: Run) -> str:
    from herosaga.report.gitlab import as_gitlab

    return f"{as_gitlab(run)}\n"


def _junit(run: Run) -> str:
    from herosaga.report.junit import as_junit

    return f"{as_junit(run)}\n"


_FORMS: dict[Format, Callable[[Run], str]] = {
    Format.CONCISE: _concise,
    Format.JSON: _json,
    Format.GITLAB: _gitlab,
    Format.JUNIT: _junit,
}

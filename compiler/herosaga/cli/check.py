"""`herosaga check`: what is wrong, and what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from herosaga.cli.output import full_text, say, shown, summary, worst, write
from herosaga.cli.settings import Settings, settings_of, targets
from herosaga.cli.stop import Stop
from herosaga.findings import Finding

if TYPE_CHECKING:
    from herosaga.compile import Checked

STDIN = "-"


class Format(StrEnum):
    """How findings are printed."""

    FULL = "full"
    CONCISE = "concise"
    JSON = "json"


def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files and folders; `-` is stdin. Without one: the project's sources."),
    ] = None,
    format: Annotated[Format, typer.Option(help="How to print what is found.")] = Format.FULL,
    notes: Annotated[
        bool, typer.Option("--notes", help="Show notes too; else they are counted.")
    ] = False,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit 0 whatever is found.")
    ] = False,
) -> int:
    """Find what is wrong in .saga files: names, types, states, events, undo.

    Exits with 0 if nothing is found, 1 if something is, and 2 if the check could not be made.
    """
    project = settings_of(paths or [])
    checked = checked_project(paths or [], project)
    files = checked.files
    visible = shown(checked.findings, notes)
    write(_printed(visible, checked.findings, files, format))
    say(f"{summary(checked.findings, files)}\n")
    return 0 if exit_zero else worst(checked.findings)


def checked_project(paths: Sequence[str], project: Settings) -> Checked:
    """The files of a command, checked, without what the project's settings leave out."""
    from herosaga.compile import check_paths

    if STDIN in paths:
        if len(paths) > 1:
            raise Stop("`-` is stdin, and stands alone")
        checked = _check_stdin(project)
    else:
        found, root = targets(paths, project)
        checked = check_paths(found, root)
    if not checked.model.files and not checked.findings:
        raise Stop(f"there is no .saga file in {', '.join(map(str, paths)) or project.root}")
    return replace(checked, findings=tuple(filter(project.wants, checked.findings)))


def _check_stdin(project: Settings) -> Checked:
    """Check a program from stdin as if it stood in the current folder: there its imports are found."""
    from herosaga.compile import check_text

    if sys.stdin is None:
        raise Stop("stdin is closed: there is nothing to check")
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Stop(f"stdin is not UTF-8: byte {error.start + 1} can't be read") from None
    return check_text(text, Path.cwd().resolve(), project.root)


def _printed(
    visible: Sequence[Finding], findings: Sequence[Finding], files: int, format: Format
) -> str:
    from herosaga.report import as_json, concise

    match format:
        case Format.JSON:
            return f"{as_json(findings, files)}\n"
        case Format.CONCISE:
            return "".join(f"{concise(each)}\n" for each in visible)
        case Format.FULL:
            return full_text(visible, sys.stdout)

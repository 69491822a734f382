"""`herosaga check`: what is wrong, and what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from herosaga.cli.choice import Choice, codes
from herosaga.cli.output import counted, say, shown, summary, worst, write
from herosaga.cli.printing import FOR_PEOPLE, Format, put
from herosaga.cli.settings import FILE, Settings, settings_of, targets
from herosaga.cli.stop import Stop
from herosaga.findings import Finding, Severity
from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from herosaga.compile import Checked

STDIN = "-"


class Task(Struct, frozen=True):
    """What a call of `check` asks for. `name` is what the program on stdin is called; "": nothing."""

    paths: tuple[str, ...]
    format: Format
    choice: Choice
    notes: bool
    exit_zero: bool
    fix: bool
    diff: bool
    name: str

    def wants(self, finding: Finding) -> bool:
        """Whether a finding is to be repaired: only what the user is shown."""
        return self.choice.wants(finding) and (self.notes or finding.severity is not Severity.NOTE)


def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATHS",
            help="Files and folders; `-` is stdin. Without one: the project's sources.",
        ),
    ] = None,
    format: Annotated[
        Format,
        typer.Option(metavar="FORMAT", help=f"One of {', '.join(Format)}."),
    ] = Format.FULL,
    select: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODES", help="Only these: codes such as HS302, or how they begin: HS3,HS401."
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="CODES", help="All but these, given in the same way."),
    ] = None,
    notes: Annotated[
        bool, typer.Option("--notes", help="Show notes too; else they are counted.")
    ] = False,
    fix: Annotated[
        bool,
        typer.Option("--fix", help="Make the safe repairs in the files, and show what is left."),
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Print the safe repairs as a patch, and change nothing.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again whenever a file changes.")
    ] = False,
    stdin_filename: Annotated[
        str,
        typer.Option(
            metavar="PATH",
            help="What to call stdin; its imports are found from there.",
            show_default=False,
        ),
    ] = "",
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")
    ] = False,
) -> int:
    """Find what is wrong in .saga files: names, types, states, events, undo.

    Exits with 0 if nothing is found, 1 if something is, and 2 if the check could not be made.
    """
    choice = Choice(codes(select or (), "--select"), codes(ignore or (), "--ignore"))
    given = tuple(paths or ())
    task = Task(given, format, choice, notes, exit_zero, fix, diff, stdin_filename)
    _possible(task, watch)
    return _watch(task) if watch else _check(task).code


def checked_project(paths: Sequence[str], project: Settings) -> Checked:
    """The files of a command, checked, without what the project's settings leave out.

    Errors always stay: `ignore` can't make a program right, and nothing is generated from a wrong one.
    """
    checked = _look(paths, project)
    choice = Choice(project.select, project.ignore)
    kept = (e for e in checked.findings if e.severity is Severity.ERROR or choice.wants(e))
    return replace(checked, findings=tuple(kept))


def _possible(task: Task, watch: bool) -> None:
    """Refuse what can't be done together."""
    stdin = STDIN in task.paths
    if task.name and not stdin:
        raise Stop("`--stdin-filename` says what `-` is called, and `-` is not given")
    if task.fix and task.diff:
        raise Stop("`--fix` changes files and `--diff` changes none: choose one")
    if task.fix and stdin:
        raise Stop("`--fix` can't change stdin: `--diff` prints what it would change")
    if watch and stdin:
        raise Stop("`--watch` needs files: stdin is read once")
    if watch and (task.diff or task.format not in FOR_PEOPLE):
        raise Stop("`--watch` prints again and again: for people, `--format full` or `concise`")


def _watch(task: Task) -> int:
    from herosaga.cli.watch import watch

    def work() -> Sequence[Path]:
        if sys.stdout is not None and sys.stdout.isatty():
            write("\x1b[2J\x1b[H")  # only what is wrong now is to be seen
        return _looked_at(task, _check(task))

    here = Path.cwd()
    settings = (folder / FILE for folder in (here, *here.parents))
    watch(work, [*(map(Path, task.paths) if task.paths else [here]), *settings])


class _Done(Struct, frozen=True):
    """One run: its exit code, and what it looked at."""

    code: int
    checked: Checked
    project: Settings


def _check(task: Task) -> _Done:
    """Check once, and tell."""
    project = settings_of(task.paths, task.name)
    task = replace(task, choice=_chosen(task.choice, project))

    def look() -> Checked:
        return _look(task.paths, project, task.name)

    if task.fix:
        from herosaga.cli.fixing import repaired

        checked = repaired(look, task.wants, project.root)
    else:
        checked = look()
    code = _patch(task, checked) if task.diff else _report(task, checked, project)
    return _Done(0 if task.exit_zero else code, checked, project)


def _chosen(given: Choice, project: Settings) -> Choice:
    """What the command line says, else what the project does, each for itself."""
    return Choice(given.select or project.select, given.ignore or project.ignore)


def _report(task: Task, checked: Checked, project: Settings) -> int:
    """Print what is found; the exit code that it asks for."""
    from herosaga.report.run import Run

    found = tuple(each for each in checked.findings if task.choice.wants(each))
    named = {each.span.source.name: each.span.source for each in checked.findings}
    named |= {name: file.source for name, file in checked.model.files.items()}
    sources = tuple(named[name] for name in sorted(named))
    put(Run(shown(found, task.notes), found, sources), task.format, project.root)
    say(f"{summary(found, checked.files)}{_left_out(task, checked)}\n")
    return worst(found)


def _left_out(task: Task, checked: Checked) -> str:
    """That there is more than is shown: errors that were not asked for, and notes."""
    errors = [each for each in checked.findings if each.severity is Severity.ERROR]
    hidden = sum(not task.choice.wants(each) for each in errors)
    wanted = filter(task.choice.wants, checked.findings)
    noted = not task.notes and any(each.severity is Severity.NOTE for each in wanted)
    return "".join(
        (
            "; `--notes` shows the notes" if noted else "",
            f"; {counted(hidden, 'error')} left out, with which nothing compiles" if hidden else "",
        )
    )


def _patch(task: Task, checked: Checked) -> int:
    from herosaga.cli.fixing import patch

    text, mended = patch(checked, task.wants)
    write(text)
    say(f"{counted(len(mended.findings), 'repair')} in {counted(len(mended.texts), 'file')}\n")
    return int(bool(text))


def _looked_at(task: Task, done: _Done) -> Sequence[Path]:
    """The files and folders that a run was about: a change in one of them asks for another run."""
    given, _ = targets(task.paths, done.project)
    sources = [file.source.path for file in done.checked.model.files.values()]
    return [*given, *(path for path in sources if path is not None), done.project.root / FILE]


def _look(paths: Sequence[str], project: Settings, name: str = "") -> Checked:
    """Check what the paths mean."""
    from herosaga.compile import check_paths

    if STDIN in paths:
        if len(paths) > 1:
            raise Stop("`-` is stdin, and stands alone")
        checked = _check_stdin(project, name)
    else:
        found, root = targets(paths, project)
        checked = check_paths(found, root)
    if not checked.model.files and not checked.findings:
        raise Stop(f"there is no .saga file in {', '.join(map(str, paths)) or project.root}")
    return checked


def _check_stdin(project: Settings, name: str) -> Checked:
    """Check a program from stdin as if it stood where `name` says, else in the current folder."""
    from herosaga.compile import check_text

    if sys.stdin is None:
        raise Stop("stdin is closed: there is nothing to check")
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Stop(f"stdin is not UTF-8: byte {error.start + 1} can't be read") from None
    folder = Path(name).parent.resolve()
    return check_text(text, folder, project.root, Path(name).name or "<stdin>")

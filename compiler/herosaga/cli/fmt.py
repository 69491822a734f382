"""`herosaga fmt`: .saga files in the one layout."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from herosaga.checks import hs003, hs004, hs907
from herosaga.checks.hs004 import MAX_BYTES
from herosaga.cli.output import counted, full_text, say, write
from herosaga.cli.patch import differences
from herosaga.cli.settings import Settings, settings_of, targets
from herosaga.cli.stop import Stop
from herosaga.cli.writing import replace_file
from herosaga.findings import Finding
from herosaga.source import Source, Span
from msgspec import Struct

STDIN = "-"


class _Done(Struct, frozen=True):
    """A source, its bytes as they are, and as they should be: None where something is wrong with it."""

    source: Source
    old: bytes
    new: bytes | None
    findings: tuple[Finding, ...] = ()

    @property
    def changed(self) -> bool:
        return self.new is not None and self.new != self.old


def fmt(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATHS",
            help="Files and folders; `-` is stdin, to stdout. Without one: the project's sources.",
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 if a file would change.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Change nothing; print what would change as a patch.")
    ] = False,
    stdin_filename: Annotated[
        str, typer.Option(metavar="PATH", help="What to call stdin.", show_default=False)
    ] = "",
) -> int:
    """Lay out .saga files: one style, no options. Comments stay where they belong.

    A file with errors of syntax is left as it is, and they are printed. Line ends stay as the first
    line has them; a byte order mark goes. Exits with 0, or with 1 if a file has errors or, with
    --check, would change.
    """
    given = tuple(paths or ())
    if stdin_filename and STDIN not in given:
        raise Stop("`--stdin-filename` says what `-` is called, and `-` is not given")
    project = settings_of(given, stdin_filename)
    stdin = STDIN in given
    done = [_from_stdin(given, stdin_filename)] if stdin else _from_files(given, project)
    broken = [each for each in done if each.findings]
    for each in broken:
        say(full_text(each.findings, sys.stderr))
    if check or diff:
        _show(done, diff)
    elif stdin:
        _pass_on(done[0])
    else:
        _save(done)
    if not stdin or check:
        say(f"{_summary(done, check or diff)}\n")
    return int(bool(broken) or (check and any(each.changed for each in done)))


# --- reading -----------------------------------------------------------------------------------


def _from_files(given: Sequence[str], project: Settings) -> list[_Done]:
    """The files that the paths mean, laid out; none is touched yet."""
    found, root = targets(given, project)
    files = list(dict.fromkeys(file.resolve() for path in found for file in _files(path)))
    if not files:
        raise Stop(f"there is no .saga file in {', '.join(given) or project.root}")
    return [_file(path, root) for path in files]


def _files(path: Path) -> Iterator[Path]:
    """A file, or those below a folder: not what is hidden, nothing by way of links, and no pipes."""
    if not path.is_dir():
        yield path
        return

    def unread(error: OSError) -> None:
        raise Stop(f"`{error.filename}` can't be read: {(error.strerror or '').lower()}")

    for here, folders, files in os.walk(path, onerror=unread):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in sorted(files):
            file = Path(here, name)
            hidden = name.startswith(".") or not name.endswith(".saga")
            if not hidden and file.is_file() and not file.is_symlink():
                yield file


def _file(path: Path, root: Path) -> _Done:
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
    try:
        with path.open("rb") as file:
            return _laid_out(name, file.read(MAX_BYTES + 1), path)
    except OSError as error:
        raise Stop(f"`{path}` can't be read: {(error.strerror or '').lower()}") from None


def _from_stdin(given: Sequence[str], name: str) -> _Done:
    if len(given) > 1:
        raise Stop("`-` is stdin, and stands alone")
    if sys.stdin is None:
        raise Stop("stdin is closed: there is nothing to format")
    return _laid_out(name or "<stdin>", sys.stdin.buffer.read(MAX_BYTES + 1), None)


def _laid_out(name: str, data: bytes, path: Path | None) -> _Done:
    from herosaga.format.formatting import formatted

    try:
        source = Source(name, data.decode("utf-8-sig"), path)
        result = formatted(source)
    except UnicodeDecodeError as error:
        source = Source(name, data.decode("utf-8", "replace"), path)
        result = (_not_text(source, data, error),)
    if not isinstance(result, str):
        return _Done(source, data, None, result)
    ending = "\r\n" if data.partition(b"\n")[0].endswith(b"\r") else "\n"
    return _Done(source, data, result.replace("\n", ending).encode())


def _not_text(source: Source, data: bytes, error: UnicodeDecodeError) -> Finding:
    """What is wrong with bytes that are no text: perhaps only that there are too many of them."""
    if len(data) > MAX_BYTES:
        return hs004.big_file(Span(source, 1, 1, 1, 1))
    start = len(data[: error.start].decode("utf-8", "replace"))
    line, column = source.place(start)
    return hs003.not_utf8(Span(source, line, column, line, column + 1, start, start + 1))


# --- telling and writing -----------------------------------------------------------------------


def _show(done: Sequence[_Done], diff: bool) -> None:
    """Each file that would change: a line, or a patch."""
    from herosaga.report import concise
    from herosaga.report.run import seen_from

    changed = [each for each in done if each.changed]
    if diff:
        write("".join(line for each in changed for line in _differences(each)))
    else:
        found = seen_from([_finding(each) for each in changed], Path.cwd())
        write("".join(f"{concise(each)}\n" for each in found))


def _finding(done: _Done) -> Finding:
    """HS907, at the first line that would change."""
    old, new = (data.split(b"\n") for data in (done.old, done.new or b""))
    same = (i for i, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1])
    line = next(same, min(len(old), len(new)) - 1) + 1
    return hs907.unformatted(Span(done.source, line, 1, line, 1))


def _differences(done: _Done) -> Iterator[str]:
    """A patch for one file. A line that is the last and has no end is marked as patches do."""
    name = done.source.name if done.source.path is None else os.path.relpath(done.source.path)
    old, new = (data.decode() for data in (done.old, done.new or b""))
    yield from differences(old, new, name)


def _pass_on(done: _Done) -> None:
    """The formatted program, in its own bytes whatever the terminal's encoding is."""
    if done.new is not None and sys.stdout is not None:
        sys.stdout.buffer.write(done.new)
        sys.stdout.buffer.flush()


def _save(done: Sequence[_Done]) -> None:
    for each in done:
        if each.changed and each.source.path is not None and each.new is not None:
            replace_file(each.source.path, each.new)
            say(f"formatted {os.path.relpath(each.source.path)}\n")


def _summary(done: Sequence[_Done], dry: bool) -> str:
    """`1 file formatted, 2 files left as they are, 1 file with errors`."""
    broken = sum(bool(each.findings) for each in done)
    changed = sum(each.changed for each in done)
    counts = [
        (changed, "would change" if dry else "formatted"),
        (len(done) - changed - broken, "as it should be"),
        (broken, "with errors, left as they are" if broken > 1 else "with errors, left as it is"),
    ]
    return ", ".join(f"{counted(number, 'file')} {what}" for number, what in counts if number)

"""`herosaga graph`: states, events and undo as diagrams, sequences as states; whether what is committed is still true."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from herosaga.cli.check import checked_project
from herosaga.cli.output import full_text, say, summary, write
from herosaga.cli.settings import settings_of, targets
from herosaga.cli.stop import Stop
from herosaga.cli.writing import content, replace_file
from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from herosaga.emit.diagrams.picture import Picture
    from herosaga.emit.markdown import Slot
    from herosaga.model.model import Model, Saga

    Print = Callable[[Picture], str]
    Read = tuple[Model, tuple[Saga, ...]]

STDIN = "-"


class Format(StrEnum):
    """How a diagram is written."""

    MERMAID = "mermaid"
    DOT = "dot"
    JSON = "json"
    SVG = "svg"
    TEXT = "text"


class Of(StrEnum):
    """What a diagram shows."""

    STATES = "states"
    EVENTS = "events"
    UNDO = "undo"
    LOWERED = "lowered"


_SUFFIXES = {
    ".mmd": Format.MERMAID,
    ".mermaid": Format.MERMAID,
    ".dot": Format.DOT,
    ".gv": Format.DOT,
    ".json": Format.JSON,
    ".svg": Format.SVG,
}
_MARKDOWN = (".md", ".markdown")


class Wanted(Struct, frozen=True):
    """One diagram: of what, and in which format. `path` is "" for the project's sources."""

    path: str
    of: Of
    saga: str
    format: Format | None


def graph(
    path: Annotated[
        str,
        typer.Argument(
            help="A .saga file, or a folder; `-` is stdin. Without one: the project's sources."
        ),
    ] = "",
    format: Annotated[
        Format | None,
        typer.Option(help="How to write it, else as the file's name says, else Mermaid."),
    ] = None,
    of: Annotated[
        Of,
        typer.Option(
            help="A saga's states; who sends which events and commands to whom; what undoes what; "
            "or, as text, what its sequences stand for."
        ),
    ] = Of.STATES,
    saga: Annotated[str, typer.Option("--saga", help="Which saga, where there are several.")] = "",
    check: Annotated[
        str,
        typer.Option(
            "--check", help="Write nothing; exit 1 if the diagram in this file is no longer true."
        ),
    ] = "",
    output: Annotated[
        str, typer.Option("--output", "-o", help="The file to write, or the Markdown to renew.")
    ] = "",
) -> int:
    """Draw what .saga files say, as Mermaid, DOT or JSON.

    In Markdown, a line `<!-- herosaga graph orders.saga --of undo -->` says what the code block after it shows; the path
    is from the Markdown's folder. All blocks with such a line are compared, or drawn anew.
    """
    wanted = Wanted(path, of, saga, format)
    match check, output:
        case "", "":
            write(_drawn(wanted))
            return 0
        case "", file:
            return _renew(Path(file), wanted)
        case file, "":
            return _compare(Path(file), wanted)
    raise Stop("`--check` writes nothing: leave out `--output`")


def _renew(file: Path, wanted: Wanted) -> int:
    old = _content(file)
    new = _fresh(file, old, wanted)
    if new == old:
        say("up to date\n")
        return 0
    replace_file(file, new.encode())
    say(f"wrote {file.as_posix()}\n")
    return 0


def _compare(file: Path, wanted: Wanted) -> int:
    """Report what in a file is not what it would be."""
    from herosaga.emit.markdown import slots

    old = _content(file)
    new = _fresh(file, old, wanted)
    if new == old:
        say("up to date\n")
        return 0
    lines = [1]
    if old is not None and file.suffix in _MARKDOWN:
        pairs = zip(slots(old), slots(new), strict=True)
        lines = [before.line for before, after in pairs if before.body != after.body] or lines
    what = "is missing" if old is None else "is no longer true"
    for line in lines:
        write(f"{file.as_posix()}:{line}:1: this diagram {what}: {_advice(file, wanted)}\n")
    return 1


def _advice(file: Path, wanted: Wanted) -> str:
    options = [
        *([wanted.path] if wanted.path else []),
        *(["--of", wanted.of] if wanted.of is not Of.STATES else []),
        *(["--saga", wanted.saga] if wanted.saga else []),
        *(["--format", wanted.format] if wanted.format else []),
    ]
    return f"run `{shlex.join(['herosaga', 'graph', *options, '-o', file.as_posix()])}`"


def _content(file: Path) -> str | None:
    old = content(file)
    try:
        return None if old is None else old.decode()
    except UnicodeDecodeError:
        raise Stop(f"`{file}` is not UTF-8: it is no diagram") from None


def _fresh(file: Path, old: str | None, wanted: Wanted) -> str:
    """What a file would hold now; its line ends stay what they are."""
    if file.suffix in _MARKDOWN:
        if old is None:
            raise Stop(f"there is no file `{file}`")
        new = _document(file, old.replace("\r\n", "\n"), wanted)
    else:
        new = _drawn(replace(wanted, format=_format(file, wanted.format)))
    return new.replace("\n", "\r\n") if old and "\r\n" in old else new


def _format(file: Path, given: Format | None) -> Format | None:
    named = _SUFFIXES.get(file.suffix)
    if file.suffix == ".saga":
        raise Stop(f"`{file}` is a source, and no place for a diagram")
    if given and named and given is not named:
        raise Stop(f"`{file}` is for {named}, not for {given}")
    return given or named


# --- Markdown ------------------------------------------------------------------------------------


def _document(file: Path, text: str, wanted: Wanted) -> str:
    from herosaga.emit.markdown import MARKER, refreshed, slots

    found = slots(text)
    if not found:
        raise Stop(f"`{file}` has no diagram: write `{MARKER}` where one is to be")
    if len(found) > 1 and any(slot.arguments is None for slot in found):
        raise Stop(f"`{file}` has several diagrams: write `{MARKER}` above each that is drawn")
    read = cache(_read)  # many diagrams of one project, which is looked at once
    return refreshed(text, found, lambda slot: _drawn(_asked(slot, file, wanted), read))


def _asked(slot: Slot, file: Path, wanted: Wanted) -> Wanted:
    """What a marker asks for; what it leaves out is as on the command line."""
    found = replace(wanted, format=Format(slot.language))
    try:
        words = iter(shlex.split(slot.arguments or ""))
    except ValueError:
        raise _unreadable(slot, file) from None
    for word in words:
        match word:
            case "--of":
                found = replace(found, of=_subject(next(words, ""), slot, file))
            case "--saga" if name := next(words, ""):
                found = replace(found, saga=name)
            case _ if word.startswith("-"):
                raise _unreadable(slot, file)
            case _:
                found = replace(found, path=str(file.parent / word))
    return found


def _subject(word: str, slot: Slot, file: Path) -> Of:
    if word not in list(Of):
        raise _unreadable(slot, file)
    return Of(word)


def _unreadable(slot: Slot, file: Path) -> Stop:
    known = "a path, `--of states|events|undo|lowered`, `--saga NAME`"
    return Stop(f"`{file}`: the marker `herosaga graph {slot.arguments}` can only have {known}")


# --- drawing -------------------------------------------------------------------------------------


def _drawn(wanted: Wanted, read: Callable[[str], Read] | None = None) -> str:
    if wanted.of is Of.LOWERED:
        return _lowered(wanted, read or _read)
    printer = _printers()[wanted.format or Format.MERMAID]
    model, sagas = (read or _read)(wanted.path)
    return printer(_picture(wanted, model, sagas))


def _lowered(wanted: Wanted, read: Callable[[str], Read]) -> str:
    from herosaga.emit.lowered.states import lowered

    if wanted.format not in (None, Format.TEXT):
        raise Stop("`--of lowered` is text in the notation of the language, `--format text`")
    saga = _chosen(read(wanted.path)[1], wanted)
    if not saga.sequences:
        raise Stop(f"`{saga.name}` has no sequence: all of its states are written out")
    return lowered(saga)


def _printers() -> Mapping[Format, Print]:
    from herosaga.emit.dot import dot
    from herosaga.emit.graph_json import graph_json
    from herosaga.emit.mermaid import mermaid

    return {
        Format.MERMAID: mermaid,
        Format.DOT: dot,
        Format.JSON: graph_json,
        Format.SVG: _no_svg,
        Format.TEXT: _no_text,
    }


def _no_svg(picture: Picture) -> str:
    raise Stop(
        "svg needs a program that lays out graphs, and herosaga brings none:"
        " give what `--format dot` prints to Graphviz, `dot -Tsvg`"
    )


def _no_text(picture: Picture) -> str:
    raise Stop("a diagram can't be written as `text`: that is for `--of lowered`")


def _picture(wanted: Wanted, model: Model, sagas: tuple[Saga, ...]) -> Picture:
    from herosaga.emit.diagrams.events import events
    from herosaga.emit.diagrams.states import states
    from herosaga.emit.diagrams.undo import undo

    match wanted.of:
        case Of.STATES:
            return states(_chosen(sagas, wanted))
        case Of.EVENTS if wanted.saga:
            one = _chosen(sagas, wanted)
            return events(model, f"Events of {one.name}", one.id)
        case Of.EVENTS if model.services or model.sagas:
            return events(model, f"Events{_in(model)}")
        case Of.EVENTS:
            raise Stop(f"{_where(wanted)} no service and no saga")
        case Of.UNDO if wanted.saga or len(sagas) < 2:
            one = _chosen(sagas, wanted)
            return undo(model, (one,), f"Undo in {one.name}")
        case Of.UNDO:
            return undo(model, sagas, f"Undo{_in(model)}")
        case Of.LOWERED:
            raise AssertionError("what is text is no picture")


def _in(model: Model) -> str:
    """The namespace of which all is, where there is one."""
    names = {file.namespace for file in model.files.values()}
    return f" in {names.pop()}" if len(names) == 1 and "" not in names else ""


def _read(path: str) -> Read:
    """A model without errors, and the sagas in the given files, not in what those import."""
    paths = [path] if path else []
    project = settings_of(paths)
    checked = checked_project(paths, project)
    if checked.broken:
        from herosaga.findings import Severity

        errors = [each for each in checked.findings if each.severity is Severity.ERROR]
        say(full_text(errors, sys.stderr))
        say(f"{summary(errors, checked.files)}\n")
        raise typer.Exit(1)
    real = [each.resolve() for each in targets(paths, project)[0]] if path != STDIN else []
    sagas = checked.model.sagas.values()
    return checked.model, tuple(each for each in sagas if _is_in(checked.model, each, real))


def _is_in(model: Model, saga: Saga, paths: list[Path]) -> bool:
    source = model.files[saga.file].source.path
    if source is None:
        return True
    return any(source.resolve().is_relative_to(path) for path in paths)


def _chosen(sagas: tuple[Saga, ...], wanted: Wanted) -> Saga:
    """The saga that is meant."""
    fitting = [each for each in sagas if wanted.saga in ("", each.name, each.id)]
    names = ", ".join(each.name for each in sagas)
    where = _where(wanted)
    match fitting:
        case [one]:
            return one
        case []:
            what = f"no saga `{wanted.saga}`: there is {names}" if sagas else "no saga"
            raise Stop(f"{where} {what}")
    raise Stop(f"{where} several sagas; name one with `--saga`: {names}")


def _where(wanted: Wanted) -> str:
    path = wanted.path
    return f"`{Path(path).name or path}` has" if path else "the project has"

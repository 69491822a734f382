"""Reads the `.saga` files of a project, and what they import."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Sequence
from pathlib import Path

from herosaga.checks import hs003, hs004, hs104
from herosaga.findings import Finding
from herosaga.model.declare import imported_name
from herosaga.model.scope import nearest
from herosaga.source import LOOP, Source, Span
from herosaga.syntax import ast
from herosaga.syntax.parse import parse
from msgspec import Struct
from msgspec.structs import replace

SUFFIX = ".saga"


class _Reading(Struct, frozen=True):
    """The files met so far, by their real paths (None: met, and not to be had), and what was wrong."""

    root: Path
    files: dict[Path, ast.File | None] = {}
    findings: list[Finding] = []


def load(paths: Sequence[Path], root: Path) -> tuple[tuple[ast.File, ...], tuple[Finding, ...]]:
    """The given files (folders are searched), then what they import, each once.

    A file is called by its path from `root`, links resolved; nothing outside `root` is read.
    """
    reading = _Reading(_real(root) or root)
    queue: list[Path] = []
    for path in paths:
        queue.extend(_given(path, reading))
    for path in queue:
        if path not in reading.files:
            reading.files[path] = _read(path, reading)
            queue.extend(_imported(path, reading))
    files = tuple(file for file in reading.files.values() if file is not None)
    return files, tuple(reading.findings)


def _given(path: Path, reading: _Reading) -> Iterator[Path]:
    """The real files that a path of the command line means, in the order of their names."""
    folder = _kind(path) == "folder"
    for each in _sources(path, reading) if folder else [path]:
        real = _real(each)
        if real is None:
            reading.findings.append(_nowhere(each, path if folder else None))
        elif not real.is_relative_to(reading.root):
            place = _top(Source(each.name, "", each))
            reading.findings.append(hs104.outside(each.name if folder else str(path), place))
        elif not folder or _kind(real) == "file":
            yield real


def _nowhere(path: Path, folder: Path | None) -> Finding:
    """A path, found in a folder or given by itself, whose links go round in a circle."""
    name = path.relative_to(folder).as_posix() if folder else str(path)
    return hs104.unreadable(name, LOOP, _top(Source(name, "", path)))


def _sources(folder: Path, reading: _Reading) -> list[Path]:
    """The sources below a folder, without those that are hidden or in hidden folders."""

    def unread(error: OSError) -> None:
        reading.findings.append(_closed(Path(error.filename), error, reading))

    found: list[Path] = []
    for here, folders, files in os.walk(folder, onerror=unread):
        folders[:] = [each for each in folders if not each.startswith(".")]
        names = (each for each in files if each.endswith(SUFFIX) and not each.startswith("."))
        found.extend(Path(here, each) for each in names)
    return sorted(found)


def _closed(folder: Path, error: OSError, reading: _Reading) -> Finding:
    """A folder that can't be looked into; its name ends with `/`."""
    real = _real(folder) or folder
    inside = real.is_relative_to(reading.root)
    name = f"{(real.relative_to(reading.root) if inside else folder).as_posix()}/"
    why = (error.strerror or str(error)).lower()
    return hs104.unreadable(name, why, _top(Source(name, "", folder)))


def _imported(path: Path, reading: _Reading) -> Iterator[Path]:
    """What a file imports. An import through a link is rewritten to what it leads to."""
    file = reading.files[path]
    if file is None:
        return
    here = file.source.name
    imports: list[ast.Import] = []
    for each in file.imports:
        target = _target(each, path, reading)
        if target is not None:
            yield target
            name = target.relative_to(reading.root).as_posix()
            if name != imported_name(here, each.path):
                start = posixpath.dirname(here) or "."
                each = replace(each, path=posixpath.relpath(name, start))
        imports.append(each)
    reading.files[path] = replace(file, imports=tuple(imports))


def _target(node: ast.Import, path: Path, reading: _Reading) -> Path | None:
    """The real file that an import means; None, with a finding, where there is none to be read."""
    real = _real(path.parent / node.path)
    found = None
    if Path(node.path).is_absolute() or (real and not real.is_relative_to(reading.root)):
        found = hs104.outside(node.path, node.path_span)
    elif real is None or not _kind(real):
        siblings = [each.name for each in path.parent.glob(f"*{SUFFIX}") if each != path]
        near = _by_name(node.path, path.parent) or nearest(node.path, siblings)
        found = hs104.missing(node.path, node.path_span, near)
    elif _kind(real) != "file" or real.suffix != SUFFIX:
        found = hs104.unreadable(node.path, f"it is no `{SUFFIX}` file", node.path_span)
    if found is not None:
        reading.findings.append(found)
        return None
    return real


def _by_name(written: str, folder: Path) -> str:
    """The file that is meant where its name alone is written, or a module's: `fleet`, `names.fleet`."""
    if written.endswith(SUFFIX):
        return ""
    whole = written.replace(".", "/").replace("\\", "/")
    names = (f"{whole}{SUFFIX}", f"{whole.rpartition('/')[2]}{SUFFIX}")
    return next((each for each in names if (folder / each).is_file()), "")


def _read(path: Path, reading: _Reading) -> ast.File | None:
    """The file as far as it can be read."""
    name = path.relative_to(reading.root).as_posix()
    nothing = _top(Source(name, "", path))
    if _kind(path) not in ("", "file"):
        reading.findings.append(hs104.unreadable(name, "it is not a file", nothing))
        return None
    try:
        with path.open("rb") as file:
            data = file.read(hs004.MAX_BYTES + 1)
    except OSError as error:
        why = (error.strerror or "it is not there").lower()
        reading.findings.append(hs104.unreadable(name, why, nothing))
        return None
    if len(data) > hs004.MAX_BYTES:
        reading.findings.append(hs004.big_file(nothing))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reading.findings.append(_not_text(name, path, data, error))
        return None
    parsed, findings = parse(Source(name, text, path))
    reading.findings.extend(findings)
    return parsed


def _not_text(name: str, path: Path, data: bytes, error: UnicodeDecodeError) -> Finding:
    """Bytes that are no text, at the line where they stand."""
    source = Source(name, data.decode("utf-8", "replace"), path)
    offset = len(data[: error.start].decode("utf-8", "replace"))
    line, column = source.place(offset)
    return hs003.not_utf8(Span(source, line, column, line, column + 1, offset, offset + 1))


def _real(path: Path) -> Path | None:
    """The path with its links resolved; None where they lead nowhere."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return None


def _kind(path: Path) -> str:
    """ "file", "folder", "other", or "" for what is not there or not to be seen."""
    try:
        if path.is_file():
            return "file"
        return "folder" if path.is_dir() else "other" if path.exists() else ""
    except (OSError, ValueError):
        return ""


def _top(source: Source) -> Span:
    return Span(source, 1, 1, 1, 1)

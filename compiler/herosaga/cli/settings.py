"""`[tool.herosaga]` in the nearest pyproject.toml, and the files that a command is about."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from pathlib import Path

from herosaga.cli.choice import codes
from herosaga.cli.stop import Stop
from herosaga.source import LOOP
from msgspec import Struct

FILE = "pyproject.toml"
_LISTS = ("sources", "select", "ignore")
_TEXTS = ("output", "app", "externs")


class Settings(Struct, frozen=True):
    """A project's settings. `root` is its folder; `sources` and `output` are paths from there."""

    root: Path
    sources: tuple[str, ...] = (".",)
    output: str = "."
    app: str = ""
    externs: str = ""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


def settings(here: Path) -> Settings:
    """The settings that hold in a folder; the defaults where there is no pyproject.toml."""
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            return _read(folder)
    return Settings(here)


def settings_of(paths: Sequence[str], name: str = "") -> Settings:
    """The settings for what a command is about: of the first path's folder, else of the current one.

    `name` is what stdin is called; no such file need be there.
    """
    stdin = str(Path(name).parent)
    here = _resolved(Path(paths[0] if paths and paths[0] != "-" else stdin))
    return settings(here if here.is_dir() else here.parent)


def targets(paths: Sequence[str], project: Settings) -> tuple[list[Path], Path]:
    """The files and folders that a command is about, and the folder that reports name them from."""
    if "" in paths:
        raise Stop("an empty path names no file: `.` is the current folder")
    found = [Path(each) for each in paths] or [project.root / each for each in project.sources]
    for path in found:
        _reachable(path)
    real = [_resolved(path) for path in found]
    if all(path.is_relative_to(project.root) for path in real):
        return found, project.root
    folders = [path if path.is_dir() else path.parent for path in real]
    return found, Path(os.path.commonpath(folders))


def _resolved(path: Path) -> Path:
    """The path with its links followed."""
    try:
        return path.resolve()
    except RuntimeError:
        raise Stop(f"`{path}` can't be read: {LOOP}") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise Stop(f"`{path}` can't be read: {why.lower()}") from None


def _reachable(path: Path) -> None:
    try:
        if path.is_dir():
            next(path.iterdir(), None)
        elif not path.exists():
            raise Stop(f"there is no file or folder `{path}`")
        elif not path.is_file():  # to open a pipe would be to wait for its other end
            raise Stop(f"`{path}` can't be read: it is neither a file nor a folder")
        else:
            path.open("rb").close()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise Stop(f"`{path}` can't be read: {why.lower()}") from None


def _read(folder: Path) -> Settings:
    path = folder / FILE
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Stop(f"`{path}` can't be read: {error}") from None
    table = document.get("tool", {})
    table = table.get("herosaga", {}) if isinstance(table, dict) else {}
    if not isinstance(table, dict):
        raise Stop(f"`tool.herosaga` in `{path}` is not a table")
    for key in table:
        _known(key, path)
    lists = {key: _texts(table[key], key, path) for key in _LISTS if key in table}
    for key in ("select", "ignore"):
        if key in lists:
            lists[key] = codes(lists[key], f"`{path}`: `{key}` in `[tool.herosaga]`")
    texts = {key: _text(table[key], key, path) for key in _TEXTS if key in table}
    return Settings(folder.resolve(), **lists, **texts)  # type: ignore[arg-type]


def _known(key: str, path: Path) -> None:
    from difflib import get_close_matches

    keys = (*_LISTS, *_TEXTS)
    if key not in keys:
        near = get_close_matches(key, keys, 1)
        advice = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(sorted(keys))}"
        raise Stop(f"`{path}`: `[tool.herosaga]` has no key `{key}`: {advice}")


def _texts(value: object, key: str, path: Path) -> tuple[str, ...]:
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise Stop(f"`{path}`: `{key}` in `[tool.herosaga]` is a list of texts")
    return tuple(given)


def _text(value: object, key: str, path: Path) -> str:
    if not isinstance(value, str):
        raise Stop(f"`{path}`: `{key}` in `[tool.herosaga]` is a text")
    return value

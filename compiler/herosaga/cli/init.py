"""`herosaga init`: a small project that compiles, runs and tests."""

from __future__ import annotations

import keyword
import os
import re
import sys
from collections.abc import Iterator, Mapping
from importlib.machinery import PathFinder
from pathlib import Path
from shutil import which
from typing import Annotated

import typer
from herosaga.cli.compile import compile_project
from herosaga.cli.output import say
from herosaga.cli.settings import settings
from herosaga.cli.stop import Stop
from herosaga.source import Source

_STARTER_NAME = re.compile(r"\bshop\b")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FOREIGN = re.compile(r"[^a-z0-9]+")
_SOURCE = "orders.saga"


def init(
    name: Annotated[
        str,
        typer.Argument(help="What to call it: a new folder here, and the Python package in it."),
    ],
) -> int:
    """Begin a project: a saga, its services, an app to run, and tests, in a new folder.

    Nothing that is there already is touched.
    """
    folder = Path(name)
    texts = dict(_texts(_good(name)))
    _possible(name, texts)
    _free(folder)
    for path, text in texts.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        say(f"wrote {target.as_posix()}\n")
    code = compile_project(settings(folder.resolve()), folder=folder)
    if code == 0:
        say(
            f"\nSee some orders go through:\n\n    cd {name}\n    {_command(folder)} run --demo\n\n"
        )
        say(f"{name}/README.md has the next steps.\n")
    return code


def _command(folder: Path) -> str:
    """How this command is called from inside the folder: by its path, where it is not on PATH."""
    if which("herosaga"):
        return "herosaga"
    own = Path(sys.argv[0])
    if own.stem != "herosaga":
        return f"{Path(sys.executable).name} -m herosaga"
    return own.as_posix() if own.is_absolute() else Path(os.path.relpath(own, folder)).as_posix()


def _texts(name: str) -> Iterator[tuple[str, str]]:
    """The files of the project, by their paths in it."""
    from herosaga.resources import STARTER

    for path in sorted(STARTER.rglob("*")):
        inside = path.relative_to(STARTER)
        if path.is_file() and not _is_left_over(inside):
            yield inside.as_posix(), _STARTER_NAME.sub(name, path.read_text("utf-8"))


def _is_left_over(path: Path) -> bool:
    """Whether a file of a checkout is a tool's, and none of the project's: caches, compiled modules."""
    return path.suffix == ".pyc" or any(part.endswith("_cache") for part in path.parts)


# --- names ---------------------------------------------------------------------------------------


def _good(name: str) -> str:
    """The name, if a package can have it."""
    if _NAME.fullmatch(name) is None:
        what = "small letters, digits and `_`, at most 40, and a letter first"
        raise Stop(f"`{name}` can't be a Python package's name ({what}): {_suggestion(name)}")
    return name


def _possible(name: str, texts: Mapping[str, str]) -> None:
    """Refuse names that mean something else: to the project's own files, to Python, or to the language."""
    from herosaga.syntax.parse import parse

    taken = {path.partition("/")[0].partition(".")[0] for path in texts}
    if name in taken:
        raise Stop(f"`{name}` is a file of the project itself: {_suggestion(name)}")
    if keyword.iskeyword(name):
        raise Stop(f"`{name}` is a word of Python: {_suggestion(name)}")
    if not parse(Source(_SOURCE, f"namespace {name}"))[0].namespace:
        raise Stop(f"`{name}` is a word of the language: {_suggestion(name)}")
    if name in sys.stdlib_module_names or PathFinder.find_spec(name, _installed()):
        raise Stop(f"`{name}` would hide a module that is installed: {_suggestion(name)}")


def _installed() -> list[str]:
    """Where modules are found, but for the current folder."""
    here = Path.cwd()
    return [each for each in sys.path if each and Path(each).resolve() != here]


def _suggestion(name: str) -> str:
    """A name near the one that is not possible."""
    words = _FOREIGN.sub("_", Path(name).name.lower()).strip("_")
    near = words if _NAME.fullmatch(words) and words != name else f"my_{words}"[:40].strip("_")
    return f"how about `herosaga init {near if near != 'my' else 'shop'}`?"


def _free(folder: Path) -> None:
    """Refuse a folder in which there is something."""
    if folder.is_dir() and not folder.is_symlink():
        if any(folder.iterdir()):
            raise Stop(f"the folder `{folder}` is not empty: choose another name, or move it away")
    elif folder.is_symlink() or folder.exists():
        raise Stop(f"there is a file `{folder}` already: choose another name, or move it away")

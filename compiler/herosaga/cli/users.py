"""The user's own code: what settings name is imported, and what goes wrong in it is told with its place."""

from __future__ import annotations

import importlib
import os
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from herosaga.cli.settings import Settings
from herosaga.cli.stop import Closed, Stop

_NAMED = re.compile(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)")


def named(project: Settings, key: str, text: str, form: str) -> tuple[str, str]:
    """The module and the name in it that a setting means, written as `form`."""
    found = _NAMED.fullmatch(text)
    if found is None:
        raise Stop(
            f"`[tool.herosaga]` in {project.root / 'pyproject.toml'} needs"
            f' `{key} = "{form}"`, and has {text!r}'
        )
    return found[1], found[2]


def imported(project: Settings, key: str, name: str) -> ModuleType:
    """A module of the project, which the setting `key` names: nothing else is imported by name."""
    try:
        with told(project):
            return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name.partition(".")[0]:
            raise  # something that the module imports itself
        where = f"`{key}` in {project.root / 'pyproject.toml'} names it"
        raise Stop(f"there is no module `{name}`, and {where}") from None


@contextmanager
def told(project: Settings) -> Iterator[None]:
    """What the user's code raises is told in a sentence with its place, what is wrong with ours is not."""
    from herosaga_runtime import StoreError, UsageError

    try:
        yield
    except (StoreError, UsageError) as error:
        raise Stop(f"{_place(project, error)}{error}") from None
    except Exception as error:
        cause = _first(error)
        place = _place(project, cause)
        if isinstance(error, Closed | Stop) or not place or os.environ.get("HEROSAGA_DEBUG"):
            raise
        words = cause.msg if isinstance(cause, SyntaxError) else cause
        raise Stop(f"{place}{type(cause).__name__}: {words}") from None


def _first(error: Exception) -> Exception:
    """The first of the errors that a task group raised together."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _place(project: Settings, error: Exception) -> str:
    """`app.py:12: ` of the innermost line that is the project's own."""
    if isinstance(error, SyntaxError) and error.filename:
        path = Path(error.filename)
        if path.is_relative_to(project.root):
            return f"{path.relative_to(project.root)}:{error.lineno}: "
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(project.root):
            return f"{path.relative_to(project.root)}:{frame.lineno}: "
    return ""

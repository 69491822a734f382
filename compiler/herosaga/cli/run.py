"""`herosaga run`: compile a project, start its app on a host, and show what moves."""

from __future__ import annotations

import asyncio
import importlib
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from herosaga.cli.compile import compile_project
from herosaga.cli.output import say, write
from herosaga.cli.settings import Settings, settings
from herosaga.cli.stop import Closed, Stop

if TYPE_CHECKING:
    from herosaga.cli.watching import Screen
    from herosaga_runtime import Host

_APP = re.compile(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)")
SOON = timedelta(seconds=30)
"""A demo ends when nothing is due for so long."""


def run(
    folder: Annotated[str, typer.Argument(help="The project's folder.")] = ".",
    db: Annotated[
        str, typer.Option("--db", help="The SQLite file to run on, else a temporary one.")
    ] = "",
    demo: Annotated[
        bool, typer.Option("--demo", help="Run the app's `demo`, and end when all is done.")
    ] = False,
) -> int:
    """Compile a project and run its app, the `module:function` that `[tool.herosaga] app` names.

    The function is given a host to add sagas and services to. Without --demo the app runs until Ctrl-C. What was not
    done then goes on when it is run on the same file again.
    """
    if not Path(folder).is_dir():
        raise Stop(f"there is no folder `{folder}`")
    project = settings(Path(folder).resolve())
    code = compile_project(project)
    if code:
        return code
    with _database(db) as path:
        return _start(project, path, demo, bool(db))


@contextmanager
def _database(db: str) -> Iterator[Path]:
    if db:
        yield Path(db).resolve()
        return
    with tempfile.TemporaryDirectory(prefix="herosaga-") as folder:
        yield Path(folder) / "run.db"


def _start(project: Settings, path: Path, demo: bool, kept: bool) -> int:
    from herosaga.cli.watching import screen
    from herosaga_runtime import Host, StoreError, UsageError

    module, build = _entry(project)
    play: Callable[[Host], Awaitable[None]] | None = getattr(module, "demo", None)
    if demo and play is None:
        raise Stop(f"`{module.__name__}` has no `async def demo(host)`")
    watching = screen(sys.stdout)
    try:
        host = Host(f"sqlite:///{path}", observer=watching)
        _users(project, build, host)
        asyncio.run(_serve(host, watching, play if demo else None))
    except (StoreError, UsageError) as error:
        raise Stop(str(error)) from None
    except KeyboardInterrupt:
        again = f": run it with --db {_shown(path)} again to go on" if kept else ""
        say(f"\nherosaga: stopped, nothing is lost{again}\n" if kept else "\nherosaga: stopped\n")
        return 130
    return 0


def _shown(path: Path) -> str:
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


async def _serve(
    host: Host, watching: Screen, demo: Callable[[Host], Awaitable[None]] | None
) -> None:
    async with host:
        if demo is None:
            await asyncio.Event().wait()  # until Ctrl-C
            return
        await demo(host)
        await _done(host)
        if watching.closed:
            raise Closed
        write(await watching.table(host))


async def _done(host: Host) -> None:
    """Wait until nothing moves, nor will for a while."""
    while True:
        await host.settle()
        due = await host.next_due()
        if due is None or due - datetime.now(UTC) > SOON:
            return
        await asyncio.sleep(max(0.01, (due - datetime.now(UTC)).total_seconds()))


# --- the user's code ---------------------------------------------------------------------------


def _entry(project: Settings) -> tuple[ModuleType, Callable[[Host], object]]:
    """The module that `app` names, and its function: the one import by name there is."""
    named = _APP.fullmatch(project.app)
    if named is None:
        raise Stop(
            f"`[tool.herosaga]` in {project.root / 'pyproject.toml'} needs"
            f' `app = "module:function"`, and has {project.app!r}'
        )
    for folder in (project.root / project.output, project.root):
        sys.path.insert(0, os.fspath(folder))
    module = _users(project, importlib.import_module, named[1])
    build = getattr(module, named[2], None)
    if not callable(build):
        raise Stop(f"`{named[1]}` has no function `{named[2]}`, which `app` names")
    return module, build


def _users(project: Settings, function: Callable[..., Any], *arguments: object) -> Any:
    """Call code of the user; what it raises is told with its place."""
    from herosaga_runtime import HerosagaError

    try:
        return function(*arguments)
    except HerosagaError:
        raise
    except Exception as error:
        if os.environ.get("HEROSAGA_DEBUG"):
            raise
        raise Stop(f"{_place(project, error)}{type(error).__name__}: {error}") from None


def _place(project: Settings, error: Exception) -> str:
    """`app.py:12: ` of the innermost line that is the project's own."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(project.root):
            return f"{path.relative_to(project.root)}:{frame.lineno}: "
    return ""

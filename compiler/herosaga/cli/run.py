"""`herosaga run`: compile a project, start its app on a host, and show what moves."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from herosaga.cli.compile import compile_project
from herosaga.cli.output import say
from herosaga.cli.settings import Settings, settings
from herosaga.cli.stop import Closed, Interrupted, Stop
from herosaga.cli.users import imported, named, told

if TYPE_CHECKING:
    from herosaga.cli.watching import Screen
    from herosaga_runtime import Host

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

    The function is given a host to add sagas and services to. Without --demo the app runs until Ctrl-C, or SIGTERM.
    What was not done then goes on when it is run on the same file again.
    """
    if Path(folder).is_file():
        home = Path(folder).parent.as_posix()
        raise Stop(f"`{folder}` is a file, and a project's folder is needed: `herosaga run {home}`")
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
    from herosaga.cli.watching import by_message, screen
    from herosaga_runtime import Host

    module, build = entry(project)
    play: Callable[[Host], Awaitable[None]] | None = getattr(module, "demo", None)
    if demo and play is None:
        raise Stop(f"`{module.__name__}` has no `async def demo(host)`")
    if play is not None and not demo:
        say(
            f"running until Ctrl-C; with `--demo`, {module.__name__}.py publishes something to watch\n"
        )
    watching = screen(sys.stdout)
    try:
        with told(project):
            host = Host(f"sqlite:///{path}", observer=watching)
            build(host)
            watching.flows = by_message(host.declared_flows)
            return asyncio.run(_terminable(_serve(host, watching, play if demo else None)))
    except (KeyboardInterrupt, _Terminated) as ended:
        again = f"stopped, nothing is lost: run it with --db {_shown(path)} again to go on"
        raise Interrupted(
            again if kept else "stopped", by_signal=isinstance(ended, _Terminated)
        ) from None


class _Terminated(BaseException):
    """SIGTERM has come, and the host is left. As little of the user's code's concern as a KeyboardInterrupt."""


def _shown(path: Path) -> str:
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


async def _terminable(work: Coroutine[None, None, int]) -> int:
    """Let SIGTERM, by which docker, systemd and Kubernetes stop a program, end the work as Ctrl-C does.

    Another one, while work in hand is finished and the program ends, changes nothing.
    """
    serving, loop, told = asyncio.ensure_future(work), asyncio.get_running_loop(), False

    def end(*_: object) -> None:
        nonlocal told
        if not told:
            told = True
            loop.call_soon_threadsafe(serving.cancel)

    before = signal.signal(signal.SIGTERM, end)
    try:
        return await serving
    except asyncio.CancelledError:
        if told:
            raise _Terminated from None
        raise
    finally:
        if not told:
            signal.signal(signal.SIGTERM, before)


async def _serve(
    host: Host, watching: Screen, demo: Callable[[Host], Awaitable[None]] | None
) -> int:
    """Run until the demo is over, or without one until it is stopped; either way until nobody reads any more.

    The exit code is 1 if something needs a person in the end.
    """
    from herosaga.cli.ending import write_end

    async with host, _ended() as tasks:
        gone = asyncio.ensure_future(watching.gone.wait())
        work = gone if demo is None else asyncio.ensure_future(_play(host, demo))
        broken = asyncio.ensure_future(host.stopped())
        tasks |= {gone, work, broken}
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if gone.done():
            raise Closed
        await (broken if broken.done() else work)
        return 0 if await write_end(watching, host) else 1


@asynccontextmanager
async def _ended() -> AsyncIterator[set[asyncio.Future[Any]]]:
    """Tasks that have ended before the host stops, however this is left: none meets a stopped host.

    What they raise then is of no interest any more; the block awaits the one that it wants to know of.
    """
    tasks: set[asyncio.Future[Any]] = set()
    try:
        yield tasks
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _play(host: Host, demo: Callable[[Host], Awaitable[None]]) -> None:
    await demo(host)
    await _done(host)


async def _done(host: Host) -> None:
    """Wait until nothing moves, nor will for a while."""
    while True:
        await host.settle()
        due = await host.next_due()
        if due is None or due - datetime.now(UTC) > SOON:
            return
        await asyncio.sleep(max(0.01, (due - datetime.now(UTC)).total_seconds()))


# --- the user's code ---------------------------------------------------------------------------


def entry(project: Settings) -> tuple[ModuleType, Callable[[Host], object]]:
    """The module that `app` names, and its function."""
    module_name, name = named(project, "app", project.app, "module:function")
    for folder in (project.root / project.output, project.root):
        sys.path.insert(0, os.fspath(folder))
    module = imported(project, "app", module_name)
    build = getattr(module, name, None)
    if not callable(build):
        raise Stop(f"`{module_name}` has no function `{name}`, which `app` names")
    return module, build

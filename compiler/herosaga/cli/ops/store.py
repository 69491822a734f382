"""The store that operators look at, by way of a host that is opened and works on nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from herosaga.cli.run import entry
from herosaga.cli.settings import Settings, settings
from herosaga.cli.stop import Stop
from herosaga.cli.users import told
from msgspec import Struct

if TYPE_CHECKING:
    from herosaga_runtime import Host

T = TypeVar("T")
VARIABLE = "HEROSAGA_DB"


class Absent(Exception):
    """What was asked for is not there, or can't be done as things are: a sentence, and exit code 1."""


class Target(Struct, frozen=True):
    """What a command is about: the store, and the folder of the project whose app is asked, unless only the store is."""

    db: str
    folder: str = "."
    raw: bool = False


class At(Struct, frozen=True):
    """An opened host, the time, and the project; `known`: the host has the app's sagas, itineraries and flows."""

    host: Host
    now: datetime
    project: Settings
    known: bool

    @property
    def sagas(self) -> tuple[str, ...]:
        """The names of the app's sagas."""
        return tuple(each.name for each in self.host.sagas)


def now() -> datetime:
    """The time by which things are late, and ago."""
    return datetime.now(UTC)


def visit(target: Target, work: Callable[[At], Awaitable[T]]) -> T:
    """Do something with the opened store. Without an app in the project's settings only the store itself is asked."""
    from herosaga_runtime import Host

    url = _url(target.db)
    project = _project(target)
    with told(project):
        host = Host(url)
        known = bool(project.app) and not target.raw
        if known:
            entry(project)[1](host)
        return asyncio.run(_opened(At(host, now(), project, known), work))


async def _opened(at: At, work: Callable[[At], Awaitable[T]]) -> T:
    async with at.host.opened():
        return await work(at)


def with_app(at: At, what: str) -> None:
    """Refuse what only the app can do."""
    if not at.known:
        raise Stop(
            f"{what} needs the app, which knows what follows: name it in `[tool.herosaga]`,"
            ' `app = "module:function"`, and call this in its folder or with `--project`'
        )


def _project(target: Target) -> Settings:
    folder = Path(target.folder)
    if not folder.is_dir():
        raise Stop(f"there is no folder `{target.folder}`")
    return settings(folder.resolve())


def _url(given: str) -> str:
    """The URL of the store that `--db` names, as a path or as a URL itself."""
    if not given:
        raise Stop(f"which store? Name it with `--db`, or in the environment variable {VARIABLE}")
    if given == "memory:" or given.startswith("sqlite:///:memory:"):
        raise Stop("a store in memory is seen only by its own process: name a file with `--db`")
    if "://" in given and not given.startswith("sqlite:///"):
        scheme = given.partition(":")[0]
        raise Stop(f"`{scheme}` is not a store that is known here: name an SQLite file with `--db`")
    path = Path(given.removeprefix("sqlite:///"))
    if path.is_dir():
        raise Stop(f"`{given}` is a folder, and a store is a file")
    if not path.exists():
        raise Stop(f"there is no file `{given}`: no host has run on it, and none is made here")
    return f"sqlite:///{os.fspath(path.resolve())}"

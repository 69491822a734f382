"""A host that ends at any statement: what it leaves is as if the transaction had never begun, and the next one goes on."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from casework import AnySaga, Desk, Moved, Opened, Paid, case, edit, file_url, play
from herosaga_runtime import Host
from herosaga_runtime.sqlite import SqliteStore
from herosaga_runtime.testing import START, SeededRandom, VirtualClock
from test_host_versions import NEW, OLD

KEPT = case(retain=timedelta(days=30))
LONG = timedelta(days=100)
LEASE = timedelta(milliseconds=1)
NEVER = 10**9


class End(BaseException):
    """The process ends here."""


class Ending:
    """A connection that ends the process at a statement; what it counts down to may be out of reach."""

    def __init__(self, connection: sqlite3.Connection, left: int) -> None:
        self._connection = connection
        self.left = left

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, statement: str, values: Any = ()) -> sqlite3.Cursor:
        if not statement.startswith("ROLLBACK"):
            self.left -= 1
            if self.left == 0:
                raise End
        return self._connection.execute(statement, values)

    def executemany(self, statement: str, values: Any) -> sqlite3.Cursor:
        self.left -= 1
        if self.left == 0:
            raise End
        return self._connection.executemany(statement, values)


class EndingStore(SqliteStore):
    """A store on such a connection."""

    def __init__(self, path: Path, left: int) -> None:
        super().__init__(str(path / "desk.db"), SeededRandom())
        self._left = left
        self.there: Ending | None = None

    def _connect(self) -> sqlite3.Connection:
        self.there = Ending(super()._connect(), self._left)
        return self.there  # type: ignore[return-value]


Script = Callable[[Desk], Awaitable[None]]


def run(path: Path, saga: AnySaga, script: Script, clock: VirtualClock, end: int) -> int:
    """Run a script up to a statement; how many of the statements were not reached."""
    store = EndingStore(path, end)

    async def go() -> None:
        host = Host(store, clock=clock, random=SeededRandom(end), memory=LONG, lease=LEASE)
        host.add(saga)
        async with host:
            script_run = asyncio.ensure_future(script(Desk(host, clock)))
            stopped = asyncio.ensure_future(host.stopped())
            await asyncio.wait({script_run, stopped}, return_when=asyncio.FIRST_COMPLETED)
            for each in (script_run, stopped):
                each.cancel()
            await asyncio.gather(script_run, stopped, return_exceptions=True)

    with suppress(End):
        asyncio.run(asyncio.wait_for(go(), 30))
    assert store.there is not None
    return store.there.left


async def publish(at: Desk, *events: tuple[str, Any]) -> None:
    """Publish events under ids, so that they may be published again."""
    for id, event in events:
        await at.host.publish(event, id=id)
        await at.host.settle()


async def a_life(at: Desk) -> None:
    """Two cases that are found by their invoice and archived, and one that begins anew."""
    await publish(at, ("o1", Opened("a", "i1")), ("o2", Opened("b", "i1")), ("m", Moved("b", "i2")))
    await publish(at, ("m2", Moved("b", "i1")), ("p", Paid("i1")))
    await at.after(max(0, (START + timedelta(days=31) - at.clock.now()).total_seconds()))
    await publish(at, ("o3", Opened("a", "i3")))


async def a_new_version(at: Desk) -> None:
    """A case of an older version is lifted."""
    await publish(at, ("m", Moved("a", "i2")), ("p", Paid("i1 i2")))


def left(path: Path) -> dict[str, list[Any]]:
    """What there is in a store when all is done."""
    return {
        "instances": edit(
            path,
            "SELECT key, incarnation, state, version, revision FROM herosaga_instances ORDER BY 1",
        ),
        "archive": edit(path, "SELECT key, incarnation, state FROM herosaga_archive ORDER BY 1, 2"),
        "matches": edit(path, "SELECT * FROM herosaga_matches ORDER BY 1, 2, 3, 4"),
        "history": edit(
            path,
            "SELECT key, incarnation, revision, message_id, before, after, reception, sent, diff "
            "FROM herosaga_history ORDER BY key, seq",
        ),
        "mail": edit(path, "SELECT key, id FROM herosaga_mailbox ORDER BY 1, 2"),
        "seen": edit(path, "SELECT consumer, id FROM herosaga_inbox ORDER BY 1, 2"),
        "dead": edit(path, "SELECT * FROM herosaga_dead_letters"),
    }


async def opened(at: Desk) -> None:
    """A case that waits."""
    await publish(at, ("o", Opened("a", "i1")))


@pytest.mark.parametrize(
    ("script", "saga", "before", "stride"),
    [(a_life, KEPT, None, 23), (a_new_version, NEW, OLD, 11)],
)
def test_a_host_may_end_at_any_statement(
    tmp_path: Path, script: Script, saga: AnySaga, before: AnySaga | None, stride: int
) -> None:
    begun, whole, broken = (tmp_path / name for name in ("begun", "whole", "broken"))
    begun.mkdir()
    if before is not None:
        play(opened, before, url=file_url(begun), memory=LONG)
    shutil.copytree(begun, whole)
    statements = NEVER - run(whole, saga, script, VirtualClock(), NEVER)
    expected = left(whole)
    assert expected["dead"] == []
    assert statements > 80
    for number in range(1, statements, stride):
        shutil.copytree(begun, broken)
        clock = VirtualClock()
        assert run(broken, saga, script, clock, number) <= 0
        later = VirtualClock(clock.now() + LEASE * 2)  # whoever has ended holds no claims any more
        run(broken, saga, script, later, NEVER)
        assert left(broken) == expected, f"ended at statement {number} of {statements}"
        shutil.rmtree(broken)

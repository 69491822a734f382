"""The store on SQLite, in a file or in memory.

In memory means SQLite's own in-memory database and not a second implementation with dictionaries: the same statements run in
a unit test and in production, so what a test shows is true of the file as well.

A file is opened in WAL mode with `synchronous=FULL`: what was committed survives a loss of power. There is one connection,
used from the event loop; only the commit, which waits for the disk, runs in a thread. Writers of other processes are waited
for with short pauses of random length, and a process that has written lets the others go first if there are any.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from herosaga_runtime.errors import StoreError, UsageError
from herosaga_runtime.ports import Random
from herosaga_runtime.schema import VERSION, statements
from herosaga_runtime.statements import SqliteTransaction

T = TypeVar("T")

_PAUSE = 0.002
"""Seconds: the longest pause before the write lock is asked for again, and how long a writer leaves it to others."""

_PATIENCE = 60.0
"""Seconds: how long another process may hold the write lock."""


def open_path(url: str) -> str:
    """The path that a store's URL names, `":memory:"` for memory; `UsageError` for any other kind of URL."""
    if url in ("memory:", "sqlite://", "sqlite:///:memory:"):
        return ":memory:"
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        return url.removeprefix("sqlite:///")
    raise UsageError(
        f"{url.partition(':')[0]!r} is not a store; use memory:, sqlite:///file.db or sqlite:////path/file.db"
    )


class SqliteStore:
    """A store in one SQLite database.

    `path` is a file's, or `":memory:"`; `chance` gives the random part of the pauses.
    """

    def __init__(self, path: str, chance: Random) -> None:
        self._path = path
        self._chance = chance
        self._lock = asyncio.Lock()
        self._executor: ThreadPoolExecutor | None = None
        self._open: sqlite3.Connection | None = None
        self._seen = 0
        self._neighbours = 0

    @property
    def shared(self) -> bool:
        """Whether other processes may use the same store."""
        return self._path != ":memory:"

    async def open(self, make: bool = True) -> None:
        """Open the database and make its tables; `StoreError` if it can't be read or is from a newer version.

        Without `make` nothing is made, not even the file: `StoreError` if there is no store, or one of an older version.
        """
        if self.shared:
            self._executor = ThreadPoolExecutor(1, "herosaga-commit")
        try:
            self._open = await self._off_loop(self._connect if make else self._join)
        except BaseException:
            self._end_thread()
            raise

    async def close(self) -> None:
        """Close the database."""
        async with self._lock:
            connection, self._open = self._connection, None
            await self._off_loop(connection.close)
        self._end_thread()

    def _end_thread(self) -> None:
        if self._executor is not None:
            self._executor.shutdown()
            self._executor = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqliteTransaction]:
        """A writing transaction, one at a time."""
        async with self._lock:
            connection = self._connection
            await self._begin(connection)
            transaction = SqliteTransaction(connection)
            try:
                yield transaction
            except BaseException:
                _roll_back(connection)
                raise
            await self._commit(connection)
            if transaction.neighbours is not None:
                self._neighbours = transaction.neighbours
            if self._neighbours:
                await asyncio.sleep(_PAUSE)  # other processes poll: without this they would starve

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[SqliteTransaction]:
        """A look at the store, between two writing transactions."""
        async with self._lock:
            connection = self._connection
            connection.execute("BEGIN")
            try:
                yield SqliteTransaction(connection)
            except sqlite3.Error as error:
                raise StoreError(f"can't read {self._path}: {error}") from error
            finally:
                _roll_back(connection)

    def within(self, connection: object) -> SqliteTransaction:
        """The caller's own transaction; `UsageError` if it has begun none."""
        if not isinstance(connection, sqlite3.Connection):
            raise UsageError("transaction= takes a sqlite3.Connection to this host's database")
        if connection.isolation_level is None and not connection.in_transaction:
            raise UsageError("begin a transaction on the connection before you pass it on")
        return SqliteTransaction(connection)

    async def changed(self) -> bool:
        """Whether another connection has written since this was last asked."""
        async with self._lock:
            before = self._seen
            self._seen = self._connection.execute("PRAGMA data_version").fetchone()[0]
            return self._seen != before

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            raise UsageError("the store is not open: use `async with host`")
        return self._open

    async def _begin(self, connection: sqlite3.Connection) -> None:
        # Another process is waited for in real time: it does not know this host's clock.
        loop = asyncio.get_running_loop()
        end = loop.time() + _PATIENCE
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if not _is_busy(error):
                    raise StoreError(f"can't write to {self._path}: {error}") from error
                if loop.time() > end:
                    raise StoreError(
                        f"{self._path} has been locked by another process for {_PATIENCE:.0f} s"
                    ) from error
            await asyncio.sleep(_PAUSE * self._chance.fraction())

    async def _commit(self, connection: sqlite3.Connection) -> None:
        if not connection.in_transaction:
            raise StoreError("the transaction was ended by someone else")
        try:
            if connection.total_changes == self._changes_committed:
                connection.execute("COMMIT")
            else:
                await self._off_loop(lambda: connection.execute("COMMIT"))
                self._changes_committed = connection.total_changes
        except sqlite3.Error as error:
            _roll_back(connection)
            raise StoreError(f"can't commit to {self._path}: {error}") from error

    _changes_committed = 0

    async def _off_loop(self, work: Callable[[], T]) -> T:
        """Do what waits for the disk in the store's own thread. It is never left half way, not even when cancelled."""
        if self._executor is None:
            return work()
        future = asyncio.get_running_loop().run_in_executor(self._executor, work)
        cancelled: asyncio.CancelledError | None = None
        while not future.done():
            try:
                await asyncio.shield(asyncio.wait((future,)))
            except asyncio.CancelledError as error:
                cancelled = error
        result = future.result()
        if cancelled is not None:
            raise cancelled
        return result

    def _connect(self) -> sqlite3.Connection:
        """A connection to a store that is made if need be."""
        return self._connected(_prepare)

    def _join(self) -> sqlite3.Connection:
        """A connection to a store that is there."""
        if not Path(self._path).is_file():
            raise StoreError(f"there is no file {self._path}")
        return self._connected(_look_at)

    def _connected(self, prepare: Callable[[sqlite3.Connection, str], None]) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self._path, timeout=10.0, isolation_level=None, check_same_thread=False
            )
            try:
                prepare(connection, self._path)
            except BaseException:
                connection.close()
                raise
        except sqlite3.Error as error:
            raise StoreError(f"can't open {Path(self._path)}: {error}") from error
        return connection


def _prepare(connection: sqlite3.Connection, path: str) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("BEGIN IMMEDIATE")
    known = _version(connection, path)
    for statement in statements(known):
        connection.execute(statement)
    if known != VERSION:
        connection.execute("DELETE FROM herosaga_schema")
        connection.execute("INSERT INTO herosaga_schema VALUES (?)", (VERSION,))
    connection.execute("COMMIT")
    connection.execute("PRAGMA busy_timeout = 0")  # the event loop must not wait, see _begin


def _look_at(connection: sqlite3.Connection, path: str) -> None:
    """Take a store as it is."""
    known = _version(connection, path)
    if known == 0:
        raise StoreError(f"{path} is a database, but no store: no host has run on it")
    if known != VERSION:
        raise StoreError(
            f"{path} holds a store of schema version {known}, and {VERSION} is read here: "
            "it is brought up to date when a host runs on it"
        )
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA busy_timeout = 0")


def _version(connection: sqlite3.Connection, path: str) -> int:
    """The version of the tables that are there, 0 if there are none; `StoreError` if this program does not know it."""
    known = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE name = 'herosaga_schema'"
    ).fetchone()
    if not known:
        return 0
    row = connection.execute("SELECT version FROM herosaga_schema").fetchone()
    found = row[0] if row else "unknown"
    if found in range(1, VERSION + 1):
        return int(found)
    raise StoreError(
        f"{path} holds a store of schema version {found}; this version of herosaga reads up to version {VERSION}: "
        "install a newer herosaga-runtime"
    )


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")

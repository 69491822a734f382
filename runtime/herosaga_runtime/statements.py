"""What a host reads and writes on SQLite: the `Transaction` port as SQL statements on one connection."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from herosaga_runtime.errors import ConflictError, StoreError
from herosaga_runtime.rows import (
    ISOLATED,
    Kind,
    Mail,
    StoredDeadLetter,
    StoredFlow,
    StoredHistory,
    StoredInstance,
    StoredWaiting,
)
from herosaga_runtime.sqlite_slips import SlipRows

_MAIL = "kind, consumer, key, id, due, body, attempts, crashes, seq"
_INSTANCE = "saga, key, incarnation, state, outcome, stuck, version, revision, body"
_NEWEST = f"""SELECT {_INSTANCE}, FALSE FROM herosaga_instances WHERE saga = :saga AND key = :key
    UNION ALL SELECT * FROM (SELECT {_INSTANCE}, TRUE FROM herosaga_archive
    WHERE saga = :saga AND key = :key AND NOT EXISTS
    (SELECT 1 FROM herosaga_instances WHERE saga = :saga AND key = :key)
    ORDER BY incarnation DESC LIMIT 1)"""
_HISTORY = (
    "saga, key, incarnation, revision, at, message_id, message_type, before, after, "
    "reception, sent, diff, reason"
)
_FLOW = "flow, correlation, status, started, late, body"
_LETTER = (
    "kind, consumer, key, id, body, attempts, crashes, message_type, reason, traceback, at, seq"
)
_LIVING = "SELECT owner FROM herosaga_owners WHERE until >= :now"
_FREE = f"owner IS NULL OR (owner <> :me AND owner NOT IN ({_LIVING}))"
_KEY_FREE = f"""NOT EXISTS (
    SELECT 1 FROM herosaga_mailbox AS other
    WHERE other.consumer = mail.consumer AND other.key = mail.key AND other.owner IS NOT NULL
    AND (other.kind = {int(Kind.WAITING)} OR (other.owner <> :me AND other.owner IN ({_LIVING}))))"""
_WAITING = f"""EXISTS (
    SELECT 1 FROM herosaga_mailbox AS other
    WHERE other.consumer = mail.consumer AND other.key = mail.key AND other.owner IS NOT NULL
    AND other.kind = {int(Kind.WAITING)})"""
"""Behind mail that waits all mail of its key waits, so that it stays in order."""
_LAST_DUE = 253_402_300_799_999_999
"""The end of the year 9999. SQLite counts text and bytes as larger than any number."""
_MAKE_DUE = """UPDATE herosaga_mailbox SET due = :now, body = 'its due was ' || quote(due) || ': ' || body
    WHERE kind = :kind AND due > :last"""
"""Mail with a `due` that is no time is unreadable: this makes it known as such at once."""
_CRASHES = "crashes + (owner IS NOT NULL)"
"""An owner that is still there when its mail is claimed died with it."""
_ORDINARY = f"{_CRASHES} < {ISOLATED}"
_ISOLATED = f"crashes >= {ISOLATED - 1} AND {_CRASHES} >= {ISOLATED}"
"""The first condition is that of an index."""
_IS_WAITING = f"kind = {int(Kind.WAITING)}"


class SqliteTransaction(SlipRows):
    """One transaction on a connection, which someone else begins and ends."""

    __slots__ = ("_neighbours", "connection")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._neighbours: int | None = None

    @property
    def open(self) -> bool:
        """Whether it has not ended."""
        return self.connection.in_transaction

    @property
    def neighbours(self) -> int | None:
        """How many other owners live, if this transaction has asked."""
        return self._neighbours

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that is undone alone when it raises; `StoreError` if SQLite has ended the whole transaction."""
        run = self.connection.execute
        run("SAVEPOINT part")
        try:
            yield
        except BaseException as error:
            if not self.connection.in_transaction:
                raise StoreError(f"the transaction was ended: {error}") from error
            run("ROLLBACK TO part")
            run("RELEASE part")
            if isinstance(error, sqlite3.OperationalError):
                raise StoreError(str(error)) from error
            raise
        run("RELEASE part")

    # --- mail ----------------------------------------------------------------------------------

    async def enqueue(self, mail: Mail) -> None:
        """Let mail wait for its consumer, once."""
        self.connection.execute(
            "INSERT OR IGNORE INTO herosaga_mailbox (kind, consumer, key, id, due, body) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (int(mail.kind), mail.consumer, mail.key, mail.id, mail.due, mail.body),
        )

    async def claim(
        self,
        kind: Kind,
        consumers: Sequence[str],
        owner: str,
        now: int,
        limit: int,
        suspects: bool = True,
    ) -> list[Mail]:
        """Make due mail `owner`'s. Several messages of one key may be in a claim: its owner takes them in order."""
        values: dict[str, Any] = {"kind": int(kind), "now": now, "me": owner} | _named(consumers)
        self.connection.execute(_MAKE_DUE, {"kind": int(kind), "now": now, "last": _LAST_DUE})
        if kind is Kind.STEP:
            mails = _to_first_isolated(self._claimable(values, limit, "TRUE"))
        else:
            mails = self._claimable(values, limit, _ORDINARY)
            if suspects:
                mails += self._claimable(values, 1, _ISOLATED)
                mails = sorted(mails, key=lambda mail: (mail.due, mail.seq))[:limit]
        self.connection.executemany(
            "UPDATE herosaga_mailbox SET owner = ?, attempts = ?, crashes = ? WHERE seq = ?",
            [(owner, mail.attempts, mail.crashes, mail.seq) for mail in mails],
        )
        return mails

    def _claimable(self, values: dict[str, Any], limit: int, condition: str) -> list[Mail]:
        consumers = ", ".join(f":{name}" for name in values if name.startswith("c"))
        rows = self._read(
            f"SELECT {_MAIL}, owner FROM herosaga_mailbox AS mail "
            f"WHERE kind = :kind AND due <= :now AND ({_FREE}) AND {_KEY_FREE} "
            f"AND consumer IN ({consumers}) AND {condition} ORDER BY due, seq LIMIT :limit",
            values | {"limit": limit},
        )
        return [_found(row) for row in rows]

    def _read(self, statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Rows, even those that hold text that is not UTF-8: that is written as `\\xff`, which JSON can't be."""
        try:
            return self.connection.execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:
            if "UTF-8" not in str(error):
                raise StoreError(f"can't read the mailbox: {error}") from error
        usual, self.connection.text_factory = self.connection.text_factory, _any_text
        try:
            return self.connection.execute(statement, values).fetchall()
        finally:
            self.connection.text_factory = usual

    async def take(self, mail: Mail, owner: str) -> bool:
        """Remove claimed mail."""
        done = self.connection.execute(
            "DELETE FROM herosaga_mailbox WHERE seq = ? AND owner = ?", (mail.seq, owner)
        )
        return done.rowcount == 1

    async def put_back(self, mail: Mail, owner: str, due: int, attempts: int) -> bool:
        """Give up a claim."""
        done = self.connection.execute(
            "UPDATE herosaga_mailbox SET owner = NULL, due = ?, attempts = ? WHERE seq = ? AND owner = ?",
            (due, attempts, mail.seq, owner),
        )
        return done.rowcount == 1

    async def cancel(self, consumer: str, id: str) -> None:
        """Remove mail, if it still waits."""
        self.connection.execute(
            "DELETE FROM herosaga_mailbox WHERE consumer = ? AND id = ?", (consumer, id)
        )

    async def next_due(self, consumers: Sequence[str]) -> int | None:
        """When the next unclaimed mail of these consumers is due."""
        soonest = " UNION ALL ".join(
            f"SELECT * FROM (SELECT due FROM herosaga_mailbox AS mail WHERE kind = {int(kind)} "
            f"AND owner IS NULL AND consumer IN ({_names(consumers)}) AND NOT {_WAITING} "
            "ORDER BY due, seq LIMIT 1)"
            for kind in (Kind.STEP, Kind.HANDLER)
        )
        row = self.connection.execute(
            f"SELECT min(due) FROM ({soonest})", _named(consumers)
        ).fetchone()
        due: int | None = row[0]
        return due

    async def unfinished(self, consumers: Sequence[str], owner: str, now: int) -> bool:
        """Whether mail of these consumers or an outgoing message is due, or someone else's than `owner`'s."""
        row = self.connection.execute(
            f"SELECT EXISTS (SELECT 1 FROM herosaga_mailbox AS mail WHERE due <= :now AND "
            f"owner IS NOT :me AND kind <> {int(Kind.WAITING)} AND consumer IN ({_names(consumers)}) "
            f"AND NOT {_WAITING}) OR EXISTS (SELECT 1 FROM herosaga_outbox WHERE due <= :now)",
            {"now": now, "me": owner} | _named(consumers),
        ).fetchone()
        return bool(row[0])

    async def set_waiting(self, mail: Mail, owner: str) -> bool:
        """Give up a claim on mail that nobody can take yet."""
        done = self.connection.execute(
            f"UPDATE herosaga_mailbox SET owner = '', kind = {int(Kind.WAITING)}, attempts = ? "
            "WHERE seq = ? AND owner = ?",
            (mail.attempts, mail.seq, owner),
        )
        return done.rowcount == 1

    async def release(self, readable: Mapping[str, Collection[int]]) -> None:
        """Let mail that waits be claimed again where its instance is of one of these versions of its saga, or gone."""
        run = self.connection.execute
        if run(f"SELECT 1 FROM herosaga_mailbox WHERE {_IS_WAITING} LIMIT 1").fetchone() is None:
            return
        for saga, versions in readable.items():
            run(
                f"UPDATE herosaga_mailbox SET owner = NULL, kind = {int(Kind.STEP)} "
                f"WHERE {_IS_WAITING} AND consumer = :saga AND NOT EXISTS "
                "(SELECT 1 FROM herosaga_instances AS there WHERE there.saga = :saga "
                "AND there.key = herosaga_mailbox.key "
                f"AND there.version NOT IN ({', '.join(map(str, versions))}))",
                {"saga": saga},
            )

    async def waiting(self) -> list[StoredWaiting]:
        """The instances whose mail waits."""
        rows = self.connection.execute(
            "SELECT saga, mail.key, state, version, count(*) FROM herosaga_mailbox AS mail "
            "JOIN herosaga_instances AS there ON there.saga = mail.consumer AND there.key = mail.key "
            f"WHERE {_WAITING} GROUP BY saga, mail.key ORDER BY saga, mail.key"
        )
        return [StoredWaiting(*row) for row in rows]

    async def next_outgoing(self) -> int | None:
        """When the next outgoing message is due."""
        due: int | None = self.connection.execute(
            "SELECT min(due) FROM herosaga_outbox"
        ).fetchone()[0]
        return due

    # --- what was seen -------------------------------------------------------------------------

    async def remember(self, consumer: str, id: str, at: int, outputs: str | None = None) -> bool:
        """Note that a consumer has seen a message; False if it had before."""
        done = self.connection.execute(
            "INSERT OR IGNORE INTO herosaga_inbox VALUES (?, ?, ?, ?)", (consumer, id, at, outputs)
        )
        return done.rowcount == 1

    async def forget(self, consumer: str, id: str) -> None:
        """Undo `remember`."""
        self.connection.execute(
            "DELETE FROM herosaga_inbox WHERE consumer = ? AND id = ?", (consumer, id)
        )

    async def set_outputs(self, consumer: str, id: str, outputs: str) -> None:
        """Add to `remember` what a consumer gave for a message."""
        self.connection.execute(
            "UPDATE herosaga_inbox SET outputs = ? WHERE consumer = ? AND id = ?",
            (outputs, consumer, id),
        )

    async def outputs(self, consumer: str, id: str) -> str | None:
        """What a consumer gave for a message it has seen."""
        row = self.connection.execute(
            "SELECT outputs FROM herosaga_inbox WHERE consumer = ? AND id = ?", (consumer, id)
        ).fetchone()
        return None if row is None else row[0] or "[]"

    async def purge(
        self, before: int, after: tuple[str, str], limit: int
    ) -> tuple[int, tuple[str, str]]:
        """Forget what was seen before a time. An index of times would cost each message more than looking at all does."""
        end = self.connection.execute(
            "SELECT consumer, id FROM herosaga_inbox WHERE (consumer, id) > (?, ?) "
            "ORDER BY consumer, id LIMIT 1 OFFSET ?",
            (*after, limit - 1),
        ).fetchone()
        done = self.connection.execute(
            "DELETE FROM herosaga_inbox WHERE (consumer, id) > (?, ?) AND at < ? "
            + ("" if end is None else "AND (consumer, id) <= (?, ?)"),
            (*after, before, *(end or ())),
        )
        return done.rowcount, end or ("", "")

    # --- instances -----------------------------------------------------------------------------

    async def instance(self, saga: str, key: str) -> StoredInstance | None:
        """The instance of a key, or else the last of this key that was archived."""
        row = self.connection.execute(_NEWEST, {"saga": saga, "key": key}).fetchone()
        return None if row is None else _instance(row)

    async def save_instance(self, instance: StoredInstance, before: int | None) -> None:
        """Store an instance over its revision `before`; `ConflictError` if that is not what is there."""
        each = instance
        if before is None:
            done = self.connection.execute(
                f"INSERT OR IGNORE INTO herosaga_instances ({_INSTANCE}) VALUES (?,?,?,?,?,?,?,?,?)",
                (
                    *(each.saga, each.key, each.incarnation, each.state, each.outcome),
                    *(each.stuck, each.version, each.revision, each.body),
                ),
            )
        else:
            done = self.connection.execute(
                "UPDATE herosaga_instances SET incarnation = ?, state = ?, outcome = ?, stuck = ?, "
                "version = ?, revision = ?, body = ? WHERE saga = ? AND key = ? AND revision = ?",
                (
                    *(each.incarnation, each.state, each.outcome, each.stuck, each.version),
                    *(each.revision, each.body, each.saga, each.key, before),
                ),
            )
        if done.rowcount != 1:
            raise ConflictError(f"{each.saga} {each.key} is not at revision {before} any more")

    async def instances(
        self, saga: str | None, state: str | None, outcome: str | None, archived: bool
    ) -> list[StoredInstance]:
        """The instances of a saga, or of all, in the order of their keys, the archived ones too if that is asked for."""
        chosen = (
            f"{'TRUE' if saga is None else 'saga = :saga'} AND (:state IS NULL OR state = :state) "
            "AND (:outcome IS NULL OR outcome = :outcome)"
        )
        too = f"UNION ALL SELECT {_INSTANCE}, TRUE FROM herosaga_archive WHERE {chosen}"
        rows = self.connection.execute(
            f"SELECT {_INSTANCE}, FALSE FROM herosaga_instances WHERE {chosen} "
            f"{too if archived else ''} ORDER BY saga, key, incarnation",
            {"saga": saga, "state": state, "outcome": outcome},
        )
        return [_instance(row) for row in rows]

    async def page(
        self, saga: str, ended: bool, after: str | None, limit: int
    ) -> list[StoredInstance]:
        """Some of the instances of a saga that have ended, or of those that have not, in the order of their keys."""
        rows = self.connection.execute(
            f"SELECT {_INSTANCE} FROM herosaga_instances WHERE saga = ? "
            f"AND outcome IS {'NOT' if ended else ''} NULL {'' if after is None else 'AND key > ?'} "
            "ORDER BY key LIMIT ?",
            (saga, *(() if after is None else (after,)), limit),
        )
        return [StoredInstance(*row) for row in rows]

    async def archive(self, instance: StoredInstance, at: int) -> None:
        """Move an instance into the archive."""
        each = instance
        self.connection.execute(
            f"INSERT INTO herosaga_archive ({_INSTANCE}, at) SELECT {_INSTANCE}, ? "
            "FROM herosaga_instances WHERE saga = ? AND key = ?",
            (at, each.saga, each.key),
        )
        self.connection.execute(
            "DELETE FROM herosaga_instances WHERE saga = ? AND key = ?", (each.saga, each.key)
        )

    async def archived(self, saga: str, key: str) -> list[StoredInstance]:
        """The instances of a key that were archived, oldest first."""
        rows = self.connection.execute(
            f"SELECT {_INSTANCE}, TRUE FROM herosaga_archive WHERE saga = ? AND key = ? "
            "ORDER BY incarnation",
            (saga, key),
        )
        return [_instance(row) for row in rows]

    # --- how instances are found ---------------------------------------------------------------

    async def matching(self, saga: str, field: str, value: str) -> list[str]:
        """The keys of the running instances that have this value in a data field."""
        rows = self.connection.execute(
            "SELECT key FROM herosaga_matches WHERE saga = ? AND field = ? AND value = ? ORDER BY key",
            (saga, field, value),
        )
        return [row[0] for row in rows]

    async def add_match(self, saga: str, field: str, value: str, key: str) -> None:
        """Let an instance be found by the value of a data field."""
        self.connection.execute(
            "INSERT OR IGNORE INTO herosaga_matches VALUES (?, ?, ?, ?)", (saga, field, value, key)
        )

    async def remove_match(self, saga: str, field: str, value: str, key: str) -> None:
        """Let it no longer be found by that."""
        self.connection.execute(
            "DELETE FROM herosaga_matches WHERE saga = ? AND field = ? AND value = ? AND key = ?",
            (saga, field, value, key),
        )

    async def clear_matches(self, saga: str, versions: Collection[int]) -> None:
        """Let no instance of a saga be found by its data, but for those of other versions than these."""
        self.connection.execute(
            "DELETE FROM herosaga_matches WHERE saga = :saga AND key NOT IN "
            "(SELECT key FROM herosaga_instances WHERE saga = :saga "
            f"AND version NOT IN ({', '.join(map(str, versions))}))",
            {"saga": saga},
        )

    async def arranged(self, saga: str) -> str:
        """For what declarations of a saga the store was last arranged; empty if never."""
        row = self.connection.execute(
            "SELECT arranged FROM herosaga_sagas WHERE saga = ?", (saga,)
        ).fetchone()
        return "" if row is None else str(row[0])

    async def set_arranged(self, saga: str, arranged: str) -> None:
        """Note for what declarations it is arranged."""
        self.connection.execute(
            "INSERT OR REPLACE INTO herosaga_sagas VALUES (?, ?)", (saga, arranged)
        )

    # --- history -------------------------------------------------------------------------------

    async def add_history(self, entry: StoredHistory) -> None:
        """Append to an instance's history."""
        self.connection.execute(
            f"INSERT INTO herosaga_history ({_HISTORY}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                *(entry.saga, entry.key, entry.incarnation, entry.revision, entry.at),
                *(entry.message_id, entry.message_type, entry.before, entry.after),
                *(entry.reception, entry.sent, entry.diff, entry.reason),
            ),
        )

    async def history(self, saga: str, key: str) -> list[StoredHistory]:
        """An instance's history, oldest first."""
        rows = self.connection.execute(
            f"SELECT {_HISTORY} FROM herosaga_history WHERE saga = ? AND key = ? ORDER BY seq",
            (saga, key),
        )
        return [StoredHistory(*row) for row in rows]

    # --- flows ---------------------------------------------------------------------------------

    async def flow(self, flow: str, correlation: str) -> StoredFlow | None:
        """How far a flow has come in a correlation."""
        row = self.connection.execute(
            f"SELECT {_FLOW} FROM herosaga_flows WHERE flow = ? AND correlation = ?",
            (flow, correlation),
        ).fetchone()
        return None if row is None else StoredFlow(*row)

    async def save_flow(self, flow: StoredFlow) -> None:
        """Note how far it has come."""
        each = flow
        self.connection.execute(
            f"INSERT OR REPLACE INTO herosaga_flows ({_FLOW}) VALUES (?,?,?,?,?,?)",
            (each.flow, each.correlation, each.status, each.started, each.late, each.body),
        )

    async def flows(self, flow: str | None, status: str | None) -> list[StoredFlow]:
        """How far flows have come, in the order in which they began."""
        wanted = {"flow": flow, "status": status}
        conditions = [f"{name} = :{name}" for name, value in wanted.items() if value is not None]
        rows = self.connection.execute(
            f"SELECT {_FLOW} FROM herosaga_flows WHERE {' AND '.join(conditions) or 'TRUE'} "
            "ORDER BY started, flow, correlation",
            wanted,
        )
        return [StoredFlow(*row) for row in rows]

    async def forget_flows(self, before: int, limit: int) -> None:
        """Forget some of those that are complete and began before a time."""
        self.connection.execute(
            "DELETE FROM herosaga_flows WHERE (flow, correlation) IN (SELECT flow, correlation "
            "FROM herosaga_flows WHERE status = 'complete' AND started < ? LIMIT ?)",
            (before, limit),
        )

    # --- dead letters --------------------------------------------------------------------------

    async def add_dead_letter(self, letter: StoredDeadLetter) -> None:
        """Put mail aside."""
        mail = letter.mail
        self.connection.execute(
            f"INSERT INTO herosaga_dead_letters ({_LETTER}) VALUES (?,?,?,?,?,?,?,?,?,?,?,NULL)",
            (
                *(int(mail.kind), mail.consumer, mail.key, mail.id, mail.body, mail.attempts),
                *(mail.crashes, letter.message_type, letter.reason, letter.traceback, letter.at),
            ),
        )

    async def dead_letters(self) -> list[StoredDeadLetter]:
        """What was put aside, oldest first."""
        rows = self.connection.execute(f"SELECT {_LETTER} FROM herosaga_dead_letters ORDER BY seq")
        return [_letter(row) for row in rows]

    async def take_dead_letter(self, id: int) -> StoredDeadLetter | None:
        """Remove a dead letter and return it."""
        row = self.connection.execute(
            f"SELECT {_LETTER} FROM herosaga_dead_letters WHERE seq = ?", (id,)
        ).fetchone()
        self.connection.execute("DELETE FROM herosaga_dead_letters WHERE seq = ?", (id,))
        return None if row is None else _letter(row)

    # --- the outbox ----------------------------------------------------------------------------

    async def add_outgoing(self, id: str, body: str, at: int) -> None:
        """Let a message wait for the transport."""
        self.connection.execute(
            "INSERT OR IGNORE INTO herosaga_outbox (id, due, body) VALUES (?, ?, ?)", (id, at, body)
        )

    async def claim_outgoing(self, owner: str, now: int, limit: int) -> list[Mail]:
        """Make due outgoing messages `owner`'s, oldest first."""
        rows = self.connection.execute(
            f"SELECT seq, id, due, body, attempts FROM herosaga_outbox WHERE due <= :now "
            f"AND (owner = :me OR {_FREE}) ORDER BY seq LIMIT :limit",
            {"now": now, "me": owner, "limit": limit},
        ).fetchall()
        self.connection.executemany(
            "UPDATE herosaga_outbox SET owner = ? WHERE seq = ?", [(owner, row[0]) for row in rows]
        )
        return [
            Mail(Kind.HANDLER, "", "", id, due, body, attempts, seq=seq)
            for seq, id, due, body, attempts in rows
        ]

    async def take_outgoing(self, mail: Mail) -> None:
        """Remove an outgoing message that was sent."""
        self.connection.execute("DELETE FROM herosaga_outbox WHERE seq = ?", (mail.seq,))

    async def delay_outgoing(self, mail: Mail, due: int) -> None:
        """Give an outgoing message back after a failure."""
        self.connection.execute(
            "UPDATE herosaga_outbox SET owner = NULL, due = ?, attempts = attempts + 1 WHERE seq = ?",
            (due, mail.seq),
        )

    # --- owners --------------------------------------------------------------------------------

    async def renew(self, owner: str, until: int, now: int) -> None:
        """Say that an owner lives until then, and see who else does."""
        run = self.connection.execute
        run("INSERT OR REPLACE INTO herosaga_owners VALUES (?, ?)", (owner, until))
        others = "FROM herosaga_owners WHERE until"
        run(f"DELETE {others} < ?", (now,))
        self._neighbours = run(f"SELECT count(*) {others} >= ?", (now,)).fetchone()[0] - 1

    async def leave(self, owner: str) -> None:
        """Give back all that an owner has claimed, and forget it."""
        for table in ("herosaga_mailbox", "herosaga_outbox"):
            self.connection.execute(f"UPDATE {table} SET owner = NULL WHERE owner = ?", (owner,))
        self.connection.execute("DELETE FROM herosaga_owners WHERE owner = ?", (owner,))


def _names(consumers: Sequence[str]) -> str:
    return ", ".join(f":c{index}" for index in range(len(consumers)))


def _named(consumers: Sequence[str]) -> dict[str, Any]:
    return {f"c{index}": name for index, name in enumerate(consumers)}


def _found(row: tuple[Any, ...]) -> Mail:
    """A row as claimed mail: an owner that is still there died with it, a handler's attempt begins now."""
    number, consumer, key, id, due, body, attempts, crashes, seq, owner = row
    kind = Kind(number)
    body = body if isinstance(body, str) else _any_text(bytes(body))
    died = 0 if owner is None else 1
    begun = 1 if kind is Kind.HANDLER else died
    return Mail(kind, consumer, key, id, due, body, attempts + begun, crashes + died, seq)


def _any_text(found: bytes) -> str:
    return found.decode(errors="backslashreplace")


def _to_first_isolated(found: list[Mail]) -> list[Mail]:
    """Steps keep their order: an isolated one waits until it is the first, and then goes by itself."""
    first = next((index for index, mail in enumerate(found) if mail.isolated), len(found))
    return found[: max(first, 1)]


def _instance(row: tuple[Any, ...]) -> StoredInstance:
    found = StoredInstance(*row)
    return replace(found, archived=True) if found.archived else found


def _letter(row: tuple[Any, ...]) -> StoredDeadLetter:
    kind, consumer, key, id, body, attempts, crashes, message_type, reason, trace, at, seq = row
    mail = Mail(Kind(kind), consumer, key, id, at, body, attempts, crashes)
    return StoredDeadLetter(mail, message_type, reason, trace, at, seq)

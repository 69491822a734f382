"""What the SQLite store knows of slips."""

from __future__ import annotations

import sqlite3
from typing import Final

from herosaga_runtime.errors import ConflictError
from herosaga_runtime.rows import Kind, Mail, StoredSlip

_SLIP: Final = "id, itinerary, status, stuck, correlation, at, revision, body"


class SlipRows:
    """The part of a transaction that is about slips, on a connection."""

    __slots__ = ()
    connection: sqlite3.Connection

    async def slip(self, id: str) -> StoredSlip | None:
        """A slip as it is known where it began."""
        row = self.connection.execute(
            f"SELECT {_SLIP} FROM herosaga_slips WHERE id = ?", (id,)
        ).fetchone()
        return None if row is None else StoredSlip(*row)

    async def save_slip(self, slip: StoredSlip) -> None:
        """Store a slip over the revision before its own; `ConflictError` if that is not what is there."""
        each = slip
        if each.revision == 1:
            done = self.connection.execute(
                f"INSERT OR IGNORE INTO herosaga_slips ({_SLIP}) VALUES (?,?,?,?,?,?,?,?)",
                (
                    *(each.id, each.itinerary, each.status, each.stuck, each.correlation),
                    *(each.at, each.revision, each.body),
                ),
            )
        else:
            done = self.connection.execute(
                "UPDATE herosaga_slips SET status = ?, stuck = ?, revision = ?, body = ? "
                "WHERE id = ? AND revision = ?",
                (each.status, each.stuck, each.revision, each.body, each.id, each.revision - 1),
            )
        if done.rowcount != 1:
            raise ConflictError(f"slip {each.id} is not at revision {each.revision - 1} any more")

    async def slips(self, itinerary: str | None, status: str | None) -> list[StoredSlip]:
        """Slips in the order in which they began, of one itinerary or status if that is given."""
        rows = self.connection.execute(
            f"SELECT {_SLIP} FROM herosaga_slips WHERE (:itinerary IS NULL OR itinerary = :itinerary) "
            "AND (:status IS NULL OR status = :status) ORDER BY at, id",
            {"itinerary": itinerary, "status": status},
        )
        return [StoredSlip(*row) for row in rows]

    async def mail(self, consumer: str, id: str) -> tuple[Mail, bool] | None:
        """A piece of mail that waits for a consumer, and whether somebody has claimed it."""
        row = self.connection.execute(
            "SELECT kind, consumer, key, id, due, body, attempts, crashes, seq, owner IS NOT NULL "
            "FROM herosaga_mailbox WHERE consumer = ? AND id = ?",
            (consumer, id),
        ).fetchone()
        return None if row is None else (Mail(Kind(row[0]), *row[1:9]), bool(row[9]))

    async def hasten(self, consumer: str, id: str, due: int) -> None:
        """Let mail that nobody has claimed be due no later than this."""
        self.connection.execute(
            "UPDATE herosaga_mailbox SET due = ? WHERE consumer = ? AND id = ? AND owner IS NULL AND due > ?",
            (due, consumer, id, due),
        )

"""The archive: where instances go `retain` after their end, so that their keys are free.

What tells that the time has come is mail like an alarm. It names the incarnation, so it can't take a later one with it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from herosaga_runtime.envelope import Alarm, Envelope, derive_id
from herosaga_runtime.instance import Instance
from herosaga_runtime.ports import Transaction
from herosaga_runtime.posting import write_envelope
from herosaga_runtime.rows import Kind, Mail, StoredHistory, StoredInstance
from herosaga_runtime.saga import Saga

ARCHIVED = "archived"
"""What the history says of it."""


def archive_mail(saga: str, key: str, incarnation: int, ended: datetime, due: int) -> Mail:
    """The mail that lets an instance be archived then."""
    token = _token(incarnation)
    id = derive_id(saga, key, incarnation, token)
    body = write_envelope(Envelope(id, Alarm(token), ended, id))
    return Mail(Kind.STEP, saga, key, id, due, body)


def _token(incarnation: int) -> str:
    return f"archive {incarnation}"


def is_archiving(envelope: Envelope, stored: StoredInstance | None) -> bool:
    """Whether mail says that this instance's time in the store is over."""
    return (
        stored is not None
        and isinstance(envelope.message, Alarm)
        and envelope.message.token == _token(stored.incarnation)
        and stored.outcome is not None
    )


async def archive(
    tx: Transaction, saga: Saga[Any, Any, Any], stored: StoredInstance, envelope: Envelope, at: int
) -> None:
    """Move an instance into the archive, unless its saga keeps them by now."""
    if saga.retain is None or stored.archived:
        return
    await tx.archive(stored, at)
    await tx.add_history(
        StoredHistory(
            *(stored.saga, stored.key, stored.incarnation, stored.revision, at),
            *(envelope.id, envelope.message.TYPE, stored.state, stored.state),
            *(ARCHIVED, "[]", "{}", ""),
        )
    )


def ended(before: Instance[Any, Any] | None, after: Instance[Any, Any]) -> bool:
    """Whether a message has ended an instance."""
    return after.outcome is not None and (before is None or before.outcome is None)

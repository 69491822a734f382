"""What a store must know of a saga beside its instances: by what data they are found, and when they are archived.

Steps keep both up to date. What was stored before a saga declared them is arranged when a host is entered, once for
each change of the declarations.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from herosaga_runtime import codec
from herosaga_runtime.archiving import archive_mail
from herosaga_runtime.matching import keep
from herosaga_runtime.ports import Transaction, from_micros, to_micros
from herosaga_runtime.rows import StoredInstance
from herosaga_runtime.saga import Saga
from herosaga_runtime.versions import read, readable

_log = logging.getLogger("herosaga")
_PAGE = 500


async def arrange(tx: Transaction, saga: Saga[Any, Any, Any], now: datetime) -> None:
    """Bring up to date what is kept beside the instances of a saga. What can't be done is tried again at the next start."""
    declared = _declared(saga)
    if declared == await tx.arranged(saga.name):
        return
    await tx.clear_matches(saga.name, readable(saga))
    done = not saga.matches or await _find_by_data(tx, saga)
    if saga.retain is not None:
        async for stored in _pages(tx, saga, True):
            await _archive_later(tx, stored, saga.retain, now)
    await tx.set_arranged(saga.name, declared if done else "")


async def _find_by_data(tx: Transaction, saga: Saga[Any, Any, Any]) -> bool:
    """Let running instances be found by their data; False if some can't be read, whose mail waits or fails likewise."""
    unread = 0
    async for stored in _pages(tx, saga, False):
        try:
            found = read(saga, stored).instance
        except Exception as error:  # a migration is the user's code
            unread += 1
            _log.debug("%s %s can't be read: %s", saga.name, stored.key, type(error).__name__)
            continue
        await keep(tx, saga, None, found)
    if unread:
        _log.warning("%s: %d instances can't be read, and not be found by data", saga.name, unread)
    return not unread


def _declared(saga: Saga[Any, Any, Any]) -> str:
    fields = sorted({each.field for each in saga.matches.values()})
    if not fields and saga.retain is None:
        return ""
    retain = None if saga.retain is None else codec.write_duration(saga.retain)
    return codec.dumps({"version": saga.version, "fields": fields, "retain": retain})


async def _pages(
    tx: Transaction, saga: Saga[Any, Any, Any], ended: bool
) -> AsyncIterator[StoredInstance]:
    page = await tx.page(saga.name, ended, None, _PAGE)
    while page:
        for each in page:
            yield each
        page = await tx.page(saga.name, ended, page[-1].key, _PAGE)


async def _archive_later(
    tx: Transaction, stored: StoredInstance, retain: timedelta, now: datetime
) -> None:
    """Let an instance that has ended be archived `retain` after its last step."""
    entries = await tx.history(stored.saga, stored.key)
    at = [each.at for each in entries if each.incarnation == stored.incarnation]
    ended = from_micros(max(at)) if at else now
    mail = archive_mail(
        stored.saga, stored.key, stored.incarnation, ended, to_micros(ended + retain)
    )
    await tx.cancel(stored.saga, mail.id)
    await tx.enqueue(mail)

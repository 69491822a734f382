"""What a store must know of a saga beside its instances: by what data they are found, and when they are archived.

Steps keep both up to date. What was stored before a saga declared them is arranged when a host is entered, once for
each change of the declarations.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from herosaga_runtime import codec
from herosaga_runtime.archiving import archive_mail
from herosaga_runtime.errors import VersionError
from herosaga_runtime.matching import keep
from herosaga_runtime.ports import Transaction, from_micros, to_micros
from herosaga_runtime.rows import StoredInstance
from herosaga_runtime.saga import Saga
from herosaga_runtime.versions import read

_PAGE = 500


async def arrange(tx: Transaction, saga: Saga[Any, Any, Any], now: datetime) -> None:
    """Bring up to date what is kept beside the instances of a saga."""
    declared = _declared(saga)
    if declared == await tx.arranged(saga.name):
        return
    await tx.clear_matches(saga.name)
    if saga.matches:
        async for stored in _pages(tx, saga, False):
            try:
                found = read(saga, stored).instance
            except VersionError:
                continue  # it takes no mail either; when it can be read, the declarations have changed
            await keep(tx, saga, None, found)
    if saga.retain is not None:
        async for stored in _pages(tx, saga, True):
            await _archive_later(tx, stored, saga.retain, now)
    await tx.set_arranged(saga.name, declared)


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

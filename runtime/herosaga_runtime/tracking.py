"""Following flows: in the transaction in which a message is posted, so that what is known of a flow is what has happened.

A message counts once, by the inbox, as for whoever takes it. What is stored of a flow and can't be read is left as it is: that
a choreography can't be followed is no reason to stop it.
"""

from __future__ import annotations

import logging

from herosaga_runtime import codec
from herosaga_runtime.envelope import Envelope
from herosaga_runtime.errors import DecodeError
from herosaga_runtime.flows import (
    Flow,
    Progress,
    advance,
    done,
    progress_from_json,
    progress_to_json,
)
from herosaga_runtime.ports import MICROSECOND, Transaction
from herosaga_runtime.rows import StoredFlow


class Known:
    """Progress by the text that it is stored as, so that the next message of a correlation need not parse it again."""

    __slots__ = ("_limit", "_texts")

    def __init__(self, limit: int = 1024) -> None:
        self._limit = limit
        self._texts: dict[str, Progress] = {}

    def read(self, stored: StoredFlow) -> Progress | None:
        """What is stored; None if it can't be read."""
        found = self._texts.pop(stored.body, None)
        if found is not None:
            return found
        try:
            return progress_from_json(codec.loads(stored.body))
        except DecodeError as error:
            _log.error("%s of %s can't be read: %s", stored.flow, stored.correlation, error)
            return None

    def write(self, progress: Progress) -> str:
        """Its text. The oldest that is known is forgotten if there are too many."""
        text = codec.dumps(progress_to_json(progress))
        if progress.awaited:
            if len(self._texts) >= self._limit:
                del self._texts[next(iter(self._texts))]
            self._texts[text] = progress
        return text


_log = logging.getLogger("herosaga.flows")


async def track(
    tx: Transaction, known: Known, flows: tuple[Flow, ...], envelope: Envelope, at: int
) -> None:
    """Note in each of its flows that a message was posted. `at` is the time in microseconds."""
    name, correlation = envelope.message.TYPE, envelope.correlation
    for flow in flows:
        stored = await tx.flow(flow.name, correlation)
        if stored is None and name not in flow.begins:
            continue
        if not await tx.remember(f"flow {flow.name}", envelope.id, at):
            continue
        before = None if stored is None else known.read(stored)
        if stored is None or before is not None:
            after = advance(flow, before, name, envelope.id, envelope.causation, at)
            await _save(tx, known, flow, correlation, stored, after, at)


async def track_end(
    tx: Transaction, known: Known, flows: tuple[Flow, ...], by: str, envelope: Envelope, at: int
) -> None:
    """Note that a handler is done with a message, after what it emitted was posted."""
    for flow in flows:
        stored = await tx.flow(flow.name, envelope.correlation)
        before = None if stored is None else known.read(stored)
        if before is not None:
            after = done(flow, before, by, envelope.id, at)
            await _save(tx, known, flow, envelope.correlation, stored, after, at)


async def _save(
    tx: Transaction,
    known: Known,
    flow: Flow,
    correlation: str,
    before: StoredFlow | None,
    after: Progress | None,
    at: int,
) -> None:
    if after is None:
        return
    started = at if before is None else before.started
    late = None if flow.within is None else started + flow.within // MICROSECOND
    status = "running" if after.ended is None else "complete"
    body = known.write(after)
    stored = StoredFlow(flow.name, correlation, status, started, late, body)
    if stored != before:
        await tx.save_flow(stored)

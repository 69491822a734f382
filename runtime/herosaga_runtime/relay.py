"""The relay: messages for the outside leave the outbox through the transport, whatever else goes on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from herosaga_runtime.errors import StoreError
from herosaga_runtime.policy import FOREVER, Policy
from herosaga_runtime.ports import MICROSECOND, Clock, Store, Transport, from_micros, to_micros
from herosaga_runtime.rows import Mail

_log = logging.getLogger("herosaga.relay")

_RETRY = Policy(None, FOREVER, timedelta(milliseconds=200), timedelta(minutes=1))
_BATCH = 64
_LOOK = timedelta(seconds=1)
"""How often the outbox is looked into even if nobody says that there is something in it."""


class Relay:
    """One host's relay; `told` is called when it has sent something or failed to."""

    def __init__(
        self, owner: str, store: Store, clock: Clock, transport: Transport, told: Callable[[], None]
    ) -> None:
        self._owner = owner
        self._store = store
        self._clock = clock
        self._transport = transport
        self._told = told
        self._wake = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Look into the outbox."""
        self._wake.set()

    def stop(self) -> None:
        """Send what is in hand, and nothing more."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Send until stopped."""
        while not self._stopping:
            self._wake.clear()
            try:
                busy = await self._send_some()
            except StoreError as error:
                _log.error("the store failed, trying again: %s", error)
                await asyncio.sleep(1.0)
                continue
            if not busy:
                await self._rest()

    async def _send_some(self) -> bool:
        async with self._store.reading() as tx:
            due = await tx.next_outgoing()
        now = to_micros(self._clock.now())
        if due is None or due > now:
            return False
        async with self._store.transaction() as tx:
            mails = await tx.claim_outgoing(self._owner, now, _BATCH)
        failed = [mail for mail in mails if not await self._send(mail)]
        async with self._store.transaction() as tx:
            for mail in mails:
                if mail in failed:
                    pause = _RETRY.pause(mail.attempts + 1, mail.id) // MICROSECOND
                    await tx.delay_outgoing(mail, to_micros(self._clock.now()) + pause)
                else:
                    await tx.take_outgoing(mail)
        self._told()
        return bool(mails)

    async def _send(self, mail: Mail) -> bool:
        try:
            await self._transport.send(mail.body)
        except Exception as error:
            _log.warning("message %s could not be sent: %s", mail.id, error)
            return False
        return True

    async def _rest(self) -> None:
        async with self._store.reading() as tx:
            due = await tx.next_outgoing()
        now = self._clock.now()
        later = due is not None and due > to_micros(now)  # what is due now is another host's
        look = now + _LOOK
        await self._clock.wait(self._wake, min(from_micros(due), look) if later and due else look)

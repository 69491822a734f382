"""Carrying out activities: users' `execute` and `compensate`, tried by their policies, their results stored at home.

The worker that ends a step sends the slip on itself (`keep`): nobody is asked in between. A step counts once: its mail must still
be this host's, and be the one that home knows to be away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from herosaga_runtime.envelope import Envelope
from herosaga_runtime.errors import UsageError
from herosaga_runtime.itineraries import travel
from herosaga_runtime.itineraries.activity import Activity
from herosaga_runtime.itineraries.home import Home
from herosaga_runtime.itineraries.keeping import Happening, keep, read_home, row_of
from herosaga_runtime.itineraries.revision import Revision
from herosaga_runtime.itineraries.sending import Cause
from herosaga_runtime.itineraries.slip import Slip, current_of
from herosaga_runtime.itineraries.travel import Given
from herosaga_runtime.policy import ONCE, Policy
from herosaga_runtime.ports import MICROSECOND, HandlerReport, Report, Transaction, to_micros
from herosaga_runtime.posting import House, give_up, read_envelope
from herosaga_runtime.routing import Carrier
from herosaga_runtime.rows import ISOLATED, Mail, StoredSlip
from herosaga_runtime.running import Around, Failed, Lost, Working

T = TypeVar("T")

ONWARD: Final = Policy(None, None, timedelta(seconds=1), timedelta(minutes=5))
"""How a step is tried on past the irreversible, when its own tries are used up."""


@dataclass(frozen=True, slots=True)
class Executed:
    """An activity was done, or undone; `given` is None after an undo."""

    mail: Mail
    envelope: Envelope
    given: Given | None


class Carrying(Working):
    """The `ActivityContext` of one attempt. `until` is when it is given up."""

    def __init__(self, mail: Mail, envelope: Envelope, around: Around) -> None:
        super().__init__(mail, envelope, around)
        self.slip = slip_in(envelope)
        within = None if self.slip.current is None else limits(self.slip).within
        self.until = None if within is None else self.now + within

    @property
    def slip_id(self) -> str:
        """The id of the slip."""
        return self.slip.id

    @property
    def attempt(self) -> int:
        """Which attempt this is, from 1. Those that died with their process are not counted."""
        return self.mail.attempts - self.mail.crashes

    async def sleep(self, seconds: float) -> None:
        """Wait on the host's clock; the attempt may be given up before that."""
        end = self.now + timedelta(seconds=seconds)
        self.asleep_until = end if self.until is None else min(end, self.until)
        self._around.rests()
        try:
            await self._clock.sleep(seconds)
        finally:
            self.asleep_until = None

    async def cancelled(self) -> bool:
        """Whether the slip turns back once this step has ended."""
        if self.slip.back:
            return False
        if self.held is not None:
            return _stopping(await self.held.slip(self.slip.id))
        async with self.store.reading() as tx:
            return _stopping(await tx.slip(self.slip.id))

    async def progress(self, text: str) -> None:
        """Say how far it has come."""
        if not isinstance(text, str):
            raise UsageError(f"progress is told in words, not as {type(text).__name__}")
        if self.held is not None:
            await _progress(self.held, self.slip, text)
            return

        async def write(tx: Transaction) -> list[Report]:
            await _progress(tx, self.slip, text)
            return []

        await self._around.write(write)


def _stopping(stored: StoredSlip | None) -> bool:
    return stored is not None and read_home(stored).stopping


async def _progress(tx: Transaction, slip: Slip, text: str) -> None:
    found = await home_of(tx, slip)
    if found is None:
        return
    stored, home = found
    home.away[slip.part] = replace(home.away[slip.part], progress=text)
    await tx.save_slip(row_of(home, stored.correlation, stored.at, stored.revision + 1))


class ActivityWork:
    """The `Work` of an activity."""

    __slots__ = ("_carrier",)

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    @property
    def kind(self) -> str:
        """The activity's name."""
        return self._carrier.activity.name

    def context(self, mail: Mail, envelope: Envelope, around: Around) -> Carrying:
        """What users' code gets beside its arguments or its log."""
        return Carrying(mail, envelope, around)

    async def begin(
        self, tx: Transaction, house: House, mail: Mail, now: datetime
    ) -> tuple[Envelope | None, list[Report]]:
        """What to carry out for claimed mail: None if it does not count any more, is to stop, or has killed too often."""
        try:
            envelope = read_envelope(mail.body, {Slip.TYPE: Slip})
            slip = slip_in(envelope)
            found = await home_of(tx, slip)
        except ValueError as error:
            await tx.take(mail, house.owner)
            return None, [await give_up(tx, mail, f"it can't be read: {error}", "", to_micros(now))]
        if found is None:
            await tx.take(mail, house.owner)
            return None, []
        stored, home = found
        happening = _not_begun(home, slip, mail)
        if happening is None:
            return envelope, []
        await tx.take(mail, house.owner)
        return None, await keep(tx, house, stored, home, happening, Cause.of(envelope), now)

    async def run(self, working: Carrying) -> Executed:
        """Carry it out, within its time."""
        slip, carrier = working.slip, self._carrier
        current = current_of(slip)
        if slip.back:
            log = carrier.activity.log
            if log is None or carrier.compensate is None:
                raise UsageError(f"{carrier.activity.name} has no log to undo it by")
            await _in_time(working, carrier.compensate(log.from_json(current.given), working))
            return Executed(working.mail, working.envelope, None)
        arguments = carrier.activity.arguments.from_json(current.given)
        result = await _in_time(working, carrier.execute(arguments, working))
        return Executed(working.mail, working.envelope, given_by(carrier.activity, result))

    async def store(
        self, tx: Transaction, house: House, did: Executed, now: datetime
    ) -> list[Report]:
        """Store a result, and send the slip on."""
        mail, envelope, slip = did.mail, did.envelope, slip_in(did.envelope)
        if not await tx.take(mail, house.owner):
            raise Lost
        found = await home_of(tx, slip)
        if found is None:
            raise UsageError(f"{slip.mail_id} has ended already")
        stored, home = found
        reports = await keep(
            tx, house, stored, home, _happened(slip, did.given), Cause.of(envelope), now
        )
        return [HandlerReport(mail.consumer, mail.id, self.kind, mail.attempts), *reports]

    async def fail(
        self, tx: Transaction, house: House, failed: Failed, now: datetime
    ) -> list[Report]:
        """Store a failed attempt: the next one, or the way back."""
        mail = failed.mail
        envelope = read_envelope(mail.body, {Slip.TYPE: Slip})
        slip = slip_in(envelope)
        found = await home_of(tx, slip)
        if found is None:
            await tx.take(mail, house.owner)
            return []
        stored, home = found
        pause = _pause(house, home, slip, mail)
        if pause is not None:
            at = to_micros(now) + pause // MICROSECOND
            if not await tx.put_back(mail, house.owner, at, mail.attempts):
                return []  # another host is at it by now
            return await _tried_on(tx, stored, home, slip, failed.reason, mail)
        if not await tx.take(mail, house.owner):
            return []
        happening = _failed_for_good(home, slip, failed.reason)
        return await keep(tx, house, stored, home, happening, Cause.of(envelope), now)


# --- what a step comes to ----------------------------------------------------------------------


def _happened(slip: Slip, given: Given | None) -> Happening:
    if given is None:
        return lambda journey: travel.undone(journey, slip)
    return lambda journey: travel.done(journey, slip, given)


def _failed_for_good(home: Home, slip: Slip, reason: str) -> Happening:
    if slip.back:
        return lambda journey: travel.undo_failed(journey, slip, reason)
    if _gives_up(home, slip):
        return lambda journey: travel.given_up(journey, slip)
    return lambda journey: travel.failed(journey, slip, reason)


def _not_begun(home: Home, slip: Slip, mail: Mail) -> Happening | None:
    """What happens instead of carrying it out: the slip goes back, or the step has ended too many processes."""
    if mail.crashes > ISOLATED:
        reason = f"its process died {mail.crashes} times"
        if not slip.back and (home.past or current_of(slip).irreversible):
            return lambda journey: travel.hold(journey, slip, reason)
        return _failed_for_good(home, slip, reason)
    if _gives_up(home, slip):
        return lambda journey: travel.given_up(journey, slip)
    return None


def _gives_up(home: Home, slip: Slip) -> bool:
    """Whether a step is not to be tried (again). What is irreversible may have been done, so it is tried to its end."""
    return home.stopping and not slip.back and not current_of(slip).irreversible


def _pause(house: House, home: Home, slip: Slip, mail: Mail) -> timedelta | None:
    """How long until the next attempt; None if there is none."""
    if _gives_up(home, slip):
        return None
    attempt, seed = mail.attempts - mail.crashes, mail.id
    policy = house.retry if slip.back and current_of(slip).policy is None else limits(slip)
    if policy.more(attempt):
        return policy.pause(attempt, seed)
    if home.past and not slip.back:
        return ONWARD.pause(attempt - (policy.retries or 0), seed)
    return None


async def _tried_on(
    tx: Transaction, stored: StoredSlip, home: Home, slip: Slip, reason: str, mail: Mail
) -> list[Report]:
    """Let operators see what is tried on past the irreversible."""
    tries = limits(slip)
    if slip.back or tries.more(mail.attempts - mail.crashes):
        return []
    home.stuck = f"{current_of(slip).activity}: {reason}"
    await tx.save_slip(row_of(home, stored.correlation, stored.at, stored.revision + 1))
    return []


def given_by(activity: Activity[Any], result: object) -> Given:
    """What an activity gave back; `UsageError` if that is not what it is declared to."""
    if activity.result is None:
        if result is not None:
            raise UsageError(f"{activity.name} gives nothing, but returned {type(result).__name__}")
        return Given({})
    if not isinstance(result, activity.result):
        raise UsageError(
            f"{activity.name} returns {activity.result.__name__}, but returned {type(result).__name__}"
        )
    log = None if activity.log is None else getattr(result, "log", None)
    return Given(
        result.outputs(),
        None if log is None else log.to_json(),
        _revision(activity, getattr(result, "revision", None)),
    )


def _revision(activity: Activity[Any], revision: Revision[Any] | None) -> Revision[Any] | None:
    if activity.revises is None or revision is None:
        return None
    for each in revision.inserted:
        if type(each) not in activity.revises:
            raise UsageError(f"{activity.name} may not insert {each.TYPE}: it does not revise it")
    return revision


async def _in_time(working: Carrying, call: Awaitable[T]) -> T:
    """What users' code gives; `TimeoutError` if its time is over before that."""
    if working.until is None:
        return await call
    left = (working.until - working.now).total_seconds()
    task = asyncio.ensure_future(call)
    timer = asyncio.ensure_future(working._clock.sleep(left))
    try:
        await asyncio.wait({task, timer}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise TimeoutError(f"not done within {left:g} seconds")
    finally:
        for each in (task, timer):
            each.cancel()
        await asyncio.gather(task, timer, return_exceptions=True)


# --- slips -------------------------------------------------------------------------------------


def slip_in(envelope: Envelope) -> Slip:
    """The slip that mail for an activity brings."""
    slip = envelope.message
    if not isinstance(slip, Slip) or slip.current is None:
        raise ValueError(f"{envelope.id} brings no slip")
    return slip


def limits(slip: Slip) -> Policy:
    """By what policy the current activity is tried."""
    return current_of(slip).policy or ONCE


async def home_of(tx: Transaction, slip: Slip) -> tuple[StoredSlip, Home] | None:
    """Where a part is known to be away on this very step; None if its step does not count any more."""
    stored = await tx.slip(slip.id)
    if stored is None:
        return None
    home = read_home(stored)
    away = home.away.get(slip.part)
    return (stored, home) if away is not None and away.step == slip.step else None

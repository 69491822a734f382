"""The one transaction: everything that a message does to a saga is stored together, or none of it.

`consume` is that function. Its caller has begun the transaction and commits it, possibly with those of other messages; what
makes `consume` raise undoes this message alone (`attempt`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import localcontext
from typing import Any, NamedTuple

from herosaga_runtime import codec
from herosaga_runtime.archiving import archive, archive_mail, ended, is_archiving
from herosaga_runtime.decision import Decision, Outgoing, Reception
from herosaga_runtime.differing import differing
from herosaga_runtime.envelope import Alarm, Envelope, derive_id
from herosaga_runtime.errors import DecodeError, StoreError, VersionError
from herosaga_runtime.expressions import DECIMALS
from herosaga_runtime.instance import Instance, Origin, alarms
from herosaga_runtime.itineraries.receiving import receive
from herosaga_runtime.loading import Found, load
from herosaga_runtime.matching import is_for_all, keep, spread
from herosaga_runtime.message import JsonObject, JsonValue, Message
from herosaga_runtime.ports import (
    MICROSECOND,
    Report,
    StepReport,
    Transaction,
    WaitingReport,
    to_micros,
)
from herosaga_runtime.posting import (
    House,
    give_up,
    post,
    read_envelope,
    tell_caller,
    write_envelope,
)
from herosaga_runtime.replies import is_unanswered, keep_replies, repeat_replies
from herosaga_runtime.reports import in_words
from herosaga_runtime.requests import is_own_answer
from herosaga_runtime.rows import Kind, Mail, StoredHistory, StoredInstance
from herosaga_runtime.saga import Saga
from herosaga_runtime.step import advance
from herosaga_runtime.stored import instance_to_json
from herosaga_runtime.texts import text_of
from herosaga_runtime.versions import obstacle

_NEVER = to_micros(datetime.max.replace(tzinfo=UTC))
"""The last time that there is. Who keeps something for longer keeps it for ever."""

AnyInstance = Instance[Any, Any]
AnySaga = Saga[Any, Any, Any]


async def attempt(tx: Transaction, house: House, mail: Mail, now: datetime) -> list[Report]:
    """Bring claimed mail to its saga or itinerary. What raises is tried again later, and put aside after the last try."""
    if mail.condemned(house.retry.more(mail.attempts)):
        return await _put_aside_crashed(tx, house, mail, to_micros(now))
    try:
        async with tx.savepoint():
            if mail.consumer in house.routes.itineraries:
                return await receive(tx, house, mail, now)
            return await consume(tx, house, mail, now)
    except StoreError:
        raise
    except VersionError as error:
        return await _wait(tx, house, mail, error)
    except Exception as error:
        return await _failed(tx, house, mail, error, to_micros(now))


async def consume(tx: Transaction, house: House, mail: Mail, now: datetime) -> list[Report]:
    """Take mail out of the mailbox, note its id in the inbox, and take the steps it brings about (`carry_out`)."""
    saga, at = house.routes.sagas[mail.consumer], to_micros(now)
    if not await tx.take(mail, house.owner):
        # An earlier message of this batch has cancelled it, or somebody else has claimed it meanwhile.
        return []
    envelope = await _envelope(tx, saga, mail)
    if not isinstance(envelope.message, Alarm) and not await tx.remember(
        saga.name, envelope.id, at
    ):
        await repeat_replies(tx, house, saga.name, envelope, at)
        return []  # seen before
    if is_for_all(saga, mail, envelope) and await spread(tx, saga, envelope, at):
        return []
    stored = await tx.instance(saga.name, mail.key)
    if stored is not None and is_archiving(envelope, stored):
        await archive(tx, saga, stored, envelope, at)
        return []
    found = load(house, saga, stored)
    steps = advance(saga, found.instance, envelope, now, found.incarnation)
    return await carry_out(tx, house, Task(saga, mail, envelope, now), found, steps)


class Task(NamedTuple):
    """A message for an instance of a saga, or for a key that has none: as mail, and what it says."""

    saga: AnySaga
    mail: Mail
    envelope: Envelope
    now: datetime


async def carry_out(
    tx: Transaction,
    house: House,
    task: Task,
    found: Found,
    steps: Iterable[tuple[Envelope, Decision[Any, Any]]],
) -> list[Report]:
    """Store steps: for each, what it sends and its history; then the instance, its alarms and what it is found by.

    Nothing of this is visible before the commit.
    """
    saga, before, now, at = task.saga, found.instance, task.now, to_micros(task.now)
    last, json, reports = before, found.json, list[Report]()
    if found.older is not None:
        await tx.add_history(_lifted(task, found.older, json, at))
    with localcontext(DECIMALS):
        for cause, decision in steps:
            then, last, old = last, decision.instance, json
            json = old if last is then or last is None else instance_to_json(last, then, old)
            sent = outgoing(saga.name, decision, cause, now)
            for each in sent:
                reports += await post(tx, house, each, at, _answered(saga, each, cause))
            await keep_replies(tx, house, saga.name, cause, sent)
            reports += await _note(tx, task.mail, cause, decision, then, _diff(old, json), at)
            if decision.reception is Reception.UNEXPECTED and cause.id != task.mail.id:
                await tx.cancel(saga.name, cause.id)  # an alarm that was put aside before its time
    if last is not None and (last is not before or found.older is not None):
        text, texts = text_of(json, house.memo.texts(saga.name, last.origin.key))
        saved = _to_store(last, text)
        await tx.save_instance(saved, None if before is None else before.revision)
        house.memo.put(saved, last, json, texts)
        await _set_alarms(tx, before, last, task.envelope)
        await _set_rest(tx, task, before, last)
    return reports


async def _set_rest(
    tx: Transaction, task: Task, before: AnyInstance | None, after: AnyInstance
) -> None:
    """What few sagas declare: the data by which an instance is found, and how long it is kept after its end."""
    saga, origin, now = task.saga, after.origin, task.now
    if saga.matches:
        await keep(tx, saga, before, after)
    if saga.retain is not None and ended(before, after):
        due = min(to_micros(now) + saga.retain // MICROSECOND, _NEVER)
        await tx.enqueue(archive_mail(saga.name, origin.key, origin.incarnation, now, due))


async def _envelope(tx: Transaction, saga: AnySaga, mail: Mail) -> Envelope:
    """What mail says. If that is not known here, it may be for an instance of a newer version: `VersionError`."""
    try:
        return read_envelope(mail.body, saga.types)
    except DecodeError:
        stored = await tx.instance(saga.name, mail.key)
        if stored is not None and not stored.archived and stored.version > saga.version:
            raise VersionError(obstacle(saga, stored.version, stored.state)) from None
        raise


def _answered(saga: AnySaga, sent: Envelope, cause: Envelope) -> type[Message] | None:
    """The type of the command that a saga's reply answers: the one it handles, or the one that started it."""
    if sent.answers is None:
        return None
    if sent.answers == cause.request:
        return type(cause.message)
    return None if saga.serves is None else saga.serves.command


def outgoing(
    saga: str, decision: Decision[Any, Any], cause: Envelope, now: datetime
) -> list[Envelope]:
    """What a saga's decision sends, with ids that are the same if the step is repeated."""
    instance = decision.instance
    origin = None if instance is None else instance.origin
    hops = _hops(instance, cause)
    return [
        Envelope(
            _id(saga, origin, cause, each),
            each.message,
            now,
            cause.correlation,
            cause.id,
            each.reply,
            origin.ref(each.number) if each.awaits and origin is not None else None,
            hops,
            cause.trace,
            cause.rounds,
        )
        for each in decision.sent
    ]


def _hops(instance: AnyInstance | None, cause: Envelope) -> int:
    """How many messages have led to what a step sends.

    The steps of a sequence, and what is undone, are as many as a list has elements: that is no endless loop. There, what
    follows an answer follows what the request followed, the request and its answer not counted.
    """
    if instance is None or not is_own_answer(instance.origin, cause):
        return cause.hops + 1
    counted = instance.extras.undoing is not None or "." in str(instance.state)
    return max(cause.hops - 1, 1) if counted else cause.hops + 1


def _id(saga: str, origin: Origin | None, cause: Envelope, sent: Outgoing) -> str:
    if origin is None:
        return derive_id(cause.id, saga, sent.number)
    return derive_id(origin.saga, origin.key, origin.incarnation, sent.number)


def _to_store(instance: AnyInstance, body: str) -> StoredInstance:
    origin = instance.origin
    return StoredInstance(
        origin.saga,
        origin.key,
        origin.incarnation,
        str(instance.state),
        None if instance.outcome is None else str(instance.outcome),
        instance.extras.stuck,
        origin.version,
        instance.revision,
        body,
    )


async def _set_alarms(
    tx: Transaction, before: AnyInstance | None, after: AnyInstance, cause: Envelope
) -> None:
    """Alarms are mail that is due later; what differs between two instances is taken out and put in."""
    timers, requests = ((), ()) if before is None else (before.timers, before.requests)
    gone, come = differing(requests, after.requests)
    old, new = alarms(timers, requests[gone]), alarms(after.timers, after.requests[come])
    origin = after.origin
    for token, due in old.items():
        if new.get(token) != due:
            await tx.cancel(origin.saga, _alarm_id(origin, token))
    for token, due in new.items():
        if old.get(token) != due:
            id = _alarm_id(origin, token)
            # The hops begin anew: what waits for a time is no endless loop.
            # It names the instance: a later one with this key has tokens that look the same.
            about = origin.ref(0)
            envelope = Envelope(
                id, Alarm(token), cause.time, cause.correlation, cause.id, answers=about
            )
            body = write_envelope(envelope)
            await tx.enqueue(Mail(Kind.STEP, origin.saga, origin.key, id, to_micros(due), body))


def _alarm_id(origin: Origin, token: str) -> str:
    return derive_id(origin.saga, origin.key, origin.incarnation, token)


async def _note(
    tx: Transaction,
    mail: Mail,
    cause: Envelope,
    decision: Decision[Any, Any],
    then: AnyInstance | None,
    diff: JsonObject,
    at: int,
) -> list[Report]:
    """Write a step into the history, and what was unexpected into the dead letters."""
    after, report = decision.instance, _told(mail, cause, decision, then)
    incarnation = after.origin.incarnation if after else 0
    sent: list[JsonValue] = [
        {"number": each.number, "type": each.message.TYPE} for each in decision.sent
    ]
    await tx.add_history(
        StoredHistory(
            *(mail.consumer, mail.key, incarnation, report.revision, at, cause.id),
            *(cause.message.TYPE, report.before, report.after, report.reception),
            *(codec.dumps(sent), codec.dumps(diff), decision.reason),
        )
    )
    if is_unanswered(decision, cause):
        name = "nobody" if after is None else f"{mail.consumer} in {after.state}"
        reason = f"{decision.reception}: {name} does not answer it"
        await tell_caller(tx, _of(mail, cause), reason, at)
    if decision.reception is not Reception.UNEXPECTED:
        return [report]
    return [report, await give_up(tx, _of(mail, cause), decision.reason, "", at)]


def _told(
    mail: Mail, cause: Envelope, decision: Decision[Any, Any], then: AnyInstance | None
) -> StepReport:
    """A step, as it is told to whoever watches."""
    after = decision.instance
    return StepReport(
        mail.consumer,
        mail.key,
        0 if after is None else after.revision,
        cause.id,
        cause.message.TYPE,
        None if then is None else str(then.state),
        None if after is None else str(after.state),
        tuple([each.message.TYPE for each in decision.sent]),
        str(decision.reception),
        None if after is None or after.outcome is None else str(after.outcome),
        decision.reason,
    )


def _of(mail: Mail, cause: Envelope) -> Mail:
    """The mail of a deferred message that is offered again: as the one that let it be offered, but with its own body."""
    if mail.id == cause.id:
        return mail
    body = write_envelope(cause)
    return Mail(mail.kind, mail.consumer, mail.key, cause.id, mail.due, body)


def _lifted(task: Task, older: StoredInstance, json: JsonObject, at: int) -> StoredHistory:
    """That an instance was brought to this version of its saga, before the message that it was done for."""
    body: Any = codec.loads(older.body)
    return StoredHistory(
        *(
            older.saga,
            older.key,
            older.incarnation,
            older.revision,
            at,
            task.mail.id,
            "herosaga.lift",
        ),
        *(older.state, str(json["state"]), "lifted", "[]", codec.dumps(_diff(body, json))),
        f"from version {older.version} to {task.saga.version}",
    )


def _diff(old: JsonObject, new: JsonObject) -> JsonObject:
    """The data fields that a step has set or changed."""
    if old is new:
        return {}
    before, after = old.get("data", {}), new.get("data", {})
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        raise AssertionError("an instance's data is an object")
    return {name: value for name, value in after.items() if before.get(name, ...) != value}


async def _wait(tx: Transaction, house: House, mail: Mail, error: VersionError) -> list[Report]:
    """Let mail wait until a program comes that can read its instance. That is no failed attempt."""
    if not await tx.set_waiting(mail, house.owner):
        return []
    return [WaitingReport(mail.consumer, mail.key, mail.id, str(error))]


async def _failed(
    tx: Transaction, house: House, mail: Mail, error: Exception, at: int
) -> list[Report]:
    attempts = mail.attempts + 1
    if house.retry.more(attempts):
        pause = house.retry.pause(attempts, f"{mail.consumer}/{mail.id}")
        await tx.put_back(mail, house.owner, at + pause // MICROSECOND, attempts)
        return []
    if not await tx.take(mail, house.owner):
        return []
    return [await give_up(tx, mail, *in_words(error), at)]


async def _put_aside_crashed(tx: Transaction, house: House, mail: Mail, at: int) -> list[Report]:
    if not await tx.take(mail, house.owner):
        return []
    reason = f"its process died {mail.crashes} times while it was being worked on"
    return [await give_up(tx, mail, reason, "", at)]

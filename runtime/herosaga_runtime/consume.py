"""The one transaction: everything that a message does to a saga is stored together, or none of it.

`consume` is that function. Its caller has begun the transaction and commits it, possibly with those of other messages; what
makes `consume` raise undoes this message alone (`attempt`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import localcontext
from typing import Any

from herosaga_runtime import codec
from herosaga_runtime.decision import Decision, Outgoing, Reception
from herosaga_runtime.envelope import Alarm, Envelope, derive_id
from herosaga_runtime.errors import ConflictError, StoreError
from herosaga_runtime.expressions import DECIMALS
from herosaga_runtime.instance import Instance, Origin
from herosaga_runtime.message import JsonObject, JsonValue
from herosaga_runtime.ports import MICROSECOND, Report, StepReport, Transaction, to_micros
from herosaga_runtime.posting import House, give_up, post, put_aside, read_envelope, write_envelope
from herosaga_runtime.reports import in_words
from herosaga_runtime.rows import Kind, Mail, StoredHistory, StoredInstance
from herosaga_runtime.saga import Saga
from herosaga_runtime.step import advance
from herosaga_runtime.stored import instance_from_json, instance_to_json

AnyInstance = Instance[Any, Any]
AnySaga = Saga[Any, Any, Any]


async def attempt(tx: Transaction, house: House, mail: Mail, now: datetime) -> list[Report]:
    """Bring claimed mail to its saga. What raises is tried again later, and put aside after the last try."""
    if mail.condemned(house.retry.more(mail.attempts)):
        return await _put_aside_crashed(tx, house, mail, to_micros(now))
    try:
        async with tx.savepoint():
            return await consume(tx, house, mail, now)
    except StoreError:
        raise
    except Exception as error:
        return await _failed(tx, house, mail, error, to_micros(now))


async def consume(tx: Transaction, house: House, mail: Mail, now: datetime) -> list[Report]:
    """Take mail out of the mailbox, note its id in the inbox, and take the steps it brings about: for each, what it sends
    and its history; then the instance and its alarms. Nothing of this is visible before the commit.
    """
    saga, at = house.routes.sagas[mail.consumer], to_micros(now)
    if not await tx.take(mail, house.owner):
        # An earlier message of this batch has cancelled it, or somebody else has claimed it meanwhile.
        return []
    envelope = read_envelope(mail.body, saga.types)
    if not isinstance(envelope.message, Alarm) and not await tx.remember(
        saga.name, envelope.id, at
    ):
        return []  # seen before
    before, stored = await _load(tx, house, saga, mail.key)
    last, json, reports = before, stored, list[Report]()
    with localcontext(DECIMALS):
        for cause, decision in advance(saga, before, envelope, now):
            then, last, old = last, decision.instance, json
            json = old if last is then or last is None else instance_to_json(last)
            for each in outgoing(saga.name, decision, cause, now):
                reports += await post(tx, house, each, at)
            reports += await _note(tx, mail, cause, decision, then, _diff(old, json), at)
    if last is not None and last is not before:
        saved = _to_store(last, json)
        await tx.save_instance(saved, None if before is None else before.revision)
        house.memo.put(saved, last, json)
        await _set_alarms(tx, before, last, envelope)
    return reports


def outgoing(
    saga: str, decision: Decision[Any, Any], cause: Envelope, now: datetime
) -> list[Envelope]:
    """What a saga's decision sends, with ids that are the same if the step is repeated."""
    instance = decision.instance
    origin = None if instance is None else instance.origin
    return [
        Envelope(
            _id(saga, origin, cause, each),
            each.message,
            now,
            cause.correlation,
            cause.id,
            None,
            origin.ref(each.number) if each.awaits and origin is not None else None,
            cause.hops + 1,
            cause.trace,
        )
        for each in decision.sent
    ]


def _id(saga: str, origin: Origin | None, cause: Envelope, sent: Outgoing) -> str:
    if origin is None:
        return derive_id(cause.id, saga, sent.number)
    return derive_id(origin.saga, origin.key, origin.incarnation, sent.number)


async def _load(
    tx: Transaction, house: House, saga: AnySaga, key: str
) -> tuple[AnyInstance | None, JsonObject]:
    stored = await tx.instance(saga.name, key)
    if stored is None:
        return None, {}
    known = house.memo.get(stored)
    if known is None:
        json: Any = codec.loads(stored.body)
        known = instance_from_json(saga, json), json
    _compare(stored, known[0])
    return known


def _compare(stored: StoredInstance, instance: AnyInstance) -> None:
    """`ConflictError` for a row somebody has edited: it would never be found again to be stored over."""
    origin = instance.origin
    columns = stored.saga, stored.key, stored.incarnation, stored.revision
    body = origin.saga, origin.key, origin.incarnation, instance.revision
    if columns != body:
        raise ConflictError(f"the row of an instance says {columns}, its body {body}")


def _to_store(instance: AnyInstance, json: JsonObject) -> StoredInstance:
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
        codec.dumps(json),
    )


async def _set_alarms(
    tx: Transaction, before: AnyInstance | None, after: AnyInstance, cause: Envelope
) -> None:
    """Alarms are mail that is due later; what differs between two instances is taken out and put in."""
    old = {} if before is None else before.alarms()
    new = after.alarms()
    if old == new:
        return
    origin = after.origin
    for token, due in old.items():
        if new.get(token) != due:
            await tx.cancel(origin.saga, _alarm_id(origin, token))
    for token, due in new.items():
        if old.get(token) != due:
            id = _alarm_id(origin, token)
            # The hops begin anew: what waits for a time is no endless loop.
            envelope = Envelope(id, Alarm(token), cause.time, cause.correlation, cause.id)
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
    after, kind = decision.instance, cause.message.TYPE
    incarnation, revision = (after.origin.incarnation, after.revision) if after else (0, 0)
    report = StepReport(
        mail.consumer,
        mail.key,
        revision,
        cause.id,
        kind,
        None if then is None else str(then.state),
        None if after is None else str(after.state),
        tuple([each.message.TYPE for each in decision.sent]),
        str(decision.reception),
        None if after is None or after.outcome is None else str(after.outcome),
        decision.reason,
    )
    sent: list[JsonValue] = [
        {"number": each.number, "type": each.message.TYPE} for each in decision.sent
    ]
    await tx.add_history(
        StoredHistory(
            *(mail.consumer, mail.key, incarnation, revision, at, cause.id, kind),
            *(report.before, report.after, report.reception),
            *(codec.dumps(sent), codec.dumps(diff), decision.reason),
        )
    )
    if decision.reception is not Reception.UNEXPECTED:
        return [report]
    return [report, await put_aside(tx, _of(mail, cause), kind, decision.reason, "", at)]


def _of(mail: Mail, cause: Envelope) -> Mail:
    """The mail of a deferred message that is offered again: as the one that let it be offered, but with its own body."""
    if mail.id == cause.id:
        return mail
    body = write_envelope(cause)
    return Mail(mail.kind, mail.consumer, mail.key, cause.id, mail.due, body)


def _diff(old: JsonObject, new: JsonObject) -> JsonObject:
    """The data fields that a step has set or changed."""
    if old is new:
        return {}
    before, after = old.get("data", {}), new.get("data", {})
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        raise AssertionError("an instance's data is an object")
    return {name: value for name, value in after.items() if before.get(name, ...) != value}


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

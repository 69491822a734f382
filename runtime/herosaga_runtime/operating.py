"""What an operator may tell an instance to do. It is a step like any other, with the reason in the history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from herosaga_runtime.consume import Task, carry_out
from herosaga_runtime.decision import Decision
from herosaga_runtime.envelope import Envelope
from herosaga_runtime.errors import UsageError
from herosaga_runtime.instance import Instance
from herosaga_runtime.loading import Found, load
from herosaga_runtime.message import Event, JsonObject, JsonValue, message
from herosaga_runtime.ports import Report, Transaction, to_micros
from herosaga_runtime.posting import House
from herosaga_runtime.rows import Kind, Mail, StoredHistory
from herosaga_runtime.saga import Saga
from herosaga_runtime.step import offers

Act = Callable[[Saga[Any, Any, Any], Instance[Any, Any], datetime], Decision[Any, Any]]
"""One of `undo.retry`, `undo.skip` and, with its target, `undo.force`."""


@message("herosaga.operator")
class Told(Event):
    """An operator's word, as what causes a step. It is never sent."""

    def to_json(self) -> JsonObject:
        return {}

    @classmethod
    def from_json(cls, json: JsonValue) -> Told:
        return cls()


class Order(NamedTuple):
    """What an operator wants of the instance of a key, what the history calls it, and why; `id` is that of the step."""

    saga: str
    key: str
    act: Act
    called: str
    reason: str
    id: str


async def obey(tx: Transaction, house: House, order: Order, now: datetime) -> list[Report]:
    """Do what an operator wants; `UsageError` if there is no such instance or it can't be done, `VersionError` if it can't
    be read.
    """
    saga, at = house.routes.sagas.get(order.saga), to_micros(now)
    if saga is None:
        raise UsageError(f"{order.saga} was not added to this host")
    found = load(house, saga, await tx.instance(saga.name, order.key))
    instance = found.instance
    if instance is None:
        raise UsageError(f"{saga.name} has no instance {order.key}")
    state, revision = str(instance.state), instance.revision
    cause = Envelope(order.id, Told(), now, order.id)
    await tx.add_history(
        StoredHistory(
            *(saga.name, order.key, found.incarnation, revision, at, order.id, Told.TYPE),
            *(state, state, order.called, "[]", "{}", order.reason),
        )
    )
    mail = Mail(Kind.STEP, saga.name, order.key, order.id, at, "")
    steps = _steps(saga, found, order.act, cause, now)
    return await carry_out(tx, house, Task(saga, mail, cause, now), found, steps)


def _steps(
    saga: Saga[Any, Any, Any], found: Found, act: Act, cause: Envelope, now: datetime
) -> Iterator[tuple[Envelope, Decision[Any, Any]]]:
    assert found.instance is not None
    decision = act(saga, found.instance, now)
    yield cause, decision
    if decision.entered and decision.instance is not None:
        yield from offers(saga, decision.instance, now)

"""The same saga as a good engineer writes it by hand, for this one process and nothing else.

Orders are plain slotted objects that are copied once a step and then set; a dictionary finds the handler of a message,
and each handler looks at the state. The step is pure, as the generated one is: the order it takes is unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from herosaga_runtime.envelope import Envelope
from herosaga_runtime.message import Command, Message
from herosaga_runtime.policy import Policy

from benchmarks.dispatch.scripts import Script, View
from benchmarks.dispatch.subject import orders

_State = orders.OrderFulfilmentState
RESERVING: Final = _State.RESERVING
CHARGING: Final = _State.CHARGING
SHIPPING: Final = _State.SHIPPING
COMPLETED: Final = _State.COMPLETED
REJECTED: Final = _State.REJECTED
CANCELLED: Final = _State.CANCELLED
NEEDS_ATTENTION: Final = _State.NEEDS_ATTENTION
GIVING_BACK: Final = _State.COMPENSATING
FINALS: Final = (COMPLETED, REJECTED, CANCELLED, NEEDS_ATTENTION)
PATIENT: Final = orders.PATIENT
DELIVERY_TIME: Final = timedelta(days=10)


class Sent:
    """A message to send; `awaits` says that an answer is expected."""

    __slots__ = ("awaits", "message", "number")

    def __init__(self, number: int, message: Message, awaits: bool) -> None:
        self.number = number
        self.message = message
        self.awaits = awaits


class Request:
    """A command that awaits its answer until `due`."""

    __slots__ = ("attempt", "command", "due", "number", "policy")

    def __init__(
        self, number: int, command: Command, policy: Policy, attempt: int, due: datetime | None
    ) -> None:
        self.number = number
        self.command = command
        self.policy = policy
        self.attempt = attempt
        self.due = due


class Record:
    """How to undo request `number`."""

    __slots__ = ("number", "policy", "undo")

    def __init__(self, number: int, undo: Command, policy: Policy) -> None:
        self.number = number
        self.undo = undo
        self.policy = policy


class Data:
    """What the order is about."""

    __slots__ = ("customer_id", "declined", "items", "order_id", "total")

    def __init__(
        self,
        order_id: UUID,
        customer_id: UUID,
        items: tuple[orders.Item, ...],
        total: Decimal,
        declined: int = 0,
    ) -> None:
        self.order_id = order_id
        self.customer_id = customer_id
        self.items = items
        self.total = total
        self.declined = declined

    def copy(self) -> Data:
        return Data(self.order_id, self.customer_id, self.items, self.total, self.declined)


class Order:
    """One order on its way. A step copies it and sets what has changed."""

    __slots__ = (
        "data",
        "deadline",
        "key",
        "records",
        "requests",
        "revision",
        "sequence",
        "started_at",
        "state",
    )

    def __init__(
        self,
        key: str,
        started_at: datetime,
        state: orders.OrderFulfilmentState,
        data: Data,
        revision: int,
        sequence: int,
        requests: tuple[Request, ...],
        records: tuple[Record, ...],
        deadline: datetime | None,
    ) -> None:
        self.key = key
        self.started_at = started_at
        self.state = state
        self.data = data
        self.revision = revision
        self.sequence = sequence
        self.requests = requests
        self.records = records
        self.deadline = deadline

    def next(self) -> Order:
        """The order of the next revision, to be changed."""
        return Order(
            self.key,
            self.started_at,
            self.state,
            self.data.copy(),
            self.revision + 1,
            self.sequence,
            self.requests,
            self.records,
            self.deadline,
        )

    def request(
        self, command: Command, policy: Policy, now: datetime, undo: Command | None = None
    ) -> Sent:
        """Note a request, and with `undo` how to undo it."""
        self.sequence = number = self.sequence + 1
        within = policy.within
        due = None if within is None else now + within
        self.requests += (Request(number, command, policy, 1, due),)
        if undo is not None:
            self.records += (Record(number, undo, policy),)
        return Sent(number, command, True)

    def publish(self, event: Message) -> Sent:
        self.sequence = number = self.sequence + 1
        return Sent(number, event, False)

    def close(self, envelope: Envelope, command: type[Command]) -> bool:
        """Close the request of this kind that a message answers; False if there is none."""
        request = self.find(envelope, command)
        if request is None:
            return False
        self.requests = tuple([each for each in self.requests if each is not request])
        return True

    def refuse(self, envelope: Envelope, command: type[Command]) -> bool:
        """Close the request that a message refuses: nothing was done, so there is nothing to undo."""
        request = self.find(envelope, command)
        if request is None:
            return False
        number = request.number
        self.requests = tuple([each for each in self.requests if each is not request])
        self.records = tuple([each for each in self.records if each.number != number])
        return True

    def find(self, envelope: Envelope, command: type[Command]) -> Request | None:
        """The open request that a message answers: the one it names, else the oldest of its kind."""
        answers = envelope.answers
        if answers is not None and answers.key != self.key:
            return None
        for request in self.requests:
            if answers is not None and request.number != answers.number:
                continue
            if type(request.command) is command:
                return request
        return None


Result = tuple[Order, list[Sent], str]
"""The order after a step, what to send, and how the message was received."""


def start(envelope: Envelope, now: datetime) -> Result | None:
    """Start an order; None for a message that starts none."""
    event = envelope.message
    if not isinstance(event, orders.OrderPlaced):
        return None
    order_id = event.order_id
    items = event.items
    total = sum((i.price * i.quantity for i in items), Decimal(0))
    data = Data(order_id, event.customer_id, items, total)
    order = Order(str(order_id), now, RESERVING, data, 1, 0, (), (), None)
    release = orders.ReleaseItems(order_id)
    sent = order.request(orders.ReserveItems(order_id, items), PATIENT, now, release)
    return order, [sent], "taken"


def step(before: Order, envelope: Envelope, now: datetime) -> Result:
    """Bring a message to an order."""
    handler = _HANDLERS.get(type(envelope.message))
    if handler is None:
        return _unexpected(before, envelope)
    return handler(before, envelope, now)


def _order_placed(before: Order, envelope: Envelope, now: datetime) -> Result:
    return before, [], "late" if before.state in FINALS else "repeated"


def _items_reserved(before: Order, envelope: Envelope, now: datetime) -> Result:
    if before.state is not RESERVING:
        return _unexpected(before, envelope)
    order = before.next()
    order.close(envelope, orders.ReserveItems)
    order.state = CHARGING
    return order, [_charge(order, now)], "taken"


def _items_rejected(before: Order, envelope: Envelope, now: datetime) -> Result:
    if before.state is not RESERVING:
        return _unexpected(before, envelope)
    order = before.next()
    _end(order, REJECTED)
    return order, [], "taken"


def _card_charged(before: Order, envelope: Envelope, now: datetime) -> Result:
    if before.state is not CHARGING:
        return _unexpected(before, envelope)
    order = before.next()
    order.close(envelope, orders.ChargeCard)
    data = order.data
    sent = order.request(orders.ShipOrder(data.order_id, data.items), PATIENT, now)
    order.state = SHIPPING
    order.deadline = now + DELIVERY_TIME
    return order, [sent], "taken"


def _card_declined(before: Order, envelope: Envelope, now: datetime) -> Result:
    if before.state is not CHARGING:
        return _unexpected(before, envelope)
    order = before.next()
    order.refuse(envelope, orders.ChargeCard)
    data = order.data
    if data.declined < 2:
        data.declined += 1
        return order, [_charge(order, now)], "taken"
    return _give_back(order, now)


def _cancel_order(before: Order, envelope: Envelope, now: datetime) -> Result:
    state = before.state
    if state is SHIPPING:
        return before, [], "ignored"
    if state is RESERVING or state is CHARGING:
        return _give_back(before.next(), now)
    return _unexpected(before, envelope)


def _order_shipped(before: Order, envelope: Envelope, now: datetime) -> Result:
    if before.state is not SHIPPING:
        return _unexpected(before, envelope)
    order = before.next()
    _end(order, COMPLETED)
    return order, [], "taken"


def _items_released(before: Order, envelope: Envelope, now: datetime) -> Result:
    return _undone(before, envelope, now, orders.ReleaseItems)


def _card_refunded(before: Order, envelope: Envelope, now: datetime) -> Result:
    return _undone(before, envelope, now, orders.RefundCard)


def _undone(before: Order, envelope: Envelope, now: datetime, command: type[Command]) -> Result:
    if before.state is not GIVING_BACK:
        return _unexpected(before, envelope)
    order = before.next()
    if not order.close(envelope, command):
        return _unexpected(before, envelope)
    order.records = order.records[:-1]
    return _undo_next(order, now)


def _charge(order: Order, now: datetime) -> Sent:
    data = order.data
    return order.request(
        orders.ChargeCard(data.order_id, data.customer_id, data.total),
        PATIENT,
        now,
        orders.RefundCard(data.order_id),
    )


def _give_back(order: Order, now: datetime) -> Result:
    """Undo everything, newest first, each undo answered before the next begins."""
    order.requests = ()
    return _undo_next(order, now)


def _undo_next(order: Order, now: datetime) -> Result:
    if order.records:
        newest = order.records[-1]
        order.state = GIVING_BACK
        return order, [order.request(newest.undo, newest.policy, now)], "taken"
    _end(order, CANCELLED)
    return order, [order.publish(orders.OrderCancelled(order.data.order_id))], "taken"


def _end(order: Order, state: orders.OrderFulfilmentState) -> None:
    order.state = state
    order.requests = ()
    order.records = ()
    order.deadline = None


def _unexpected(before: Order, envelope: Envelope) -> Result:
    return before, [], "late" if before.state in FINALS else "unexpected"


_HANDLERS: dict[type[Message], Callable[[Order, Envelope, datetime], Result]] = {
    orders.OrderPlaced: _order_placed,
    orders.ItemsReserved: _items_reserved,
    orders.ItemsRejected: _items_rejected,
    orders.ItemsReleased: _items_released,
    orders.CardCharged: _card_charged,
    orders.CardDeclined: _card_declined,
    orders.CardRefunded: _card_refunded,
    orders.OrderShipped: _order_shipped,
    orders.CancelOrder: _cancel_order,
}


class HandWritten:
    """The contender without a compiler and without a library."""

    name = "hand-written"

    def prepare(self, count: int, script: Script) -> Callable[[], None]:
        return lambda: _run(count, script)

    def views(self, script: Script) -> Iterator[View]:
        result: Any = None
        sent: list[Sent] = []
        for envelope, now in script:
            result = step(result[0], envelope, now) if result else start(envelope, now)
            sent += result[1]
            yield _view(result[0], sent)


def _run(count: int, script: Script) -> None:
    (first, begin), *rest = script
    for _ in range(count):
        result = start(first, begin)
        assert result is not None
        order = result[0]
        for envelope, now in rest:
            order = step(order, envelope, now)[0]


def _view(order: Order, sent: list[Sent]) -> View:
    return View(
        order.state.value,
        order.data.declined,
        tuple((each.number, each.message, each.awaits) for each in sent),
        tuple((each.number, each.attempt, each.due) for each in order.requests),
        tuple((each.number, type(each.undo).__name__) for each in order.records),
        order.deadline,
    )

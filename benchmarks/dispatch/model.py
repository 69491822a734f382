"""The order as the state machine libraries drive it: one object whose methods are their guards and actions.

It is changed in place, as is their way: nothing is copied, and lists are appended to. What the methods note and send is
the same as in the generated module.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from herosaga_runtime.envelope import Envelope
from herosaga_runtime.message import Command, Message
from herosaga_runtime.policy import Policy

from benchmarks.dispatch.hand import Record, Request, Sent
from benchmarks.dispatch.scripts import Script, View
from benchmarks.dispatch.subject import orders

PATIENT: Final = orders.PATIENT
DELIVERY_TIME: Final = timedelta(days=10)

TRIGGERS: Final[Mapping[type[Message], str]] = {
    orders.OrderPlaced: "order_placed",
    orders.ItemsReserved: "items_reserved",
    orders.ItemsRejected: "items_rejected",
    orders.ItemsReleased: "items_released",
    orders.CardCharged: "card_charged",
    orders.CardDeclined: "card_declined",
    orders.CardRefunded: "card_refunded",
    orders.OrderShipped: "order_shipped",
    orders.CancelOrder: "cancel_order",
}
"""What the libraries call the messages."""


class OrderModel:
    """An order; `state` is the library's to set."""

    state: Any
    customer_id: UUID
    items: tuple[orders.Item, ...]
    total: Decimal

    def __init__(self, order_id: UUID) -> None:
        self.order_id = order_id
        self.key = str(order_id)
        self.declined = 0
        self.sequence = 0
        self.sent: list[Sent] = []
        self.requests: list[Request] = []
        self.records: list[Record] = []
        self.deadline: datetime | None = None

    def begin(self, envelope: Envelope, now: datetime) -> None:
        """On `OrderPlaced`."""
        event = envelope.message
        assert isinstance(event, orders.OrderPlaced)
        self.customer_id = event.customer_id
        self.items = event.items
        self.total = sum((i.price * i.quantity for i in event.items), Decimal(0))
        reserve = orders.ReserveItems(self.order_id, self.items)
        self._request(reserve, PATIENT, now, orders.ReleaseItems(self.order_id))

    def charge(self, envelope: Envelope, now: datetime) -> None:
        """On `ItemsReserved`."""
        self._close(envelope, orders.ReserveItems)
        self._charge(now)

    def may_charge_again(self, envelope: Envelope, now: datetime) -> bool:
        """The guard of `CardDeclined`."""
        return self.declined < 2

    def charge_again(self, envelope: Envelope, now: datetime) -> None:
        """On `CardDeclined`, when the guard holds."""
        self._refuse(envelope, orders.ChargeCard)
        self.declined += 1
        self._charge(now)

    def refused(self, envelope: Envelope, now: datetime) -> None:
        """On `CardDeclined` otherwise."""
        self._refuse(envelope, orders.ChargeCard)
        self.give_back(envelope, now)

    def ship(self, envelope: Envelope, now: datetime) -> None:
        """On `CardCharged`."""
        self._close(envelope, orders.ChargeCard)
        self._request(orders.ShipOrder(self.order_id, self.items), PATIENT, now)
        self.deadline = now + DELIVERY_TIME

    def end(self, envelope: Envelope, now: datetime) -> None:
        """On what leads to a final state."""
        self.requests.clear()
        self.records.clear()
        self.deadline = None

    def give_back(self, envelope: Envelope, now: datetime) -> None:
        """Undo everything, newest first; in the states from which that happens there is a record."""
        self.requests.clear()
        self._undo_newest(now)

    def more_to_undo(self, envelope: Envelope, now: datetime) -> bool:
        """Whether another undo follows the one that is answered."""
        return len(self.records) > 1

    def undo_next(self, envelope: Envelope, now: datetime) -> None:
        """On the answer to an undo, when more follow."""
        self._close_undo(envelope)
        self._undo_newest(now)

    def cancel(self, envelope: Envelope, now: datetime) -> None:
        """On the answer to the last undo."""
        self._close_undo(envelope)
        self.sequence = number = self.sequence + 1
        self.sent.append(Sent(number, orders.OrderCancelled(self.order_id), False))

    def _charge(self, now: datetime) -> None:
        charge = orders.ChargeCard(self.order_id, self.customer_id, self.total)
        self._request(charge, PATIENT, now, orders.RefundCard(self.order_id))

    def _undo_newest(self, now: datetime) -> None:
        newest = self.records[-1]
        self._request(newest.undo, newest.policy, now)

    def _close_undo(self, envelope: Envelope) -> None:
        self._close(envelope, type(self.records[-1].undo))
        self.records.pop()

    def _request(
        self, command: Command, policy: Policy, now: datetime, undo: Command | None = None
    ) -> None:
        self.sequence = number = self.sequence + 1
        within = policy.within
        due = None if within is None else now + within
        self.requests.append(Request(number, command, policy, 1, due))
        self.sent.append(Sent(number, command, True))
        if undo is not None:
            self.records.append(Record(number, undo, policy))

    def _close(self, envelope: Envelope, command: type[Command]) -> int | None:
        answers = envelope.answers
        if answers is not None and answers.key != self.key:
            return None
        for place, request in enumerate(self.requests):
            named = answers is None or request.number == answers.number
            if named and type(request.command) is command:
                del self.requests[place]
                return request.number
        return None

    def _refuse(self, envelope: Envelope, command: type[Command]) -> None:
        number = self._close(envelope, command)
        self.records = [each for each in self.records if each.number != number]


def drive(machines: list[Any], script: Script) -> None:
    """Bring a script's messages to each machine, as the method that the library gave it for the message."""
    for machine in machines:
        for envelope, now in script:
            getattr(machine, TRIGGERS[type(envelope.message)])(envelope, now)


def views(machine: Any, model: OrderModel, script: Script) -> Iterator[View]:
    """What a model comes to, after each event."""
    for delivery in script:
        drive([machine], (delivery,))
        yield View(
            str(model.state),
            model.declined,
            tuple((each.number, each.message, each.awaits) for each in model.sent),
            tuple((each.number, each.attempt, each.due) for each in model.requests),
            tuple((each.number, type(each.undo).__name__) for each in model.records),
            model.deadline,
        )

"""The saga by hand: a dictionary finds the handler of a message, and each handler looks at the state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from herosaga_runtime.envelope import Envelope
from herosaga_runtime.message import Message

from benchmarks.dispatch import by_hand
from benchmarks.dispatch.by_hand import Process, late, unexpected
from benchmarks.dispatch.parcel import parcel
from benchmarks.dispatch.parts import Identity

_State = parcel.DeliveryState
IN_TRANSIT: Final = _State.IN_TRANSIT
AT_CUSTOMS: Final = _State.AT_CUSTOMS
AT_DEPOT: Final = _State.AT_DEPOT
OUT_FOR_DELIVERY: Final = _State.OUT_FOR_DELIVERY
HELD: Final = _State.HELD
RETURNING: Final = _State.RETURNING
DELIVERED: Final = _State.DELIVERED
RETURNED: Final = _State.RETURNED
PATIENT: Final = parcel.PATIENT
COLLECTION_TIME: Final = timedelta(days=7)


class Data:
    """What the delivery is about."""

    __slots__ = (
        "address",
        "attempts",
        "depot",
        "duty",
        "locker",
        "parcel_id",
        "place",
        "recipient",
        "redirects",
        "scans",
    )

    def __init__(
        self,
        parcel_id: str,
        recipient: str,
        address: str,
        depot: str,
        place: str = "",
        scans: int = 0,
        duty: int = 0,
        redirects: int = 0,
        attempts: int = 0,
        locker: str = "",
    ) -> None:
        self.parcel_id = parcel_id
        self.recipient = recipient
        self.address = address
        self.depot = depot
        self.place = place
        self.scans = scans
        self.duty = duty
        self.redirects = redirects
        self.attempts = attempts
        self.locker = locker

    def copy(self) -> Data:
        return Data(
            self.parcel_id,
            self.recipient,
            self.address,
            self.depot,
            self.place,
            self.scans,
            self.duty,
            self.redirects,
            self.attempts,
            self.locker,
        )


Parcel: TypeAlias = Process[Data, parcel.DeliveryState]
Result: TypeAlias = by_hand.Result[Data, parcel.DeliveryState]


def start(envelope: Envelope, now: datetime) -> Result | None:
    """Start a delivery; None for a message that starts none."""
    event = envelope.message
    if not isinstance(event, parcel.ParcelAccepted):
        return None
    parcel_id = event.parcel_id
    data = Data(parcel_id, event.recipient, event.address, event.depot)
    identity = Identity("parcel.Delivery", parcel_id, 1, now)
    return by_hand.Result(Process(identity, IN_TRANSIT, data, 1, 0, (), (), None, None), [])


def step(before: Parcel, envelope: Envelope, now: datetime) -> Result:
    """Bring a message to a delivery."""
    handler = _HANDLERS.get(type(envelope.message))
    if handler is None:
        return unexpected(before, envelope)
    return handler(before, envelope, now)


def _accepted(before: Parcel, envelope: Envelope, now: datetime) -> Result:
    return late(before) if before.outcome else by_hand.Result(before, [], "repeated")


def _scanned(before: Parcel, envelope: Envelope, now: datetime) -> Result:
    if before.state is not IN_TRANSIT:
        return _ignored(before)
    event = envelope.message
    assert isinstance(event, parcel.ParcelScanned)
    after = before.next()
    data = after.data
    data.place = event.place
    if event.dutiable and data.duty == 0:
        after.state = AT_CUSTOMS
        return by_hand.Result(after, [])
    data.scans += 1
    if event.place == data.depot:
        after.state = AT_DEPOT
    return by_hand.Result(after, [])


def _redirected(before: Parcel, envelope: Envelope, now: datetime) -> Result:
    state = before.state
    if before.data.redirects >= 2 or not (state is IN_TRANSIT or state is AT_DEPOT):
        return _ignored(before)
    command = envelope.message
    assert isinstance(command, parcel.RedirectParcel)
    after = before.next()
    data = after.data
    data.redirects += 1
    data.address = command.address
    data.depot = command.depot
    after.state = IN_TRANSIT
    return by_hand.Result(after, [])


def _customs_decided(before: Parcel, envelope: Envelope, now: datetime) -> Result:
    if before.state is not AT_CUSTOMS:
        return unexpected(before, envelope)
    event = envelope.message
    assert isinstance(event, parcel.CustomsDecided)
    after = before.next()
    data = after.data
    if event.admitted:
        data.duty += event.duty
        after.state = IN_TRANSIT
        return by_hand.Result(after, [])
    after.state = RETURNING
    return by_hand.Result(after, [after.send(parcel.BookReturn(data.parcel_id, data.place))])


def _van_loaded(before: Parcel, envelope: Envelope, now: datetime) -> Result:
    if before.state is not AT_DEPOT:
        return unexpected(before, envelope)
    event = envelope.message
    assert isinstance(event, parcel.VanLoaded)
    after = before.next()
    data = after.data
    after.state = OUT_FOR_DELIVERY
    expected = parcel.DeliveryExpected(data.parcel_id, data.recipient, event.van)
    return by_hand.Result(after, [after.send(expected)])


def _delivery_failed(before: Parcel, envelope: Envelope, now: datetime) -> Result:
    if before.state is not OUT_FOR_DELIVERY:
        return unexpected(before, envelope)
    after = before.next()
    data = after.data
    data.attempts += 1
    if data.attempts <= 2:
        after.state = AT_DEPOT
        return by_hand.Result(after, [])
    reserve = parcel.ReserveLocker(data.parcel_id, data.address)
    sent = after.request(reserve, PATIENT, now, parcel.ReleaseLocker(data.parcel_id))
    after.state = HELD
    after.deadline = now + COLLECTION_TIME
    return by_hand.Result(after, [sent])


def _locker_reserved(before: Parcel, envelope: Envelope, now: datetime) -> Result:
    if before.state is not HELD:
        return unexpected(before, envelope)
    request = before.find(envelope, parcel.ReserveLocker)
    if request is None and before.is_astray(envelope):
        return late(before)
    event = envelope.message
    assert isinstance(event, parcel.LockerReserved)
    after = before.next()
    after.close(request)
    data = after.data
    data.locker = event.locker
    after.deadline = now + COLLECTION_TIME
    ready = parcel.ReadyForCollection(data.parcel_id, data.recipient, data.locker)
    return by_hand.Result(after, [after.send(ready)])


def _lockers_full(before: Parcel, envelope: Envelope, now: datetime) -> Result:
    """Back it goes. The locker is the only thing that could have to be undone, and there is none."""
    if before.state is not HELD:
        return unexpected(before, envelope)
    request = before.find(envelope, parcel.ReserveLocker)
    if request is None:
        return unexpected(before, envelope)
    after = before.next()
    after.refuse(request)
    after.state = RETURNING
    after.deadline = None
    return by_hand.Result(after, [])


def _handed_over(before: Parcel, envelope: Envelope, now: datetime) -> Result:
    state = before.state
    if not (state is OUT_FOR_DELIVERY or state is HELD):
        return unexpected(before, envelope)
    after = before.next()
    after.end(DELIVERED, "completed")
    return by_hand.Result(after, [])


def _returned(before: Parcel, envelope: Envelope, now: datetime) -> Result:
    if before.state is not RETURNING:
        return unexpected(before, envelope)
    after = before.next()
    after.end(RETURNED, "failed")
    return by_hand.Result(after, [])


def _ignored(before: Parcel) -> Result:
    return late(before) if before.outcome else by_hand.Result(before, [], "ignored")


_HANDLERS: dict[type[Message], Callable[[Parcel, Envelope, datetime], Result]] = {
    parcel.ParcelAccepted: _accepted,
    parcel.ParcelScanned: _scanned,
    parcel.RedirectParcel: _redirected,
    parcel.CustomsDecided: _customs_decided,
    parcel.VanLoaded: _van_loaded,
    parcel.DeliveryFailed: _delivery_failed,
    parcel.LockerReserved: _locker_reserved,
    parcel.LockersFull: _lockers_full,
    parcel.ParcelHandedOver: _handed_over,
    parcel.ParcelReturned: _returned,
}

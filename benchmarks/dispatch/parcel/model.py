"""The saga in place: the guards and actions that the libraries call, and the transitions as a list."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from herosaga_runtime.envelope import Envelope

from benchmarks.dispatch.in_place import NEW, Arrow, Machine, Model
from benchmarks.dispatch.parcel import parcel
from benchmarks.dispatch.parcel.scripts import FIELDS
from benchmarks.dispatch.parts import Identity

PATIENT: Final = parcel.PATIENT
COLLECTION_TIME: Final = timedelta(days=7)


class ParcelModel(Model):
    """A parcel."""

    parcel_id: str
    recipient: str
    address: str
    depot: str

    def __init__(self) -> None:
        super().__init__()
        self.place = ""
        self.scans = 0
        self.duty = 0
        self.redirects = 0
        self.attempts = 0
        self.locker = ""

    def begin(self, envelope: Envelope, now: datetime) -> None:
        """On `ParcelAccepted`."""
        event = envelope.message
        assert isinstance(event, parcel.ParcelAccepted)
        self.identity = Identity("parcel.Delivery", event.parcel_id, 1, now)
        self.parcel_id = event.parcel_id
        self.recipient = event.recipient
        self.address = event.address
        self.depot = event.depot

    def is_dutiable(self, envelope: Envelope, now: datetime) -> bool:
        """The first guard of `ParcelScanned`."""
        event = envelope.message
        assert isinstance(event, parcel.ParcelScanned)
        return event.dutiable and self.duty == 0

    def stop(self, envelope: Envelope, now: datetime) -> None:
        """On `ParcelScanned`, when it goes to the customs."""
        event = envelope.message
        assert isinstance(event, parcel.ParcelScanned)
        self.place = event.place

    def has_arrived(self, envelope: Envelope, now: datetime) -> bool:
        """The second guard of `ParcelScanned`."""
        event = envelope.message
        assert isinstance(event, parcel.ParcelScanned)
        return event.place == self.depot

    def pass_by(self, envelope: Envelope, now: datetime) -> None:
        """On `ParcelScanned` otherwise."""
        event = envelope.message
        assert isinstance(event, parcel.ParcelScanned)
        self.place = event.place
        self.scans += 1

    def may_redirect(self, envelope: Envelope, now: datetime) -> bool:
        """The guard of `RedirectParcel`."""
        return self.redirects < 2

    def redirect(self, envelope: Envelope, now: datetime) -> None:
        """On `RedirectParcel`."""
        command = envelope.message
        assert isinstance(command, parcel.RedirectParcel)
        self.redirects += 1
        self.address = command.address
        self.depot = command.depot

    def is_admitted(self, envelope: Envelope, now: datetime) -> bool:
        """The guard of `CustomsDecided`."""
        event = envelope.message
        assert isinstance(event, parcel.CustomsDecided)
        return event.admitted

    def pay(self, envelope: Envelope, now: datetime) -> None:
        """On `CustomsDecided`, when the parcel is let in."""
        event = envelope.message
        assert isinstance(event, parcel.CustomsDecided)
        self.duty += event.duty

    def book_return(self, envelope: Envelope, now: datetime) -> None:
        """On `CustomsDecided` otherwise."""
        self.send(parcel.BookReturn(self.parcel_id, self.place))

    def go_out(self, envelope: Envelope, now: datetime) -> None:
        """On `VanLoaded`."""
        event = envelope.message
        assert isinstance(event, parcel.VanLoaded)
        self.send(parcel.DeliveryExpected(self.parcel_id, self.recipient, event.van))

    def may_try_again(self, envelope: Envelope, now: datetime) -> bool:
        """The guard of `DeliveryFailed`."""
        return self.attempts < 2

    def fail(self, envelope: Envelope, now: datetime) -> None:
        """On `DeliveryFailed`, when the guard holds."""
        self.attempts += 1

    def hold(self, envelope: Envelope, now: datetime) -> None:
        """On `DeliveryFailed` otherwise."""
        self.attempts += 1
        reserve = parcel.ReserveLocker(self.parcel_id, self.address)
        self.request(reserve, PATIENT, now, parcel.ReleaseLocker(self.parcel_id))
        self.deadline = now + COLLECTION_TIME

    def await_collection(self, envelope: Envelope, now: datetime) -> None:
        """On `LockerReserved`."""
        event = envelope.message
        assert isinstance(event, parcel.LockerReserved)
        self.close(envelope, parcel.ReserveLocker)
        self.locker = event.locker
        self.send(parcel.ReadyForCollection(self.parcel_id, self.recipient, self.locker))
        self.deadline = now + COLLECTION_TIME

    def find_no_locker(self, envelope: Envelope, now: datetime) -> None:
        """On `LockersFull`."""
        self.refuse(envelope, parcel.ReserveLocker)
        self.deadline = None


def _arrows() -> tuple[Arrow, ...]:
    scanned, redirected = parcel.ParcelScanned, parcel.RedirectParcel
    decided, failed = parcel.CustomsDecided, parcel.DeliveryFailed
    handed_over = parcel.ParcelHandedOver
    return (
        Arrow(parcel.ParcelAccepted, NEW, "InTransit", "begin"),
        Arrow(scanned, "InTransit", "AtCustoms", "stop", when="is_dutiable"),
        Arrow(scanned, "InTransit", "AtDepot", "pass_by", when="has_arrived"),
        Arrow(scanned, "InTransit", None, "pass_by"),
        Arrow(redirected, "InTransit", "InTransit", "redirect", when="may_redirect"),
        Arrow(decided, "AtCustoms", "InTransit", "pay", when="is_admitted"),
        Arrow(decided, "AtCustoms", "Returning", "book_return"),
        Arrow(parcel.VanLoaded, "AtDepot", "OutForDelivery", "go_out"),
        Arrow(redirected, "AtDepot", "InTransit", "redirect", when="may_redirect"),
        Arrow(failed, "OutForDelivery", "AtDepot", "fail", when="may_try_again"),
        Arrow(failed, "OutForDelivery", "Held", "hold"),
        Arrow(handed_over, "OutForDelivery", "Delivered", "end"),
        Arrow(parcel.LockerReserved, "Held", "Held", "await_collection"),
        Arrow(parcel.LockersFull, "Held", "Returning", "find_no_locker"),
        Arrow(handed_over, "Held", "Delivered", "end"),
        Arrow(parcel.ParcelReturned, "Returning", "Returned", "end"),
    )


MACHINE: Final = Machine(
    ParcelModel,
    _arrows(),
    {
        parcel.ParcelAccepted: "accepted",
        parcel.ParcelScanned: "scanned",
        parcel.RedirectParcel: "redirected",
        parcel.CustomsDecided: "customs_decided",
        parcel.VanLoaded: "van_loaded",
        parcel.DeliveryFailed: "delivery_failed",
        parcel.LockerReserved: "locker_reserved",
        parcel.LockersFull: "lockers_full",
        parcel.ParcelHandedOver: "handed_over",
        parcel.ParcelReturned: "returned",
    },
    FIELDS,
)

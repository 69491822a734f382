"""The lives of four parcels."""

from __future__ import annotations

from typing import Final

from herosaga_runtime.message import Message

from benchmarks.dispatch.contender import Script, script
from benchmarks.dispatch.parcel import parcel

ID: Final = "JD0140077"
FIELDS: Final = (
    "recipient",
    "address",
    "depot",
    "place",
    "scans",
    "duty",
    "redirects",
    "attempts",
    "locker",
)

_ACCEPTED = parcel.ParcelAccepted(ID, "A. Reader", "4 Mill Lane", "Leeds")
_VAN = parcel.VanLoaded(ID, "van 12")
_FAILED = parcel.DeliveryFailed(ID, "nobody in")
_HANDED_OVER = parcel.ParcelHandedOver(ID, "A. Reader")


def _scan(place: str, dutiable: bool = False) -> Message:
    return parcel.ParcelScanned(ID, place, dutiable)


def _redirect(depot: str) -> Message:
    return parcel.RedirectParcel(ID, f"1 High Street, {depot}", depot)


def _life(*steps: Message | tuple[Message, int]) -> Script:
    """The script of a parcel; what answers a request stands with its number."""
    pairs = (step if isinstance(step, tuple) else (step, None) for step in steps)
    return script(parcel.Delivery.name, ID, *pairs)


DELIVERED: Final = _life(
    _ACCEPTED, _scan("Hull"), _scan("York"), _scan("Leeds"), _VAN, _HANDED_OVER
)
"""A parcel that is delivered at the first attempt."""

COLLECTED: Final = _life(
    _ACCEPTED,
    _ACCEPTED,  # repeated: nothing happens
    _scan("Hull"),
    _scan("York"),
    _redirect("Bath"),
    _scan("Derby"),
    _scan("Bath"),
    _scan("Bath"),  # ignored
    _VAN,
    _FAILED,
    _VAN,
    _FAILED,
    _VAN,
    _FAILED,  # the guard is false: to a locker
    (parcel.LockerReserved(ID, "B7"), 4),
    _redirect("Hull"),  # ignored: too late
    _HANDED_OVER,
    _scan("Bath"),  # it has ended
)
"""A redirected parcel that goes to a locker after three attempts."""

SENT_BACK: Final = _life(
    _ACCEPTED,
    _scan("Calais"),
    _scan("Dover", dutiable=True),
    _scan("Dover", dutiable=True),  # ignored
    parcel.CustomsDecided(ID, True, 420),
    _scan("London", dutiable=True),
    _redirect("Bath"),
    _redirect("Hull"),
    _redirect("York"),  # the guard is false: ignored
    _scan("Hull"),
    _VAN,
    _FAILED,
    _VAN,
    _FAILED,
    _VAN,
    _FAILED,
    (parcel.LockersFull(ID), 4),
    _scan("Leeds"),  # ignored
    parcel.ParcelReturned(ID),
)
"""A parcel from abroad for which there is no locker."""

REFUSED: Final = _life(
    _ACCEPTED,
    _scan("Calais"),
    _scan("Dover", dutiable=True),
    parcel.CustomsDecided(ID, False),
    _VAN,  # unexpected
    parcel.ParcelReturned(ID),
)
"""A parcel that the customs do not let in."""

SCRIPTS: Final = {
    "delivered": DELIVERED,
    "collected": COLLECTED,
    "sent back": SENT_BACK,
    "refused": REFUSED,
}

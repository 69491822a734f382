"""The events that drive all contenders, and the check that they do the same with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from herosaga_runtime.envelope import Envelope, Ref
from herosaga_runtime.message import Message

from benchmarks.dispatch.subject import orders

Script = Sequence[tuple[Envelope, datetime]]
"""The envelopes that one instance gets, each with the time of its step. The first one starts the instance."""

ORDER = UUID(int=7)
CUSTOMER = UUID(int=8)
_BEGIN = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class View:
    """What a contender has come to after an event, in a form that all of them can give.

    `sent` is everything sent so far (number, message, whether an answer is awaited), `requests` the open ones
    (number, attempt, due), `records` what would be undone (number of its request, undo), `deadline` the state's timer.
    """

    state: str
    declined: int
    sent: tuple[tuple[int, Message, bool], ...]
    requests: tuple[tuple[int, int, datetime | None], ...]
    records: tuple[tuple[int, str], ...]
    deadline: datetime | None


class Contender(Protocol):
    """One way to run the saga."""

    name: str

    def prepare(self, count: int, script: Script) -> Callable[[], None]:
        """Make what `count` runs of a script need; the result runs them, and only that is timed."""
        ...

    def views(self, script: Script) -> Iterator[View]:
        """What one run comes to, after each event."""
        ...


def script(*steps: tuple[Message, int | None]) -> Script:
    """The envelopes for messages, of which each may answer a request by its number; a second lies between two."""
    return tuple(
        (_envelope(place, message, number), _BEGIN + timedelta(seconds=place))
        for place, (message, number) in enumerate(steps)
    )


def _envelope(place: int, message: Message, number: int | None) -> Envelope:
    answers = None if number is None else Ref(orders.OrderFulfilment.name, str(ORDER), 1, number)
    return Envelope(f"m{place}", message, _BEGIN, "m0", answers=answers)


_PLACED = orders.OrderPlaced(
    ORDER,
    CUSTOMER,
    (orders.Item("tea", Decimal("4.20"), 3), orders.Item("pot", Decimal("19.90"))),
)
_DECLINED = orders.CardDeclined(ORDER, "limit")

DELIVERED = script(
    (_PLACED, None),
    (_PLACED, None),  # repeated: nothing happens
    (orders.ItemsReserved(ORDER), 1),
    (_DECLINED, 2),
    (_DECLINED, 3),
    (orders.CardCharged(ORDER, "c-1"), 4),
    (orders.CancelOrder(ORDER), None),  # ignored: too late
    (orders.OrderShipped(ORDER, "t-1"), 5),
    (orders.CancelOrder(ORDER), None),  # the order has ended
)
"""An order that is delivered after its card was declined twice."""

GIVEN_BACK = script(
    (_PLACED, None),
    (orders.ItemsReserved(ORDER), 1),
    (_DECLINED, 2),
    (_DECLINED, 3),
    (_DECLINED, 4),  # the guard is false: the next arm gives everything back
    (orders.ItemsReleased(ORDER), 5),
)
"""An order that is given back when its card is declined for the third time."""

SCRIPTS = {"delivered": DELIVERED, "given back": GIVEN_BACK}


def check(contenders: Sequence[Contender]) -> None:
    """Raise `AssertionError` unless all contenders come to the same after every event of every script."""
    first, *others = contenders
    for title, events in SCRIPTS.items():
        expected = list(first.views(events))
        for other in others:
            found = list(other.views(events))
            for place, (mine, theirs) in enumerate(zip(expected, found, strict=True)):
                if mine != theirs:
                    where = f"{title}, event {place}"
                    raise AssertionError(f"{where}:\n{first.name}: {mine}\n{other.name}: {theirs}")

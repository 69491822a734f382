"""What is measured: sagas, the events that drive them, the contenders, and the check that these do the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from herosaga_runtime.envelope import Envelope, Ref
from herosaga_runtime.message import Message

Script = Sequence[tuple[Envelope, datetime]]
"""The envelopes that one instance gets, each with the time of its step. The first one starts the instance."""

BEGIN = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class View:
    """What a contender has come to after an event, in a form that all of them can give.

    `sent` is everything sent so far (number, message, whether an answer is awaited), `requests` the open ones
    (number, attempt, due), `records` what would be undone (number of its request, undo), `deadline` the state's timer.
    `told` is how the message was received, the revision and the outcome; None for a contender that does not tell.
    """

    state: str
    data: tuple[Any, ...]
    sent: tuple[tuple[int, Message, bool], ...]
    requests: tuple[tuple[int, int, datetime | None], ...]
    records: tuple[tuple[int, str], ...]
    deadline: datetime | None
    told: tuple[str, int, str | None] | None = None


class Contender(Protocol):
    """One way to run a saga."""

    name: str

    def prepare(self, count: int, script: Script) -> Callable[[], None]:
        """Make what `count` runs of a script need; the result runs them, and only that is timed."""
        ...

    def views(self, script: Script) -> Iterator[View]:
        """What one run comes to, after each event."""
        ...


@dataclass(frozen=True, slots=True)
class Subject:
    """A saga, what drives it, and the contenders: the generated module first, with which the others are compared.

    `size` gives the bytes in memory of one of its instances, the mean of so many.
    """

    title: str
    scripts: Mapping[str, Script]
    contenders: tuple[Contender, ...]
    size: Callable[[int], float]

    @property
    def events(self) -> int:
        """How many events all scripts have."""
        return sum(map(len, self.scripts.values()))


def script(saga: str, key: object, *steps: tuple[Message, int | None]) -> Script:
    """The envelopes for messages, of which each may answer a request by its number; a second lies between two."""
    return tuple(
        (_envelope(saga, str(key), place, message, number), BEGIN + timedelta(seconds=place))
        for place, (message, number) in enumerate(steps)
    )


def _envelope(saga: str, key: str, place: int, message: Message, number: int | None) -> Envelope:
    answers = None if number is None else Ref(saga, key, 1, number)
    return Envelope(f"m{place}", message, BEGIN, "m0", answers=answers)


def check(contenders: Sequence[Contender], scripts: Mapping[str, Script]) -> None:
    """Raise `AssertionError` unless all contenders come to the same after every event of every script."""
    first, *others = contenders
    for title, events in scripts.items():
        expected = list(first.views(events))
        for other in others:
            _compare(title, first.name, expected, other.name, other.views(events))


def _compare(
    title: str, first: str, expected: Sequence[View], other: str, found: Iterable[View]
) -> None:
    for place, (mine, theirs) in enumerate(zip(expected, found, strict=True)):
        if mine != theirs and replace(mine, told=None) != theirs:
            raise AssertionError(f"{title}, event {place}:\n{first}: {mine}\n{other}: {theirs}")

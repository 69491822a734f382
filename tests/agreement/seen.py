"""What is seen of an instance after an input, in words that both implementations share, and how two of them differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

Json = Any


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was sent: its number, `command`, `event` or `request`, its type and fields, and whom it answers."""

    number: int
    kind: str
    type: str
    data: Json
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """One step: what was received and how, and what was sent."""

    reception: str
    sent: tuple[Sent, ...] = ()


def told(steps: Iterable[Taken]) -> tuple[Taken, ...]:
    """The steps that say something: an alarm that an earlier one of the same instant has made stale may be told or not."""
    found = tuple(steps)
    return tuple(each for each in found if each != Taken("stale") or len(found) == 1)


@dataclass(frozen=True, slots=True)
class Open:
    """An open request."""

    number: int
    type: str
    data: Json
    attempt: int
    due: int | None
    paused: bool
    renew: bool


@dataclass(frozen=True, slots=True)
class Undo:
    """A record: the command or compensation that undoes, with its fields, and the request it belongs to."""

    what: str
    data: Json
    request: int


@dataclass(frozen=True, slots=True)
class Seen:
    """An instance after some steps. `state` is "" where there is none; a step that failed leaves all as it was.

    `finds` says how the message that came finds its instance.
    """

    finds: str = ""
    failed: bool = False
    steps: tuple[Taken, ...] = ()
    state: str = ""
    data: Mapping[str, Json] = field(default_factory=dict)
    sequence: int = 0
    records: tuple[Undo, ...] = ()
    requests: tuple[Open, ...] = ()
    timers: tuple[tuple[str, int], ...] = ()
    deferred: tuple[str, ...] = ()
    arrivals: tuple[str, ...] = ()
    undone: int = 0
    stuck: bool = False
    outcome: str = ""

    @property
    def alarms(self) -> tuple[tuple[str, int], ...]:
        """Every time that is waited for: what it is called, and when it is due."""
        asked = ((f"request {r.number}", r.due) for r in self.requests if r.due is not None)
        return (*self.timers, *asked)


def differences(one: Seen, other: Seen) -> Iterator[str]:
    """In what two differ, in words."""
    for each in fields(Seen):
        left, right = getattr(one, each.name), getattr(other, each.name)
        if left != right:
            yield f"{each.name}:\n    generated:   {_told(left)}\n    interpreted: {_told(right)}"


def _told(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_told(each) for each in value) + "]"
    if isinstance(value, Sent | Taken | Open | Undo):
        shown = (f"{each.name}={_told(getattr(value, each.name))}" for each in fields(value))
        return f"({', '.join(shown)})"
    return repr(value)

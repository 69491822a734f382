"""One thing that happens to a slip, and everything that follows from it at home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from herosaga_runtime.envelope import Ref
from herosaga_runtime.itineraries.home import Away, Home, SlipStatus
from herosaga_runtime.itineraries.slip import Current, Planned, Slip
from herosaga_runtime.itineraries.stages import Activities
from herosaga_runtime.itineraries.table import Itinerary
from herosaga_runtime.message import JsonObject, Message, record


class Happened(StrEnum):
    """What a slip's history tells."""

    STARTED = "started"
    DONE = "done"
    REVISED = "revised"
    FORKED = "forked"
    JOINED = "joined"
    FAILED = "failed"
    GIVEN_UP = "given up"
    HELD = "held"
    TURNED = "turned back"
    REFUSED = "not turned back"
    UNDONE = "undone"
    PARKED = "parked"
    RETRIED = "retried"
    SKIPPED = "skipped"
    COMPLETED = "completed"
    FAULTED = "faulted"
    COMPENSATED = "compensated"


@record
class Note:
    """An entry of a slip's history: what happened to which part, at which activity, what it gave, and why.

    `at` is the path of the stage, "" where there is none.
    """

    happened: Happened
    part: str = ""
    activity: str = ""
    outputs: JsonObject | None = None
    reason: str = ""
    at: str = ""


@record
class Ended:
    """An outcome: how the slip ended, with its variables. `sent` is what its actions send, in order."""

    status: SlipStatus
    variables: JsonObject
    sent: tuple[Message, ...] = ()


def _taken(message: Message) -> None:
    """A message that an outcome sends is not looked at."""


@dataclass(slots=True)
class Journey:
    """What a slip does on one occasion. `home` is changed; the rest is what is to be done about it.

    `leaving` are the parts that go to an activity, `notes` what to write into the history, `answers` who is to be told
    whether the slip was turned back, `ended` the outcome if there is one. `now` is the time of all that. `ready` are parts that
    go on as soon as the one that is `going` has. `check` raises for a message that an outcome can't send.
    """

    home: Home
    itinerary: Itinerary[Any] | None
    activities: Activities
    now: datetime
    leaving: list[Slip] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    answers: list[tuple[Ref, bool]] = field(default_factory=list)
    ended: Ended | None = None
    ready: list[Slip] = field(default_factory=list)
    going: bool = False
    check: Callable[[Message], None] = _taken

    def note(
        self,
        happened: Happened,
        slip: Slip | None = None,
        *,
        outputs: JsonObject | None = None,
        reason: str = "",
        activity: str = "",
    ) -> None:
        """Write something into the history."""
        part = "" if slip is None else slip.part
        current = None if slip is None else slip.current
        name = activity or ("" if current is None else current.activity)
        at = "" if slip is None else _stage_of(slip, happened)
        self.notes.append(Note(happened, part, name, outputs, reason, at))

    def leave(self, slip: Slip, current: Current) -> None:
        """Send a part to an activity."""
        gone = replace(slip, current=current, step=slip.step + 1)
        irreversible = current.irreversible and not slip.back
        self.home.running += irreversible
        self.home.away[slip.part] = Away(current.activity, gone.step, slip.back, irreversible)
        self.leaving.append(gone)

    def back_home(self, slip: Slip) -> None:
        """A part is here again."""
        away = self.home.away.pop(slip.part)
        self.home.running -= away.irreversible

    def answer(self, done: bool) -> None:
        """Tell everyone who has turned the slip back whether it was."""
        self.answers += [(each, done) for each in self.home.asked]
        self.home.asked = ()


def _stage_of(slip: Slip, happened: Happened) -> str:
    """The path of the stage that something is about: that of the part's activity, or of what could not be evaluated."""
    if slip.current is not None:
        return slip.current.at
    if happened in (Happened.FAILED, Happened.HELD) and slip.todo:
        todo = slip.todo[0]
        return todo.at if isinstance(todo, Planned) else ""
    return ""

"""What a host shows of slips: values, read without changing anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from herosaga_runtime import codec
from herosaga_runtime.envelope import Ref
from herosaga_runtime.errors import DecodeError
from herosaga_runtime.itineraries.home import Failed, Home, SlipStatus
from herosaga_runtime.itineraries.journey import Happened
from herosaga_runtime.itineraries.keeping import Travelling, lost, read_home, travelling
from herosaga_runtime.itineraries.slip import Planned, Slip, Todo
from herosaga_runtime.itineraries.stages import Activities, name_of
from herosaga_runtime.itineraries.table import For, If, Itinerary, Parallel, ParallelFor
from herosaga_runtime.message import JsonValue
from herosaga_runtime.ports import Transaction, from_micros
from herosaga_runtime.rows import StoredHistory, StoredSlip

Tables = Mapping[str, Itinerary[Any]]
"""The itineraries that are known here, by name."""


@dataclass(frozen=True, slots=True)
class SlipEntry:
    """Something that has happened to a slip: to the part of it, "" being the whole; at `activity`, if it was one.

    `outputs` are the variables that the activity has set, as JSON; `stage` is the path of its stage in the itinerary, as in
    `Itinerary.at`, "" for one that was inserted.
    """

    at: datetime
    happened: Happened
    part: str
    activity: str
    outputs: Mapping[str, JsonValue]
    reason: str
    stage: str = ""


@dataclass(frozen=True, slots=True)
class PartView:
    """A part of a slip. `activity` is what it is with, "" for one that waits here; `left` what remains to be done, in words.

    `attempts` counts the attempts that were begun; `log` are the activities that can be undone, newest last, and `logged` what
    each of them has logged. `given` are the activity's arguments, or on the way back the log that it undoes; `stage` is the path
    of its stage, and `ahead` those of what is `left`, "" for what was inserted. `held`: it waits for an operator. `shape` is that of the
    itinerary it set out by, as `Itinerary.shape`: by another one the paths mean nothing.
    """

    part: str
    activity: str
    back: bool
    attempts: int
    progress: str
    due: datetime | None
    variables: Mapping[str, JsonValue]
    left: tuple[str, ...]
    log: tuple[str, ...]
    logged: tuple[JsonValue, ...] = ()
    given: JsonValue = None
    stage: str = ""
    ahead: tuple[str, ...] = ()
    held: bool = False
    shape: str = ""


@dataclass(frozen=True, slots=True)
class SlipSummary:
    """A slip in a list. `stuck` says why only an operator can help, or what is tried on; else it is empty."""

    id: str
    itinerary: str
    status: SlipStatus
    stuck: str
    correlation: str
    started_at: datetime
    activities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SlipView:
    """A slip as it was when it was looked up, with everything that has happened to it."""

    summary: SlipSummary
    parts: tuple[PartView, ...]
    history: tuple[SlipEntry, ...]
    failed: Failed | None
    turned: str
    past: bool
    skipped: int
    caller: Ref | None = None

    @property
    def id(self) -> str:
        """The slip's id: that of the command that started it."""
        return self.summary.id

    @property
    def itinerary(self) -> str:
        """The itinerary's name."""
        return self.summary.itinerary

    @property
    def status(self) -> SlipStatus:
        """How it stands."""
        return self.summary.status

    @property
    def stuck(self) -> str:
        """Why only an operator can help, or what is tried on past the irreversible; else empty."""
        return self.summary.stuck

    @property
    def variables(self) -> Mapping[str, JsonValue]:
        """The variables of the whole, as JSON; before branches are joined, those from before the fork."""
        return next((each.variables for each in self.parts if not each.part), {})

    @property
    def way(self) -> tuple[str, ...]:
        """The activities that were finished, in order."""
        return tuple(each.activity for each in self.history if each.happened is Happened.DONE)

    @property
    def undone(self) -> tuple[str, ...]:
        """The activities that were undone, in order."""
        return tuple(each.activity for each in self.history if each.happened is Happened.UNDONE)


async def summary(tx: Transaction, activities: Activities, stored: StoredSlip) -> SlipSummary:
    """A slip in a list, from what is stored."""
    home = home_in(stored)
    return _summary(activities, stored, home, await travelling(tx, home))


def home_in(stored: StoredSlip) -> Home:
    """What a store keeps of a slip. If that can't be read only an operator can help, who sees why."""
    try:
        return read_home(stored)
    except DecodeError as error:
        return Home(stored.id, stored.itinerary, SlipStatus.PARKED, str(error))


def _summary(
    activities: Activities, stored: StoredSlip, home: Home, found: list[Travelling]
) -> SlipSummary:
    return SlipSummary(
        *(stored.id, stored.itinerary, home.status),
        *(home.stuck or _obstacle(activities, home, found), stored.correlation),
        from_micros(stored.at),
        tuple(each.activity for each in home.away.values()),
    )


def _obstacle(activities: Activities, home: Home, found: list[Travelling]) -> str:
    """Why a part that is away never comes back, as far as that can be seen here."""
    for away in lost(home, found).values():
        return f"{away.activity}: the mail is gone, or is among the dead letters"
    known = {each.activity for each in home.away.values()} <= activities.keys()
    if known or not activities:
        return ""
    unknown = next(each for each in home.away.values() if each.activity not in activities)
    return f"{unknown.activity}: nobody here carries it out"


async def view(
    tx: Transaction,
    tables: Tables,
    activities: Activities,
    stored: StoredSlip,
    history: list[StoredHistory],
) -> SlipView:
    """A slip, from what is stored of it: at home, and in the mail."""
    home, itinerary = home_in(stored), tables.get(stored.itinerary)
    forks = home.forks.values()
    here = [
        *(each.parent for each in forks),
        *(part for each in forks for part in each.arrived.values()),
    ]
    parts = [_part(each, itinerary) for each in here]
    kept = [_part(each, itinerary) for each in home.kept.values()]
    parts += [replace(each, held=not home.status.ended) for each in kept]
    found = await travelling(tx, home)
    for part, away in lost(home, found).items():
        at = PartView(part, away.activity, away.back, 0, away.progress, None, {}, (), ())
        parts.append(replace(at, held=True))
    for slip, mail, _ in found:
        parts.append(
            replace(
                _part(slip, itinerary),
                activity="" if slip.current is None else slip.current.activity,
                attempts=mail.attempts,
                progress=home.away[slip.part].progress,
                due=from_micros(mail.due),
            )
        )
    return SlipView(
        _summary(activities, stored, home, found),
        tuple(sorted(parts, key=lambda each: each.part)),
        tuple(_entry(each) for each in history),
        *(home.failed, home.turned, home.past, home.skipped, home.caller),
    )


def _part(slip: Slip, itinerary: Itinerary[Any] | None) -> PartView:
    same = itinerary is not None and itinerary.shape == slip.shape
    left = tuple(in_words(itinerary if same else None, each) for each in slip.todo)
    log = tuple(each.activity for each in slip.log)
    current = slip.current
    return PartView(
        *(slip.part, "", slip.back, 0, "", None, slip.variables, left, log),
        tuple(each.log for each in slip.log),
        *((None, "") if current is None else (current.given, current.at)),
        tuple(each.at if isinstance(each, Planned) else "" for each in slip.todo),
        shape=slip.shape,
    )


def in_words(itinerary: Itinerary[Any] | None, todo: Todo) -> str:
    """What remains, briefly: `Pack`, `if`, `for item`, `parallel`."""
    stage = None
    if isinstance(todo, Planned) and itinerary is not None:
        stage = itinerary.at.get(todo.at)
    match stage:
        case ParallelFor(variable=variable):
            return f"parallel for {variable}"
        case For(variable=variable):
            return f"for {variable}"
        case If():
            return "if"
        case Parallel():
            return "parallel"
    return name_of(itinerary, todo)


def _entry(stored: StoredHistory) -> SlipEntry:
    outputs: Any = codec.loads(stored.diff)
    stages: Any = codec.loads(stored.sent)
    activity = "" if stored.message_type == stored.saga else stored.message_type
    return SlipEntry(
        from_micros(stored.at),
        Happened(stored.reception),
        *(stored.before or "", activity, outputs, stored.reason),
        stages[0]["at"] if stages else "",
    )

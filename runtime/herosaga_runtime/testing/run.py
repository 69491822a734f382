"""What has happened in a test, line by line, and the error that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from herosaga_runtime import codec
from herosaga_runtime.arms import After, At, Every
from herosaga_runtime.decision import Decision, Outgoing, Reception
from herosaga_runtime.envelope import Alarm, Done, Envelope, Fault
from herosaga_runtime.instance import DEADLINE, Instance, Request, Timer
from herosaga_runtime.message import Command, Event, JsonObject, JsonValue, Message, message
from herosaga_runtime.saga import Saga
from herosaga_runtime.testing.times import since_start
from herosaga_runtime.testing.words import described, duration, short


class Place(NamedTuple):
    """The line of a test that made something happen."""

    file: str
    line: int


@message("herosaga.test")
class Said(Event):
    """What the test has done to an instance by itself, in words: no message has come."""

    words: str

    def to_json(self) -> JsonObject:
        return {"words": self.words}

    @classmethod
    def from_json(cls, json: JsonValue) -> Said:
        return cls(codec.Fields("Said", json).need("words", codec.read_str))


class Entry:
    """One step of a run: what came when, to which key, and what it brought about.

    `ran` are the names of the functions that were run for it; `turn` counts the `when`s and `after`s; `error` is what made
    the step fail.
    """

    __slots__ = (
        "before",
        "cause",
        "decision",
        "error",
        "key",
        "place",
        "ran",
        "saga",
        "time",
        "turn",
    )

    def __init__(
        self,
        saga: Saga[Any, Any, Any],
        time: datetime,
        key: str,
        cause: Envelope,
        before: Instance[Any, Any] | None,
        decision: Decision[Any, Any],
        ran: tuple[str, ...],
        turn: int,
        place: Place,
        error: Exception | None = None,
    ) -> None:
        self.saga = saga
        self.time = time
        self.key = key
        self.cause = cause
        self.before = before
        self.decision = decision
        self.ran = ran
        self.turn = turn
        self.place = place
        self.error = error

    @property
    def dead(self) -> bool:
        """Whether what came went to the dead letters."""
        return self.decision.reception is Reception.UNEXPECTED

    @property
    def late(self) -> bool:
        """Whether what came was too late."""
        return self.decision.reception is Reception.LATE

    @property
    def about(self) -> Message:
        """What came; for what became of a request, its command."""
        return _command(self) or self.cause.message

    @property
    def came(self) -> str:
        """What came, in words."""
        match self.cause.message:
            case Said(words=words):
                return words
            case Alarm() as alarm:
                return _alarm(self, alarm)
            case Fault(command=name, reason=reason):
                return f"fault of {short(name)}: {reason}"
            case Done(command=name):
                return f"{short(name)}.done"
            case event:
                return described(event, self.key)

    @property
    def moved(self) -> str:
        """The states before and after, and how what came was received if it was not simply taken."""
        before = "*" if self.before is None else str(self.before.state)
        after = self.decision.instance
        if after is not None and (self.decision.entered or str(after.state) != before):
            return f"{before} -> {after.state}"
        how = _HOW[self.decision.reception]
        return f"{before}{', ' if how else ''}{how}"

    @property
    def outputs(self) -> list[str]:
        """What was sent, in words."""
        return [
            f"{_VERBS[kind(each)]} {described(each.message, self.key)}"
            for each in self.decision.sent
        ]

    def text(self) -> str:
        """The whole step in a line: what came, the states, what was sent, and what there is to say."""
        parts = [f"{self.came}: {self.moved}", *self.outputs]
        reason = f" ({self.decision.reason})" if self.decision.reason else ""
        return f"{', '.join(parts)}{reason}"


SENT, PUBLISHED, REPLIED, ANSWERED = "sent", "published", "replied", "answered"
_VERBS = {SENT: "sends", PUBLISHED: "publishes", REPLIED: "replies", ANSWERED: "answers"}
_HOW = {
    Reception.TAKEN: "",
    Reception.IGNORED: "ignored",
    Reception.DEFERRED: "deferred",
    Reception.REPEATED: "a repeated start",
    Reception.LATE: "late",
    Reception.STALE: "no longer wanted",
    Reception.UNEXPECTED: "put with the dead letters",
}


def kind(outgoing: Outgoing) -> str:
    """Whether a message was sent, published or replied; `ANSWERED` for what tells a caller of an end or a failure."""
    if isinstance(outgoing.message, Command):
        return SENT
    if outgoing.reply is None:
        return PUBLISHED
    return ANSWERED if isinstance(outgoing.message, Done | Fault) else REPLIED


def _command(entry: Entry) -> Command | None:
    """The command whose time-out, fault or completion has come."""
    message, requests = entry.cause.message, () if entry.before is None else entry.before.requests
    match message:
        case Alarm(token=token):
            return next((each.command for each in requests if each.token == token), None)
        case Fault() | Done():
            answers = entry.cause.answers
            number = None if answers is None else answers.number
            return next((each.command for each in requests if each.number == number), None)
    return None


def _alarm(entry: Entry, alarm: Alarm) -> str:
    before = entry.before
    if before is not None:
        for request in before.requests:
            if request.token == alarm.token:
                return _attempt(request)
        for timer in before.timers:
            if timer.token == alarm.token:
                return _timer(entry.saga, before, timer)
    return "an alarm"


def _attempt(request: Request) -> str:
    name = short(type(request.command).TYPE)
    if request.paused:
        return f"{name} once more, attempt {request.attempt + 1}"
    return f"no answer to {name}, attempt {request.attempt}"


def _timer(saga: Saga[Any, Any, Any], before: Instance[Any, Any], timer: Timer) -> str:
    if timer.name:
        return "deadline" if timer.name == DEADLINE else f"timer {timer.name}"
    timed = saga.place(before.state).timed
    if timer.index >= len(timed) or before.state is saga.compensating:
        return "the time for an undo"
    match timed[timer.index]:
        case After(delay=timedelta() as delay):
            return f"after {duration(delay)}"
        case Every(delay=timedelta() as delay):
            return f"every {duration(delay)}"
        case After():
            return "after"
        case At():
            return "at"
        case _:
            return "every"


class Unmet(AssertionError):
    """Something was expected of a run, and is not so.

    `expected` and `came` say what was expected and what came, `run` are the steps so far, `place` is the line of the test
    that the failure belongs to.
    """

    def __init__(self, expected: str, came: str, run: Sequence[Entry], place: Place) -> None:
        self.expected = expected
        self.came = came
        self.run = tuple(run)
        self.place = place
        super().__init__(f"expected {expected}\n{came}\n{told(self.run)}")


FIRST: Final = 5
LAST: Final = 35
"""Of a long run these are shown."""


def told(run: Sequence[Entry], place: Callable[[Entry], str] = lambda entry: "") -> str:
    """A run in numbered lines; `place` says where the test made a step happen."""
    if not run:
        return "nothing has happened so far"
    return "\n".join(("the run so far:", *lines(run, place)))


def lines(run: Sequence[Entry], place: Callable[[Entry], str]) -> Iterator[str]:
    """The lines of a run; the key is told where there are several."""
    several = len({entry.key for entry in run}) > 1
    times = [since_start(entry.time) for entry in run]
    margin, column = len(str(len(run))), max(map(len, times))
    for number, (time, entry) in enumerate(zip(times, run, strict=True), 1):
        if len(run) > FIRST + LAST and FIRST < number <= len(run) - LAST:
            if number == FIRST + 1:
                yield f"  … {len(run) - FIRST - LAST} more …"
            continue
        key = f"[{entry.key}] " if several else ""
        where = place(entry)
        yield f"  {number:{margin}}. {time:{column}}  {key}{entry.text()}{'  ' if where else ''}{where}"

"""Runs of the reference interpreter as text: one line for each thing that happens, with what is expected of it.

    Go n=4        => taken; in A; sent Book; records Unbook
    Booked @1     => in B
    wait 10s      => stale

Before `=>`: a message with its fields (`@1` answers request 1, `@another` one of another instance, `@foreign` one of
another saga, `?name` says who asks), `fault 1`, `done 1`, `retry`, `skip`, `ring` of an alarm's token, or `wait` for a
time, in which each alarm comes when it is due. After it: what is then so. Receptions and messages sent are those of the
whole line. `fails`: an expression could not be evaluated, and nothing has happened.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from herosaga.interpreter.decode import message_from_json
from herosaga.interpreter.instance import (
    ANOTHER_INSTANCE,
    ANOTHER_SAGA,
    Alarm,
    Answers,
    BlockUndo,
    Deliver,
    Done,
    Fault,
    Input,
    Instance,
    Outcome,
    Record,
    Retry,
    Skip,
)
from herosaga.interpreter.json import instance_from_json, instance_to_json
from herosaga.interpreter.program import Program
from herosaga.interpreter.step import advance
from herosaga.interpreter.trace import said, trace
from herosaga.model.model import Model
from herosaga.model.runs import with_runs

from helpers.projects import model_of

START = datetime(2026, 1, 1, tzinfo=UTC)

MESSAGES = """
event Go { key id: int, n: int = 0 }
event Poke { key id: int, n: int = 0 }
event Prod { key id: int, n: int = 0 }
event Told { key id: int, text: str = "" }
event Booked { key id: int, n: int = 0 }
event Full { key id: int, reason: str = "no room" }
event Unbooked { key id: int }
event NotNow { key id: int }
event Paid { key id: int }
event Declined { key id: int }
event Repaid { key id: int }
event Looked { key id: int }
event Hint { key id: int }
command Book { key id: int, n: int = 0 }
command Unbook { key id: int, n: int = 0 }
command Pay { key id: int }
command Repay { key id: int }
command Look { key id: int }
command Cancel { key id: int }
command Ask { key id: int }
service Hotel {
  handle Book emits Booked, Hint? refuses Full undone by Unbook
  handle Unbook emits Unbooked refuses NotNow
  handle Look emits Looked?
}
service Bank {
  handle Pay emits Paid refuses Declined | Full undone by Repay
  handle Repay emits Repaid
}
policy thrice { within 10s retry 2 times every 5s }
"""

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


@cache
def model(text: str) -> Model:
    """The model of a text that goes on after `MESSAGES`."""
    found, findings = model_of({"it.saga": MESSAGES + text})
    assert not findings, findings
    return with_runs(found)


class Play:
    """One key of the saga `X` of a text, and everything that happens to it."""

    def __init__(self, text: str, externs: Mapping[str, Callable[..., Any]] | None = None) -> None:
        found = model(text)
        self.program = Program(found, found.sagas["X"], externs or {})
        self.now = START
        self.instance: Instance | None = None
        self.run: list[tuple[datetime, Input, Outcome]] = []
        self.failed = False
        self._rung: set[tuple[str, datetime]] = set()

    # --- what happens --------------------------------------------------------------------------

    def line(self, text: str) -> None:
        """One line: what happens, and what is expected then."""
        happens, _, expected = text.partition("=>")
        first = len(self.run)
        self.failed = False
        self.happens(happens.strip())
        new = [each for _, _, each in self.run[first:]]
        for each in filter(None, (part.strip() for part in expected.split(";"))):
            self._expect(each, new, text)

    def happens(self, text: str) -> None:
        """What happens, without what is expected."""
        word, _, rest = text.partition(" ")
        match word:
            case "wait":
                self.wait(_length(rest))
            case "ring":
                self.bring(Alarm(rest))
            case "fault":
                number, _, reason = rest.partition(" ")
                self.bring(Fault(_answers(number), reason or "broken"))
            case "done":
                self.bring(Done(_answers(rest)))
            case "retry":
                self.bring(Retry())
            case "skip":
                self.bring(Skip())
            case _:
                self.bring(self._message(word, rest.split()))

    def _message(self, name: str, words: list[str]) -> Deliver:
        given: dict[str, Any] = {"id": 1}
        answers: Answers = None
        request = ""
        for word in words:
            match word[0], word[1:]:
                case "@", of:
                    answers = _answers(of)
                case "?", by:
                    request = by
                case _:
                    field, _, value = word.partition("=")
                    given[field] = _value(value)
        return Deliver(message_from_json(self.program.model, name, given), answers, request, "m")

    def bring(self, given: Input) -> None:
        """Bring something. Whatever comes of it must come again, and every instance must survive being stored."""
        try:
            steps = advance(self.program, self.instance, given, self.now)
        except (ArithmeticError, LookupError, ValueError):
            self.failed = True
            return
        assert steps == advance(self.program, self.instance, given, self.now)
        for each, outcome in steps:
            self.run.append((self.now, each, outcome))
            self.instance = outcome.instance
            if self.instance is not None:
                self._check(self.instance)

    def _check(self, instance: Instance) -> None:
        form = json.loads(json.dumps(instance_to_json(self.program, instance)))
        assert instance_from_json(self.program, form) == instance
        if instance.outcome:
            assert not (instance.requests or instance.waits or instance.stuck)

    def wait(self, length: timedelta) -> None:
        """Let time pass; each alarm comes once, at its time, those of one instant from the last in their order."""
        end = self.now + length
        while (first := self._first_due(end)) is not None:
            self._rung.add(first)
            self.now = max(self.now, first[1])
            self.bring(Alarm(first[0]))
        self.now = end

    def _first_due(self, end: datetime) -> tuple[str, datetime] | None:
        alarms = () if self.instance is None else self.instance.alarms()[::-1]
        due = [each for each in alarms if each[1] <= end and each not in self._rung]
        return min(due, key=lambda each: each[1], default=None)

    # --- what is expected ----------------------------------------------------------------------

    def _expect(self, text: str, new: list[Outcome], line: str) -> None:
        word, _, rest = text.partition(" ")
        wanted = [each.strip() for each in rest.split(",") if each.strip() not in ("", "nothing")]
        found = self._found(word, new)
        if found is None:
            seen: object = [str(each.reception) for each in new]
            assert seen == text.split(), f"{line}: {seen}\n{self}"
            return
        assert list(found) == wanted, f"{line}: {word} {list(found)}\n{self}"

    def _found(self, word: str, new: list[Outcome]) -> Iterator[str] | None:
        instance = self.instance
        if word == "fails":
            return iter(() if self.failed else ("no failure",))
        if word == "sent":
            return iter([each.message.name for outcome in new for each in outcome.sent])
        if word == "kinds":
            return iter([str(each.kind) for outcome in new for each in outcome.sent])
        if word == "numbers":
            return iter([str(each.number) for outcome in new for each in outcome.sent])
        if word == "to":
            return iter([each.to or "-" for outcome in new for each in outcome.sent])
        if word == "texts":
            sent = [each.message for outcome in new for each in outcome.sent]
            return iter([str(each.get("text")).strip() for each in sent if each.name == "Told"])
        if word == "reason":
            return iter([each.reason for each in new if each.reason])
        if word == "in":
            return iter([instance.state if instance is not None else "none"])
        return None if instance is None else _facts(instance, word)

    def __str__(self) -> str:
        return "\n".join(trace(self.run))


def _facts(instance: Instance, word: str) -> Iterator[str] | None:
    """What is so of an instance; None where the word is none of these."""
    if word == "open":
        return iter([each.command.name for each in instance.requests])
    if word == "records":
        return iter([_undo(each) for each in instance.records])
    if word == "kept":
        return iter([said(each).partition("(")[0] for each in instance.deferred])
    if word == "arrived":
        return iter([part for _, part in instance.arrivals])
    if word == "waits":
        return iter([str(each.kind) for each in sorted(instance.waits, key=lambda x: x.order)])
    if word == "due":
        return iter([f"{(due - START).total_seconds():g}s" for _, due in instance.alarms()])
    if word in ("outcome", "stuck"):
        return iter(filter(None, (getattr(instance, word),)))
    if word.startswith("."):
        return iter([str(instance.data.get(word[1:], "unset")).strip().replace(",", "")])
    return None


def _undo(record: Record) -> str:
    return record.undo.compensation if isinstance(record.undo, BlockUndo) else record.undo.name


def _answers(text: str) -> Answers:
    if text == "another":
        return ANOTHER_INSTANCE
    return ANOTHER_SAGA if text == "foreign" else int(text)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _length(text: str) -> timedelta:
    parts = re.findall(r"([0-9.]+)(ms|s|m|h|d)", text)
    return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in parts))


def play(text: str, lines: str) -> Play:
    """A run, line by line."""
    played = Play(text)
    for line in filter(None, (each.strip() for each in lines.splitlines())):
        played.line(line)
    return played

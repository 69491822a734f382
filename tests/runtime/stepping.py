"""Sagas stepped by hand: compiled from text, without a host, on a time that only the test moves.

Every step that a `Play` takes is also checked against the laws that all steps keep.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from herosaga_runtime import codec
from herosaga_runtime.consume import outgoing
from herosaga_runtime.decision import Decision, Outgoing, Reception
from herosaga_runtime.envelope import Alarm, Envelope, Fault, Ref
from herosaga_runtime.instance import Instance, Outcome, Request, changed, with_extras
from herosaga_runtime.message import Message
from herosaga_runtime.saga import Saga
from herosaga_runtime.step import advance
from herosaga_runtime.stored import instance_from_json, instance_to_json
from herosaga_runtime.testing import START
from herosaga_runtime.texts import text_of

from helpers.projects import loaded

AnyInstance = Instance[Any, Any]
AnyDecision = Decision[Any, Any]

MESSAGES = """
event Go { key id: int, n: int = 0 }
event Poke { key id: int, n: int = 0 }
event Prod { key id: int, n: int = 0 }
event Told { key id: int, text: str = "" }
event Booked { key id: int }
event Full { key id: int }
event Unbooked { key id: int }
event Paid { key id: int }
event Declined { key id: int }
event Refunded { key id: int }
event NotToday { key id: int }
command Book { key id: int }
command Unbook { key id: int }
command Pay { key id: int, n: int = 0 }
command Refund { key id: int }
service Hotel {
  handle Book emits Booked refuses Full undone by Unbook
  handle Unbook emits Unbooked refuses NotToday
}
service Bank {
  handle Pay emits Paid refuses Declined | Full undone by Refund
  handle Refund emits Refunded refuses NotToday
}
policy thrice { within 10s retry 2 times every 5s }
"""


@cache
def compiled(text: str) -> Any:
    """The module of a `.saga` text that goes on after `MESSAGES`."""
    with (
        TemporaryDirectory() as root,
        loaded({"it.saga": MESSAGES + text}, Path(root), "it") as (module,),
    ):
        return module


class Play:
    """One key of the saga `X` of a text, and everything that happens to it."""

    def __init__(self, text: str, saga: str = "X") -> None:
        self.it = compiled(text)
        self.saga: Saga[Any, Any, Any] = getattr(self.it, saga)
        self.now = START
        self.found: AnyInstance | None = None
        self.sent: list[Outgoing] = []
        self.ids: list[str] = []
        self.receptions: list[Reception] = []
        self._rung: set[tuple[str, datetime]] = set()
        self._given = 0

    # --- what happens --------------------------------------------------------------------------

    def give(self, message: Message, answers: Ref | None = None) -> AnyDecision:
        """Bring a message; gives the decision of its own step, which deferred ones may follow."""
        self._given += 1
        return self.bring(Envelope(f"m{self._given}", message, self.now, "c", answers=answers))

    def bring(self, envelope: Envelope) -> AnyDecision:
        """Bring an envelope."""
        return take(self, envelope)

    def event(self, name: str, **fields: Any) -> AnyDecision:
        """An event or command for this key that answers nothing by id."""
        return self.give(getattr(self.it, name)(id=1, **fields))

    def answer(self, name: str, number: int | None = None, **ref: Any) -> AnyDecision:
        """An event that carries the ids of a request: the newest open one's if no number is given."""
        return self.give(getattr(self.it, name)(id=1), self.ref(number, **ref))

    def fault(self, number: int | None = None, **ref: Any) -> AnyDecision:
        """The host of a request's handler gives up."""
        return self.give(Fault("it", "broken"), self.ref(number, **ref))

    def ring(self, token: str) -> AnyDecision:
        """An alarm."""
        return self.give(Alarm(token))

    def wait(self, seconds: float) -> None:
        """Let time pass; each alarm comes once, at its time, those of one instant in their order."""
        end = self.now + timedelta(seconds=seconds)
        while (first := self._first_due(end)) is not None:
            token, due = first
            self._rung.add(first)
            self.now = max(self.now, due)
            self.ring(token)
        self.now = end

    def _first_due(self, end: datetime) -> tuple[str, datetime] | None:
        alarms = [] if self.found is None else list(self.found.alarms().items())
        due = [each for each in alarms if each[1] <= end and each not in self._rung]
        return min(due, key=lambda each: each[1], default=None)

    # --- what is seen --------------------------------------------------------------------------

    @property
    def instance(self) -> AnyInstance:
        """The instance; it must be there."""
        assert self.found is not None
        return self.found

    @property
    def state(self) -> str:
        """Its state."""
        return str(self.instance.state)

    @property
    def names(self) -> list[str]:
        """The types of everything sent, in order."""
        return [type(each.message).__name__ for each in self.sent]

    @property
    def open(self) -> list[str]:
        """The commands of the open requests, oldest first."""
        return [type(each.command).__name__ for each in self.instance.requests]

    @property
    def records(self) -> list[str]:
        """The types of the records, oldest first."""
        return [type(each.undo).__name__ for each in self.instance.records]

    @property
    def request(self) -> Request:
        """The newest open request."""
        return self.instance.requests[-1]

    def ref(self, number: int | None = None, **other: Any) -> Ref:
        """The ids that an answer carries."""
        found = self.request.number if number is None else number
        return replace(self.instance.origin.ref(found), **other)


# --- the laws of every step --------------------------------------------------------------------


def take(play: Play, envelope: Envelope) -> AnyDecision:
    """Take a message's steps, twice, and check that nothing but their decisions came of it."""
    before = play.found
    frozen = None if before is None else instance_to_json(before)
    steps = list(advance(play.saga, before, envelope, play.now))
    assert before is None or instance_to_json(before) == frozen
    assert told(play, steps) == told(play, list(advance(play.saga, before, envelope, play.now)))
    last = before
    for cause, decision in steps:
        check(play, last, decision)
        play.sent += decision.sent
        play.ids += [each.id for each in outgoing(play.saga.name, decision, cause, play.now)]
        play.receptions.append(decision.reception)
        last = decision.instance
    play.found = last
    return steps[0][1]


def told(play: Play, steps: list[tuple[Envelope, AnyDecision]]) -> list[object]:
    """Everything that steps decided, comparable."""
    return [
        (
            None if each.instance is None else instance_to_json(each.instance),
            each.sent,
            outgoing(play.saga.name, each, cause, play.now),
            (each.reception, each.entered, each.reason),
        )
        for cause, each in steps
    ]


def check(play: Play, before: AnyInstance | None, decision: AnyDecision) -> None:
    """What holds of every decision."""
    after = decision.instance
    if after is None:
        assert before is None
        return
    check_instance(play, after)
    old = 0 if before is None else before.sequence
    again = {r.number for r in before.requests} if before is not None else set()
    for each in decision.sent:
        assert old < each.number <= after.sequence or each.number in again
    if before is not None:
        check_change(play, before, after)


def check_instance(play: Play, after: AnyInstance) -> None:
    """What holds of every instance: it can be stored, and an ended one waits for nothing."""
    json = instance_to_json(after)
    back = instance_from_json(play.saga, json)
    assert instance_to_json(back) == json
    assert (back.alarms(), back.requests, back.records) == (
        after.alarms(),
        after.requests,
        after.records,
    )
    numbers = [each.number for each in after.requests]
    assert len(set(numbers)) == len(numbers)
    assert all(0 < each <= after.sequence for each in numbers)
    assert len(set(after.alarms())) == len(after.timers) + sum(
        each.due is not None for each in after.requests
    )
    if after.outcome is not None:
        assert not (after.requests or after.timers or after.extras.stuck)
        assert after.extras.undoing is None
    if after.state is play.saga.compensating:
        assert after.records and len(after.requests) <= 1
        assert after.requests or after.timers or after.extras.stuck


def check_change(play: Play, before: AnyInstance, after: AnyInstance) -> None:
    """What holds from one instance to the next."""
    json = instance_to_json(after, before, instance_to_json(before))
    assert json == instance_to_json(after)
    assert text_of(json, {})[0] == codec.dumps(json)
    assert after.origin == before.origin
    assert after.sequence >= before.sequence
    extras = changed(after.extras, deferred=before.extras.deferred)
    put_back = with_extras(after, extras, after.revision)
    same = instance_to_json(put_back) == instance_to_json(before)
    more = len(after.extras.deferred) > len(before.extras.deferred)
    assert after.revision == before.revision + (more or not same)
    if before.outcome is not None:
        assert same
    if before.state is play.saga.compensating:
        check_undo(before, after)


def check_undo(before: AnyInstance, after: AnyInstance) -> None:
    """A compensation takes records away from the newest, counts them, and leaves with none or with all that it gave up."""
    undone = after.extras.undone - before.extras.undone
    assert after.records == before.records[: len(before.records) - undone]
    if after.state is not before.state:
        failed = after.outcome is Outcome.COMPENSATION_FAILED
        assert bool(after.records) == (failed and not after.extras.skipped)

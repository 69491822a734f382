"""What a transition works on: the next instance in the making, and what it sends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from herosaga_runtime.decision import Outgoing, Reception
from herosaga_runtime.envelope import Envelope, Ref, derive_id
from herosaga_runtime.instance import (
    CALM,
    D,
    Instance,
    Origin,
    Record,
    Request,
    S,
    Timer,
    changed,
)
from herosaga_runtime.message import Command, Event, Message
from herosaga_runtime.policy import ONCE, Policy
from herosaga_runtime.times import later
from herosaga_runtime.verdict import COMPENSATE, Verdict

if TYPE_CHECKING:
    from herosaga_runtime.saga import Saga

_TAKEN: Final = Reception.TAKEN


class Failure:
    """What went wrong with a request: the command's name as declared, and why."""

    __slots__ = ("command", "reason")

    def __init__(self, command: type[Command], reason: str) -> None:
        self.command = command.TYPE.rpartition(".")[2]
        self.reason = reason


def _reason(refusal: Message) -> str:
    reason = getattr(refusal, "reason", None)
    return reason if isinstance(reason, str) else refusal.TYPE.rpartition(".")[2]


class Step(Instance[D, Any]):
    """The next instance in the making. Once a transition was taken, it is the decision.

    `following` and `first` make it. `data` is never changed in place but in a first step: a transition sets it to a copy, by itself or by way of `edit`. `now` is the step's time. `state` is the name of the state before it; for what
    belongs to a state that is entered (its entry, how long it waits, a final's actions, the body of a compensation) the name
    of that state; "" for what comes before the first. `cause` is what is received.

    Set only where there is something to say: `refused`, while a `refusal` closes a request, the type of its command;
    `failed`, where a request has failed otherwise; `answers` and `round`, which of the steps that a state waits for together was answered.
    """

    __slots__ = (
        "answers",
        "cause",
        "entered",
        "failed",
        "note",
        "now",
        "refusal",
        "refused",
        "round",
        "saga",
        "sent",
        "target",
    )
    saga: Saga[D, Any, Any]
    cause: Envelope
    now: datetime
    sent: list[Outgoing]
    entered: bool
    refused: type[Command]
    refusal: Message
    failed: Failure
    answers: str
    round: int
    target: str
    note: str
    reception: Reception = _TAKEN

    __init__ = object.__init__
    """It begins empty: filled by whoever makes it, it takes half as long as with all its parts as arguments."""

    @property
    def instance(self) -> Instance[D, Any]:
        """The next instance: this."""
        return self

    @property
    def reason(self) -> str:
        """What is to be said about the step."""
        return getattr(self, "note", "")

    def say(self, reason: str) -> None:
        """Note for the history what else is to be said about the step."""
        self.note = f"{self.reason}; {reason}" if self.reason else reason

    @property
    def failure(self) -> Failure:
        """What a `failure of` is about."""
        found: Failure | None = getattr(self, "failed", None)
        return found or Failure(self.refused, _reason(self.refusal))

    def edit(self) -> D:
        """A copy of the data that the transition may change; the instance before the step keeps its own.

        No instance comes before a first step: nobody else has its data, of which some may be unset that never is later.
        """
        data = self.data
        if self.revision > 1:
            self.data = data = data.copy()
        return data

    def leave(self) -> None:
        """Do what the state that is left does last."""
        run = self.saga.exits.get(self.state)
        if run is not None:
            run(self)

    # --- messages ------------------------------------------------------------------------------

    def send(self, command: Command) -> None:
        """Send a command to its one handler."""
        self.sequence = number = self.sequence + 1
        self.sent.append(Outgoing(number, command, False))

    def publish(self, event: Event) -> None:
        """Publish an event to whoever listens."""
        self.sequence = number = self.sequence + 1
        self.sent.append(Outgoing(number, event, False))

    def reply(self, event: Event) -> None:
        """Answer the command that is handled, else the one that started the instance. It is answered once.

        Where nobody has asked, the event is published like any other.
        """
        asked = self.cause.request if isinstance(self.cause.message, Command) else None
        extras = self.extras
        if asked is None or asked == extras.caller:
            asked = extras.caller
            if asked is not None:
                if extras.replied:
                    self._refuse_second(event)
                    return
                self.extras = changed(extras, replied=True)
        elif any(each.reply == asked for each in self.sent):
            self._refuse_second(event)
            return
        self.answer(event, asked)

    def answer(self, event: Event, to: Ref | None) -> None:
        """Send an event as the answer to a request."""
        self.sequence = number = self.sequence + 1
        self.sent.append(Outgoing(number, event, False, to))

    def _refuse_second(self, event: Event) -> None:
        self.say(f"{event.TYPE} is a second answer, and was not sent")

    def request(
        self,
        command: Command,
        policy: Policy = ONCE,
        undo: Message | None = None,
        step: str = "",
        round: int = 0,
    ) -> None:
        """Send a command and await its answer; with `undo`, record how to undo it.

        `step` names the step that asks, where a state waits for several at once, `round` which of its requests it is.
        """
        self.sequence = number = self.sequence + 1
        within = policy.within
        due = None if within is None else later(self.now, within)
        self.requests += (Request(number, command, policy, 1, due, False, False, step, round),)
        self.sent.append(Outgoing(number, command, True))
        if undo is not None:
            self.records += (Record(undo, policy, number),)

    def next_id(self) -> str:
        """The id that the next message will have: an undo can name what the request that it belongs to begins."""
        origin = self.origin
        return derive_id(origin.saga, origin.key, origin.incarnation, self.sequence + 1)

    # --- undo ----------------------------------------------------------------------------------

    def record(self, undo: Message) -> None:
        """Record how to undo something that was not requested."""
        self.records += (Record(undo, None, 0),)

    def pivot(self) -> None:
        """Forget all records: from here on there is no way back."""
        self.records = ()

    def compensate(self, target: S) -> Verdict:
        """Undo what was recorded, newest first, and only then go to `target`."""
        self.target = target
        return COMPENSATE

    # --- time ----------------------------------------------------------------------------------

    def arm(self, timer: str, delay: timedelta) -> None:
        """Let a named timer come after a while; it is replaced if it runs already."""
        self.arm_at(timer, later(self.now, delay))

    def arm_at(self, timer: str, time: datetime) -> None:
        """Let a named timer come at a time, now if that has passed."""
        self.disarm(timer)
        due = max(time, self.now)
        self.timers += (Timer(f"n{self.revision}.{timer}", 0, due, timer),)

    def disarm(self, timer: str) -> None:
        """Stop a named timer; nothing happens if it does not run."""
        if self.timers:
            self.timers = tuple([each for each in self.timers if each.name != timer])

    def uuid(self) -> UUID:
        """A new UUID; the same when the step is repeated."""
        self.sequence += 1
        return UUID(derive_id(self.origin, self.sequence, "uuid"))


def following(
    saga: Saga[D, Any, Any],
    before: Instance[D, Any],
    cause: Envelope,
    now: datetime,
    kind: type[Step[D]] = Step,
) -> Step[D]:
    """The step after an instance: its next revision, nothing sent yet. Written out, because every message needs it."""
    step: Step[D] = kind()
    step.saga = saga
    step.cause = cause
    step.origin = before.origin
    step.state = before.state
    step.data = before.data
    step.revision = before.revision + 1
    step.sequence = before.sequence
    step.records = before.records
    step.requests = before.requests
    step.timers = before.timers
    step.extras = before.extras
    step.outcome = None
    step.now = now
    step.sent = []
    step.entered = False
    return step


def first(
    saga: Saga[D, Any, Any], data: D, origin: Origin, cause: Envelope, now: datetime
) -> Step[D]:
    """The step before which there is no instance, and no state."""
    step: Step[D] = Step()
    step.saga = saga
    step.cause = cause
    step.origin = origin
    step.state = ""
    step.data = data
    step.revision = 1
    step.sequence = 0
    step.records = ()
    step.requests = ()
    step.timers = ()
    step.extras = CALM
    step.outcome = None
    step.now = now
    step.sent = []
    step.entered = False
    return step

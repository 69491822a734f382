"""A saga as a table: for each state, what happens on what, in the order in which it is tried.

Generated modules fill the table with functions, one for each transition. A transition's function gets a `Step`, with a
copy of the instance's data to change, and the message; it says what to send, and returns the next state, `STAY` for an
internal transition, `step.compensate(state)` to undo everything first, or `PASS` where its guard is false.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, Generic, Self, TypeVar
from uuid import UUID

from herosaga_runtime.decision import Outgoing, Reception
from herosaga_runtime.envelope import derive_id
from herosaga_runtime.instance import D, Instance, Outcome, Record, Request, S
from herosaga_runtime.keys import key_text
from herosaga_runtime.message import Command, Event, Message
from herosaga_runtime.policy import ONCE, Policy

M = TypeVar("M", bound=Message)
K = TypeVar("K")
T = TypeVar("T")


class Verdict(Enum):
    """What a transition's function may return beside a state."""

    PASS = "pass"
    STAY = "stay"
    IGNORE = "ignore"
    COMPENSATE = "compensate"


PASS: Final = Verdict.PASS
STAY: Final = Verdict.STAY
IGNORE: Final = Verdict.IGNORE
COMPENSATE: Final = Verdict.COMPENSATE


class Step(Instance[D, Any]):
    """What a transition works on: the next instance in the making, and what it sends. Once taken, it is the decision.

    `data` is changed by way of `edit`. `now` is the step's time. `state` is the name of the state before it; for what
    belongs to a state that is entered (how long it waits, a final's actions, the body of a compensation) the name of that
    state; "" for what comes before the first. `refused` is set while a refusal closes a request: the type of its command.
    """

    __slots__ = ("entered", "now", "refused", "sent", "target")
    now: datetime
    sent: list[Outgoing]
    entered: bool
    refused: type[Command]
    target: str
    reception: Reception = Reception.TAKEN
    reason: str = ""

    @property
    def instance(self) -> Instance[D, Any]:
        """The next instance: this."""
        return self

    def edit(self) -> D:
        """A copy of the data that the transition may change; the instance before the step keeps its own."""
        self.data = data = self.data.copy()
        return data

    def send(self, command: Command) -> None:
        """Send a command to its one handler."""
        self.sequence = number = self.sequence + 1
        self.sent.append(Outgoing(number, command, False))

    def publish(self, event: Event) -> None:
        """Publish an event to whoever listens."""
        self.sequence = number = self.sequence + 1
        self.sent.append(Outgoing(number, event, False))

    def request(self, command: Command, policy: Policy = ONCE, undo: Message | None = None) -> None:
        """Send a command and await its answer; with `undo`, record how to undo it."""
        self.sequence = number = self.sequence + 1
        within = policy.within
        due = None if within is None else self.now + within
        self.requests += (Request(number, command, policy, 1, due),)
        self.sent.append(Outgoing(number, command, True))
        if undo is not None:
            self.records += (Record(undo, policy, number),)

    def compensate(self, target: S) -> Verdict:
        """Undo what was recorded, newest first, and only then go to `target`."""
        self.target = target
        return COMPENSATE

    def uuid(self) -> UUID:
        """A new UUID; the same when the step is repeated."""
        self.sequence += 1
        return UUID(derive_id(self.origin, self.sequence, "uuid"))


class FirstStep(Step[D]):
    """A step that no instance comes before."""

    __slots__ = ()

    def edit(self) -> D:
        """The data itself: nobody else has it yet."""
        return self.data


_new = object.__new__


def following(before: Instance[D, Any], now: datetime, kind: type[Step[D]] = Step) -> Step[D]:
    """The step after an instance: its next revision, nothing sent yet. Written out, because every message needs it."""
    step = _new(kind)
    step.origin = before.origin
    step.state = before.state
    step.data = before.data
    step.revision = before.revision + 1
    step.sequence = before.sequence
    step.records = before.records
    step.requests = before.requests
    step.timers = before.timers
    step.recovery = before.recovery
    step.outcome = None
    step.now = now
    step.sent = []
    step.entered = False
    return step


class Arm(Generic[D, S]):
    """One line of the table: a trigger and what it does."""

    __slots__ = ()


class On(Arm[D, S], Generic[D, S, M]):
    """A transition on a message."""

    __slots__ = ("run", "trigger")

    def __init__(self, trigger: type[M], run: Callable[[Step[D], M], S | Verdict]) -> None:
        self.trigger = trigger
        self.run = run


class OnFailure(Arm[D, S]):
    """A transition on the failure of a request: its time-out, its fault, or any of its refusals."""

    __slots__ = ("run", "trigger")

    def __init__(self, trigger: type[Command], run: Callable[[Step[D]], S | Verdict]) -> None:
        self.trigger = trigger
        self.run = run


class After(Arm[D, S]):
    """A transition some time after the state was entered; `delay` may depend on the data."""

    __slots__ = ("delay", "run")

    def __init__(
        self,
        delay: timedelta | Callable[[Step[D]], timedelta],
        run: Callable[[Step[D]], S | Verdict],
    ) -> None:
        self.delay = delay
        self.run = run


class Ignore(Arm[D, S]):
    """A message that is swallowed."""

    __slots__ = ("trigger",)

    def __init__(self, trigger: type[Message]) -> None:
        self.trigger = trigger


class Call:
    """A command that the saga requests: the events that answer it, and those of them that refuse it."""

    __slots__ = ("command", "done", "refused")

    def __init__(
        self,
        command: type[Command],
        done: tuple[type[Event], ...] = (),
        refused: tuple[type[Event], ...] = (),
    ) -> None:
        self.command = command
        self.done = done
        self.refused = refused


class End(Generic[D]):
    """A final state: its mark (`""`, `"failed"` or `"manual"`) and what is still done on entering it.

    `outcome` is that of an instance that had nothing to undo.
    """

    __slots__ = ("mark", "outcome", "run")

    def __init__(self, mark: str = "", run: Callable[[Step[D]], None] | None = None) -> None:
        self.mark = mark
        self.outcome = Outcome(mark) if mark else Outcome.COMPLETED
        self.run = run


class Compensation(Generic[D, S, M]):
    """A `compensation` block: `params` is the class of its parameters.

    `policy` counts runs of the whole body; when they are used up the instance goes to `otherwise`, or is stuck.
    """

    __slots__ = ("otherwise", "params", "policy", "run")

    def __init__(
        self,
        params: type[M],
        run: Callable[[Step[D], M], None],
        policy: Policy = ONCE,
        otherwise: S | None = None,
    ) -> None:
        self.params = params
        self.run = run
        self.policy = policy
        self.otherwise = otherwise


class By(Generic[M, K]):
    """A message that the saga receives, and the key by which it finds its instance."""

    __slots__ = ("key", "message")

    def __init__(self, message: type[M], key: Callable[[M], K]) -> None:
        self.message = message
        self.key = key


class Saga(Generic[D, S, K]):
    """A saga: the table, and everything needed to store its instances and to bring it its messages.

    `data` makes an instance's data from its key; `states` are tried as written; `missing` takes what finds no
    instance: its transitions see data that has only the key. A host gets it with `host.add`.
    """

    def __init__(
        self,
        name: str,
        *,
        version: int,
        state: type[S],
        data: type[D],
        new: Callable[[K], D],
        compensating: S,
        receives: tuple[By[Any, K], ...],
        start: tuple[On[D, S, Any], ...],
        states: Mapping[S, tuple[Arm[D, S], ...]],
        finals: Mapping[S, End[D]],
        calls: tuple[Call, ...] = (),
        missing: tuple[Arm[D, S], ...] = (),
        compensations: tuple[Compensation[D, S, Any], ...] = (),
    ) -> None:
        self.name = name
        self.version = version
        self.state = quick(state)
        self.data = data
        self.new = new
        self.compensating = compensating
        self.finals = finals
        self.calls = {call.command: call for call in calls}
        self.answers = _answers(calls)
        self.keys = {by.message: by.key for by in receives}
        self.compensations = {each.params: each for each in compensations}
        self.types = {each.TYPE: each for each in (*self.keys, *self.calls, *self.compensations)}
        self.starts: Row[S] = _rows(start, {})
        self.missing: Row[S] = _rows(missing, {})
        self.rows: dict[S, Row[S]] = {
            name: _rows(arms, self.calls) for name, arms in states.items()
        }
        self.rows |= dict.fromkeys((*finals, compensating), _EMPTY)
        self.failures: dict[S, Row[S]] = {name: _failures(arms) for name, arms in states.items()}
        self.afters = {
            name: tuple(arm for arm in arms if isinstance(arm, After))
            for name, arms in states.items()
        }

    def __call__(self) -> Self:
        """The saga itself, which needs nothing beside it. What `host.add` calls."""
        return self

    def key_of(self, message: Message) -> str | None:
        """The text of the key of the instance that a message is for; None if it is not for this saga."""
        key = self.keys.get(type(message))
        return None if key is None else key_text(key(message))


def quick(states: type[S]) -> type[S]:
    """The same enum, its members found as in Python 3.12. In 3.11 each look-up costs as much as a small transition."""
    for name, member in states.__members__.items():
        type.__setattr__(states, name, member)
    return states


Run = Callable[[Step[Any], Any], S | Verdict]
Row = Mapping[type[Message], tuple[Run[S], ...]]
_EMPTY: Row[Any] = MappingProxyType({})


def ignore(step: Step[Any], message: Any) -> Verdict:
    """What an `Ignore` arm does."""
    return IGNORE


def without_event(run: Callable[[Step[Any]], S | Verdict]) -> Run[S]:
    """A transition that reads no message, as one that is given one."""
    return lambda step, event: run(step)


def on_refusal(command: type[Command], run: Callable[[Step[Any]], S | Verdict]) -> Run[S]:
    """A transition on a failure, as one on its refusals: a message is one if it closes a request of this command."""

    def take(step: Step[Any], event: Any) -> S | Verdict:
        return run(step) if getattr(step, "refused", None) is command else PASS

    return take


def _rows(arms: tuple[Arm[Any, Any], ...], calls: Mapping[type[Command], Call]) -> Row[Any]:
    row: dict[type[Message], tuple[Run[Any], ...]] = {}
    for arm in arms:
        match arm:
            case On():
                row[arm.trigger] = (*row.get(arm.trigger, ()), arm.run)
            case Ignore():
                row[arm.trigger] = (*row.get(arm.trigger, ()), ignore)
            case OnFailure() if arm.trigger in calls:
                run = on_refusal(arm.trigger, arm.run)
                for refusal in calls[arm.trigger].refused:
                    row[refusal] = (*row.get(refusal, ()), run)
            case _:
                pass  # After arms are found by their place, see Saga.afters
    return row


def _answers(calls: tuple[Call, ...]) -> dict[type[Message], set[type[Command]]]:
    """For each event the commands that it answers."""
    found: dict[type[Message], set[type[Command]]] = {}
    for call in calls:
        for event in (*call.done, *call.refused):
            found.setdefault(event, set()).add(call.command)
    return found


def _failures(arms: tuple[Arm[Any, Any], ...]) -> Row[Any]:
    found: dict[type[Message], tuple[Run[Any], ...]] = {}
    for arm in arms:
        if isinstance(arm, OnFailure):
            found[arm.trigger] = (*found.get(arm.trigger, ()), without_event(arm.run))
    return found

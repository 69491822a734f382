"""What holds in one state, arranged for look-up: by what has come, the functions to try, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Generic

from herosaga_runtime.arms import (
    After,
    Arm,
    At,
    Defer,
    DoneOf,
    Every,
    FaultOf,
    Ignore,
    On,
    OnAll,
    OnDone,
    OnFailure,
    OnFault,
    OnTimeout,
    OnTimer,
    Onward,
    TimeoutOf,
    TimerOf,
)
from herosaga_runtime.instance import D, S
from herosaga_runtime.making import Step
from herosaga_runtime.message import Command, Message
from herosaga_runtime.verdict import DEFER, IGNORE, PASS, Verdict

if TYPE_CHECKING:
    from herosaga_runtime.saga import Call, End

Run = Callable[[Step[Any], Any], S | Verdict]
Runs = tuple[Run[S], ...]
Timed = After[D, S] | At[D, S] | Every[D, S]


class Place(Generic[D, S]):
    """A state, with everything that holds there.

    The functions for `messages`, for the requests that have `timeouts`, `faults` or are `done` (in `steps` those of a joined
    state's steps), and for `timers`; what is `timed` from its entry on; `composites`, and the messages that are `parts` of
    one. `joins`: it waits for all that its entry asks for. `simple` is a state whose entry does nothing and which waits for no time, `special` one that collects
    messages. `quick` are the functions for those messages that need nothing but one of them.
    """

    __slots__ = (
        "composites",
        "done",
        "end",
        "entry",
        "faults",
        "joins",
        "messages",
        "onward",
        "parts",
        "quick",
        "simple",
        "special",
        "steps",
        "timed",
        "timeouts",
        "timers",
    )

    def __init__(
        self,
        arms: tuple[Arm[D, S], ...],
        calls: Mapping[type[Command], Call],
        entry: Callable[[Step[D]], None] | None = None,
        joins: bool = False,
        end: End[D] | None = None,
    ) -> None:
        self.messages: dict[type[Message], Runs[S]] = {}
        self.timeouts: dict[type[Command], Runs[S]] = {}
        self.faults: dict[type[Command], Runs[S]] = {}
        self.done: dict[type[Command], Runs[S]] = {}
        self.steps: dict[type[Command], Runs[S]] = {}
        self.timers: dict[str, Runs[S]] = {}
        for arm in arms:
            self._put(arm, calls)
        self.composites = _all(arms, OnAll)
        self.parts = frozenset(part for each in self.composites for part in each.parts)
        self.timed: tuple[Timed[D, S], ...] = tuple(
            each for each in arms if isinstance(each, After | At | Every)
        )
        self.onward = tuple(each.run for each in _all(arms, Onward))
        self.entry = entry
        self.joins = joins
        self.end = end
        self.special = bool(self.composites) or joins
        self.simple = not (entry or self.timed or self.onward or end)
        self.quick = {} if self.special else self.messages

    def _put(self, arm: Arm[Any, S], calls: Mapping[type[Command], Call]) -> None:
        match arm:
            case On(trigger=message, run=run, step=step):
                _add(self.messages, message, of_step(step, run) if step else run)
            case OnFailure(trigger=command, run=run):
                _add(self.timeouts, command, without_event(run))
                _add(self.faults, command, without_event(run))
                for refusal in calls[command].refused if command in calls else ():
                    _add(self.messages, refusal, on_refusal(command, run))
            case OnTimeout(trigger=command, run=run):
                _add(self.timeouts, command, without_event(run))
            case OnFault(trigger=command, run=run):
                _add(self.faults, command, without_event(run))
            case OnDone(trigger=command, run=run, step=step):
                taken = without_event(run)
                if step:
                    _add(self.steps, command, of_step(step, taken))
                else:
                    _add(self.done, command, taken)
            case OnTimer(trigger=timer, run=run):
                _add(self.timers, timer, without_event(run))
            case Ignore(trigger=what):
                self._swallow(what, ignore)
            case Defer(trigger=what):
                self._swallow(what, defer)

    def _swallow(self, what: object, run: Run[S]) -> None:
        match what:
            case TimeoutOf(command=command):
                _add(self.timeouts, command, run)
            case FaultOf(command=command):
                _add(self.faults, command, run)
            case DoneOf(command=command):
                _add(self.done, command, run)
            case TimerOf(timer=timer):
                _add(self.timers, timer, run)
            case type() as message:
                _add(self.messages, message, run)


def _all(arms: Iterable[Arm[Any, Any]], kind: type[Any]) -> tuple[Any, ...]:
    return tuple(each for each in arms if isinstance(each, kind))


def _add(row: dict[Any, Runs[S]], key: object, run: Run[S]) -> None:
    row[key] = (*row.get(key, ()), run)


# --- functions as they are tried ---------------------------------------------------------------


def ignore(step: Step[Any], message: Any) -> Verdict:
    """What an `Ignore` does."""
    return IGNORE


def defer(step: Step[Any], message: Any) -> Verdict:
    """What a `Defer` does."""
    return DEFER


def without_event(run: Callable[[Step[Any]], S | Verdict]) -> Run[S]:
    """A transition that reads no message, as one that is given one."""
    return lambda step, event: run(step)


def on_refusal(command: type[Command], run: Callable[[Step[Any]], S | Verdict]) -> Run[S]:
    """A transition on a failure, as one on its refusals: a message is one if it closes a request of this command."""

    def take(step: Step[Any], event: Any) -> S | Verdict:
        return run(step) if getattr(step, "refused", None) is command else PASS

    return take


def of_step(name: str, run: Run[S]) -> Run[S]:
    """A transition on the answer to what one step of a joined state has asked."""

    def take(step: Step[Any], event: Any) -> S | Verdict:
        return run(step, event) if getattr(step, "answers", "") == name else PASS

    return take

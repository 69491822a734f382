"""The lines of a saga's table: for each state, what happens on what, in the order in which it is tried.

Generated modules fill the table with functions, one for each transition. Such a function gets a `Step`, and the message
where there is one; it says what to send, and returns the next state, `STAY` for an internal transition,
`step.compensate(state)` to undo everything first, or `PASS` where its guard is false.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from herosaga_runtime.errors import UsageError
from herosaga_runtime.instance import D, S, Timer
from herosaga_runtime.making import Step
from herosaga_runtime.message import Command, Message
from herosaga_runtime.times import later
from herosaga_runtime.verdict import Verdict

M = TypeVar("M", bound=Message)

Length = timedelta | Callable[[Step[D]], timedelta]
"""How long; where it depends on the data it is evaluated once, when the state is entered."""

Moment = datetime | Callable[[Step[D]], datetime]
"""When; likewise."""


_NONE: Final = timedelta()


def due(step: Step[D], delay: Length[D]) -> datetime:
    """When a length of time is over that begins with a step; at once if it is less than none."""
    length = delay if isinstance(delay, timedelta) else delay(step)
    return later(step.now, length)


class TimeoutOf:
    """The time-out of a request, as something that is ignored or deferred."""

    __slots__ = ("command",)

    def __init__(self, command: type[Command]) -> None:
        self.command = command


class FaultOf:
    """The fault of a request: its handler's host has given up."""

    __slots__ = ("command",)

    def __init__(self, command: type[Command]) -> None:
        self.command = command


class DoneOf:
    """The completion of a request that is answered without a message."""

    __slots__ = ("command",)

    def __init__(self, command: type[Command]) -> None:
        self.command = command


class TimerOf:
    """A named timer."""

    __slots__ = ("timer",)

    def __init__(self, timer: str) -> None:
        self.timer = timer


What = type[Message] | TimeoutOf | FaultOf | DoneOf | TimerOf
"""What can be ignored or deferred."""


class Arm(Generic[D, S]):
    """One line of the table: a trigger and what it does."""

    __slots__ = ()


class On(Arm[D, S], Generic[D, S, M]):
    """A transition on a message; with `step`, only where it answers what that step of a joined state has asked."""

    __slots__ = ("run", "step", "trigger")

    def __init__(
        self, trigger: type[M], run: Callable[[Step[D], M], S | Verdict], step: str = ""
    ) -> None:
        self.trigger = trigger
        self.run = run
        self.step = step


class OnRequest(Arm[D, S]):
    """A transition on what becomes of a request, `trigger` being its command."""

    __slots__ = ("run", "trigger")

    def __init__(self, trigger: type[Command], run: Callable[[Step[D]], S | Verdict]) -> None:
        self.trigger = trigger
        self.run = run


class OnFailure(OnRequest[D, S]):
    """A transition on the failure of a request: its time-out, its fault, or any of its refusals."""

    __slots__ = ()


class OnTimeout(OnRequest[D, S]):
    """A transition on the time-out of a request: its last attempt was not answered."""

    __slots__ = ()


class OnFault(OnRequest[D, S]):
    """A transition on the fault of a request: its handler's host has given up."""

    __slots__ = ()


class OnDone(Arm[D, S]):
    """A transition on the completion of a request; `step` as in `On`."""

    __slots__ = ("run", "step", "trigger")

    def __init__(
        self, trigger: type[Command], run: Callable[[Step[D]], S | Verdict], step: str = ""
    ) -> None:
        self.trigger = trigger
        self.run = run
        self.step = step


class OnTimer(Arm[D, S]):
    """A transition on a named timer."""

    __slots__ = ("run", "trigger")

    def __init__(self, trigger: str, run: Callable[[Step[D]], S | Verdict]) -> None:
        self.trigger = trigger
        self.run = run


class OnAll(Arm[D, S]):
    """A transition once all of some messages have come, in any order.

    What has come is forgotten when a state is entered; with `group`, the head of a `during`, not before a state is entered
    that has no composite of this group.
    """

    __slots__ = ("group", "parts", "run")

    def __init__(
        self,
        parts: tuple[type[Message], ...],
        run: Callable[[Step[D]], S | Verdict],
        group: str = "",
    ) -> None:
        self.parts = parts
        self.run = run
        self.group = group

    @property
    def name(self) -> str:
        """What it is called among the arrivals."""
        return f"{self.group}: {', '.join(each.TYPE for each in self.parts)}"


class After(Arm[D, S]):
    """A transition some time after the state was entered. `order` is its place among all that waits for a time."""

    __slots__ = ("delay", "order", "run")

    def __init__(
        self, delay: Length[D], run: Callable[[Step[D]], S | Verdict], order: int = 0
    ) -> None:
        self.delay = delay
        self.run = run
        self.order = order

    def timer(self, index: int, step: Step[D]) -> Timer:
        """The timer of a state that is entered; it comes at once if it is to wait less than no time."""
        return Timer(f"t{step.revision}.{index}", index, due(step, self.delay))


class At(Arm[D, S]):
    """A transition at a time, at once if that has passed when the state is entered."""

    __slots__ = ("moment", "order", "run")

    def __init__(
        self, moment: Moment[D], run: Callable[[Step[D]], S | Verdict], order: int = 0
    ) -> None:
        self.moment = moment
        self.run = run
        self.order = order

    def timer(self, index: int, step: Step[D]) -> Timer:
        """The timer of a state that is entered; it comes at once if its time has passed."""
        moment = self.moment
        time = moment if isinstance(moment, datetime) else moment(step)
        return Timer(f"t{step.revision}.{index}", index, max(time, step.now))


class Every(Arm[D, S]):
    """Something that is done again and again while the instance is in the state."""

    __slots__ = ("delay", "order", "run")

    def __init__(self, delay: Length[D], run: Callable[[Step[D]], None], order: int = 0) -> None:
        self.delay = delay
        self.run = run
        self.order = order

    def timer(self, index: int, step: Step[D]) -> Timer:
        """The timer of a state that is entered; `UsageError` for what would come again without end."""
        delay = self.delay
        length = delay if isinstance(delay, timedelta) else delay(step)
        if length <= _NONE:
            raise UsageError(f"every {length} in {step.state} is no length of time")
        return Timer(f"t{step.revision}.{index}", index, later(step.now, length), "", length)


class Onward(Arm[D, S]):
    """How a state is left that waits for nothing (more); tried in order, the last has no guard."""

    __slots__ = ("run",)

    def __init__(self, run: Callable[[Step[D]], S | Verdict]) -> None:
        self.run = run


class Ignore(Arm[Any, Any]):
    """What is swallowed."""

    __slots__ = ("trigger",)

    def __init__(self, trigger: What) -> None:
        self.trigger = trigger


class Defer(Arm[Any, Any]):
    """What is kept for another state."""

    __slots__ = ("trigger",)

    def __init__(self, trigger: What) -> None:
        self.trigger = trigger

"""An itinerary as a table of stages, as generated modules fill it.

The functions in it get the slip's variables and give a condition, a list's elements or an activity's arguments. They are called
when the slip reaches the stage, by whichever worker forwards it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, Generic, Protocol, Self, TypeVar

from herosaga_runtime.itineraries.activity import Activity, Arguments
from herosaga_runtime.itineraries.building import BUILT, Built
from herosaga_runtime.message import Command, Event, JsonValue
from herosaga_runtime.policy import Policy


class Variables(Protocol):
    """An itinerary's variables: slots, of which those that nothing has set are unset."""

    @classmethod
    def from_json(cls, json: JsonValue) -> Self:
        """The variables of a slip."""
        ...


V = TypeVar("V")
E = TypeVar("E", bound=Event)


class Stage(Generic[V]):
    """One stage of an itinerary."""

    __slots__ = ()


class Do(Stage[V]):
    """An activity with the arguments that a function gives. `policy` is used instead of the activity's own."""

    __slots__ = ("activity", "arguments", "policy")

    def __init__(
        self,
        activity: Activity[Any],
        arguments: Callable[[V], Arguments],
        policy: Policy | Callable[[V], Policy] | None = None,
    ) -> None:
        self.activity = activity
        self.arguments = arguments
        self.policy = policy


class If(Stage[V]):
    """Some stages or others."""

    __slots__ = ("condition", "other", "then")

    def __init__(
        self,
        condition: Callable[[V], bool],
        then: tuple[Stage[V], ...],
        other: tuple[Stage[V], ...] = (),
    ) -> None:
        self.condition = condition
        self.then = then
        self.other = other


class For(Stage[V]):
    """Stages for each element of a list, one after the other. `elements` gives them as JSON values.

    While they are done the element is the variable called `variable`.
    """

    __slots__ = ("body", "elements", "variable")

    def __init__(
        self,
        variable: str,
        elements: Callable[[V], Sequence[JsonValue]],
        body: tuple[Stage[V], ...],
    ) -> None:
        self.variable = variable
        self.elements = elements
        self.body = body


class ParallelFor(For[V]):
    """Stages for each element of a list, all at once."""

    __slots__ = ()


class Parallel(Stage[V]):
    """Branches that are done at once, each one stage after the other."""

    __slots__ = ("branches",)

    def __init__(self, *branches: tuple[Stage[V], ...]) -> None:
        self.branches = branches


class Ending(Protocol):
    """What the actions at the end of an itinerary send by."""

    @property
    def now(self) -> datetime:
        """The time at which it ended."""
        ...

    def publish(self, event: Event) -> None:
        """Publish an event to whoever listens."""
        ...

    def send(self, command: Command) -> None:
        """Send a command to its one handler."""
        ...


class Finish(Generic[E]):
    """What happens at an outcome: its event, and what is done with it."""

    __slots__ = ("event", "run")

    def __init__(self, event: type[E], run: Callable[[Ending, E], None] | None = None) -> None:
        self.event = event
        self.run = run


class Itinerary(Generic[V]):
    """A declared itinerary. `start` is the command that sets a slip out, with its parameters, `back` the one that turns it back."""

    def __init__(
        self,
        start: type[Command],
        back: type[Command],
        variables: type[V],
        stages: tuple[Stage[V], ...],
        *,
        completed: Finish[Any],
        faulted: Finish[Any],
        compensated: Finish[Any],
    ) -> None:
        self.name = start.TYPE
        self.start = start
        self.back = back
        self.variables = variables
        self.stages = stages
        self.completed = completed
        self.faulted = faulted
        self.compensated = compensated
        self.at: Final[Mapping[str, Stage[V]]] = dict(_paths("", stages))
        self.shape = blake2b(_shape(stages).encode(), digest_size=8).hexdigest()

    @staticmethod
    def build(name: str = BUILT) -> Built:
        """An itinerary without a declaration, for one slip: `Itinerary.build("rush order").do(Pack, …)`."""
        return Built(name)

    def __call__(self) -> Self:
        """The itinerary itself, which needs nothing beside it. What `host.add` calls."""
        return self

    @property
    def activities(self) -> tuple[Activity[Any], ...]:
        """The activities that it names, each once, in source order."""
        found = {
            each.activity.name: each.activity for each in self.at.values() if isinstance(each, Do)
        }
        return tuple(found.values())


def paths(prefix: str, count: int) -> tuple[str, ...]:
    """The paths of the stages of a block."""
    return tuple([f"{prefix}{index}" for index in range(count)])


def _paths(prefix: str, stages: tuple[Stage[V], ...]) -> list[tuple[str, Stage[V]]]:
    """Every stage with its path: `2` is the third, `2.1.0` the first of its second block."""
    found: list[tuple[str, Stage[V]]] = []
    for index, stage in enumerate(stages):
        path = f"{prefix}{index}"
        found.append((path, stage))
        for number, block in enumerate(_blocks(stage)):
            found += _paths(f"{path}.{number}.", block)
    return found


def _blocks(stage: Stage[V]) -> tuple[tuple[Stage[V], ...], ...]:
    match stage:
        case If(then=then, other=other):
            return (then, other)
        case For(body=body):
            return (body,)
        case Parallel(branches=branches):
            return branches
    return ()


def _shape(stages: tuple[Stage[V], ...]) -> str:
    """A text that differs where paths mean something else."""
    parts: list[str] = []
    for stage in stages:
        name = stage.activity.name if isinstance(stage, Do) else type(stage).__name__
        name += f" {stage.variable}" if isinstance(stage, For) else ""
        blocks = ";".join(_shape(block) for block in _blocks(stage))
        parts.append(f"{name}({blocks})")
    return ",".join(parts)

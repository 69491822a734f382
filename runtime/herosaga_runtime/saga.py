"""A saga: its table, and everything needed to store its instances and to bring it its messages."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any, Generic, Self, TypeVar

from herosaga_runtime.arms import Arm, Length, On
from herosaga_runtime.errors import UsageError
from herosaga_runtime.instance import DEADLINE, D, Instance, Outcome, S, SagaData, Timer
from herosaga_runtime.keys import key_text
from herosaga_runtime.making import Step
from herosaga_runtime.message import Command, Event, JsonObject, Message
from herosaga_runtime.migration import Migration, lift
from herosaga_runtime.place import Place, Runs
from herosaga_runtime.policy import ONCE, Policy
from herosaga_runtime.verdict import PASS, Verdict

M = TypeVar("M", bound=Message)
K = TypeVar("K")
T = TypeVar("T")
X = TypeVar("X")


class By(Generic[M, K]):
    """A message that the saga receives, and the key by which it finds its instance."""

    __slots__ = ("key", "message")

    def __init__(self, message: type[M], key: Callable[[M], K]) -> None:
        self.message = message
        self.key = key


class Match(Generic[D, M]):
    """A message that the saga receives, and the data field by which it finds its instances.

    `field` is the field's name; `of_data` gives it, `of_message` what it is compared with.
    """

    __slots__ = ("field", "message", "of_data", "of_message")

    def __init__(
        self,
        message: type[M],
        field: str,
        of_data: Callable[[D], object],
        of_message: Callable[[M], object],
    ) -> None:
        self.message = message
        self.field = field
        self.of_data = of_data
        self.of_message = of_message


class Call:
    """A command that the saga requests: the events that answer it, and those of them that refuse it.

    `completes`: it is answered by being carried out.
    """

    __slots__ = ("command", "completes", "done", "refused")

    def __init__(
        self,
        command: type[Command],
        done: tuple[type[Event], ...] = (),
        refused: tuple[type[Event], ...] = (),
        completes: bool = False,
    ) -> None:
        self.command = command
        self.done = done
        self.refused = refused
        self.completes = completes


class Serves:
    """The command that the saga serves for others, and the events with which it answers."""

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

    `policy` counts runs of the whole body, and is a function where it depends on the data; when they are used up the instance
    goes to `otherwise`, or is stuck.
    """

    __slots__ = ("otherwise", "params", "policy", "run")

    def __init__(
        self,
        params: type[M],
        run: Callable[[Step[D], M], None],
        policy: Policy | Callable[[Step[D], M], Policy] = ONCE,
        otherwise: S | None = None,
    ) -> None:
        self.params = params
        self.run = run
        self.policy = policy
        self.otherwise = otherwise

    def policy_of(self, step: Step[D], undo: M) -> Policy:
        """The policy, as things stand in a step."""
        policy = self.policy
        return policy if isinstance(policy, Policy) else policy(step, undo)


class Deadline(Generic[D, S]):
    """What happens some time after the first step, if the instance has not ended by then; `order` as in `After`."""

    __slots__ = ("delay", "order", "run")

    def __init__(
        self, delay: Length[D], run: Callable[[Step[D]], S | Verdict], order: int = 0
    ) -> None:
        self.delay = delay
        self.run = run
        self.order = order


class Saga(Generic[D, S, K]):
    """A saga: the table, and everything needed to store its instances and to bring it its messages.

    `data` makes an instance's data from its key; `states` are tried as written; `missing` takes what finds no
    instance: its transitions see data that has only the key. `entries` and `exits` are what a state does first and last,
    `joins` the states that wait for all that their entry asks for. `timers` are the named ones, with their places in the
    source. An ended instance is archived after `retain`, None for never. `functions` are the `extern` ones that it calls. A host
    gets a saga with `host.add`.
    """

    externs: Any = None

    def __init__(
        self,
        name: str,
        *,
        version: int,
        state: type[S],
        data: type[D],
        new: Callable[[K], D],
        compensating: S,
        receives: tuple[By[Any, K] | Match[D, Any], ...],
        start: tuple[On[D, S, Any], ...],
        states: Mapping[S, tuple[Arm[D, S], ...]],
        finals: Mapping[S, End[D]],
        calls: tuple[Call, ...] = (),
        missing: tuple[Arm[D, S], ...] = (),
        compensations: tuple[Compensation[D, S, Any], ...] = (),
        entries: Mapping[S, Callable[[Step[D]], None]] | None = None,
        exits: Mapping[S, Callable[[Step[D]], None]] | None = None,
        joins: Collection[S] = (),
        timers: Mapping[str, int] | None = None,
        deadline: Deadline[D, S] | None = None,
        retain: timedelta | None = None,
        serves: Serves | None = None,
        migrations: tuple[Migration, ...] = (),
        functions: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.version = version
        self.state = quick(state)
        self.data = data
        self.new = new
        self.compensating = compensating
        self.states = states
        self.finals = finals
        self.entries = entries or {}
        self.exits: Mapping[Any, Callable[[Step[D]], None]] = exits or {}
        self.joins = frozenset(joins)
        self.timers = timers or {}
        self.deadline = deadline
        self.retain = retain
        self.serves = serves
        self.functions = functions
        self.migrations = {each.version: each for each in migrations}
        self.calls = {call.command: call for call in calls}
        self.answers = _answers(calls)
        self.keys = {by.message: by.key for by in receives if isinstance(by, By)}
        self.matches = {each.message: each for each in receives if isinstance(each, Match)}
        self.compensations = {each.params: each for each in compensations}
        takes = (*self.keys, *self.matches, *self.calls, *self.compensations)
        self.types = {each.TYPE: each for each in (*takes, *self.answers)}
        self.start_arms = start
        self.missing_arms = missing
        self._arrange()

    def _arrange(self) -> None:
        self.starts: Mapping[type[Message], Runs[S]] = Place(self.start_arms, {}).messages
        self.missing: Mapping[type[Message], Runs[S]] = Place(self.missing_arms, {}).messages
        self.places: dict[S, Place[D, S]] = {}

    def place(self, state: S) -> Place[D, S]:
        """A state, arranged when it is first asked for: a large saga is not arranged for the sake of a few states.

        What is arranged is kept in `places`, where every step looks first.
        """
        found = self.places.get(state)
        if found is None:
            self.places[state] = found = Place(
                self.states.get(state, ()),
                self.calls,
                self.entries.get(state),
                state in self.joins,
                self.finals.get(state),
            )
        return found

    def __call__(self) -> Self:
        """The saga itself, which needs nothing beside it. What `host.add` calls."""
        return self

    def key_of(self, message: Message) -> str | None:
        """The text of the key of the instance that a message is for; None if it is found otherwise, or not for this saga."""
        key = self.keys.get(type(message))
        return None if key is None else key_text(key(message))

    def match_of(self, message: Message) -> tuple[str, str | None] | None:
        """The data field by which a message finds its instances, and the text that it must have.

        A field that is to be none is none's: the text is None. None altogether if the message is found otherwise.
        """
        match = self.matches.get(type(message))
        if match is None:
            return None
        value = match.of_message(message)
        return match.field, None if value is None else key_text(value)

    def indexed(self, instance: Instance[D, S]) -> dict[str, str]:
        """The data fields by which this instance can be found, as text; those that are unset or none are absent."""
        if instance.outcome is not None:
            return {}
        found: dict[str, str] = {}
        for match in self.matches.values():
            value = _of_data(match, instance.data)
            if value is not None:
                found[match.field] = key_text(value)
        return found

    def order(self, state: S, timer: Timer) -> int:
        """The place of a timer in the source, among those of this instance."""
        if timer.name == DEADLINE:
            return 0 if self.deadline is None else self.deadline.order
        if timer.name:
            return self.timers.get(timer.name, 0)
        timed = self.place(state).timed
        arm = timed[timer.index] if timer.index < len(timed) else None
        return timer.index if arm is None or not arm.order else arm.order

    def lift(self, version: int, json: JsonObject) -> JsonObject | None:
        """A stored instance of an older version as one of this; None where no migrations lead here."""
        return lift(self.migrations, version, self.version, json)

    def traced(self, note: Callable[[str], None]) -> Self:
        """The same saga; each of its functions that runs, and does not `PASS`, is noted by its name."""
        made = copy.copy(self)
        made.states = {
            state: tuple(_traced(arm, note) for arm in arms) for state, arms in self.states.items()
        }
        made.start_arms = tuple(_traced(arm, note) for arm in self.start_arms)
        made.missing_arms = tuple(_traced(arm, note) for arm in self.missing_arms)
        made.finals = {state: _traced(end, note) for state, end in self.finals.items()}
        made.entries = {state: _noting(run, note) for state, run in self.entries.items()}
        made.exits = {state: _noting(run, note) for state, run in self.exits.items()}
        made.compensations = {
            params: _traced(block, note) for params, block in self.compensations.items()
        }
        made.deadline = _traced(self.deadline, note)
        made._arrange()
        return made


class Externs(Generic[X]):
    """How a module's functions reach the `extern` functions, an object of type `X` that the user gives to `host.add`."""

    def of(self, step: Step[Any]) -> X:
        """The extern functions of the saga that takes this step."""
        externs: X = step.saga.externs
        return externs


class ExternSaga(Saga[D, S, K], Generic[D, S, K, X]):
    """A saga that uses `extern` functions: a host gets it together with them, `host.add(OrderFulfilment, Functions())`."""

    def __call__(self, externs: X) -> Self:  # type: ignore[override]  # it can't do without
        """The saga with its extern functions, `UsageError` if one is missing. What `host.add` calls."""
        missing = [each for each in self.functions if not callable(getattr(externs, each, None))]
        if missing:
            named = f"function{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
            raise UsageError(
                f"{type(externs).__name__} has no {named}, which {self.name} needs: `extern` functions are written in Python"
            )
        made = copy.copy(self)
        made.externs = externs
        made._arrange()
        return made


def quick(states: type[S]) -> type[S]:
    """The same enum, its members found as in Python 3.12. In 3.11 each look-up costs as much as a small transition."""
    for name, member in states.__members__.items():
        type.__setattr__(states, name, member)
    return states


def _answers(calls: tuple[Call, ...]) -> dict[type[Message], set[type[Command]]]:
    """For each event the commands that it answers."""
    found: dict[type[Message], set[type[Command]]] = {}
    for call in calls:
        for event in (*call.done, *call.refused):
            found.setdefault(event, set()).add(call.command)
    return found


def _of_data(match: Match[D, Any], data: SagaData) -> object:
    try:
        return match.of_data(data)  # type: ignore[arg-type]  # the saga's own
    except AttributeError:  # unset
        return None


def _traced(arm: T, note: Callable[[str], None]) -> T:
    run: Callable[..., Any] | None = getattr(arm, "run", None)
    if run is None:
        return arm
    made = copy.copy(arm)
    made.run = _noting(run, note)  # type: ignore[attr-defined]
    return made


def _noting(run: Callable[..., T], note: Callable[[str], None]) -> Callable[..., T]:
    def noted(*args: Any) -> T:
        verdict = run(*args)
        if verdict is not PASS:
            note(run.__name__)
        return verdict

    return noted

"""What tests have reached of a saga: its states, transitions and compensations, of all that there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from herosaga_runtime.arms import Onward
from herosaga_runtime.saga import Saga
from herosaga_runtime.testing.run import Entry


@dataclass(frozen=True, slots=True)
class Part:
    """One state, transition or compensation: what it is called, and how often it was reached."""

    label: str
    times: int


@dataclass(frozen=True, slots=True)
class SagaCoverage:
    """What was reached of one saga, everything in source order."""

    saga: str
    states: tuple[Part, ...]
    transitions: tuple[Part, ...]
    compensations: tuple[Part, ...]

    @property
    def complete(self) -> bool:
        """Whether everything was reached."""
        return all(part.times for part in (*self.states, *self.transitions, *self.compensations))

    def __str__(self) -> str:
        return "\n".join(_report(self))


@dataclass(slots=True)
class Coverage:
    """Adds up what tests reach: `coverage.add(test)` after each. Printed, it is a report of what was never reached."""

    _entered: Counter[tuple[str, str]] = field(default_factory=Counter)
    _ran: Counter[tuple[str, str]] = field(default_factory=Counter)
    _sagas: dict[str, Saga[Any, Any, Any]] = field(default_factory=dict)

    def note(self, run: Iterable[Entry]) -> None:
        """Add what the steps of a run have reached."""
        for entry in run:
            name = entry.saga.name
            self._sagas.setdefault(name, entry.saga)
            instance = entry.decision.instance
            if entry.decision.entered and instance is not None:
                self._entered[name, str(instance.state)] += 1
            for function in entry.ran:
                self._ran[name, function] += 1

    def add(self, other: Coverage) -> None:
        """Add what other tests have reached."""
        self._entered.update(other._entered)
        self._ran.update(other._ran)
        for name, saga in other._sagas.items():
            self._sagas.setdefault(name, saga)

    @property
    def sagas(self) -> tuple[SagaCoverage, ...]:
        """For each saga under test, what was reached of it."""
        return tuple(self._of(name, saga) for name, saga in self._sagas.items())

    @property
    def complete(self) -> bool:
        """Whether everything was reached in every saga."""
        return all(each.complete for each in self.sagas)

    def __str__(self) -> str:
        return "\n".join(map(str, self.sagas))

    def _of(self, name: str, saga: Saga[Any, Any, Any]) -> SagaCoverage:
        blocks = {block.run.__name__: kind for kind, block in saga.compensations.items()}
        return SagaCoverage(
            name,
            tuple(Part(each, self._entered[name, each]) for each in _states(saga)),
            self._parts(name, _transitions(saga)),
            tuple(
                Part(kind.TYPE.rpartition(".")[2], self._ran[name, function])
                for function, kind in blocks.items()
            ),
        )

    def _parts(self, name: str, labels: Mapping[str, str]) -> tuple[Part, ...]:
        return tuple(Part(label, self._ran[name, each]) for each, label in labels.items())


def _states(saga: Saga[Any, Any, Any]) -> Iterator[str]:
    """The states in which an instance can be found: not those that are left in the step that enters them."""
    for state, arms in saga.states.items():
        if state in saga.joins or not (arms and all(isinstance(arm, Onward) for arm in arms)):
            yield str(state)
    yield from map(str, saga.finals)


def _transitions(saga: Saga[Any, Any, Any]) -> dict[str, str]:
    """What each transition's function is called by whoever reads the source. One of a group is one, in however many states."""
    found: dict[str, str] = {}
    for arms in (saga.start_arms, *saga.states.values(), saga.missing_arms, (saga.deadline,)):
        for arm in arms:
            run = getattr(arm, "run", None)
            if run is not None:
                found.setdefault(run.__name__, _label(run))
    return found


def _label(run: Any) -> str:
    """A generated function's docstring says where its transition stands and how it reads."""
    lines = (run.__doc__ or "").strip().splitlines()
    return lines[0] if lines else str(run.__name__)


def _report(coverage: SagaCoverage) -> Iterator[str]:
    kinds = {
        "states": coverage.states,
        "transitions": coverage.transitions,
        "compensations": coverage.compensations,
    }
    counts = (
        f"{sum(part.times > 0 for part in parts)} of {len(parts)} {kind}"
        for kind, parts in kinds.items()
        if parts
    )
    yield f"{coverage.saga}: {', '.join(counts)}"
    for kind, parts in kinds.items():
        for part in parts:
            if not part.times:
                yield f"  never {_REACHED[kind]} {part.label}"


_REACHED = {
    "states": "in state",
    "transitions": "taken:",
    "compensations": "run: compensation",
}

"""What holds in each state, level by level, and which pieces of it several states have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from herosaga.model import model as m
from herosaga.plan.written import level_name
from msgspec import Struct

Held = m.Member | m.Every


class Run(Struct, frozen=True):
    """What stands together at one level, and is either of this state alone or of others too."""

    level: str
    held: tuple[Held, ...]

    @property
    def key(self) -> tuple[int, ...]:
        """The same for the same nodes."""
        return tuple(map(id, self.held))

    @property
    def name(self) -> str:
        """What it is called: `during_reserving_charging`, `sequence_booking`."""
        name = level_name(self.level)
        return name if self.level.startswith("during") else f"sequence_{name}"


def runs_of(saga: m.Saga) -> Mapping[str, tuple[Run, ...]]:
    """The runs of each state."""
    counts = Counter(id(held) for state in saga.states for held in (*state.members, *state.every))
    common = frozenset(each for each, count in counts.items() if count > 1)
    return {state.name: tuple(_runs(state, common)) for state in saga.states}


def _runs(state: m.State, common: frozenset[int]) -> Iterator[Run]:
    """A state's members, innermost level first, each level with what it does again and again."""
    found: list[tuple[tuple[str, bool], list[Held]]] = []
    for member in state.members:
        head = member.level, id(member) in common
        if not found or found[-1][0] != head:
            found.append((head, []))
        found[-1][1].append(member)
    for every in state.every:
        head = every.level, id(every) in common
        last = next((held for each, held in reversed(found) if each == head), None)
        if last is None:
            found.append((head, [every]))
        else:
            last.append(every)
    for (level, _), held in found:
        yield Run(level, tuple(held))

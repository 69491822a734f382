"""What a random saga consists of, and what its transitions can see and where they lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agreement.chance import Chance
from agreement.doing import ALL, Here, message
from agreement.values import Scope, condition
from agreement.world import FIELDS, Handled, World

FINALS = ("Done", "Gone failed", "Manual manual")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a saga consists of: its states, sequences and finals by name, its data, timers and blocks."""

    world: World
    states: tuple[str, ...]
    sequences: tuple[str, ...]
    finals: tuple[str, ...]
    data: tuple[str, ...]
    timers: tuple[str, ...]
    blocks: tuple[str, ...]

    @property
    def places(self) -> tuple[str, ...]:
        """Where it can be, in order: every place leads on to a later one."""
        return (*self.states, *self.sequences)

    def has(self, feature: str) -> bool:
        """Whether the program makes use of something."""
        return feature in self.world.features

    def here(self, *locals: tuple[str, str]) -> Here:
        """A place for actions that sees the saga's data, and these names beside."""
        names = {"id": self.world.key, **{each: FIELDS[each][0] for each in self.data}}
        scope = Scope({**names, **dict(locals)}, self.has("externs"))
        serves = self.world.serves
        answers = () if serves is None else events_of(serves)
        return Here(self.world, scope, ALL, self.data, self.timers, self.blocks, answers)


def events_of(handled: Handled) -> tuple[str, ...]:
    """All events that a handler may emit or refuse with."""
    return (*(name for names, _ in handled.parts for name in names), *handled.refuses)


def guarded(chance: Chance, here: Here, percent: int) -> str:
    """A guard, with these odds."""
    return f" when {condition(chance, here.scope)}" if chance.odds(percent) else ""


def leading(chance: Chance, plan: Plan, after: int, likely: str = "", always: bool = True) -> str:
    """Where a transition leads; without `always` it may stay. From `after` on are the later places."""
    if not always and chance.odds(35):
        return ""
    later = plan.places[after:]
    goals = [*later, *plan.places, *later, *plan.places, "Done", "Gone", "Manual"]
    goal = likely if likely and chance.odds(80) else chance.pick(goals)
    return f"{' compensate' if chance.odds(20) else ''} -> {goal}"


def way_on(chance: Chance, plan: Plan, after: int) -> str:
    """An arrow that leads to a later place, or to an end."""
    goal = chance.pick((*plan.places[after:] * 2, "Done", "Gone"))
    return f"{' compensate' if chance.odds(25) else ''} -> {goal}"


def seeing(chance: Chance, plan: Plan, names: Sequence[str]) -> tuple[Here, str]:
    """What transitions on these messages see, and the data fields that they take."""
    declared = [plan.world.messages[each] for each in names]
    shared = set(declared[0].fields).intersection(*(each.fields for each in declared))
    fields = [each for each in FIELDS if each in shared]
    here = plan.here()
    kinds = {each: FIELDS[each][0] for each in fields}
    if all(each.endswith(".faulted") for each in names):
        kinds |= {"activity": "str", "reason": "str"}
    scope = here.scope.with_event(kinds)
    binds: list[str] = []
    if len(names) == 1 and plan.has("bind"):
        binds = chance.some([each for each in fields if each in plan.data], 40)
    return here.seeing(scope), f"({', '.join(binds)})" if binds else ""


def telling(chance: Chance, here: Here) -> str:
    """Something that can be done anywhere."""
    return f"publish {message(chance, here, 'Told')}"

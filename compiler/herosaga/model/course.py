"""What a slip carries on its way: the variables of an itinerary, and which of them only some path has set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from herosaga.checks import hs702
from herosaga.model.env import Env, Variable
from herosaga.model.fit import bare, same
from herosaga.model.types import UNKNOWN, Optional, Type
from herosaga.model.world import Shape, Slot
from herosaga.source import Span
from msgspec import Struct
from msgspec.structs import replace


class Course(Struct, frozen=True):
    """The variables at one place of an itinerary.

    `given` is where each was declared, `maybe` where those were named that only some path has set: these
    are optional.
    """

    env: Env
    given: Mapping[str, Span]
    maybe: Mapping[str, Span]

    def within(self, env: Env) -> Course:
        """Here, after a test."""
        return replace(self, env=env)

    @property
    def types(self) -> Mapping[str, Type]:
        """The variables with their types."""
        return {name: each.type for name, each in self.env.variables.items()}


def departure(shape: Shape, env: Env) -> Course:
    """The beginning of an itinerary: its parameters are the variables."""
    for slot in shape.slots.values():
        env = env.binding(slot.name, Variable(slot.type, param=True))
    return Course(env, {slot.name: slot.span for slot in shape.slots.values()}, {})


def done(activity: str, outputs: Iterable[Slot], span: Span, course: Course) -> Course:
    """After an activity: its outputs replace the variables of their names, and have to have their types."""
    env, given, maybe = course.env, dict(course.given), dict(course.maybe)
    for slot in outputs:
        before = env.variables.get(slot.name)
        kind = slot.type
        if before is not None:
            sometimes = slot.name in maybe and not isinstance(slot.type, Optional)
            old = bare(before.type) if sometimes else before.type
            kind = _replaced(activity, slot, old, span, given.get(slot.name, span), env)
        maybe.pop(slot.name, None)
        given[slot.name] = slot.span
        env = env.binding(slot.name, Variable(kind, param=True))
    return Course(env, given, maybe)


def _replaced(activity: str, slot: Slot, old: Type, span: Span, place: Span, env: Env) -> Type:
    if same(slot.type, old):
        return old
    types, places = (str(old), str(slot.type)), (place, slot.span)
    env.report.append(hs702.changed(slot.name, activity, types, span, places))
    return UNKNOWN


def either(one: Course, other: Course, span: Span) -> Course:
    """After one of two ways; `span` is where they part."""
    variables: dict[str, Variable] = {**other.env.variables, **one.env.variables}
    maybe = {**one.maybe, **other.maybe}
    for name in _differing(one.env.variables, other.env.variables):
        sides = [way.env.variables.get(name) for way in (one, other)]
        found = [each.type for each in sides if each is not None]
        partly = len(found) == 1 or name in maybe
        if partly:
            maybe.setdefault(name, span)
        variables[name] = Variable(_optional(found[0]) if partly else found[0], param=True)
    env = replace(
        one.env,
        variables=variables,
        facts=one.env.facts & other.env.facts,
        open=one.env.open or other.env.open,
    )
    return Course(env, {**other.given, **one.given}, maybe)


def _differing(one: Mapping[str, Variable], other: Mapping[str, Variable]) -> list[str]:
    """The variables that are not the same on both ways."""
    return [name for name in {**other, **one} if one.get(name) is not other.get(name)]


def all_of(before: Course, branches: Iterable[Course]) -> Course:
    """After all of several ways: what any of them has surely set is there."""
    env, given, maybe = before.env, dict(before.given), dict(before.maybe)
    sure: set[str] = set()
    for branch in branches:
        env = replace(env, open=env.open or branch.env.open)
        given |= branch.given
        for name, variable in branch.env.variables.items():
            if name in sure or variable == before.env.variables.get(name):
                continue
            env = env.binding(name, variable)
            if name in branch.maybe:
                maybe.setdefault(name, branch.maybe[name])
            else:
                sure.add(name)
                maybe.pop(name, None)
    return Course(env, given, maybe)


def _optional(kind: Type) -> Type:
    return kind if isinstance(kind, Optional) or kind == UNKNOWN else Optional(kind)

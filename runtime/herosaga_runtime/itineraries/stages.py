"""What a slip finds when it reaches a stage: other stages, a fork, or an activity to go to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import localcontext
from typing import Any, Final

from herosaga_runtime.errors import UsageError
from herosaga_runtime.expressions import DECIMALS
from herosaga_runtime.itineraries.activity import Activity
from herosaga_runtime.itineraries.slip import Added, Current, Planned, Slip, Todo
from herosaga_runtime.itineraries.table import (
    Do,
    For,
    If,
    Itinerary,
    Parallel,
    ParallelFor,
    Stage,
    paths,
)
from herosaga_runtime.message import JsonObject, JsonValue, record
from herosaga_runtime.policy import Policy

Activities = Mapping[str, Activity[Any]]
"""The activities that are known here, by name."""


@record
class Split:
    """A fork: what each branch has to do."""

    branches: tuple[tuple[Todo, ...], ...]


_DEEPEST: Final = 1000
"""How many revisions may lead to an activity, each by one that the revision before has inserted."""

Found = tuple[Todo, ...] | Split | Current


def reached(
    itinerary: Itinerary[Any] | None, activities: Activities, slip: Slip, todo: Todo
) -> Found:
    """What a slip comes to with the next of what it has to do. Whatever users' functions raise is raised.

    Stages instead of this one, none if there is nothing to do; the branches of a fork; or an activity.
    """
    match todo:
        case Added():
            return _added(activities, slip.variables, todo)
        case Planned(at, bound) if itinerary is not None:
            variables = itinerary.variables.from_json({**slip.variables, **bound})
            try:
                with localcontext(DECIMALS):
                    return _planned(variables, todo, itinerary.at[at])
            except AttributeError as error:
                if error.obj is not variables:
                    raise
                raise UsageError(f"nothing has set {error.name}") from error
    raise UsageError(f"nobody here knows the itinerary {slip.itinerary}")


def _added(activities: Activities, variables: JsonObject, todo: Added) -> Current:
    activity = _activity(activities, todo.activity)
    if todo.depth > _DEEPEST:
        raise UsageError(f"{todo.depth} revisions have led to it, which looks endless")
    given = dict(todo.arguments)
    for argument, name in todo.takes.items():
        if name not in variables:
            raise UsageError(f"no variable is called {name}, which {todo.activity} takes")
        given[argument] = variables[str(name)]
    checked: JsonValue = activity.arguments.from_json(given).to_json()
    return replace(_current(activity, checked, todo.policy), depth=todo.depth)


def _activity(activities: Activities, name: str) -> Activity[Any]:
    activity = activities.get(name)
    if activity is None:
        raise UsageError(f"nobody here carries out {name}: add its activity")
    return activity


def _current(
    activity: Activity[Any], given: JsonValue, policy: Policy | None, at: str = ""
) -> Current:
    return Current(
        activity.name,
        given,
        activity.policy if policy is None else policy,
        activity.irreversible,
        at,
    )


def _planned(variables: Any, todo: Planned, stage: object) -> Found:
    match stage:
        case Do(activity=activity) if activity.name in todo.without:
            return ()
        case Do(activity=activity, arguments=arguments, policy=policy):
            given = arguments(variables).to_json()
            chosen = policy(variables) if callable(policy) else policy
            return _current(activity, given, chosen, todo.at)
        case If(condition=condition, then=then, other=other):
            number, block = (0, then) if condition(variables) else (1, other)
            return _block(todo, number, len(block), todo.bound)
        case Parallel(branches=branches):
            return Split(
                tuple(
                    _block(todo, number, len(block), todo.bound)
                    for number, block in enumerate(branches)
                )
            )
        case ParallelFor(variable=name, elements=elements, body=body):
            return Split(
                tuple(
                    _block(todo, 0, len(body), {**todo.bound, name: element})
                    for element in elements(variables)
                )
            )
        case For(variable=name, elements=elements, body=body):
            left = tuple(elements(variables)) if todo.left is None else todo.left
            if not left:
                return ()
            turn = _block(todo, 0, len(body), {**todo.bound, name: left[0]})
            return (*turn, replace(todo, left=left[1:]))
    raise AssertionError(f"{type(stage).__name__} is no stage")


def _block(todo: Planned, number: int, count: int, bound: JsonObject) -> tuple[Todo, ...]:
    """The stages of one of a stage's blocks."""
    prefix = f"{todo.at}.{number}."
    return tuple(Planned(path, bound, None, todo.without) for path in paths(prefix, count))


def name_of(itinerary: Itinerary[Any] | None, todo: Todo) -> str:
    """How to call a stage that could not be evaluated."""
    match todo:
        case Added(activity=activity):
            return activity
        case Planned(at):
            stage = None if itinerary is None else itinerary.at.get(at)
            return "a stage" if stage is None else _called(stage)


def _called(stage: Stage[Any]) -> str:
    match stage:
        case Do(activity=activity):
            return activity.name
        case If():
            return "if"
        case ParallelFor():
            return "parallel for"
        case For():
            return "for"
    return "parallel"

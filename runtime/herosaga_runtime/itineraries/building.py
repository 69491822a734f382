"""Itineraries built at run time: the steps of one slip, without a declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from inspect import signature
from typing import Any, Final, ParamSpec
from uuid import UUID

from herosaga_runtime import codec
from herosaga_runtime.errors import EncodeError, UsageError
from herosaga_runtime.itineraries.activity import Arguments
from herosaga_runtime.itineraries.slip import Added
from herosaga_runtime.message import JsonObject, JsonValue
from herosaga_runtime.policy import Policy

Q = ParamSpec("Q")

BUILT: Final = "built"
"""What a slip's itinerary is called that was given no name."""


class _Variable:
    """A variable of the slip in place of an argument."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


def variable(name: str) -> Any:
    """An argument that is not known yet: the variable of this name, as an earlier activity has set it."""
    return _Variable(name)


class Built:
    """An itinerary built at run time: `Itinerary.build("rush").do(Pack, order_id=…).do(HandOver, …)`; `host.start` lets it out.

    Each method gives another one, so that what is common can be built once.
    """

    __slots__ = ("name", "steps")

    def __init__(self, name: str, steps: tuple[Added, ...] = ()) -> None:
        self.name = name
        self.steps = steps

    def do(self, activity: Callable[Q, Arguments], *args: Q.args, **kwargs: Q.kwargs) -> Built:
        """Then do an activity with these arguments; `variable("weight")` stands for what an earlier one gives.

        `UsageError` if an argument has no JSON form or the activity no such parameter.
        """
        made = _class(activity)
        takes: JsonObject = {}
        arguments: JsonObject = {}
        for name, value in _bound(made, args, kwargs).items():
            wire = made.WIRE.get(name, name)
            if isinstance(value, _Variable):
                takes[wire] = value.name
            else:
                arguments[wire] = _written(f"{made.__name__}.{name}", value)
        return Built(self.name, (*self.steps, Added(made.TYPE, arguments, takes)))

    def under(self, policy: Policy) -> Built:
        """Try the last activity by this policy instead of its own."""
        if not self.steps:
            raise UsageError("`under` is about the activity before it, and there is none")
        return Built(self.name, (*self.steps[:-1], replace(self.steps[-1], policy=policy)))


def _class(activity: object) -> type[Arguments]:
    if isinstance(activity, type) and issubclass(activity, Arguments):
        return activity
    raise UsageError(f"{activity!r} is no activity: give the class of its arguments")


def _bound(
    activity: type[Arguments], args: tuple[Any, ...], named: Mapping[str, Any]
) -> Mapping[str, object]:
    """Every argument by its parameter."""
    try:
        given = signature(activity).bind(*args, **named)
    except TypeError as error:
        raise UsageError(f"{activity.__name__}: {error}") from error
    given.apply_defaults()
    return given.arguments


def _written(name: str, value: object) -> JsonValue:
    try:
        return _json(value)
    except (EncodeError, UsageError) as error:
        raise UsageError(f"{name}: {error}") from error


def _json(value: object) -> JsonValue:
    """A value in the JSON form of its type; the activity's own class reads it."""
    match value:
        case StrEnum():
            return value.value
        case None | bool() | int() | str():
            return value
        case float():
            return codec.write_float(value)
        case Decimal():
            return codec.write_decimal(value)
        case datetime():
            return codec.write_datetime(value)
        case date():
            return value.isoformat()
        case timedelta():
            return codec.write_duration(value)
        case UUID():
            return str(value)
        case bytes():
            return codec.write_bytes(value)
        case tuple() | list():
            return [_json(each) for each in value]
        case frozenset() | set():
            return codec.write_set([_json(each) for each in value])
        case Mapping():
            return {_key(key): _json(each) for key, each in value.items()}
        case _Variable():
            raise UsageError("a variable stands for a whole argument, not for something in it")
    write = getattr(value, "to_json", None)
    if write is None:
        raise UsageError(f"{type(value).__name__} has no JSON form")
    written: JsonValue = write()
    return written


def _key(value: object) -> str:
    """A key of a dictionary as text."""
    match _json(value):
        case bool() as truth:
            return "true" if truth else "false"
        case written:
            return str(written)

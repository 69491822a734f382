"""Activities: what users implement, what they give back, and what a host needs to know to carry one out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from herosaga_runtime.message import JsonObject, JsonValue, Message
from herosaga_runtime.policy import Policy
from herosaga_runtime.service import Context

P = TypeVar("P")


class Arguments(Message):
    """What an activity is done with. `TYPE` is the activity's name; arguments never travel by themselves.

    `WIRE` has the names of those fields in JSON that are called something else in Python.
    """

    __slots__ = ()
    WIRE: ClassVar[Mapping[str, str]] = {}


class Log(Protocol):
    """What an activity needs to undo itself."""

    def to_json(self) -> JsonObject:
        """Its fields."""
        ...

    @classmethod
    def from_json(cls, json: JsonValue) -> Any:
        """What `to_json` gave."""
        ...


class Result(Protocol):
    """What an activity gives back: its outputs, its log, and how the rest of the slip is to be changed."""

    def outputs(self) -> JsonObject:
        """The variables that it sets."""
        ...


class ActivityContext(Context, Protocol):
    """What an activity gets beside its arguments."""

    @property
    def slip_id(self) -> str:
        """The id of the slip that it is a step of."""
        ...

    async def cancelled(self) -> bool:
        """Whether the slip turns back once this step has ended: a long activity asks now and then, and gives up by raising."""
        ...

    async def progress(self, text: str) -> None:
        """Say how far it has come; operators see it beside the slip. It is stored when this returns."""
        ...


class Activity(Generic[P]):
    """An activity that an object of type `P` carries out. A host gets both with `host.add`.

    `result` is the class of what `execute` returns, None where it returns nothing; `log` that of its log, None where there is
    nothing to undo. `revises` are the arguments of the activities that it may insert; None where it may not revise.
    """

    __slots__ = (
        "arguments",
        "irreversible",
        "log",
        "name",
        "policy",
        "readonly",
        "result",
        "revises",
    )

    def __init__(
        self,
        arguments: type[Arguments],
        *,
        result: type[Result] | None = None,
        log: type[Log] | None = None,
        policy: Policy | None = None,
        irreversible: bool = False,
        readonly: bool = False,
        revises: tuple[type[Arguments], ...] | None = None,
    ) -> None:
        self.name = arguments.TYPE
        self.arguments = arguments
        self.result = result
        self.log = log
        self.policy = policy
        self.irreversible = irreversible
        self.readonly = readonly
        self.revises = revises

    def __call__(self, implementation: P, /) -> Carried:
        """The activity with its implementation. What `host.add` calls, so that type checkers compare the two by name."""
        return Carried(self, implementation)


class Carried:
    """An activity and the object that carries it out."""

    __slots__ = ("activity", "implementation")

    def __init__(self, activity: Activity[Any], implementation: object) -> None:
        self.activity = activity
        self.implementation = implementation

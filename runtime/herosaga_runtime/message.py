"""Messages and records: immutable values that know their JSON form.

Generated classes derive from `Event` or `Command` and are decorated with `message`; records with `record`. Both read as
frozen to a type checker. At run time they are plain slotted dataclasses, because a frozen one takes
three times as long to make.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self, TypeVar, dataclass_transform

JsonValue = None | bool | int | float | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"]
"""What JSON can say."""

JsonObject = dict[str, JsonValue]
"""A JSON object, as `to_json` makes it."""

T = TypeVar("T")


class Message:
    """What travels between services: an `Event` or a `Command`.

    `TYPE` is its name on the wire: namespace and name, as declared.
    """

    __slots__ = ()
    TYPE: ClassVar[str]

    def to_json(self) -> JsonObject:
        """The message's fields as JSON values."""
        raise NotImplementedError

    @classmethod
    def from_json(cls, json: JsonValue) -> Self:
        """The message that `to_json` gave, unknown fields ignored; `DecodeError` where it does not fit."""
        raise NotImplementedError


class Event(Message):
    """A fact: any number of receivers."""

    __slots__ = ()


class Command(Message):
    """A request to act: exactly one handler."""

    __slots__ = ()


class Undo(Message):
    """The parameters of a compensation. It is stored on an instance and never travels."""

    __slots__ = ()


@dataclass_transform(frozen_default=True)
def message(type_name: str) -> Callable[[type[T]], type[T]]:
    """Make a class with annotated fields a message called `type_name` on the wire."""

    def decorate(cls: type[T]) -> type[T]:
        made = dataclass(slots=True, unsafe_hash=True)(cls)
        made.TYPE = type_name  # type: ignore[attr-defined]
        return made

    return decorate


@dataclass_transform(frozen_default=True)
def record(cls: type[T]) -> type[T]:
    """Make a class with annotated fields a record: a value that messages and data hold."""
    return dataclass(slots=True, unsafe_hash=True)(cls)

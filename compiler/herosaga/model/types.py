"""The types of the language, as values."""

from __future__ import annotations

from msgspec import Struct

SCALARS = (
    "str",
    "int",
    "float",
    "decimal",
    "bool",
    "uuid",
    "date",
    "datetime",
    "duration",
    "bytes",
    "json",
)


class Scalar(Struct, frozen=True):
    """One of `SCALARS`."""

    name: str

    def __str__(self) -> str:
        return self.name


class ListOf(Struct, frozen=True):
    """`list[T]`."""

    element: Type

    def __str__(self) -> str:
        return f"list[{self.element}]"


class SetOf(Struct, frozen=True):
    """`set[T]`."""

    element: Type

    def __str__(self) -> str:
        return f"set[{self.element}]"


class DictOf(Struct, frozen=True):
    """`dict[K, V]`."""

    key: Type
    value: Type

    def __str__(self) -> str:
        return f"dict[{self.key}, {self.value}]"


class Optional(Struct, frozen=True):
    """`T?`; never of another `Optional`."""

    of: Type

    def __str__(self) -> str:
        return f"{self.of}?"


class RecordType(Struct, frozen=True):
    """A record, by its `Record.id`."""

    id: str

    def __str__(self) -> str:
        return self.id.rpartition(".")[2]


class EnumType(Struct, frozen=True):
    """An enum, by its `Enum.id`."""

    id: str

    def __str__(self) -> str:
        return self.id.rpartition(".")[2]


class MessageType(Struct, frozen=True):
    """An event or command as a value (what `event` is), by its `Message.id`."""

    id: str

    def __str__(self) -> str:
        return self.id.rpartition(".")[2]


class OneOf(Struct, frozen=True):
    """What `event` is where several triggers share a transition: one of these messages, by id."""

    ids: tuple[str, ...]

    def __str__(self) -> str:
        return " | ".join(id.rpartition(".")[2] for id in self.ids)


class NoneType(Struct, frozen=True):
    """The type of `none`."""

    def __str__(self) -> str:
        return "none"


class Unknown(Struct, frozen=True):
    """The type of what is wrong already: fits everywhere, so that one mistake gives one report."""

    def __str__(self) -> str:
        return "unknown"


Type = (
    Scalar
    | ListOf
    | SetOf
    | DictOf
    | Optional
    | RecordType
    | EnumType
    | MessageType
    | OneOf
    | NoneType
    | Unknown
)

STR, INT, FLOAT, DECIMAL, BOOL = (Scalar(n) for n in ("str", "int", "float", "decimal", "bool"))
UUID, DATE, DATETIME, DURATION = (Scalar(n) for n in ("uuid", "date", "datetime", "duration"))
BYTES, JSON = Scalar("bytes"), Scalar("json")
NONE, UNKNOWN = NoneType(), Unknown()

"""The types of the language, as values."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Scalar:
    """One of `SCALARS`."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ListOf:
    """`list[T]`."""

    element: Type

    def __str__(self) -> str:
        return f"list[{self.element}]"


@dataclass(frozen=True, slots=True)
class SetOf:
    """`set[T]`."""

    element: Type

    def __str__(self) -> str:
        return f"set[{self.element}]"


@dataclass(frozen=True, slots=True)
class DictOf:
    """`dict[K, V]`."""

    key: Type
    value: Type

    def __str__(self) -> str:
        return f"dict[{self.key}, {self.value}]"


@dataclass(frozen=True, slots=True)
class Optional:
    """`T?`; never of another `Optional`."""

    of: Type

    def __str__(self) -> str:
        return f"{self.of}?"


@dataclass(frozen=True, slots=True)
class RecordType:
    """A record, by its `Record.id`."""

    id: str

    def __str__(self) -> str:
        return self.id.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class EnumType:
    """An enum, by its `Enum.id`."""

    id: str

    def __str__(self) -> str:
        return self.id.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class MessageType:
    """An event or command as a value (what `event` is), by its `Message.id`."""

    id: str

    def __str__(self) -> str:
        return self.id.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class OneOf:
    """What `event` is where several triggers share a transition: one of these messages, by id."""

    ids: tuple[str, ...]

    def __str__(self) -> str:
        return " | ".join(id.rpartition(".")[2] for id in self.ids)


@dataclass(frozen=True, slots=True)
class NoneType:
    """The type of `none`."""

    def __str__(self) -> str:
        return "none"


@dataclass(frozen=True, slots=True)
class Unknown:
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

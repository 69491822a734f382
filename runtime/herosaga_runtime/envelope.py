"""A message on its way: the message, and everything about it that is not its business content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from herosaga_runtime import codec
from herosaga_runtime.errors import DecodeError
from herosaga_runtime.message import Event, JsonObject, JsonValue, Message, message

_IDS = UUID("6f6d1c9e-2f0b-5a7e-9d0c-6865726f7361")


def derive_id(*parts: object) -> str:
    """An id that is the same whenever it is derived from the same parts."""
    return str(uuid5(_IDS, "\x1f".join(map(str, parts))))


def is_number(text: str) -> bool:
    """Whether a text is a number that a store can hold."""
    return text.isdecimal() and len(text) < 19


@dataclass(frozen=True, slots=True)
class Ref:
    """A request of a saga instance: who awaits an answer."""

    saga: str
    key: str
    incarnation: int
    number: int

    def __str__(self) -> str:
        return f"{self.saga}/{self.incarnation}/{self.number}/{self.key}"

    @classmethod
    def parse(cls, text: str) -> Ref:
        """What `str` gave; `DecodeError` for anything else."""
        saga, _, rest = text.partition("/")
        incarnation, _, rest = rest.partition("/")
        number, slash, key = rest.partition("/")
        if not (saga and slash and is_number(incarnation) and is_number(number)):
            raise DecodeError(f"not a request's name: {text[:100]!r}")
        return cls(saga, key, int(incarnation), int(number))


Rounds = tuple[tuple[str, int], ...]
"""How often each handler that is `@bounded` has run in a chain of messages."""


@dataclass(slots=True)
class Envelope:
    """What travels with a message.

    `correlation` is the id of the message that began it all, `causation` of the one that caused this one.
    `request` names the request that awaits an answer to this command, `answers` the one that this event answers.
    `hops` counts the messages from the first to this one, `rounds` the runs of bounded handlers that have led to it.
    """

    id: str
    message: Message
    time: datetime
    correlation: str
    causation: str | None = None
    answers: Ref | None = None
    request: Ref | None = None
    hops: int = 0
    trace: str | None = None
    rounds: Rounds = ()

    def runs(self, consumer: str) -> int:
        """How often a bounded handler has run to bring this message about."""
        return dict(self.rounds).get(consumer, 0)


@message("herosaga.alarm")
class Alarm(Event):
    """A time that an instance waits for has come; `token` says which."""

    token: str

    def to_json(self) -> JsonObject:
        return {"token": self.token}

    @classmethod
    def from_json(cls, json: JsonValue) -> Alarm:
        return cls(codec.Fields("Alarm", json).need("token", codec.read_str))


@message("herosaga.fault")
class Fault(Event):
    """The host of a command's handler has given up; `command` is the command's type.

    `final`: it would be in vain to try again, as it is to turn back a slip that is past what can't be undone.
    """

    command: str
    reason: str
    final: bool = False

    def to_json(self) -> JsonObject:
        json: JsonObject = {"command": self.command, "reason": self.reason}
        return json | {"final": True} if self.final else json

    @classmethod
    def from_json(cls, json: JsonValue) -> Fault:
        fields = codec.Fields("Fault", json)
        return cls(
            fields.need("command", codec.read_str),
            fields.need("reason", codec.read_str),
            fields.get("final", codec.read_bool, False),
        )


@message("herosaga.done")
class Done(Event):
    """A command's handler has ended without an event that would answer; `command` is the command's type."""

    command: str

    def to_json(self) -> JsonObject:
        return {"command": self.command}

    @classmethod
    def from_json(cls, json: JsonValue) -> Done:
        return cls(codec.Fields("Done", json).need("command", codec.read_str))

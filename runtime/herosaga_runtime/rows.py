"""What lies in a store, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """Who takes a piece of mail: a saga's step, or a service's handler."""

    STEP = 0
    HANDLER = 1


@dataclass(frozen=True, slots=True)
class Mail:
    """A message that waits for one consumer.

    `consumer` is a saga's name, or `service.Message` for a handler; `key` is the instance's, or the message's id for a
    handler. `due` is in microseconds. `attempts` counts failed steps, or started handlers; `crashes`
    how often its owner died with it; `seq` is the store's own number, 0 until it is stored.
    """

    kind: Kind
    consumer: str
    key: str
    id: str
    due: int
    body: str
    attempts: int = 0
    crashes: int = 0
    seq: int = 0


@dataclass(frozen=True, slots=True)
class StoredInstance:
    """An instance as it lies in the store; `body` is its whole JSON, the rest is what it is found by."""

    saga: str
    key: str
    incarnation: int
    state: str
    outcome: str | None
    stuck: str
    version: int
    revision: int
    body: str


@dataclass(frozen=True, slots=True)
class StoredHistory:
    """One entry of an instance's history; `sent` and `diff` are JSON texts, `at` is in microseconds."""

    saga: str
    key: str
    incarnation: int
    revision: int
    at: int
    message_id: str
    message_type: str
    before: str | None
    after: str | None
    reception: str
    sent: str
    diff: str
    reason: str


@dataclass(frozen=True, slots=True)
class StoredDeadLetter:
    """A piece of mail that was put aside, and why; `at` is in microseconds, `id` is the store's own number."""

    mail: Mail
    message_type: str
    reason: str
    traceback: str
    at: int
    id: int = 0

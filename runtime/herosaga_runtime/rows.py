"""What lies in a store, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """Who takes a piece of mail: a saga's step, or a service's handler.

    `WAITING` is a step's mail that nobody can take yet: its instance is of a version of the saga that can't be read here.
    """

    STEP = 0
    HANDLER = 1
    WAITING = 2


ISOLATED = 3
"""From how many deaths of its owners on mail is isolated."""


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

    @property
    def isolated(self) -> bool:
        """Whether it is suspect of ending the process it is worked on in.

        A process that ends leaves all mail it was working on, and nobody knows which of it, if any, was the reason. So all
        of it gathers a crash, and is then claimed like any other mail, many at a time: what is innocent is done and gone. What
        has been left `ISOLATED` times is isolated: of this, a host works on one piece at a time, beside its ordinary
        mail, so that two suspects are not blamed for each other. What ends a process even then, and has used up its
        tries, is put aside (`condemned`). Whoever is merely stopped with its process too often is put aside as well.
        """
        return self.crashes >= ISOLATED

    def condemned(self, more: bool) -> bool:
        """Whether it is put aside for the processes it has ended; `more` says whether the policy allows another try."""
        return self.crashes > ISOLATED and not more


@dataclass(frozen=True, slots=True)
class StoredInstance:
    """An instance as it lies in the store; `body` is its whole JSON, the rest is what it is found by.

    `archived` says that it lies in the archive: its key is free.
    """

    saga: str
    key: str
    incarnation: int
    state: str
    outcome: str | None
    stuck: str
    version: int
    revision: int
    body: str
    archived: bool = False


@dataclass(frozen=True, slots=True)
class StoredWaiting:
    """An instance whose mail waits until a program that can read it comes, and how many messages that are."""

    saga: str
    key: str
    state: str
    version: int
    messages: int


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
class StoredFlow:
    """How far a flow has come in a correlation; `body` is its progress as JSON. `late` is when it should be complete.

    `status` is `running` or `complete`; times are in microseconds.
    """

    flow: str
    correlation: str
    status: str
    started: int
    late: int | None
    body: str


@dataclass(frozen=True, slots=True)
class StoredSlip:
    """What is known of a slip where it began; `body` is the JSON of its `Home`, `at` when it began, in microseconds.

    `revision` grows with each thing that happens to it.
    """

    id: str
    itinerary: str
    status: str
    stuck: str
    correlation: str
    at: int
    revision: int
    body: str


@dataclass(frozen=True, slots=True)
class StoredDeadLetter:
    """A piece of mail that was put aside, and why; `at` is in microseconds, `id` is the store's own number."""

    mail: Mail
    message_type: str
    reason: str
    traceback: str
    at: int
    id: int = 0

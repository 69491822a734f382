"""What every contender but the generated module keeps of a process: messages, requests and records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from herosaga_runtime.envelope import Envelope, Ref
from herosaga_runtime.message import Command, Message
from herosaga_runtime.policy import Policy


class Sent:
    """A message to send; `awaits` says that an answer is expected."""

    __slots__ = ("awaits", "message", "number")

    def __init__(self, number: int, message: Message, awaits: bool) -> None:
        self.number = number
        self.message = message
        self.awaits = awaits


class Request:
    """A command that awaits its answer until `due`."""

    __slots__ = ("attempt", "command", "due", "number", "policy")

    def __init__(
        self, number: int, command: Command, policy: Policy, attempt: int, due: datetime | None
    ) -> None:
        self.number = number
        self.command = command
        self.policy = policy
        self.attempt = attempt
        self.due = due


class Record:
    """How to undo request `number`."""

    __slots__ = ("number", "policy", "undo")

    def __init__(self, number: int, undo: Command, policy: Policy) -> None:
        self.number = number
        self.undo = undo
        self.policy = policy


class Identity:
    """Which process this is: what an answer to it carries, and when it began."""

    __slots__ = ("incarnation", "key", "saga", "started_at")

    def __init__(self, saga: str, key: str, incarnation: int, started_at: datetime) -> None:
        self.saga = saga
        self.key = key
        self.incarnation = incarnation
        self.started_at = started_at

    def owns(self, answers: Ref) -> bool:
        """Whether what is answered is a request of this very process."""
        return (
            answers.saga == self.saga
            and answers.key == self.key
            and answers.incarnation == self.incarnation
        )


def find(
    identity: Identity, requests: Sequence[Request], envelope: Envelope, command: type[Command]
) -> Request | None:
    """The open request of this kind that a message answers: the one that it names, else the oldest."""
    answers = envelope.answers
    if answers is not None and not identity.owns(answers):
        return None
    for request in requests:
        named = answers is None or request.number == answers.number
        if named and type(request.command) is command:
            return request
    return None

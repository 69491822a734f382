"""What there is to be seen in a test of a saga."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Generic, Self, TypeVar

from herosaga_runtime.errors import UsageError
from herosaga_runtime.instance import D, Instance, Outcome, S
from herosaga_runtime.keys import key_text
from herosaga_runtime.message import Command, Event, Message, Undo
from herosaga_runtime.saga import K
from herosaga_runtime.testing.coverage import Coverage
from herosaga_runtime.testing.looking import chosen, latest, outputs, silent, undone
from herosaga_runtime.testing.run import PUBLISHED, REPLIED, SENT, Entry, told
from herosaga_runtime.testing.world import World

C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)
M = TypeVar("M", bound=Message)


class Seen(Generic[D, S, K]):
    """What can be asked of a test. `state`, `data`, `outcome` and `instance` are of the instance that the last `when` was for."""

    def __init__(self, world: World[D, S, K]) -> None:
        self._world = world
        self._keys: list[str] = []

    def about(self, key: K, /) -> Self:
        """Turn to the instance of a key."""
        text = key_text(key)
        if self._world.known(text) is None:
            raise UsageError(f"there is no instance with the key {text}")
        self._keys = [text]
        return self

    @property
    def now(self) -> datetime:
        """The time in the test."""
        return self._world.now

    @property
    def instance(self) -> Instance[D, S]:
        """The instance that the last `when` was for."""
        found = self._world.known(self._keys[0]) if self._keys else None
        if found is None:
            raise UsageError("there is no instance yet")
        return found

    @property
    def instances(self) -> Mapping[str, Instance[D, S]]:
        """All instances that are not archived, by the text of their keys."""
        return self._world.instances

    @property
    def state(self) -> S:
        """The state of the instance."""
        return self.instance.state

    @property
    def data(self) -> D:
        """The data of the instance."""
        return self.instance.data

    @property
    def outcome(self) -> Outcome | None:
        """How the instance has ended; None while it runs."""
        return self.instance.outcome

    @property
    def stuck(self) -> str:
        """Why only an operator can help the instance; "" if nobody needs help."""
        return self.instance.extras.stuck

    @property
    def run(self) -> Sequence[Entry]:
        """Every step so far."""
        return tuple(self._world.run)

    def sent(self, command: type[C], /, **fields: object) -> list[C]:
        """The commands of a type that were sent since the last `when` or `after`, with these fields."""
        return chosen(outputs(self._latest(), SENT), command, fields)

    def published(self, event: type[E], /, **fields: object) -> list[E]:
        """The events of a type that were published since the last `when` or `after`, with these fields."""
        return chosen(outputs(self._latest(), PUBLISHED), event, fields)

    def replied(self, event: type[E], /, **fields: object) -> list[E]:
        """The answers of a type that were given since the last `when` or `after`, with these fields."""
        return chosen(outputs(self._latest(), REPLIED), event, fields)

    def nothing(self) -> bool:
        """Whether nothing was sent, published or replied since the last `when` or `after`."""
        return silent(self._latest())

    def compensated(self, what: type[Command | Undo], /) -> bool:
        """Whether something is undone by now: a `compensation` by the class of its parameters, or a command, by the one
        that was undone or the one that undid it.
        """
        return any(what in found for found in undone(self._world.run))

    def late(self, message: type[M], /, **fields: object) -> list[M]:
        """The messages of a type, with these fields, that have come too late so far."""
        return chosen((each.about for each in self._world.run if each.late), message, fields)

    def dead(self, message: type[M], /, **fields: object) -> list[M]:
        """The messages of a type, with these fields, that went to the dead letters so far.

        What became of a request that nobody expected, its time-out, fault or completion, counts by its command.
        """
        return chosen((each.about for each in self._world.run if each.dead), message, fields)

    def coverage(self) -> Coverage:
        """What this test has reached of the saga."""
        found = Coverage()
        found.note(self._world.run)
        return found

    def __str__(self) -> str:
        return told(self._world.run)

    def _latest(self) -> list[Entry]:
        return latest(self._world.run, self._world.turn)

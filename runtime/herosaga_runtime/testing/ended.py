"""How an itinerary that a saga has run comes to its end, in a test."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any, NamedTuple

from herosaga_runtime.envelope import Ref, derive_id
from herosaga_runtime.errors import UsageError
from herosaga_runtime.message import Command, Event
from herosaga_runtime.testing.looking import known
from herosaga_runtime.testing.run import Entry
from herosaga_runtime.testing.words import name_of
from herosaga_runtime.testing.world import World

AnyWorld = World[Any, Any, Any]


class Asked(NamedTuple):
    """A request that was made: of which instance, which it is, and its command."""

    key: str
    ref: Ref
    command: Command


def slip(world: AnyWorld, outcome: type[Event], first: str) -> Asked:
    """The request that an outcome answers: the oldest that is open, of the instance `first` if it has one; if none is open,
    the newest that there was.
    """
    commands = world.saga.answers.get(outcome, ())
    found = next(_open(world, commands, first), None) or next(_made(world, commands), None)
    if found is None:
        raise UsageError(_nothing(world, name_of(outcome)))
    return found


def _nothing(world: AnyWorld, outcome: str) -> str:
    what, _, end = outcome.rpartition(".")
    told = f"{world.saga.name} has run nothing that ends with {outcome}"
    if end != "compensated":
        return told
    return f"{told}, and turns none back: one that an operator turned back is to it {what}.faulted"


def _open(world: AnyWorld, commands: Collection[type[Command]], first: str) -> Iterator[Asked]:
    for key in (first, *world.instances):
        found = world.instances.get(key)
        for request in () if found is None else found.requests:
            if found is not None and type(request.command) in commands and not request.answered:
                yield Asked(key, found.origin.ref(request.number), request.command)


def _made(world: AnyWorld, commands: Collection[type[Command]]) -> Iterator[Asked]:
    """All requests for these commands, the newest first."""
    for entry in reversed(world.run):
        yield from (each for each in _of(entry) if type(each.command) in commands)


def _of(entry: Entry) -> Iterator[Asked]:
    instance = entry.decision.instance
    for each in reversed(entry.decision.sent):
        if instance is not None and each.awaits and isinstance(each.message, Command):
            yield Asked(entry.key, instance.origin.ref(each.number), each.message)


def ended(
    world: AnyWorld, asked: Asked, outcome: type[Event], given: Mapping[str, object]
) -> Event:
    """The outcome of a slip. What is not given it has from the command that started the slip."""
    known(outcome, given)
    start, told = _start(world, asked.command), dict[str, object]()
    for each in fields(outcome):  # type: ignore[arg-type]  # every message is a dataclass
        if each.name in given:
            told[each.name] = given[each.name]
        elif each.name in _WHY and outcome.TYPE.endswith(".faulted"):
            told[each.name] = ""
        elif hasattr(start, each.name):
            told[each.name] = getattr(start, each.name)
        elif each.default is MISSING:
            raise UsageError(f"{name_of(outcome)} needs {each.name}")
    return outcome(**told)


_WHY = ("activity", "reason")


def _start(world: AnyWorld, command: Command) -> Command:
    """The command that started a slip, of that or of the one that turns it back."""
    id = getattr(command, "slip", None) if command.TYPE.endswith(".back") else None
    if id is None:
        return command
    for entry in world.run:
        for each in _of(entry):
            if derive_id(each.ref.saga, each.ref.key, each.ref.incarnation, each.ref.number) == id:
                return each.command
    raise UsageError(f"{world.saga.name} has started no slip {id}")

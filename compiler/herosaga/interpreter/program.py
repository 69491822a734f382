"""A saga as it is run: its model, what users supply, and look-ups by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from herosaga.interpreter.evaluate import Externs
from herosaga.interpreter.instance import Composite, Policy
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.runs import completes, refusals
from herosaga.source import Span
from msgspec import Struct

Pause = Callable[[Policy, int, str], timedelta]
"""How long the pause after an attempt is, counted from 1. The text is what jitter may be derived from."""


def longest(policy: Policy, attempt: int, seed: str) -> timedelta:
    """The pause without jitter."""
    if policy.up_to is None:
        return policy.every
    seconds = policy.every.total_seconds() * 2.0 ** min(attempt - 1, 60)
    return timedelta(seconds=min(seconds, policy.up_to.total_seconds()))


@dataclass(frozen=True, eq=False)
class Program:
    """A saga and its project. `externs` are the user's functions, by id."""

    model: m.Model
    saga: m.Saga
    externs: Externs = field(default_factory=dict)
    pause: Pause = longest

    @cached_property
    def states(self) -> Mapping[str, m.State]:
        """The states that are not final, by name."""
        return {each.name: each for each in self.saga.states}

    @cached_property
    def finals(self) -> Mapping[str, m.Final]:
        """The final states, by name."""
        return {each.name: each for each in self.saga.finals}

    @cached_property
    def blocks(self) -> Mapping[str, m.Compensation]:
        """The `compensation` blocks, by name."""
        return {each.name: each for each in self.saga.compensations}

    @cached_property
    def timers(self) -> Mapping[str, m.Timer]:
        """The named timers, by name."""
        return {each.name: each for each in self.saga.timers}

    @cached_property
    def starts(self) -> frozenset[str]:
        """The messages that start an instance."""
        triggers = (each.trigger for each in self.saga.start)
        return frozenset(each.message for each in triggers if isinstance(each, m.OnMessage))

    # --- commands and their answers ------------------------------------------------------------

    def answers(self, command: str) -> frozenset[str]:
        """The events of which one answers a command, refusals not among them."""
        return frozenset(x for each in self.model.handlers_of(command) for x in each.answers)

    def refusals(self, command: str) -> frozenset[str]:
        """The events that refuse a command."""
        return self._refused.get(command, frozenset())

    @cached_property
    def _refused(self) -> Mapping[str, frozenset[str]]:
        return {
            command: frozenset(x for each in handlers for x in refusals(self.saga, each))
            for command, handlers in self.model.by_message.items()
        }

    def completes(self, command: str) -> bool:
        """Whether that it was carried out answers a command."""
        return all(map(completes, self.model.handlers_of(command)))

    def can_answer(self, message: str, command: str) -> bool:
        """Whether a message answers or refuses a command."""
        return message in self.answers(command) or message in self.refusals(command)

    @cached_property
    def answering(self) -> frozenset[str]:
        """The messages that answer or refuse a command of this saga."""
        return frozenset(
            message
            for command in self.commands
            for message in self.answers(command) | self.refusals(command)
        )

    @cached_property
    def commands(self) -> frozenset[str]:
        """What the saga requests, and what undoes it."""
        found = (
            each.message for each in nodes(self.saga) if isinstance(each, m.Request | m.CommandUndo)
        )
        return frozenset(each.id for each in found if isinstance(each, e.Construct))

    # --- states --------------------------------------------------------------------------------

    @cached_property
    def composites(self) -> Mapping[str, tuple[tuple[Composite, m.Transition], ...]]:
        """The `all(…)`s of each state, in the order in which they are tried."""
        return {
            state.name: tuple(
                (Composite(each.level, each.trigger.messages), each)
                for each in state.members
                if isinstance(each, m.Transition) and isinstance(each.trigger, m.OnAll)
            )
            for state in self.saga.states
        }


def nodes(node: object) -> Iterator[object]:
    """A part of the model and all that it is made of."""
    if isinstance(node, tuple):
        for each in node:
            yield from nodes(each)
    elif isinstance(node, Struct) and not isinstance(node, Span):
        yield node
        for name in node.__struct_fields__:
            yield from nodes(getattr(node, name))

"""Random runs: what may happen next to an instance, seen from outside.

What is awaited is preferred, so that runs get far. But there are also events that nobody expects, duplicates, answers to
requests that are closed or were another's, times that have become stale, and processes that die.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

from agreement.chance import Chance
from agreement.generated import key_of, taken
from agreement.inputs import Input
from agreement.programs import Program
from agreement.seen import Open, Seen
from herosaga.model import model as m
from herosaga.model.runs import completes
from herosaga.model.types import Optional, Type

SECOND = 1_000_000
Choices = list[tuple[int, Input]]


class Run:
    """A run in the making: what has happened, and what was seen."""

    def __init__(self, program: Program, module: ModuleType, chance: Chance) -> None:
        self.program = program
        self.takes = frozenset(each.TYPE for each in taken(module))
        self.asks = tuple(each.TYPE for each in module.X.calls)
        self.chance = chance
        self.past: list[Input] = []
        self.alarms: list[tuple[str, int]] = []
        self.at = 0
        self.key = key_of(str(program.saga.key_type))[0]

    def next(self, seen: Seen) -> Input:
        """What happens next."""
        self.alarms += [each for each in seen.alarms if each not in self.alarms]
        self.at += self.chance.pick((0, 0, 1, 0, 2)) * SECOND // 2
        choices = [*self._expected(seen), *self._others(seen)]
        given = self.chance.weighted(choices)
        if given.do == "alarm" and (given.what, given.number) in seen.alarms:
            self.at = max(self.at, given.number)
        given = replace(given, at=self.at, kill=self.chance.odds(15))
        self.past.append(given)
        return given

    # --- what is awaited -----------------------------------------------------------------------

    def _expected(self, seen: Seen) -> Iterator[tuple[int, Input]]:
        if not seen.state:
            yield from ((20, self._message(each)) for each in self._starts())
        if seen.stuck and seen.state == "Compensating":
            yield from ((8, Input(0, "retry")), (8, Input(0, "skip")))
        due = sorted(seen.alarms, key=lambda each: each[1])
        yield from ((6, self._alarm(each)) for each in due[:1])
        yield from ((6, self._alarm(each)) for each in due if each[1] <= self.at)
        for request in seen.requests[-3:]:
            yield from ((5, each) for each in self._answers(request))
            likely = request.type in self._failing(seen.state)
            fault = Input(0, "fault", request.type, number=request.number)
            yield 6 if likely else 1, fault
            if seen.state == "Compensating":
                yield 1, replace(fault, final=True)
            if request.due is not None and likely:
                yield 8, self._alarm((f"request {request.number}", request.due))
        yield from ((4, self._message(each)) for each in self._awaited(seen.state))

    def _starts(self) -> Iterator[str]:
        for each in self.program.saga.start:
            if isinstance(each.trigger, m.OnMessage):
                yield each.trigger.message

    def _answers(self, request: Open) -> Iterator[Input]:
        """How a request can be answered."""
        handler = self.program.handlers.get(request.type)
        if handler is None:
            return
        for event in (*handler.emits, *handler.refuses):
            if event in self.takes:
                yield replace(self._message(event), number=request.number)
        if completes(handler):
            yield Input(0, "done", request.type, number=request.number)

    def _awaited(self, state: str) -> Iterator[str]:
        """The messages that a state names. How an itinerary ends is told to nobody who has not run it."""
        yield from (each for each in self._named(state) if each in self.takes)

    def _named(self, state: str) -> Iterator[str]:
        for what in self._triggers(state):
            match what:
                case m.OnMessage(message=message):
                    yield message
                case m.OnAll(messages=messages):
                    yield from messages

    def _failing(self, state: str) -> Iterator[str]:
        """The commands of which a state awaits that they fail."""
        for what in self._triggers(state):
            if isinstance(what, m.OnTimeout | m.OnFault | m.OnFailure):
                yield what.command

    def _triggers(self, state: str) -> Iterator[m.Trigger]:
        found = (each for each in self.program.saga.states if each.name == state)
        for member in (member for each in found for member in each.members):
            yield member.trigger if isinstance(member, m.Transition) else member.what

    # --- what is not ---------------------------------------------------------------------------

    def _others(self, seen: Seen) -> Iterator[tuple[int, Input]]:
        taken = [each.message for each in self.program.saga.correlations]
        commands = [each for each in self.asks if each in self.program.handlers]
        yield from ((1, self._message(each)) for each in taken)
        if self.past:
            yield 3, self.chance.pick(self.past)
        if self.alarms:
            yield 2, self._alarm(self.chance.pick(self.alarms))
        if seen.sequence and commands:
            command = self.chance.pick(commands)
            number = 1 + self.chance.below(seen.sequence)
            for whose in ("own", "earlier", "other"):
                yield 1, replace(self._stray(command), number=number, whose=whose)
            yield 1, replace(Input(0, "fault", command), number=number)

    def _stray(self, command: str) -> Input:
        """An answer to a command, whoever may have asked."""
        handler = self.program.handlers[command]
        events = [each for each in (*handler.emits, *handler.refuses) if each in self.takes]
        return self._message(self.chance.pick(events)) if events else Input(0, "done", command)

    # --- inputs --------------------------------------------------------------------------------

    def _alarm(self, alarm: tuple[str, int]) -> Input:
        return Input(0, "alarm", alarm[0], number=alarm[1])

    def _message(self, id: str) -> Input:
        """A message of this type, with some of its fields."""
        declared = self.program.model.messages[id]
        keys = {each.message: each.field for each in self.program.saga.correlations}
        key = keys.get(id) or declared.key
        keyed = {key, declared.key, self.program.saga.key if declared.written else key}
        data: dict[str, Any] = {}
        for each in declared.fields:
            if each.name in keyed and each.type == self.program.saga.key_type:
                data[each.name] = self.key
            elif each.default is None or self.chance.odds(60):
                data[each.name] = self._value(each.type)
        asks = declared.kind == "command" and self.chance.odds(60)
        return Input(0, "message", declared.name, data, asks=asks)

    def _value(self, kind: Type) -> Any:
        """A value of a type, as JSON."""
        if isinstance(kind, Optional):
            return None if self.chance.odds(40) else self._value(kind.of)
        return self.chance.pick(_VALUES[str(kind)])


_ITEMS = (
    {"sku": "tea"},
    {"sku": "a", "price": "2.50", "quantity": 3, "color": "GREEN", "note": ""},
)
_VALUES: dict[str, tuple[Any, ...]] = {
    "int": (1, 0, 2, 3, -1),
    "decimal": ("1", "0.50", "12.345"),
    "str": ("a", "", "tea"),
    "bool": (True, False),
    "Color": ("red", "GREEN", "Blue"),
    "list[Item]": ([], list(_ITEMS), [_ITEMS[1]]),
    "list[int]": ([], [1], [3, 0, 2]),
    "set[str]": (["a"], [], ["b", "a"]),
    "datetime": ("2026-01-01T00:00:03Z", "2026-01-01T00:00:10.500000Z"),
    "duration": ("PT1S", "PT0S", "PT4S", "-PT2S"),
    "uuid": ("00000000-0000-0000-0000-000000000001",),
    "float": (0.5, 1.25),
    "date": ("2026-03-01",),
    "Item": _ITEMS,
}

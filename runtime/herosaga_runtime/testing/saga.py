"""`SagaTest`: a saga in a test, without a host, a store or waiting."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Generic, NoReturn, ParamSpec, Self, TypeVar

from herosaga_runtime.envelope import Done, Fault, Ref
from herosaga_runtime.errors import UsageError
from herosaga_runtime.instance import D, Instance, Outcome, Request, S
from herosaga_runtime.keys import key_text
from herosaga_runtime.message import Command, Event, Message, Undo
from herosaga_runtime.saga import K, Saga
from herosaga_runtime.testing.coverage import Coverage
from herosaga_runtime.testing.given import given
from herosaga_runtime.testing.looking import (
    chosen,
    compared,
    fits,
    latest,
    outputs,
    silent,
    undone,
    wish,
)
from herosaga_runtime.testing.run import PUBLISHED, REPLIED, SENT, Entry, Given, Place, Unmet, told
from herosaga_runtime.testing.times import length
from herosaga_runtime.testing.words import name_of
from herosaga_runtime.testing.world import Due, World

P = ParamSpec("P")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)
M = TypeVar("M", bound=Message)


class SagaTest(Generic[D, S, K]):
    """A saga in a test: `SagaTest(OrderFulfilment)`, or with its extern functions `SagaTest(OrderFulfilment, Functions())`.

    `when` brings a message, `after` lets time pass, and both go through the very step that a host takes. All is in memory, and
    no time really passes. What was sent is asked for with `sent`, `published` and `replied`, since the last `when` or `after`,
    or demanded with the `expect_…` forms, whose error shows the run so far.

    Used as `with SagaTest(OrderFulfilment) as test:`, it fails in the end if a message went to the dead letters that no
    `expect_dead` has asked for.

    Instances are found by their keys, as on a host, and there may be several. `state`, `data`, `outcome` and `instance` are of
    the one that the last `when` was for; `about` turns to another.
    """

    def __init__(
        self, saga: Callable[P, Saga[D, S, K]], /, *externs: P.args, **nothing: P.kwargs
    ) -> None:
        self._world = World(saga(*externs, **nothing), saga)
        self._keys: list[str] = []
        self._expected: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Check that nothing is left with the dead letters, unless the test has failed already."""
        if kind is None:
            self.expect_no_dead()

    # --- what happens --------------------------------------------------------------------------

    def given(
        self,
        key: K,
        state: S,
        data: D | None = None,
        *,
        awaiting: Sequence[Command] = (),
        undo: Sequence[Command | Undo] = (),
    ) -> Self:
        """Put an instance into a state, as if it had just been entered: its `entry` is done, its timers run from now.

        Without `data` it has only its key and the defaults. `awaiting` are commands that it has requested and that are not
        answered yet, `undo` what was recorded to be undone, oldest first.
        """
        self._begin(sys._getframe(1).f_code.co_filename, sys._getframe(1).f_lineno)
        world, text = self._world, key_text(key)
        envelope = world.envelope(Given())
        instance = world.saga.new(key) if data is None else data
        decision = given(world.saga, text, state, instance, awaiting, undo, envelope, world.now)
        world.put(text, envelope, decision)
        world.settle()
        self._keys = [text]
        return self

    def when(self, message: Message, /, *, ids: bool = True) -> Self:
        """A message arrives, at the instance of its key, or at all that its `where` finds.

        An answer carries the ids of the oldest open request that it can answer; if none is open, of the newest that it could
        have answered, and is late. Without `ids` it carries none, as what an `extern service` publishes.
        """
        frame = sys._getframe(1)
        self._begin(frame.f_code.co_filename, frame.f_lineno)
        world = self._world
        keys = self._receivers(message)
        for key in keys:
            answers = self._answers(key, message) if ids else None
            world.bring(key, world.envelope(message, answers))
        self._turn_to([key for key in keys if key in world.instances])
        world.settle()
        return self

    def when_timed_out(self, command: type[Command], /) -> Self:
        """The oldest open request for this command goes unanswered: time passes until its last attempt is over."""
        frame = sys._getframe(1)
        self._begin(frame.f_code.co_filename, frame.f_lineno)
        world = self._world
        key, request = self._asked(command)
        self._can_time_out(key, request)
        while (due := world.next_due()) is not None:
            last = self._is_last(due, key, request.command)
            world.ring(due)
            if last:
                break
            if not any(e.command is request.command for e in world.instances[key].requests):
                self._refuse(f"{name_of(command)} to time out", "it was closed before that")
        self._turn_to([key])
        world.settle()
        return self

    def when_fault(self, command: type[Command], /, reason: str = "broken") -> Self:
        """The handler of the oldest open request for this command gives up."""
        frame = sys._getframe(1)
        self._begin(frame.f_code.co_filename, frame.f_lineno)
        return self._tell(command, Fault(command.TYPE, reason))

    def when_done(self, command: type[Command], /) -> Self:
        """The oldest open request for this command, which is answered by being carried out, is carried out."""
        frame = sys._getframe(1)
        self._begin(frame.f_code.co_filename, frame.f_lineno)
        return self._tell(command, Done(command.TYPE))

    def after(self, time: str | timedelta, /) -> Self:
        """Let time pass: `"30m"`, `"1d12h"`, or a `timedelta`. What is due on the way comes in order, each at its time."""
        frame = sys._getframe(1)
        self._begin(frame.f_code.co_filename, frame.f_lineno)
        world = self._world
        world.pass_time(world.now + length(time))
        return self

    # --- what there is -------------------------------------------------------------------------

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
        """Why only an operator can help the instance; "" if nobody need help it."""
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

    # --- what is expected ----------------------------------------------------------------------

    def expect_state(self, state: S, /, *others: S) -> None:
        """The instance is in this state, or in one of these; if the last `when` was for several, each is."""
        wanted = " or ".join(str(each) for each in (state, *others))
        if not self._keys:
            self._refuse(f"state {wanted}", "there is no instance")
        for key in self._keys:
            found = self._world.known(key)
            if found is None or found.state not in (state, *others):
                where = "gone" if found is None else f"in {found.state}"
                self._refuse(f"state {wanted}", f"the instance is {where}")

    def expect_outcome(self, outcome: Outcome | None, /) -> None:
        """The instance has ended this way; with None, it has not ended."""
        if self.outcome != outcome:
            self._refuse(f"outcome {outcome or 'none'}", f"the outcome is {self.outcome or 'none'}")

    def expect_sent(self, command: type[C], /, **fields: object) -> C:
        """At least one such command was sent since the last `when` or `after`: the first."""
        return self._expect("sent", SENT, command, fields)

    def expect_published(self, event: type[E], /, **fields: object) -> E:
        """At least one such event was published since the last `when` or `after`: the first."""
        return self._expect("published", PUBLISHED, event, fields)

    def expect_replied(self, event: type[E], /, **fields: object) -> E:
        """At least one such answer was given since the last `when` or `after`: the first."""
        return self._expect("replied", REPLIED, event, fields)

    def expect_nothing(self) -> None:
        """Nothing was sent, published or replied since the last `when` or `after`."""
        if not self.nothing():
            words = [each for entry in self._latest() for each in entry.outputs]
            self._refuse("nothing", f"what came: {', '.join(words)}")

    def expect_compensated(self, what: type[Command | Undo], /) -> None:
        """Something is undone by now, see `compensated`."""
        if not self.compensated(what):
            names = [name_of(undo) for undo, _ in undone(self._world.run)]
            self._refuse(f"compensated {name_of(what)}", f"undone so far: {_listed(names)}")

    def expect_late(self, message: type[M], /, **fields: object) -> M:
        """Such a message has come too late: the first."""
        found = self.late(message, **fields)
        if not found:
            others = [each.about for each in self._world.run if each.late]
            came = compared(others, message, fields)
            self._refuse(f"late {wish(message, fields)}", f"late so far: {came}")
        return found[0]

    def expect_dead(self, message: type[M], /, **fields: object) -> M:
        """Such a message went to the dead letters: the first. None of them makes the test fail then."""
        found = self.dead(message, **fields)
        if not found:
            others = [each.about for each in self._world.run if each.dead]
            came = compared(others, message, fields)
            self._refuse(f"dead {wish(message, fields)}", f"dead letters so far: {came}")
        for index, each in enumerate(self._world.run):
            if each.dead and isinstance(each.about, message) and fits(each.about, fields):
                self._expected.add(index)
        return found[0]

    def expect_no_dead(self) -> None:
        """No message went to the dead letters but those that `expect_dead` has asked for."""
        world = self._world
        for index, each in enumerate(world.run):
            if each.dead and index not in self._expected:
                came = f"{each.came}: {each.decision.reason}; expect it as dead where that is meant"
                error = Unmet("no dead letter", came, world.run, each.place)
                raise error from each.error

    # --- inside --------------------------------------------------------------------------------

    def _begin(self, file: str, line: int) -> None:
        world = self._world
        world.turn += 1
        world.place = Place(file, line)

    def _latest(self) -> list[Entry]:
        return latest(self._world.run, self._world.turn)

    def _turn_to(self, keys: list[str]) -> None:
        """Look at these from now on; a message that finds no instance turns to none."""
        if keys:
            self._keys = keys

    def _receivers(self, message: Message) -> list[str]:
        world = self._world
        if type(message) not in world.saga.keys and type(message) in world.saga.answers:
            for command in world.saga.answers[type(message)]:
                found = world.asked(command, self._keys[0] if self._keys else "")
                if found is not None:
                    return [found[0]]
        return world.keys(message)

    def _answers(self, key: str, message: Message) -> Ref | None:
        """The request that a message answers, if it can answer any."""
        world = self._world
        commands = world.saga.answers.get(type(message))
        instance = world.instances.get(key)
        if commands is None or instance is None:
            return None
        for request in instance.requests:
            if type(request.command) in commands:
                return instance.origin.ref(request.number)
        return world.made(key, commands)

    def _asked(self, command: type[Command]) -> tuple[str, Request]:
        found = self._world.asked(command, self._keys[0] if self._keys else "")
        if found is None:
            requests = [each for i in self._world.instances.values() for each in i.requests]
            names = [name_of(type(each.command)) for each in requests]
            self._refuse(f"an open request for {name_of(command)}", f"open are: {_listed(names)}")
        return found

    def _can_time_out(self, key: str, request: Request) -> None:
        """Refuse what waits without end; the run of a `compensation` may have a limit that its requests have not."""
        wanted = f"{name_of(type(request.command))} to time out"
        if request.policy.retries is None:
            why = "it is asked for again and again (`retry forever`): let time pass with `after`"
            self._refuse(wanted, why)
        if request.policy.within is None and not self._limits(key):
            self._refuse(wanted, "it has no `within`, and waits for ever")

    def _limits(self, key: str) -> list[str]:
        """What ends the run of the `compensation` that the instance is in."""
        found = self._world.instances[key]
        undoes = found.state is self._world.saga.compensating
        return [each.token for each in found.timers if undoes and not each.name]

    def _is_last(self, due: Due, key: str, command: Command) -> bool:
        """Whether an alarm ends the last attempt of the request for this very command."""
        if due.key != key:
            return False
        for each in self._world.instances[key].requests:
            if each.command is command and each.token == due.token:
                return not each.paused and not each.policy.more(each.attempt)
        return due.token in self._limits(key)

    def _tell(self, command: type[Command], event: Event) -> Self:
        """Tell what became of the oldest open request for a command."""
        world = self._world
        key, request = self._asked(command)
        ref = world.instances[key].origin.ref(request.number)
        world.bring(key, world.envelope(event, ref))
        self._turn_to([key])
        world.settle()
        return self

    def _expect(self, word: str, how: str, wanted: type[M], fields: dict[str, object]) -> M:
        messages = outputs(self._latest(), how)
        found = chosen(messages, wanted, fields)
        if not found:
            came = compared(messages, wanted, fields)
            self._refuse(
                f"{word} {wish(wanted, fields)}", f"{word} since the last `when` or `after`: {came}"
            )
        return found[0]

    def _refuse(self, expected: str, came: str) -> NoReturn:
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_globals["__name__"] == __name__:
            frame = frame.f_back
        place = Place(frame.f_code.co_filename, frame.f_lineno)
        raise Unmet(expected, came, self._world.run, place)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "nothing"

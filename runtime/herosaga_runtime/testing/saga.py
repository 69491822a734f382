"""`SagaTest`: a saga in a test, without a host, a store or waiting."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import ParamSpec, Self

from herosaga_runtime import undo as undoing
from herosaga_runtime.decision import Decision
from herosaga_runtime.envelope import Done, Fault, Ref
from herosaga_runtime.instance import D, Instance, Request, S
from herosaga_runtime.keys import key_text
from herosaga_runtime.message import Command, Event, Message, Undo
from herosaga_runtime.saga import K, Saga
from herosaga_runtime.testing.ended import ended, slip
from herosaga_runtime.testing.expecting import Expecting, listed
from herosaga_runtime.testing.given import given
from herosaga_runtime.testing.run import Place
from herosaga_runtime.testing.times import length
from herosaga_runtime.testing.words import name_of
from herosaga_runtime.testing.world import Due, World

P = ParamSpec("P")


class SagaTest(Expecting[D, S, K]):
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
        super().__init__(World(saga(*externs, **nothing), saga))

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
        frame = sys._getframe(1)
        self._begin(frame.f_code.co_filename, frame.f_lineno)
        world, text = self._world, key_text(key)
        begun = world.saga.new(key) if data is None else data
        world.put(
            text,
            "given",
            lambda saga, said: given(saga, text, state, begun, awaiting, undo, said, world.now),
        )
        self._turn_to([text])
        world.settle()
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

    def when_ended(self, outcome: type[Event], /, **fields: object) -> Self:
        """An itinerary ends: the oldest that is on its way and can end so, or that is to be turned back; if there is none, the
        newest that was, and it is late.

        The parameters that are not given are those it was run with; `activity` and `reason` are empty.
        """
        frame = sys._getframe(1)
        self._begin(frame.f_code.co_filename, frame.f_lineno)
        world = self._world
        asked = slip(world, outcome, self._keys[0] if self._keys else "")
        world.bring(asked.key, world.envelope(ended(world, asked, outcome, fields), asked.ref))
        self._turn_to([asked.key])
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

    def when_fault(
        self, command: type[Command], /, reason: str = "broken", *, final: bool = False
    ) -> Self:
        """The handler of the oldest open request for this command gives up; `final`: to try its undo again would be in vain."""
        frame = sys._getframe(1)
        self._begin(frame.f_code.co_filename, frame.f_lineno)
        return self._tell(command, Fault(command.TYPE, reason, final))

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

    # --- operators -----------------------------------------------------------------------------

    def retry(self) -> Self:
        """An operator lets a stuck undo of the instance begin again, with all its tries."""
        frame = sys._getframe(1)
        self._begin(frame.f_code.co_filename, frame.f_lineno)
        return self._tell_instance("retried by an operator", undoing.retry)

    def skip(self) -> Self:
        """An operator leaves what a stuck undo should undo, and lets the instance go on with the next."""
        frame = sys._getframe(1)
        self._begin(frame.f_code.co_filename, frame.f_lineno)
        return self._tell_instance("skipped by an operator", undoing.skip)

    def compensate(self, state: S, /) -> Self:
        """An operator lets the instance undo all that it has done, and then go to a state."""
        frame = sys._getframe(1)
        self._begin(frame.f_code.co_filename, frame.f_lineno)
        return self._tell_instance(
            "told to compensate by an operator",
            lambda saga, instance, now: undoing.force(saga, instance, state, now),
        )

    # --- inside --------------------------------------------------------------------------------

    def _begin(self, file: str, line: int) -> None:
        self._world.begin(Place(file, line))

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
            if type(request.command) in commands and not request.answered:
                return instance.origin.ref(request.number)
        return world.made(key, commands)

    def _asked(self, command: type[Command]) -> tuple[str, Request]:
        found = self._world.asked(command, self._keys[0] if self._keys else "")
        if found is None:
            requests = [each for i in self._world.instances.values() for each in i.requests]
            names = [name_of(type(each.command)) for each in requests]
            self._refuse(f"an open request for {name_of(command)}", f"open are: {listed(names)}")
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

    def _tell_instance(
        self,
        words: str,
        act: Callable[[Saga[D, S, K], Instance[D, S], datetime], Decision[D, S]],
    ) -> Self:
        """Do what an operator wants of the instance."""
        world, instance = self._world, self.instance
        world.put(instance.origin.key, words, lambda saga, said: act(saga, instance, world.now))
        world.settle()
        return self

    def _tell(self, command: type[Command], event: Event) -> Self:
        """Tell what became of the oldest open request for a command."""
        world = self._world
        key, request = self._asked(command)
        ref = world.instances[key].origin.ref(request.number)
        world.bring(key, world.envelope(event, ref))
        self._turn_to([key])
        world.settle()
        return self

"""What is demanded of a saga in a test."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn, TypeVar

from herosaga_runtime.instance import D, Outcome, S
from herosaga_runtime.message import Command, Event, Message, Undo
from herosaga_runtime.saga import K
from herosaga_runtime.testing.looking import chosen, compared, fits, outputs, undone, wish
from herosaga_runtime.testing.run import PUBLISHED, REPLIED, SENT, Place, Unmet
from herosaga_runtime.testing.seen import Seen
from herosaga_runtime.testing.words import name_of
from herosaga_runtime.testing.world import World

C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)
M = TypeVar("M", bound=Message)

_OWN = __name__.rpartition(".")[0]
"""The modules whose lines are no lines of a test."""


class Expecting(Seen[D, S, K]):
    """What can be demanded of a test: `Unmet` is raised where it is in vain, with what came and the run so far."""

    def __init__(self, world: World[D, S, K]) -> None:
        super().__init__(world)
        self._expected: set[int] = set()

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
            self._refuse(f"compensated {name_of(what)}", f"undone so far: {listed(names)}")

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
        while frame.f_back is not None and frame.f_globals["__name__"].startswith(_OWN):
            frame = frame.f_back
        place = Place(frame.f_code.co_filename, frame.f_lineno)
        raise Unmet(expected, came, self._world.run, place)


def listed(names: Sequence[str]) -> str:
    """Names in a row."""
    return ", ".join(names) or "nothing"

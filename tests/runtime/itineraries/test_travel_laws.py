"""Whatever happens in whatever order to whatever itinerary, its slip ends, and it was done or undone as it should be.

`Trip` checks the laws of `travel` at every call. Here chance makes the itineraries and decides what happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from random import Random

from herosaga_runtime.itineraries.home import SlipStatus
from hypothesis import given, note, settings
from hypothesis import strategies as st
from itineraries import plans
from itineraries.trips import Trip, revision_of, token

# --- random itineraries ------------------------------------------------------------------------

LISTS = {"xs": (1, 2, 3), "ys": (4, 5), "ws": (7,), "os": ()}
LETTERS = "abcdefghijpqrsXYZ"
INSERTED = "kt"


@dataclass
class Plan:
    """An itinerary's text, the labels of all that it does, and which of them come before which."""

    text: str
    labels: list[str] = field(default_factory=list)
    before: set[tuple[str, str]] = field(default_factory=set)


def row(text: str, plans: list[Plan]) -> Plan:
    """One after the other."""
    made = Plan(text)
    for each in plans:
        made.before |= each.before | {(a, b) for a in made.labels for b in each.labels}
        made.labels += each.labels
    return made


def fork(text: str, plans: list[Plan]) -> Plan:
    """All at once."""
    labels = [label for each in plans for label in each.labels]
    return Plan(text, labels, set().union(*[each.before for each in plans]))


Turned = Callable[[str], Plan]
"""A plan whose labels end with the elements of the loops around it."""


@dataclass
class Maker:
    """Makes random plans. Each letter is used once, so that labels are unique."""

    random: Random
    letters: list[str]

    def block(self, depth: int, loops: tuple[str, ...]) -> Turned:
        """Stages in a row."""
        made = [
            self.stage(depth, loops)
            for _ in range(self.random.choice((1, 1, 2, 2, 3) if depth else (0, 1, 2)))
        ]

        def plan(turn: str) -> Plan:
            parts = [each(turn) for each in made]
            return row(" ".join(each.text for each in parts), parts)

        return plan

    def stage(self, depth: int, loops: tuple[str, ...]) -> Turned:
        """A stage in which others are `depth` deep."""
        free = [name for name in LISTS if name not in loops]
        match self.random.choice("aaa((((?*+!") if depth else "a":
            case "(":
                return self.parallel(depth, loops)
            case "?":
                return self.choice(self.random.choice(("yes", "no")), depth, loops)
            case "*" | "+" as kind if free:
                return self.loop(kind, self.random.choice(free), depth, loops)
            case "!" if not self.random.randrange(3):
                return lambda turn: Plan("?boom{}")
        return self.activity()

    def activity(self) -> Turned:
        """An activity, while there are letters."""
        if not self.letters:
            return lambda turn: Plan("")
        letter = self.letters.pop()
        return lambda turn: Plan(letter, [letter + turn])

    def loop(self, kind: str, name: str, depth: int, loops: tuple[str, ...]) -> Turned:
        body = self.block(depth - 1, (*loops, name))

        def plan(turn: str) -> Plan:
            head = f"{turn}." if turn else ""
            turns = [body(f"{head}{each}") for each in LISTS[name]]
            text = f"{kind}{name}{{{body('').text}}}"
            return (row if kind == "*" else fork)(text, turns)

        return plan

    def choice(self, name: str, depth: int, loops: tuple[str, ...]) -> Turned:
        blocks = [self.block(depth - 1, loops) for _ in range(2)]

        def plan(turn: str) -> Plan:
            then, other = (each(turn) for each in blocks)
            text = f"?{name}{{{then.text}}}{{{other.text}}}"
            return row(text, [then if name == "yes" else other])

        return plan

    def parallel(self, depth: int, loops: tuple[str, ...]) -> Turned:
        blocks = [self.block(depth - 1, loops) for _ in range(self.random.choice((2, 2, 3)))]

        def plan(turn: str) -> Plan:
            branches = [each(turn) for each in blocks]
            return fork(f"({'|'.join(each.text for each in branches)})", branches)

        return plan


def random_plan(seed: int) -> Plan:
    """An itinerary in which things are nested three deep."""
    random = Random(seed)
    letters = random.sample(LETTERS, len(LETTERS))
    return Maker(random, letters).block(3, ())("")


# --- random fates ------------------------------------------------------------------------------

Act = Callable[[], object]


@dataclass
class Story:
    """A trip to which chance lets things happen. `revised` is whether something was left out by a revision."""

    trip: Trip
    plan: Plan
    free: list[str] = field(default_factory=lambda: list(INSERTED))
    revised: bool = False
    skipped: bool = False

    def acts(self) -> list[Act]:
        """All that may happen now; what makes it go on is there more often."""
        trip, home = self.trip, self.trip.home
        found: list[Act] = []
        for part in trip.mail:
            found += self.acts_of(part)
        if home.kept and not home.status.ended:
            found += [trip.retry, self.skip] * 2
        found.append(partial(trip.turn, ("7", "8", "")[len(trip.ran) % 3]))
        return [*found, trip.deploy if trip.itinerary is not trip.declared else self.deploy]

    def acts_of(self, part: str) -> Iterator[Act]:
        """What may happen to a part."""
        trip, slip = self.trip, self.trip.away()[part]
        if slip.back:
            yield from [partial(trip.undo, slip)] * 8
            yield partial(trip.undo_failed, slip)
            return
        yield from [partial(trip.done, slip)] * 12
        yield from [partial(self.revise, part, words) for words in ("+", "-e -a", "+ -h end")]
        if trip.home.past:
            yield partial(self.skip_step, part)
            yield partial(trip.hold, slip)
        else:
            yield partial(trip.failed, slip)
        if trip.home.stopping:
            yield from [partial(trip.given_up, slip)] * 3

    def deploy(self) -> None:
        self.trip.deploy("a")

    def skip(self) -> None:
        self.skipped = True
        self.trip.skip()

    def skip_step(self, part: str) -> None:
        self.skipped = True
        self.trip.skip_step(self.trip.away()[part])

    def revise(self, part: str, words: str) -> None:
        """An activity is done, and revises what remains of its part: it may insert one that was never there."""
        slip = self.trip.away()[part]
        new = self.free.pop() if self.free else ""
        if new:
            label = token(slip)
            later = {(new, last) for first, last in self.plan.before if first == label}
            earlier = {(first, new) for first, last in self.plan.before if last == label}
            self.plan.before |= later | earlier | {(label, new)}
            self.plan.labels.append(new)
        self.revised |= "-" in words
        inserted = words.replace("+", f"+{new}" if new else "")
        self.trip.done(slip, revision_of(inserted.split()))

    def end(self) -> None:
        """Nothing fails from now on, and an operator leaves out what does not work at the second try."""
        self.trip.deploy()
        tried = ""
        while not self.trip.home.status.ended:
            away = self.trip.away()
            if away:
                slip = next(iter(away.values()))
                (self.trip.undo if slip.back else self.trip.done)(slip)
            elif tried != self.trip.home.stuck:
                tried = self.trip.home.stuck
                self.trip.retry()
            else:
                self.skip()


@given(seed=st.integers(0, 2**32), chances=st.lists(st.integers(0, 999), min_size=25, max_size=25))
@settings(max_examples=250, deadline=None)
def test_whatever_happens_a_slip_ends_and_all_was_done_or_undone(
    seed: int, chances: list[int]
) -> None:
    plan = random_plan(seed)
    note(plan.text)
    story = Story(Trip(plans.itinerary(plan.text)), plan)
    for chance in chances:
        acts = story.acts()
        act = acts[chance % len(acts)]
        note(str(act))
        act()
    story.end()
    check_end(story)


def check_end(story: Story) -> None:
    """What holds of every slip that has ended."""
    trip, home = story.trip, story.trip.home
    assert home.status.ended
    assert not trip.asking
    assert len(set(trip.ran)) == len(trip.ran)
    place = {label: n for n, label in enumerate(trip.ran)}
    for first, last in story.plan.before:
        if first in place and last in place:
            assert place[first] < place[last]
    if home.status is SlipStatus.COMPLETED:
        check_completed(story)
    else:
        check_undone(story)


def check_completed(story: Story) -> None:
    """Each step that was reached was done, and is so still."""
    trip = story.trip
    assert not trip.undone
    assert set(trip.ran) <= set(story.plan.labels)
    if not (story.revised or story.skipped):
        assert sorted(trip.ran) == sorted(story.plan.labels)


def check_undone(story: Story) -> None:
    """Each step that was done and has a log was undone, once, newest first."""
    trip, home = story.trip, story.trip.home
    assert not home.past
    assert not trip.open
    assert (home.status is SlipStatus.FAULTED) == (home.failed is not None)
    logged = [each for each in reversed(trip.ran) if plans.activity_of(each[0]).log]
    left_out = [each for each in logged if each not in trip.undone]
    assert trip.undone == [each for each in logged if each not in left_out]
    assert not left_out or story.skipped

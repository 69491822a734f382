"""The life of a request: in which states it can be open, and where what it did is left in place.

One command is followed at a time, from where it is requested on, together with how things stand with it.
A guard counts as if it could hold or not; an `if` as if either side could run, a `for` as if it ran once or
not at all. So a path found here is one that the text of the saga allows, whatever its data.

A command is followed no further than it matters: until it is refused or undone, or until it is answered and
recorded where every way to a `failed` final compensates. So the work grows with the length of the saga, not
with that times the number of its commands.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from heapq import heapify, heappop, heappush
from itertools import count

from herosaga.graph.commands import Command, commands, sends
from herosaga.graph.keys import Handlers
from herosaga.graph.members import moves
from herosaga.graph.outputs import flat
from herosaga.graph.states import START, Kind, Way
from herosaga.graph.words import requested
from herosaga.model.model import (
    Action,
    Final,
    For,
    If,
    OnMessage,
    Onward,
    Pivot,
    Recording,
    Request,
    Saga,
    Send,
    State,
    Transition,
)
from msgspec import Struct
from msgspec.structs import replace


class Standing(Struct, frozen=True):
    """How things stand with a command at some moment.

    `open`: it is requested and not answered. `taken`: it has taken effect, or may have; it is so from the
    request on, until a refusal, an undo, or a `pivot`, behind which it is meant to stay. `recorded`: there is
    a record of its undo. `pivoted`: the point of no return is passed. `request` is the place of the latest.
    """

    open: bool = False
    taken: bool = False
    recorded: bool = False
    pivoted: bool = False
    request: int = -1


NOTHING = Standing()


class Moment(Struct, frozen=True):
    """A state, and how things stand with the command in it."""

    state: str
    standing: Standing


Ways = Mapping[Moment, tuple[Moment, Way] | None]
"""Moments, nearest first, each with the one before it and the way from there; None for the first."""


class Life(Struct, frozen=True):
    """The moments that matter to a command, nearest first."""

    moments: tuple[Moment, ...]
    ways: Ways
    before: Ways

    def path(self, moment: Moment) -> tuple[Way, ...]:
        """The shortest path to a moment."""
        found: list[Way] = []
        step = self.ways.get(moment) or self.before[moment]
        while step is not None:
            found.append(step[1])
            step = self.ways.get(step[0]) or self.before[step[0]]
        return tuple(reversed(found))


class Ground(Struct, frozen=True):
    """A saga without regard to any command, on which the lives of all of its commands are laid out.

    `ways` lead to each state with nothing requested; `depths` say how many there are to it. `asked` has for
    each command the moments from which a step requests it. `exposed` are the states from which a `failed`
    final can be reached without compensating.
    """

    saga: Saga
    states: Mapping[str, State]
    finals: Mapping[str, Final]
    ways: Ways
    depths: Mapping[Moment, int]
    asked: Mapping[str, tuple[Moment, ...]]
    exposed: frozenset[str]

    def leaving(self, name: str) -> tuple[Transition, ...]:
        """The transitions that can be taken in a state."""
        return _leaving(self.saga, self.states, name)

    def done(self, transition: Transition, source: str) -> tuple[tuple[Action, ...], ...]:
        """What a step does: before things are undone, if it compensates, and on entering its target."""
        leaves = transition.target is not None and source in self.states
        first = (*(self.states[source].exit if leaves else ()), *transition.actions)
        target = transition.target or ""
        if target in self.finals:
            return first, self.finals[target].actions
        return first, self.states[target].entry if target in self.states else ()

    def way(self, transition: Transition, source: str) -> Way:
        """The way of a transition from a state."""
        passing = source in self.states and self.states[source].passing
        return Way(source, transition.target or source, _kind(transition), transition, passing)


class Requests(Struct, frozen=True):
    """What becomes of the requests of a saga: the life of each of its commands."""

    on: Ground
    lives: tuple[tuple[Command, Life], ...]


def requests(saga: Saga, handlers: Handlers) -> Requests:
    """The lives of all commands of a saga, in source order."""
    on = ground(saga)
    return Requests(on, tuple((each, life(on, each)) for each in commands(saga, handlers)))


def ground(saga: Saga) -> Ground:
    """What the lives of a saga's commands have in common."""
    states = {each.name: each for each in saga.states}
    finals = {each.name: each for each in saga.finals}
    bare = Ground(saga, states, finals, {}, {}, {}, _exposed(saga))
    first = Moment(START, NOTHING)
    ways: dict[Moment, tuple[Moment, Way] | None] = {first: None}
    depths = {first: 0}
    asked: dict[str, dict[Moment, None]] = defaultdict(dict)
    queue = deque([first])
    while queue:
        here = queue.popleft()
        for transition in bare.leaving(here.state):
            actions = [a for body in bare.done(transition, here.state) for a in flat(body)]
            for command in (requested(a) for a in actions if isinstance(a, Request)):
                asked[command][here] = None
            pivoted = here.standing.pivoted or any(isinstance(a, Pivot) for a in actions)
            there = Moment(transition.target or here.state, Standing(pivoted=pivoted))
            if there not in ways:
                ways[there] = (here, bare.way(transition, here.state))
                depths[there] = depths[here] + 1
                queue.append(there)
    found = {command: tuple(moments) for command, moments in asked.items()}
    return replace(bare, ways=ways, depths=depths, asked=found)


def life(on: Ground, command: Command) -> Life:
    """How the command stands in every state in which that matters."""
    walk = _Walk(on, command)
    ways: dict[Moment, tuple[Moment, Way] | None] = {}
    numbers = count()
    queue = [(on.depths[each], next(numbers), each) for each in on.asked.get(command.id, ())]
    heapify(queue)
    found: list[Moment] = []
    while queue:
        depth, _, here = heappop(queue)
        found += [here] if here in ways else []
        for there, way in walk.onward(here):
            if there not in ways and walk.matters(there):
                ways[there] = (here, way)
                heappush(queue, (depth + 1, next(numbers), there))
    return Life(tuple(found), ways, on.ways)


# --- what a saga does --------------------------------------------------------------------------


def _leaving(saga: Saga, states: Mapping[str, State], name: str) -> tuple[Transition, ...]:
    if name == START:
        return saga.start
    state = states.get(name)
    if state is None:
        return ()
    late = (saga.deadline,) if saga.deadline is not None and not state.passing else ()
    return (*moves(state), *late)


def _exposed(saga: Saga) -> frozenset[str]:
    """The states from which a `failed` final can be reached without compensating."""
    states = {each.name: each for each in saga.states}
    into: dict[str, list[str]] = defaultdict(list)
    for name in states:
        for each in _leaving(saga, states, name):
            if each.target is not None and not each.compensate:
                into[each.target].append(name)
    found = dict.fromkeys(each.name for each in saga.finals if each.mark == "failed")
    for name in (queue := [*found]):
        for before in into[name]:
            if before not in found:
                found[before] = None
                queue.append(before)
    return frozenset(found)


class _Walk(Struct, frozen=True):
    on: Ground
    command: Command

    def matters(self, moment: Moment) -> bool:
        """Whether anything can still come of it."""
        standing = moment.standing
        safe = standing.recorded and moment.state not in self.on.exposed
        return standing.open or (standing.taken and not safe)

    def onward(self, here: Moment) -> Iterator[tuple[Moment, Way]]:
        """The moments that a step from here can lead to, each with its way."""
        for transition in self.on.leaving(here.state):
            known = self._triggered(transition, here)
            if known is None:
                continue
            way = self.on.way(transition, here.state)
            for standing in self._after(transition, here.state, known):
                yield Moment(way.target, standing), way

    def _triggered(self, transition: Transition, here: Moment) -> Standing | None:
        """How things stand once the trigger has come; None where it can't come as things stand."""
        standing = here.standing
        trigger = transition.trigger
        if isinstance(trigger, Onward) and self._asks(here.state):
            return replace(standing, open=False)  # all that a `parallel` block asks for is answered
        if self.command.failed_by(trigger):
            return replace(standing, open=False) if standing.open else None
        if isinstance(trigger, OnMessage) and trigger.message in self.command.handler.refuses:
            return Standing(pivoted=standing.pivoted) if standing.open else standing
        return replace(standing, open=False) if self.command.answered_by(trigger) else standing

    def _asks(self, name: str) -> bool:
        """Whether the command is requested on entering a state."""
        entry = self.on.states[name].entry if name in self.on.states else ()
        return any(isinstance(a, Request) and requested(a) == self.command.id for a in flat(entry))

    def _after(self, transition: Transition, source: str, known: Standing) -> Iterable[Standing]:
        """How things can stand after a step, all of its actions done."""
        first, entering = self.on.done(transition, source)
        found = self._done(first, {known})
        if transition.compensate:
            found = {_undone(each) for each in found}
        return self._done(entering, found)

    def _done(self, actions: tuple[Action, ...], standings: set[Standing]) -> set[Standing]:
        for action in actions:
            match action:
                case If(then=then, other=other):
                    standings = self._done(then, standings) | self._done(other, standings)
                case For(body=body):
                    standings = standings | self._done(body, standings)
                case _:
                    standings = {self._one(action, each) for each in standings}
        return standings

    def _one(self, action: Action, known: Standing) -> Standing:
        match action:
            case Request() if requested(action) == self.command.id:
                recorded = action.undo is not None
                return Standing(True, True, recorded, known.pivoted, action.span.start)
            case Recording(undo=undo) if self.command.undone_by(undo):
                return replace(known, recorded=known.taken)
            case Pivot():
                return replace(known, taken=False, recorded=False, pivoted=True)
            case Request() | Send() if sends(action) in self.command.undos:
                return Standing(pivoted=known.pivoted)
        return known


def _undone(known: Standing) -> Standing:
    """After everything that was recorded is undone; requests are closed by then."""
    return Standing(pivoted=known.pivoted) if known.recorded else replace(known, open=False)


def _kind(transition: Transition) -> Kind:
    return "compensates" if transition.compensate else "goes"

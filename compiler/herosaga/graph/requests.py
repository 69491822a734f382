"""The life of a request: in which states it can be open, and where what it did is left in place.

One command is followed at a time, through all states of a saga, together with how things stand with it.
A guard counts as if it could hold or not; an `if` as if either side could run, a `for` as if it ran once or
not at all. So a path found here is one that the text of the saga allows, whatever its data.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from herosaga.graph.members import moves, transitions
from herosaga.graph.outputs import flat
from herosaga.graph.states import START, Kind, Way
from herosaga.graph.words import message_of, requested
from herosaga.model.model import (
    Action,
    BlockUndo,
    CommandUndo,
    Final,
    For,
    Handler,
    If,
    OnAll,
    OnFailure,
    OnFault,
    OnMessage,
    OnOutcome,
    OnTimeout,
    Onward,
    Pivot,
    Recording,
    Request,
    Saga,
    Send,
    State,
    Transition,
    Trigger,
)
from msgspec import Struct
from msgspec.structs import replace


class Standing(Struct, frozen=True):
    """How things stand with a command at some moment.

    `open`: it is requested and not answered. `taken`: it has taken effect, or may have; it is so from the
    request on, until a refusal, an undo, or a `pivot`, behind which it is meant to stay. `recorded`: there is
    a record of its undo. `pivoted`: the point of no return is passed. `request` is the latest.
    """

    open: bool = False
    taken: bool = False
    recorded: bool = False
    pivoted: bool = False
    request: Request | None = None


NOTHING = Standing()


class Moment(Struct, frozen=True):
    """A state, and how things stand with the command in it."""

    state: str
    standing: Standing


class Life(Struct, frozen=True):
    """All moments of a saga that matter to a command, nearest first, each with the way that led to it first."""

    command: str
    ways: Mapping[Moment, tuple[Moment, Way] | None]

    def path(self, moment: Moment) -> tuple[Way, ...]:
        """The shortest path to a moment."""
        found: list[Way] = []
        before = self.ways[moment]
        while before is not None:
            found.append(before[1])
            before = self.ways[before[0]]
        return tuple(reversed(found))


class Command(Struct, frozen=True):
    """A command that a saga requests, and what undoes it: commands and compensation blocks."""

    id: str
    handler: Handler
    undos: frozenset[str]
    blocks: frozenset[str]

    def answered_by(self, trigger: Trigger) -> bool:
        """Whether this is its good answer."""
        match trigger:
            case OnMessage(message=message):
                return message in self.handler.answers
            case OnAll(messages=messages):
                return any(each in self.handler.answers for each in messages)
            case OnOutcome(of=of, outcome="done"):
                return of == self.id
        return False

    def failed_by(self, trigger: Trigger) -> bool:
        """Whether this says that it has failed, or may have."""
        return isinstance(trigger, OnFailure | OnTimeout | OnFault) and trigger.command == self.id


def commands(saga: Saga, handlers: Mapping[str, tuple[Handler, ...]]) -> Iterator[Command]:
    """The commands that a saga requests on its way and that have a handler, in source order."""
    asked = dict.fromkeys(
        requested(action)
        for body in _ways_bodies(saga)
        for action in flat(body)
        if isinstance(action, Request)
    )
    for id in asked:
        found = handlers.get(id, ())
        if len(found) == 1:
            yield _command(saga, found[0])


def life(saga: Saga, command: Command) -> Life:
    """Where the command stands in every state that can be reached."""
    walk = _Walk(saga, command, {each.name: each for each in saga.states}, _finals(saga))
    first = Moment(START, NOTHING)
    ways: dict[Moment, tuple[Moment, Way] | None] = {first: None}
    queue = deque([first])
    while queue:
        here = queue.popleft()
        for there, way in walk.onward(here):
            if there not in ways:
                ways[there] = (here, way)
                queue.append(there)
    return Life(command.id, ways)


# --- what a saga does --------------------------------------------------------------------------


def _ways_bodies(saga: Saga) -> Iterator[tuple[Action, ...]]:
    """What is done on the way, compensations not among it."""
    for transition in saga.start:
        yield transition.actions
    for state in saga.states:
        yield state.entry
        for transition in moves(state):
            yield transition.actions
        yield from (every.actions for every in state.every)


def _finals(saga: Saga) -> Mapping[str, Final]:
    return {each.name: each for each in saga.finals}


def late_records(saga: Saga, command: Command) -> Iterator[Recording]:
    """The records of its undo that are made only with its good answer."""
    for each in transitions(saga):
        if command.answered_by(each.transition.trigger):
            yield from (x for x in flat(each.transition.actions) if isinstance(x, Recording))


def _command(saga: Saga, handler: Handler) -> Command:
    plain = Command(handler.message, handler, frozenset(), frozenset())
    undos = {handler.undone_by} if handler.undone_by else set()
    blocks: set[str] = set()
    for late in late_records(saga, plain):
        match late.undo:
            case CommandUndo(message=undo):
                undos.add(message_of(undo))
            case BlockUndo(compensation=name):
                blocks.add(name)
    for body in _ways_bodies(saga):
        for action in flat(body):
            match action:
                case Request(undo=CommandUndo(message=undo)) if (
                    requested(action) == handler.message
                ):
                    undos.add(message_of(undo))
                case Request(undo=BlockUndo(compensation=name)) if (
                    requested(action) == handler.message
                ):
                    blocks.add(name)
    for block in saga.compensations:
        if any(_sends(action) in undos for action in flat(block.actions)):
            blocks.add(block.name)
    return Command(handler.message, handler, frozenset(filter(None, undos)), frozenset(blocks))


def _sends(action: Action) -> str:
    match action:
        case Request(message=message) | Send(message=message):
            return message_of(message)
    return ""


class _Walk(Struct, frozen=True):
    saga: Saga
    command: Command
    states: Mapping[str, State]
    finals: Mapping[str, Final]

    def onward(self, here: Moment) -> Iterator[tuple[Moment, Way]]:
        """The moments that a step from here can lead to, each with its way."""
        for transition in self._leaving(here.state):
            known = self._triggered(transition, here)
            if known is None:
                continue
            target = transition.target or here.state
            passing = here.state in self.states and self.states[here.state].passing
            way = Way(here.state, target, _kind(transition), transition, passing)
            for standing in self._after(transition, here.state, target, known):
                yield Moment(target, standing), way

    def _leaving(self, name: str) -> Iterable[Transition]:
        if name == START:
            return self.saga.start
        state = self.states.get(name)
        if state is None:
            return ()
        late = self.saga.deadline
        return (*moves(state), *((late,) if late is not None and not state.passing else ()))

    def _triggered(self, transition: Transition, here: Moment) -> Standing | None:
        """How things stand once the trigger has come; None where it can't come as things stand."""
        standing = here.standing
        trigger = transition.trigger
        if isinstance(trigger, Onward) and self._asks(here.state):
            return replace(standing, open=False)  # all that a `parallel` block asks for is answered
        if self.command.failed_by(trigger):
            return replace(standing, open=False) if standing.open else None
        if isinstance(trigger, OnMessage) and trigger.message in self.command.handler.refuses:
            return replace(NOTHING, pivoted=standing.pivoted) if standing.open else standing
        return replace(standing, open=False) if self.command.answered_by(trigger) else standing

    def _asks(self, name: str) -> bool:
        """Whether the command is requested on entering a state."""
        entry = self.states[name].entry if name in self.states else ()
        return any(isinstance(a, Request) and requested(a) == self.command.id for a in flat(entry))

    def _after(
        self, transition: Transition, source: str, target: str, known: Standing
    ) -> Iterable[Standing]:
        """How things can stand after a step, all of its actions done."""
        leaves = transition.target is not None and source in self.states
        left = self.states[source].exit if leaves else ()
        found = self._done((*left, *transition.actions), {known})
        if transition.compensate:
            found = {_undone(each) for each in found}
        if transition.target is None:
            return found
        if target in self.finals:
            return self._done(self.finals[target].actions, found)
        entered = self.states.get(target)
        return self._done(entered.entry, found) if entered is not None else found

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
                return replace(known, open=True, taken=True, recorded=recorded, request=action)
            case Recording(undo=undo) if self._is_undo(undo):
                return replace(known, recorded=known.taken)
            case Pivot():
                return replace(known, taken=False, recorded=False, pivoted=True)
            case Request() | Send() if _sends(action) in self.command.undos:
                return replace(NOTHING, pivoted=known.pivoted)
        return known

    def _is_undo(self, undo: CommandUndo | BlockUndo) -> bool:
        match undo:
            case CommandUndo(message=message):
                return message_of(message) in self.command.undos
            case BlockUndo(compensation=name):
                return name in self.command.blocks


def _undone(known: Standing) -> Standing:
    """After everything that was recorded is undone; requests are closed by then."""
    if known.recorded:
        return replace(NOTHING, pivoted=known.pivoted)
    return replace(known, open=False)


def _kind(transition: Transition) -> Kind:
    return "compensates" if transition.compensate else "goes"

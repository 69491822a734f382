"""The commands that a saga requests on its way: how each is answered, recorded and undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from herosaga.graph.keys import Handlers
from herosaga.graph.members import moves, transitions
from herosaga.graph.outputs import flat
from herosaga.graph.words import message_of, requested
from herosaga.model.model import (
    Action,
    BlockUndo,
    CommandUndo,
    Handler,
    OnAll,
    OnFailure,
    OnFault,
    OnMessage,
    OnOutcome,
    OnTimeout,
    Recording,
    Request,
    Saga,
    Send,
    Trigger,
)
from msgspec import Struct

Undo = CommandUndo | BlockUndo


class Command(Struct, frozen=True):
    """A command that a saga requests. `undos` and `blocks` are the commands and compensations that undo it.

    `requests` are by the offset of their place; `late` are the records of its undo that are made only with
    its good answer.
    """

    id: str
    handler: Handler
    requests: Mapping[int, Request]
    undos: frozenset[str]
    blocks: frozenset[str]
    late: tuple[Recording, ...]

    def answered_by(self, trigger: Trigger) -> bool:
        """Whether this is its good answer."""
        return self.id in _answering(trigger, dict.fromkeys(self.handler.answers, (self.id,)))

    def failed_by(self, trigger: Trigger) -> bool:
        """Whether this says that it has failed, or may have."""
        return isinstance(trigger, OnFailure | OnTimeout | OnFault) and trigger.command == self.id

    def undone_by(self, undo: Undo) -> bool:
        """Whether a record is of its undo."""
        match undo:
            case CommandUndo(message=message):
                return message_of(message) in self.undos
            case BlockUndo(compensation=name):
                return name in self.blocks


def commands(saga: Saga, handlers: Handlers) -> tuple[Command, ...]:
    """Those that have one handler, in source order."""
    asked: dict[str, dict[int, Request]] = defaultdict(dict)
    undos: dict[str, list[Undo]] = defaultdict(list)
    for action in (each for body in bodies(saga) for each in flat(body)):
        if isinstance(action, Request) and len(handlers.get(requested(action), ())) == 1:
            asked[requested(action)][action.span.start] = action
            undos[requested(action)] += [action.undo] if action.undo is not None else []
    late = _late(saga, {id: handlers[id][0] for id in asked})
    sent = _sent(saga)
    return tuple(
        _command(handlers[id][0], found, [*undos[id], *(x.undo for x in late[id])], late[id], sent)
        for id, found in asked.items()
    )


def bodies(saga: Saga) -> Iterator[tuple[Action, ...]]:
    """What is done on the way, compensations not among it."""
    for transition in saga.start:
        yield transition.actions
    for state in saga.states:
        yield state.entry
        yield state.exit
        for transition in moves(state):
            yield transition.actions
        yield from (every.actions for every in state.every)


def sends(action: Action) -> str:
    """The message that an action sends for an answer or without one, "" for any other."""
    match action:
        case Request(message=message) | Send(message=message):
            return message_of(message)
    return ""


def _command(
    handler: Handler,
    requests: Mapping[int, Request],
    undos: list[Undo],
    late: list[Recording],
    sent: Mapping[str, frozenset[str]],
) -> Command:
    """`sent` is what each compensation sends: one that sends an undo undoes."""
    by = {message_of(each.message) for each in undos if isinstance(each, CommandUndo)}
    by = {each for each in (*by, handler.undone_by or "") if each}
    blocks = {each.compensation for each in undos if isinstance(each, BlockUndo)}
    blocks |= {name for name, messages in sent.items() if messages & by}
    return Command(
        handler.message, handler, requests, frozenset(by), frozenset(blocks), tuple(late)
    )


def _sent(saga: Saga) -> Mapping[str, frozenset[str]]:
    return {
        block.name: frozenset(map(sends, flat(block.actions))) - {""}
        for block in saga.compensations
    }


def _late(saga: Saga, handlers: Mapping[str, Handler]) -> Mapping[str, list[Recording]]:
    """For each command the records that are made only where its good answer has come."""
    answers: dict[str, tuple[str, ...]] = {}
    for id, handler in handlers.items():
        for event in handler.answers:
            answers[event] = (*answers.get(event, ()), id)
    found: dict[str, list[Recording]] = {id: [] for id in handlers}
    for each in transitions(saga):
        records = [x for x in flat(each.transition.actions) if isinstance(x, Recording)]
        for id in _answering(each.transition.trigger, answers) if records else ():
            if id in found:
                found[id] += records
    return found


def _answering(trigger: Trigger, answers: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The commands of which this is the good answer; `answers` are those that each event answers."""
    match trigger:
        case OnMessage(message=message):
            return answers.get(message, ())
        case OnAll(messages=messages):
            return tuple(id for message in messages for id in answers.get(message, ()))
        case OnOutcome(of=of, outcome="done"):
            return (of,)
    return ()

"""What answers a command that a saga takes on its way: what it replies in the very step that takes it.

Nothing declares such a command: no service handles it, and no saga starts with it for others. Its contract is what its
saga does.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from functools import reduce

from herosaga.model import model as m
from herosaga.model.expr import Construct
from herosaga.source import Span
from msgspec import Struct


class Replies(Struct, frozen=True):
    """The replies that can be the first of a step, with their places. `open`: the step may also end without one."""

    events: Mapping[str, Span]
    open: bool


class Taking(Struct, frozen=True):
    """A transition by which a saga takes a command, and what it replies in that step."""

    transition: m.Transition
    replies: Replies


_NONE = Replies({}, True)
_NOWHERE = Replies({}, False)


def implied(sagas: Iterable[m.Saga], commands: Container[str]) -> tuple[m.Handler, ...]:
    """The handlers of those of some commands that sagas take and reply to."""
    return tuple(
        _handler(saga, found)
        for saga in sagas
        for found in takings(saga, commands).values()
        if any(each.replies.events for each in found)
    )


def takings(saga: m.Saga, commands: Container[str]) -> Mapping[str, tuple[Taking, ...]]:
    """By command, the transitions that take it, in source order; one of a group once, whatever state it leaves."""
    steps = _Steps(saga)
    found: dict[str, dict[int, Taking]] = {}
    for source, each in _placed(saga):
        match each.trigger:
            case m.OnMessage(message=id, guessed=False) if id in commands:
                here = found.setdefault(id, {})
                replies = steps.of(source, each)
                known = here.get(each.span.start)
                here[each.span.start] = Taking(
                    each, replies if known is None else _either(known.replies, replies)
                )
    return {id: tuple(each.values()) for id, each in found.items()}


def _placed(saga: m.Saga) -> Iterator[tuple[str, m.Transition]]:
    """Each transition with the name of the state that it is taken in, "" where there is none."""
    for each in (*saga.start, *saga.missing):
        if isinstance(each, m.Transition):
            yield "", each
    for state in saga.states:
        for member in state.members:
            if isinstance(member, m.Transition):
                yield state.name, member


def _handler(saga: m.Saga, found: tuple[Taking, ...]) -> m.Handler:
    trigger = found[0].transition.trigger
    assert isinstance(trigger, m.OnMessage)
    events = reduce(_either, (each.replies for each in found)).events
    replied = sorted(events, key=lambda each: events[each].start)
    part = m.Emission(tuple(replied), "", tuple(events[each] for each in replied))
    return m.Handler(
        f"{saga.id}.{trigger.message.rpartition('.')[2]}",
        "handle",
        saga.id,
        trigger.message,
        (part,),
        (),
        None,
        False,
        all(_only_replies(each.transition) for each in found),
        m.Meta(),
        trigger.span,
    )


def _only_replies(transition: m.Transition) -> bool:
    """Whether a transition does nothing but to answer."""
    match transition:
        case m.Transition(trigger=m.OnMessage(binds=()), target=None, compensate=False):
            return _are_replies(transition.actions)
    return False


def _are_replies(actions: tuple[m.Action, ...]) -> bool:
    for action in actions:
        match action:
            case m.Send(kind="reply"):
                pass
            case m.If(then=then, other=other):
                if not _are_replies((*then, *other)):
                    return False
            case m.For(body=body):
                if not _are_replies(body):
                    return False
            case _:
                return False
    return True


# --- the replies of one step ---------------------------------------------------------------------


class _Steps:
    """The steps of one saga."""

    def __init__(self, saga: m.Saga) -> None:
        self.states = {each.name: each for each in saga.states}
        self.finals = {each.name: each for each in saga.finals}

    def of(self, source: str, transition: m.Transition) -> Replies:
        """What a transition replies, with what is left and entered. What comes after undo is a later step, if there is undo."""
        if transition.target is None:
            return _first(transition.actions)
        left = self.states[source].exit if source in self.states else ()
        entered = self._entering(transition.target, frozenset())
        if transition.compensate:
            entered = Replies(entered.events, True)
        return _then(_first((*left, *transition.actions)), entered)

    def _entering(self, name: str, seen: frozenset[str]) -> Replies:
        """What is replied on entering a state, and on going on where nothing is waited for."""
        if name in seen:
            return _NOWHERE
        if name in self.finals:
            return _first(self.finals[name].actions)
        state = self.states.get(name)
        if state is None:
            return _NONE
        entry = _first(state.entry)
        if not (state.passing or state.joins):
            return entry
        onward = reduce(_either, self._onward(state, seen | {name}), _NOWHERE)
        waits = _NONE if state.joins else _NOWHERE
        return _then(entry, _either(onward, waits))

    def _onward(self, state: m.State, seen: frozenset[str]) -> Iterator[Replies]:
        for each in state.members:
            match each:
                case m.Transition(trigger=m.Onward(), actions=actions, target=target):
                    goal = _NONE if target is None else self._entering(target, seen)
                    yield _then(_first(actions), goal)


def _first(actions: Iterable[m.Action]) -> Replies:
    """The replies of which one is the first of some actions."""
    found = _NONE
    for action in actions:
        match action:
            case m.Send(kind="reply", message=Construct(id=id, span=span)):
                found = _then(found, Replies({id: span}, False))
            case m.Send(kind="reply"):
                found = _then(found, _NOWHERE)
            case m.If(then=then, other=other):
                found = _then(found, _either(_first(then), _first(other)))
            case m.For(body=body):
                found = _then(found, _either(_NONE, _first(body)))
    return found


def _then(first: Replies, second: Replies) -> Replies:
    if not first.open:
        return first
    return Replies({**second.events, **first.events}, second.open)


def _either(one: Replies, other: Replies) -> Replies:
    return Replies({**other.events, **one.events}, one.open or other.open)

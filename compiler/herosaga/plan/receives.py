"""What a saga receives, by which field a message finds its instance, and what answers what the saga asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.fit import same
from herosaga.model.runs import completes, refusals
from herosaga.plan.code import PyCode, code, items, join, literal
from herosaga.plan.expr import Values, attribute, value
from herosaga.plan.place import Place


def receives(place: Place, calls: Iterable[str]) -> Iterator[PyCode]:
    """Each message that the saga may get, in source order, with the way to its instance.

    An answer that has no such way is found by the ids that it carries.
    """
    written = {each.message: each for each in place.saga.correlations}
    for message in _received(place, calls):
        found = written.get(message)
        if found is not None:
            yield _match(place, found) if found.where else _by(place, found)
        elif _has_key(place, message):
            yield _by(place, m.Correlation(message, place.saga.key))


def _received(place: Place, calls: Iterable[str]) -> dict[str, None]:
    saga = place.saga
    members = (*saga.start, *(each for state in saga.states for each in state.members))
    named = [each for member in (*members, *saga.missing) for each in _named(member)]
    answers = [id for call in calls for part in _answers(place, call) for id in part]
    return dict.fromkeys((*named, *answers))


def _named(member: m.Member) -> tuple[str, ...]:
    match member:
        case m.Ignore(m.OnMessage(message)) | m.Defer(m.OnMessage(message)):
            return (message,)
        case m.Transition(m.OnMessage(message)):
            return (message,)
        case m.Transition(m.OnAll(messages)):
            return messages
        case _:
            return ()


def _has_key(place: Place, message: str) -> bool:
    """Whether the saga's key is in a message. An itinerary's outcome is for whom the slip was started, and nobody else."""
    saga, declared = place.saga, place.context.model.messages[message]
    fields = () if declared.written else declared.fields
    return any(each.name == saga.key and same(each.type, saga.key_type) for each in fields)


def _by(place: Place, found: m.Correlation) -> PyCode:
    name = place.context.type_name(found.message)
    return code("{}({}, {})", place.runtime("By"), name, _of_event(place, found))


def _match(place: Place, found: m.Correlation) -> PyCode:
    name = place.context.type_name(found.message)
    of_data = code("lambda data: data.{}", attribute(found.where))
    parts = join(", ", [name, literal(found.where), of_data, _of_event(place, found)])
    return code("{}[{}, {}]({})", place.runtime("Match"), place.data, name, parts)


def _of_event(place: Place, found: m.Correlation) -> PyCode:
    if found.value is not None:
        return code("lambda event: {}", value(Values(place.context), found.value))
    return code("lambda event: event.{}", attribute(found.field))


# --- what is asked for, and what is served -------------------------------------------------------


def requested(saga: m.Saga) -> dict[str, None]:
    """The commands whose answers a saga awaits, undo included, in source order."""
    return {
        expr.id: None
        for action in all_actions(saga)
        for expr in _asked(action)
        if isinstance(expr, e.Construct)
    }


def _asked(action: m.Action) -> Iterator[e.Expr]:
    match action:
        case m.Request(message=message, undo=undo):
            yield message
        case m.Recording(undo=undo):
            pass
        case _:
            return
    if isinstance(undo, m.CommandUndo):
        yield undo.message


def all_actions(saga: m.Saga) -> Iterator[m.Action]:
    """Every action of a saga, also those inside others."""
    deadline = (saga.deadline,) if saga.deadline is not None else ()
    for state in (*saga.start, *deadline, *saga.states):
        match state:
            case m.Transition(actions=actions):
                yield from _nested(actions)
            case m.State():
                yield from _in_state(state)
    for member in saga.missing:
        if isinstance(member, m.Transition):
            yield from _nested(member.actions)
    for block in saga.compensations:
        yield from _nested(block.actions)
    for final in saga.finals:
        yield from _nested(final.actions)


def _in_state(state: m.State) -> Iterator[m.Action]:
    yield from _nested(state.entry)
    for member in state.members:
        if isinstance(member, m.Transition):
            yield from _nested(member.actions)
    for every in state.every:
        yield from _nested(every.actions)
    yield from _nested(state.exit)


def _nested(actions: Iterable[m.Action]) -> Iterator[m.Action]:
    for action in actions:
        yield action
        match action:
            case m.If(_, then, other):
                yield from _nested((*then, *other))
            case m.For(body=body):
                yield from _nested(body)


def _answers(place: Place, command: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The events that answer a command, and those that refuse it."""
    handlers = _handlers(place, command)
    done = tuple(id for each in handlers for id in each.answers)
    refused = tuple(id for each in handlers for id in refusals(place.saga, each))
    return done, refused


def _handlers(place: Place, command: str) -> tuple[m.Handler, ...]:
    return place.context.model.handlers_of(command)


def call(place: Place, command: str) -> PyCode:
    """A command that the saga requests, with what answers it."""
    done, refused = _answers(place, command)
    parts = _promised(place, command, done, refused)
    handlers = _handlers(place, command)
    if handlers and all(map(completes, handlers)):
        parts.append(code("completes=True"))
    return code("{}({})", place.runtime("Call"), join(", ", parts))


def serves(place: Place, handler: m.Handler) -> PyCode:
    """The command that the saga serves, with its answers."""
    parts = _promised(place, handler.message, handler.answers, handler.refuses)
    return code("{}({})", place.runtime("Serves"), join(", ", parts))


def _promised(
    place: Place, command: str, done: tuple[str, ...], refused: tuple[str, ...]
) -> list[PyCode]:
    name = place.context.type_name
    parts = [name(command)]
    if done:
        parts.append(code("done={}", items(map(name, done))))
    if refused:
        parts.append(code("refused={}", items(map(name, refused))))
    return parts

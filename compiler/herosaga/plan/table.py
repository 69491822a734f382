"""The table of a saga: what it receives, calls and does, as the runtime reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.names import constant, field_name
from herosaga.plan.actions import policy, undo_class
from herosaga.plan.code import PyCode, code, docstring, identifier, items, join, literal, number
from herosaga.plan.context import Context
from herosaga.plan.expr import Values, value
from herosaga.plan.transitions import Functions
from herosaga.plan.types import annotation
from msgspec import Struct


class RowPlan(Struct, frozen=True):
    """A state and its arms."""

    state: PyCode
    arms: tuple[PyCode, ...]


class EndPlan(Struct, frozen=True):
    """A final state."""

    state: PyCode
    end: PyCode


class TablePlan(Struct, frozen=True):
    """The value that a host is given."""

    name: PyCode
    final: PyCode
    wire: PyCode
    version: PyCode
    doc: PyCode
    types: PyCode
    receives: tuple[PyCode, ...]
    calls: tuple[PyCode, ...]
    start: tuple[PyCode, ...]
    rows: tuple[RowPlan, ...]
    missing: tuple[PyCode, ...]
    ends: tuple[EndPlan, ...]
    compensations: tuple[PyCode, ...]


def table_plan(context: Context, saga: m.Saga, made: Functions) -> TablePlan:
    """The table of a saga whose functions are made."""
    calls = tuple(_calls(context, saga))
    return TablePlan(
        identifier(saga.name),
        context.scope.use("typing", "Final"),
        literal(saga.id),
        number(saga.version),
        docstring(saga.meta.doc or f"Saga `{saga.name}`."),
        _types(context, saga),
        tuple(_by(context, saga, id) for id in _received(context, saga, calls)),
        tuple(_call(context, saga, id) for id in calls),
        tuple(_arm(context, saga, made, each) for each in saga.start),
        tuple(
            RowPlan(_state(saga, state.name), tuple(_arms(context, saga, made, _timely(state))))
            for state in saga.states
        ),
        tuple(_arms(context, saga, made, saga.missing)),
        tuple(EndPlan(_state(saga, each.name), _end(context, made, each)) for each in saga.finals),
        tuple(_compensation(context, saga, made, each) for each in saga.compensations),
    )


def _state(saga: m.Saga, name: str) -> PyCode:
    return code("{}.{}", identifier(f"{saga.name}State"), identifier(constant(name)))


def _types(context: Context, saga: m.Saga) -> PyCode:
    parts = [
        context.runtime("saga", "Saga"),
        identifier(f"{saga.name}Data"),
        identifier(f"{saga.name}State"),
        annotation(context, saga.key_type),
    ]
    return code("{}[{}, {}, {}]", *parts)


# --- what is received --------------------------------------------------------------------------


def _calls(context: Context, saga: m.Saga) -> dict[str, None]:
    """The commands whose answers the saga awaits, undo included, in source order."""
    requests = (each for each in all_actions(saga) if isinstance(each, m.Request))
    return {
        expr.id: None
        for each in requests
        for expr in _requested(each)
        if isinstance(expr, e.Construct)
    }


def _requested(request: m.Request) -> tuple[e.Expr, ...]:
    match request.undo:
        case m.CommandUndo(message):
            return request.message, message
        case _:
            return (request.message,)


def all_actions(saga: m.Saga) -> Iterator[m.Action]:
    """Every action of a saga, also those inside others."""
    members = [*saga.start, *saga.missing, *(each for s in saga.states for each in s.members)]
    for member in members:
        if isinstance(member, m.Transition):
            yield from _nested(member.actions)
    for block in saga.compensations:
        yield from _nested(block.actions)
    for final in saga.finals:
        yield from _nested(final.actions)


def _nested(actions: Iterable[m.Action]) -> Iterator[m.Action]:
    for action in actions:
        yield action
        match action:
            case m.If(_, then, other):
                yield from _nested((*then, *other))
            case m.For(_, _, _, body):
                yield from _nested(body)


def _received(context: Context, saga: m.Saga, calls: Iterable[str]) -> dict[str, None]:
    """Every message the saga may get, in source order."""
    named = [
        _named(member)
        for member in (
            *saga.start,
            *(each for state in saga.states for each in state.members),
            *saga.missing,
        )
    ]
    answers = [id for call in calls for part in _answers(context, call) for id in part]
    return dict.fromkeys(id for id in (*named, *answers) if id)


def _named(member: m.Member) -> str:
    match member:
        case m.Ignore(message=message) | m.Transition(trigger=m.OnMessage(message)):
            return message
        case _:
            return ""


def _answers(context: Context, command: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The events that answer a command, and those that refuse it."""
    handlers = context.model.handlers_of(command)
    done = tuple(id for each in handlers for id in each.emits)
    refused = tuple(id for each in handlers for id in each.refuses)
    return done, refused


def _by(context: Context, saga: m.Saga, message: str) -> PyCode:
    named = {each.message: each.field for each in saga.correlations}
    field = identifier(field_name(named.get(message, saga.key)))
    by = context.runtime("saga", "By")
    return code("{}({}, lambda event: event.{})", by, context.type_name(message), field)


def _call(context: Context, saga: m.Saga, command: str) -> PyCode:
    done, refused = _answers(context, command)
    parts = [context.type_name(command)]
    if done:
        parts.append(code("done={}", items(context.type_name(id) for id in done)))
    if refused:
        parts.append(code("refused={}", items(context.type_name(id) for id in refused)))
    return code("{}({})", context.runtime("saga", "Call"), join(", ", parts))


# --- what is done ------------------------------------------------------------------------------


def _timely(state: m.State) -> Iterator[m.Member]:
    """A state's members, those that wait for a time in source order among themselves, whatever their levels: so are those
    taken that are due at the same instant.
    """
    waits = sorted(
        (each for each in state.members if _waits(each)), key=lambda each: each.span.start
    )
    in_order = iter(waits)
    for each in state.members:
        yield next(in_order) if _waits(each) else each


def _waits(member: m.Member) -> bool:
    return isinstance(member, m.Transition) and isinstance(member.trigger, m.After)


def _arms(
    context: Context,
    saga: m.Saga,
    made: Functions,
    members: Iterable[m.Member],
) -> Iterator[PyCode]:
    for member in members:
        match member:
            case m.Ignore(message=message):
                ignore = context.runtime("saga", "Ignore")
                yield code("{}({})", ignore, context.type_name(message))
            case m.Transition():
                yield _arm(context, saga, made, member)
            case m.Defer():
                raise AssertionError("refused before planning")


def _arm(context: Context, saga: m.Saga, made: Functions, transition: m.Transition) -> PyCode:
    run = made.transitions[id(transition)]
    match transition.trigger:
        case m.OnMessage(message):
            kind, subject = "On", context.type_name(message)
        case m.OnFailure(command):
            kind, subject = "OnFailure", context.type_name(command)
        case m.After(delay):
            computed = made.delays.get(id(transition))
            kind, subject = "After", computed or value(Values(context), delay)
        case _:
            raise AssertionError("refused before planning")
    return code("{}({}, {})", context.runtime("saga", kind), subject, run)


def _end(context: Context, made: Functions, final: m.Final) -> PyCode:
    parts = [literal(final.mark)] if final.mark or final.name in made.finals else []
    if final.name in made.finals:
        parts.append(made.finals[final.name])
    return code("{}({})", context.runtime("saga", "End"), join(", ", parts))


def _compensation(context: Context, saga: m.Saga, made: Functions, block: m.Compensation) -> PyCode:
    parts = [undo_class(saga, block.name), made.compensations[block.name]]
    if block.policy is not None:
        parts.append(code("policy={}", policy(Values(context), block.policy)))
    if block.otherwise is not None:
        parts.append(code("otherwise={}", _state(saga, block.otherwise)))
    return code("{}({})", context.runtime("saga", "Compensation"), join(", ", parts))

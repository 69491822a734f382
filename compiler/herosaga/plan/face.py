"""What users see of a saga: a class with its description and what it does on what, and the way to start one."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from herosaga.model import model as m
from herosaga.plan.code import PyCode, code, docstring, identifier, join
from herosaga.plan.drawn import drawn
from herosaga.plan.place import Place
from herosaga.plan.spoken import all_said, goal
from herosaga.plan.types import annotation
from herosaga.plan.words import source_of, what_said
from herosaga.plan.written import Written, written
from msgspec import Struct

Row = tuple[str, str, str]
_HEAD: Row = ("state", "on", "leads to")
_WIDEST = (30, 44, 30)


class FacePlan(Struct, frozen=True):
    """The class. `start` are the lines of its method of that name."""

    name: PyCode
    base: PyCode
    doc: PyCode
    sender: PyCode
    messages: PyCode
    start: tuple[PyCode, ...]


def face_plan(place: Place, externs: PyCode | None) -> FacePlan:
    """The class of a saga that uses these `extern` functions."""
    saga = place.saga
    parts = [place.data, place.state, annotation(place.context, saga.key_type)]
    if externs is not None:
        parts.append(externs)
    base = place.runtime("Saga" if externs is None else "ExternSaga")
    words = saga.meta.doc or f"Saga `{saga.name}`."
    starting = _starting(saga)
    return FacePlan(
        identifier(f"{saga.name}Saga"),
        code("({}[{}])", base, join(", ", parts)),
        docstring(f"{words}\n\n{drawn(_HEAD, _rows(place), _WIDEST)}\n\n{_ends(saga)}"),
        place.context.runtime("service", "Sender"),
        join(" | ", (place.context.type_name(each) for each in starting)),
        tuple(_start(place, starting)),
    )


def _starting(saga: m.Saga) -> tuple[str, ...]:
    triggers = (each.trigger for each in saga.start)
    found = (each.message for each in triggers if isinstance(each, m.OnMessage))
    return tuple(dict.fromkeys(found))


def _start(place: Place, starting: tuple[str, ...]) -> Iterator[PyCode]:
    kinds = {place.context.model.messages[each].kind for each in starting}
    if len(kinds) > 1:
        command = place.context.runtime("message", "Command")
        yield code("if isinstance(message, {}):", command)
        yield code("    return await host.send(message, id, transaction)")
    if kinds == {"command"}:
        yield code("return await host.send(message, id, transaction)")
    else:
        yield code("return await host.publish(message, id, transaction)")


# --- what it does on what ------------------------------------------------------------------------


def _rows(place: Place) -> Iterator[Row]:
    """One for each transition, and for what is ignored or deferred, wherever it was written."""
    saga = place.saga
    found = [(each.first.span.start, _move(place, each)) for each in written(saga)]
    if saga.deadline is not None:
        move = _move(place, Written("", None, [saga.deadline], False))
        found.append((saga.deadline.span.start, move))
    held: list[tuple[str, m.Member]] = [("no instance", each) for each in saga.missing]
    held += [(state.name, each) for state in saga.states for each in state.members]
    for where, member in held:
        if not isinstance(member, m.Transition):
            found.append((member.span.start, _swallowed(place, where, member)))
    for state in saga.states:
        found.extend((each.span.start, _repeated(state.name, each)) for each in state.every)
    yield from dict.fromkeys(row for _, row in sorted(found, key=itemgetter(0)))


def _move(place: Place, found: Written) -> Row:
    first = found.first
    where = "any" if isinstance(first.trigger, m.Deadline) else _where(found.place, first.level)
    return where, all_said(place, found).removeprefix("on "), _leads_to(first)


def _swallowed(place: Place, where: str, held: m.Ignore | m.Defer) -> Row:
    done = "ignored" if isinstance(held, m.Ignore) else "deferred"
    return _where(where, held.level), what_said(place.context.model, held.what), done


def _repeated(where: str, every: m.Every) -> Row:
    return _where(where, every.level), f"every {source_of(every.delay)}", "stays"


def _where(place: str, level: str) -> str:
    """The states of a group, the name of a sequence, else the state itself."""
    return level.partition(" ")[2] or place


def _leads_to(transition: m.Transition) -> str:
    if transition.target is None:
        return "stays"
    return f"undo, then {goal(transition)}" if transition.compensate else goal(transition)


def _ends(saga: m.Saga) -> str:
    marked = (f"{each.name} ({each.mark})" if each.mark else each.name for each in saga.finals)
    return f"It ends in {', '.join(marked)}."

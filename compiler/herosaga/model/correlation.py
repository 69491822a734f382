"""How each message that a saga takes finds its instance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from herosaga.checks import hs101, hs102, hs406, hs407
from herosaga.findings import Label
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.declared import data_place, declared, named
from herosaga.model.env import Env
from herosaga.model.fit import bare, goes, same
from herosaga.model.infer import infer
from herosaga.model.scope import find, nearest
from herosaga.model.triggers import MESSAGES
from herosaga.model.types import MessageType, Optional, Type, Unknown
from herosaga.source import Span
from herosaga.syntax import ast
from msgspec import Struct
from msgspec.structs import replace

_ONE = "a message is brought to its instance in one way: keep one of them"


class Takes(Struct, frozen=True):
    """The members that take messages: those of `start`, and all others."""

    start: tuple[m.Transition, ...]
    others: tuple[m.Member, ...]


def correlations(
    nodes: tuple[ast.Correlate, ...], takes: Takes, env: Env
) -> tuple[m.Correlation, ...]:
    """One for each message taken, in the order in which they are first named. What is written wins."""
    written = _written(nodes, env)
    starting = _places(takes.start)
    found: list[m.Correlation] = []
    for message, span in _places((*takes.start, *takes.others)).items():
        if message not in written:
            if _by_key(message, span, env, message in starting):
                found.append(m.Correlation(message, env.key))
            continue
        each, where = written[message]
        if each is not None and each.where and message in starting:
            name, more = env.world.shapes[message].name, _key_of(message, env)
            start = starting[message]
            env.report.append(hs406.start_by_match(name, env.key, where, start, *more))
        elif each is not None:
            found.append(each)
    return tuple(found)


def _places(members: Iterable[m.Member]) -> Mapping[str, Span]:
    """The messages taken, each with the first place that takes it."""
    found: dict[str, Span] = {}
    for member in members:
        for message, span in _taken(member):
            found.setdefault(message, span)
    return found


def _taken(member: m.Member) -> Iterator[tuple[str, Span]]:
    match member:
        case m.Transition(trigger=m.OnMessage(message=message, span=span)):
            yield message, span
        case m.Transition(trigger=m.OnAll(messages=messages, span=span)):
            yield from ((message, span) for message in messages)
        case m.Ignore(what=m.OnMessage(message=message, span=span)):
            yield message, span
        case m.Defer(what=m.OnMessage(message=message, span=span)):
            yield message, span


# --- by the key --------------------------------------------------------------------------------


def _by_key(message: str, span: Span, env: Env, starts: bool) -> bool:
    """Whether the message has the saga's key, with its type; else it is reported."""
    key, kind = env.key, env.data[env.key]
    shape = env.world.shapes[message]
    slot = shape.slots.get(key)
    if slot is None:
        if not shape.open:
            other = "" if starts else next(iter(shape.slots), "")
            more = (*_key_of(message, env), other)
            env.report.append(hs406.no_key(shape.name, shape.kind, key, str(kind), span, *more))
        return False
    if isinstance(slot.type, Optional):
        env.report.append(hs407.optional(shape.name, key, span, slot.span))
        return False
    if not same(slot.type, kind):
        found = str(slot.type)
        env.report.append(hs407.other_type(shape.name, key, found, str(kind), span, slot.span))
        return False
    return True


def _key_of(message: str, env: Env) -> tuple[tuple[Label, ...], tuple[str, ...]]:
    """Where the key and the message are declared, and the message's fields that have the key's type."""
    kind, slots = env.data[env.key], env.world.shapes[message].slots
    place = named(message, env) if env.key not in slots else None
    labels = [Label(env.places[env.key], f"every instance has its `{env.key}`")]
    if place is not None:
        has = ", ".join(f"`{each}`" for each in slots) if 0 < len(slots) < 5 else "other fields"
        labels.append(Label(place, f"has only {has}"))
    alike = tuple(each.name for each in slots.values() if same(each.type, kind))
    near = nearest(env.key, alike)
    return tuple(labels), (near,) if near else alike


# --- as written --------------------------------------------------------------------------------


def _written(
    nodes: tuple[ast.Correlate, ...], env: Env
) -> Mapping[str, tuple[m.Correlation | None, Span]]:
    """By message, each with its place; None where what is written is wrong already."""
    found: dict[str, tuple[m.Correlation | None, Span]] = {}
    first: dict[str, Span] = {}
    for node in nodes:
        decl = find(env.scope, node.message, MESSAGES, env.report)
        if decl is None:
            continue
        if decl.id in first:
            name = node.message
            twice = hs101.twice(name.text, "correlation", name.span, first[decl.id], _ONE)
            env.report.append(twice)
            continue
        first[decl.id] = node.message.span
        found[decl.id] = _correlation(node, decl.id, env), node.span
    return found


def _correlation(node: ast.Correlate, message: str, env: Env) -> m.Correlation | None:
    if node.by is not None:
        value = _of_event(node.by, message, env)
        kind = env.data[env.key]
        return _made(message, "", value, kind, env) if value is not None else None
    assert node.where is not None
    sides = _sides(node.where)
    if sides is None:
        env.report.append(hs406.not_a_match(node.where.span))
        return None
    field, other = sides
    value = _of_event(other, message, env)
    if field.name == env.key or field.name not in env.data:
        near = nearest(field.name, (each for each in env.data if each != env.key))
        env.report.append(hs102.unknown(field.name, ("data field",), field.span, near))
        return None
    kind = bare(env.data[field.name])
    return _made(message, field.name, value, kind, env) if value is not None else None


def _made(message: str, where: str, value: e.Expr, kind: Type, env: Env) -> m.Correlation | None:
    """A value of the message that is to equal something of type `kind`."""
    if isinstance(value.type, Optional) and goes(value.type.of, kind):
        env.report.append(hs407.optional_value(env.world.shapes[message].name, value.span))
        return None
    if not same(value.type, kind):
        what, field = (f"`{where}`", where) if where else ("the saga's key", env.key)
        source, place = declared(value, env), data_place(field, env)
        labels = tuple(each for each in (source, place.label if place else None) if each)
        env.report.append(hs407.unlike(what, str(value.type), str(kind), value.span, labels))
        return None
    match value:
        case e.FieldOf(value=e.EventValue(), name=name):
            return m.Correlation(message, name, where)
    return m.Correlation(message, "", where, value)


def _of_event(node: ast.Expr, message: str, env: Env) -> e.Expr | None:
    """A field of the message, or of a record in it; None, with a finding, for anything else."""
    if not _is_path(node):
        env.report.append(hs406.not_of_the_message(node.span))
        return None
    value = infer(node, replace(env, event=MessageType(message)))
    return None if isinstance(value.type, Unknown) else value


def _is_path(node: ast.Expr) -> bool:
    match node:
        case ast.Attribute(value=ast.Var(name="event")):
            return True
        case ast.Attribute(value=value):
            return _is_path(value)
    return False


def _sides(node: ast.Expr) -> tuple[ast.Var, ast.Expr] | None:
    """The data field and what it is compared with; None where it is no such comparison."""
    match node:
        case ast.Binary(op="==", left=ast.Var() as field, right=other) if _is_path(other):
            return field, other
        case ast.Binary(op="==", left=other, right=ast.Var() as field) if _is_path(other):
            return field, other
    return None

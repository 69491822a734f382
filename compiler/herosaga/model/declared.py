"""Where what a value is read from is declared, and what else could have been meant: for a wrong type's report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from herosaga.checks.hs201 import Place
from herosaga.checks.words import a
from herosaga.findings import Label
from herosaga.model import expr as e
from herosaga.model.env import Env, path_of
from herosaga.model.fit import goes
from herosaga.model.scope import nearest
from herosaga.model.types import EnumType, MessageType, Optional, RecordType, Type, Unknown
from herosaga.model.world import Shape, Slot
from herosaga.source import Span
from herosaga.syntax import ast


def declared(value: e.Expr, env: Env) -> Label | None:
    """The declaration of the field, or the enum, that the value is read from."""
    match value:
        case e.Narrowed(value=inside):
            return declared(inside, env)
        case e.DataField(name=name, type=kind) if name in env.places:
            return Label(env.places[name], _is(f"`{name}`", kind))
        case e.FieldOf(value=owner, name=name, type=kind):
            slot = _slot(owner.type, name, env)
            return Label(slot.span, _is(f"`{name}`", kind)) if slot else None
        case e.EnumConst(enum=id, type=kind):
            span = named(id, env)
            return Label(span, f"`{kind}` is another enum") if span is not None else None
    return None


def named(id: str, env: Env) -> Span | None:
    """Where the name of a declaration stands that can be named here."""
    found = (decl for decls in env.scope.names.values() for decl in decls)
    return next((decl.span for decl in found if decl.id == id), None)


def argument_place(slot: Slot, shape: Shape, given: Iterable[ast.Expr]) -> Place:
    """Where an argument goes; `given` are all the arguments, whose values are not wanted twice."""
    label = Label(slot.span, _is(f"`{slot.name}` of `{shape.name}`", slot.type))
    return Place(label, slot.name, frozenset(map(path_of, given)))


def data_place(name: str, env: Env) -> Place | None:
    """The data field that is set."""
    if name not in env.places:
        return None
    label = Label(env.places[name], _is(f"`{name}`", env.data[name]))
    return Place(label, name, frozenset((name,)))


def instead(node: ast.Expr, wanted: Type, place: Place, env: Env) -> tuple[str, bool]:
    """The field that may have been meant, where another one is named, and whether it is called so.

    It has the type that is wanted, and a name like that of the place, or it is the only one of its type.
    """
    path = path_of(node)
    if not path or nearest(path.rpartition(".")[2], (place.name,)):
        return (
            "",
            False,
        )  # called like the place, so that it is surely meant, and only its type is wrong
    found = [
        each
        for each, kind in _readable(path, env)
        if goes(kind, wanted) and not isinstance(kind, Unknown) and each not in place.given
    ]
    names = {each.rpartition(".")[2]: each for each in reversed(found)}
    if near := nearest(place.name, names):
        return names[near], True
    return (found[0], False) if len(found) == 1 else ("", False)


def _readable(path: str, env: Env) -> Iterator[tuple[str, Type]]:
    """The fields beside the one that is named, but for the key: of the event, or the saga's data."""
    if path.startswith("event.") and isinstance(env.event, MessageType):
        for slot in env.world.shapes[env.event.id].slots.values():
            if slot.name != env.key:
                yield f"event.{slot.name}", slot.type
    elif path in env.data:
        readable = (name for name in env.data if name != env.key and name not in env.hidden)
        yield from ((name, env.data[name]) for name in readable)


def _is(field: str, kind: Type) -> str:
    """What is said at a field's declaration."""
    if isinstance(kind, Optional):
        return f"{field} may be none: `{kind}`"
    return f"{field} is {a(str(kind))}"


def _slot(owner: Type, name: str, env: Env) -> Slot | None:
    match owner:
        case RecordType(id=id) | MessageType(id=id):
            return env.world.shapes[id].slots.get(name)
    return None


def members_of(kind: Type, env: Env) -> tuple[str, ...]:
    """What a value of an enum can be, as it is written."""
    match kind:
        case EnumType(id=id):
            return tuple(f"{kind}.{each}" for each in env.world.enums[id])
    return ()

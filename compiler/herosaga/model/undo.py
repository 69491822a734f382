"""Undo: what takes something back, and with which arguments."""

from __future__ import annotations

from herosaga.checks import hs102, hs103, hs202
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.around import Around
from herosaga.model.env import Env
from herosaga.model.fit import fit
from herosaga.model.infer import arguments, construct
from herosaga.model.scope import find, guess, nearest
from herosaga.model.types import UNKNOWN, MessageType, Type
from herosaga.model.world import Shape
from herosaga.source import Span
from herosaga.syntax import ast
from msgspec.structs import replace

MESSAGES = ("event", "command")
Undo = m.CommandUndo | m.BlockUndo


def undo_of(
    node: ast.Undo, asked: ast.Name, message: e.Expr, env: Env, around: Around
) -> Undo | None:
    """The undo of a request of `message`, in which the command is written as `asked`."""
    if node.by is None:
        return _declared(node.span, asked, message, env, around)
    return named(node.by, node.span, env, around)


def named(call: ast.Call, span: Span, env: Env, around: Around) -> Undo | None:
    """An undo that is written out: a compensation of the saga, or a command."""
    block = around.compensations.get(call.name.text)
    if block is not None:
        return m.BlockUndo(call.name.text, arguments(call, block, env), span)
    if call.name.text not in env.scope.names:
        near = nearest(call.name.text, around.compensations)
        if near or call.name.text[:1].islower():
            kinds = ("compensation",)
            env.report.append(hs102.unknown(call.name.text, kinds, call.name.span, near))
            return _meant(near, call, span, env, around)
    return m.CommandUndo(message_of(call, "command", "compensable by", env), False, span)


def _meant(near: str, call: ast.Call, span: Span, env: Env, around: Around) -> Undo:
    """What stands in for an unknown compensation, so that nobody says that there is no undo."""
    block = around.compensations.get(near)
    if block is None:
        return m.CommandUndo(e.Bad(UNKNOWN, call.span), False, span)
    return m.BlockUndo(near, arguments(call, _lenient(block), env), span)


def message_of(call: ast.Call, kind: str, verb: str, env: Env) -> e.Expr:
    """A message, or what an itinerary is given: what `call` names has to be of `kind`."""
    decl = find(env.scope, call.name, (kind,), env.report, verb)
    if decl is not None:
        return construct(call, env.world.shapes[decl.id], env)
    meant = env.scope.get(call.name.text) or guess(env.scope, call.name, (kind,), env.report)
    if meant is None or meant.kind not in MESSAGES:
        return e.Bad(UNKNOWN, call.span)
    return construct(call, _lenient(env.world.shapes[meant.id]), env)


def _lenient(shape: Shape) -> Shape:
    """What stands in for something wrong: arguments that do not match it are no mistake of their own."""
    slots = {name: replace(slot, required=False) for name, slot in shape.slots.items()}
    return replace(shape, slots=slots, open=True)


def _declared(
    span: Span, asked: ast.Name, message: e.Expr, env: Env, around: Around
) -> m.CommandUndo | None:
    """`compensable` alone: the declared undo takes its fields by name from the request."""
    if not isinstance(message, e.Construct):
        return None
    undo = around.undos.get(message.id)
    if undo is None:
        handler = around.handlers.get(message.id)
        if handler is None or not handler.undo_lost:
            env.report.append(hs103.no_declared_undo(asked.text, span))
        return m.CommandUndo(e.Bad(UNKNOWN, span), True, span)
    shape, given = env.world.shapes[undo], dict(message.args)
    has = env.world.shapes[message.id]
    missing = [s.name for s in shape.slots.values() if s.required and s.name not in has.slots]
    if missing:
        env.report.append(
            hs202.undo_missing(tuple(missing), shape.name, has.name, tuple(shape.slots), span)
        )
        return m.CommandUndo(e.Bad(UNKNOWN, span), True, span)
    args = tuple(
        (name, _from_request(given[name], slot.type, span, env) if name in has.slots else None)
        for name, slot in shape.slots.items()
    )
    return m.CommandUndo(e.Construct(undo, args, MessageType(undo), span), True, span)


def _from_request(value: e.Expr | None, kind: Type, span: Span, env: Env) -> e.Expr | None:
    """The request's argument where the undo expects a `kind`."""
    return None if value is None else fit(value, kind, env.report)

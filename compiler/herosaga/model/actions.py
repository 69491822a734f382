"""Actions of a step, in order: a later one sees what an earlier `set` wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from herosaga.checks import hs004, hs102, hs103, hs202, hs407, hs605
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.env import Env, Variable, shown
from herosaga.model.fields import not_reserved
from herosaga.model.fit import fit
from herosaga.model.infer import arguments, check, condition, construct, element_of, infer
from herosaga.model.policies import policy_of
from herosaga.model.scope import find, nearest
from herosaga.model.types import UNKNOWN, MessageType, Type
from herosaga.model.world import Shape
from herosaga.source import Span
from herosaga.syntax import ast


@dataclass(frozen=True, slots=True)
class Around:
    """What a saga's actions can name beside data: policies, declared undos, its compensations."""

    policies: Mapping[str, m.PolicyDecl]
    undos: Mapping[str, str]
    compensations: Mapping[str, Shape]


def actions(nodes: tuple[ast.Action, ...], env: Env, around: Around) -> tuple[m.Action, ...]:
    """The actions, typed one after the other."""
    found: list[m.Action] = []
    for node in nodes:
        action = _action(node, env, around)
        if action is not None:
            found.append(action)
        env = env.forgetting(changed((node,)))
    return tuple(found)


def changed(nodes: tuple[ast.Action, ...]) -> Iterator[str]:
    """The data fields that these actions may set."""
    for node in nodes:
        match node:
            case ast.Set(name=name):
                yield name.text
            case ast.If(then=then, other=other):
                yield from changed(then)
                yield from changed(other)
            case ast.For(body=body):
                yield from changed(body)


def _loops(nodes: tuple[ast.Action, ...]) -> int:
    """How many loops stand in each other at most."""
    deepest = 0
    for node in nodes:
        match node:
            case ast.If(then=then, other=other):
                deepest = max(deepest, _loops(then), _loops(other))
            case ast.For(body=body):
                deepest = max(deepest, 1 + _loops(body))
    return deepest


def _action(node: ast.Action, env: Env, around: Around) -> m.Action | None:
    match node:
        case ast.Set():
            return _set(node, env)
        case ast.Send(kind=kind):
            message = _message(node.message, "command" if kind == "send" else "event", kind, env)
            return m.Send(kind, message, node.span)
        case ast.Request():
            return _request(node, env, around)
        case ast.If():
            return _if(node, env, around)
        case ast.For():
            return _for(node, env, around)


def _set(node: ast.Set, env: Env) -> m.Set | None:
    name = node.name.text
    kind = _settable(node.name, env)
    if node.op == "=":
        value = check(node.value, env, kind)
    else:
        before = ast.Var(name, node.name.span)
        sum_ = ast.Binary(node.op[0], before, node.value, node.name.span.to(node.value.span))
        value = fit(infer(sum_, env, kind), kind, env.report)
    return m.Set(name, value, node.span) if name in env.data and name != env.key else None


def _settable(name: ast.Name, env: Env) -> Type:
    """The type of the data field to set; `Unknown`, with a finding, where it can't be set."""
    if name.text in env.variables:
        kind = "parameter" if env.variables[name.text].param else "loop variable"
        env.report.append(hs103.not_settable(name.text, kind, name.span))
    elif name.text in env.hidden:
        env.report.append(
            hs103.not_settable(name.text, "field of an instance, and here is none", name.span)
        )
    elif name.text == env.key:
        env.report.append(hs407.key_set(name.text, name.span))
    elif name.text in env.data:
        return env.data[name.text]
    else:
        near = nearest(name.text, (each for each in env.data if each != env.key))
        env.report.append(hs102.unknown(name.text, ("data field",), name.span, near))
    return UNKNOWN


def _message(call: ast.Call, kind: str, verb: str, env: Env) -> e.Expr:
    decl = find(env.scope, call.name, (kind,), env.report, verb)
    if decl is None:
        return e.Bad(UNKNOWN, call.span)
    return construct(call, env.world.shapes[decl.id], env)


def _if(node: ast.If, env: Env, around: Around) -> m.If:
    test = condition(node.condition, env, "condition")
    then = actions(node.then, env.knowing(shown(node.condition, True)), around)
    other = actions(node.other, env.knowing(shown(node.condition, False)), around)
    return m.If(test, then, other, node.span)


def _for(node: ast.For, env: Env, around: Around) -> m.For:
    source = infer(node.source, env)
    kind = element_of(source, env)
    if _loops((node,)) == hs004.MAX_LOOPS + 1:
        env.report.append(hs004.loops(node.span))
    not_reserved(node.var, "loop variable", env.report)
    # A second round sees what the first one set.
    inner = env.forgetting(changed(node.body)).binding(node.var.text, Variable(kind))
    return m.For(node.var.text, kind, source, actions(node.body, inner, around), node.span)


def _request(node: ast.Request, env: Env, around: Around) -> m.Request:
    message = _message(node.message, "command", "request", env)
    policy = policy_of(node.policy, around.policies, env)
    if policy is not None and policy.retries != 0 and policy.within is None:
        env.report.append(hs605.no_limit(node.policy.span if node.policy else node.span))
    undo = _undo(node, message, env, around) if node.undo is not None else None
    return m.Request(message, policy, undo, node.span)


def _undo(
    node: ast.Request, message: e.Expr, env: Env, around: Around
) -> m.CommandUndo | m.BlockUndo | None:
    assert node.undo is not None
    call, span = node.undo.by, node.undo.span
    if call is None:
        return _declared_undo(node, message, span, env, around)
    block = around.compensations.get(call.name.text)
    if block is not None:
        return m.BlockUndo(call.name.text, arguments(call, block, env), span)
    if call.name.text not in env.scope.names:
        near = nearest(call.name.text, around.compensations)
        if near or call.name.text[:1].islower():
            kinds = ("compensation",)
            env.report.append(hs102.unknown(call.name.text, kinds, call.name.span, near))
            return None
    return m.CommandUndo(_message(call, "command", "compensable by", env), False, span)


def _declared_undo(
    node: ast.Request, message: e.Expr, span: Span, env: Env, around: Around
) -> m.CommandUndo | None:
    """`compensable` alone: the declared undo takes its fields by name from the request."""
    if not isinstance(message, e.Construct):
        return None
    undo = around.undos.get(message.id)
    if undo is None:
        env.report.append(hs103.no_declared_undo(node.message.name.text, span))
        return None
    shape, given = env.world.shapes[undo], dict(message.args)
    asked = env.world.shapes[message.id]
    missing = [s.name for s in shape.slots.values() if s.required and s.name not in asked.slots]
    if missing:
        env.report.append(
            hs202.undo_missing(tuple(missing), shape.name, asked.name, tuple(shape.slots), span)
        )
        return m.CommandUndo(e.Bad(UNKNOWN, span), True, span)
    args = tuple(
        (name, _from_request(given[name], slot.type, span, env) if name in asked.slots else None)
        for name, slot in shape.slots.items()
    )
    return m.CommandUndo(e.Construct(undo, args, MessageType(undo), span), True, span)


def _from_request(value: e.Expr | None, kind: Type, span: Span, env: Env) -> e.Expr | None:
    """The request's argument where the undo expects a `kind`."""
    return None if value is None else fit(value, kind, env.report)

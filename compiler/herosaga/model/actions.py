"""Actions of a step, in order: a later one sees what an earlier `set` wrote."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from herosaga.checks import hs004, hs005, hs102, hs103, hs407, hs605
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.around import Around
from herosaga.model.declared import data_place
from herosaga.model.env import Env, Variable, shown
from herosaga.model.fields import not_reserved
from herosaga.model.fit import fit
from herosaga.model.infer import check, condition, element_of, infer
from herosaga.model.policies import policy_of
from herosaga.model.scope import nearest
from herosaga.model.types import DATETIME, DURATION, UNKNOWN, MessageType, Type
from herosaga.model.undo import message_of, named, undo_of
from herosaga.syntax import ast

__all__ = ["Around", "action", "actions", "changed", "loop_variable", "request", "run"]


def actions(nodes: tuple[ast.Action, ...], env: Env, around: Around) -> tuple[m.Action, ...]:
    """The actions, typed one after the other."""
    found: list[m.Action] = []
    for node in nodes:
        each = action(node, env, around)
        if each is not None:
            found.append(each)
        env = env.forgetting(changed((node,))).after(looped((node,)))
    return tuple(found)


def looped(nodes: tuple[ast.Action, ...]) -> Iterator[str]:
    """The variables of these loops, which are gone after them."""
    for node in nodes:
        match node:
            case ast.For(var=var, body=body):
                yield var.text
                yield from looped(body)
            case ast.If(then=then, other=other):
                yield from looped((*then, *other))


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


def action(node: ast.Action, env: Env, around: Around) -> m.Action | None:
    """One action; None, with a finding, where nothing of it can be kept."""
    match node:
        case ast.Set():
            return _set(node, env)
        case ast.Send():
            return _send(node, env, around)
        case ast.Request():
            return request(node, env, around)
        case ast.Run():
            return run(node, env)
        case ast.Recording():
            return _recording(node, env, around)
        case ast.Pivot(span=span):
            return m.Pivot(span)
        case ast.Arm(timer=timer, at=at, value=value, span=span):
            when = check(value, env, DATETIME if at else DURATION)
            name = _timer(timer, env, around)
            return m.Arm(name, at, when, span) if name else None
        case ast.Disarm(timer=timer, span=span):
            name = _timer(timer, env, around)
            return m.Disarm(name, span) if name else None
        case ast.If():
            return _if(node, env, around)
        case ast.For():
            return _for(node, env, around)


# --- data --------------------------------------------------------------------------------------


def _set(node: ast.Set, env: Env) -> m.Set | None:
    name = node.name.text
    kind = _settable(node.name, env)
    if node.op == "=" or name not in env.data:
        value = check(node.value, env, kind, partial(data_place, name, env))
    else:
        before = ast.Var(name, node.name.span)
        sum_ = ast.Binary(node.op[0], before, node.value, node.name.span.to(node.value.span))
        value = fit(infer(sum_, env, kind), kind, env.report)
    return m.Set(name, value, node.span) if name in env.data and name != env.key else None


def _settable(name: ast.Name, env: Env) -> Type:
    """The type of the data field to set; `Unknown`, with a finding, where it can't be set."""
    if name.text in env.variables:
        kind = "parameter" if env.variables[name.text].param else "loop variable"
        place = env.places.get(name.text)
        hides = name.text in env.data
        env.report.append(hs103.variable_set(name.text, kind, name.span, place, hides))
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


# --- messages ----------------------------------------------------------------------------------


def _send(node: ast.Send, env: Env, around: Around) -> m.Send:
    message = message_of(
        node.message, "command" if node.kind == "send" else "event", node.kind, env
    )
    if node.kind == "reply":
        _answers(node, message, env, around)
    return m.Send(node.kind, message, node.span)


def _answers(node: ast.Send, message: e.Expr, env: Env, around: Around) -> None:
    """Reports a reply to nobody, and one that was not promised to whom the saga serves."""
    handled = _command(env)
    if not handled and not around.answers:
        env.report.append(hs005.no_asker(node.span))
        return
    serves = around.serves
    if serves is None or (handled and handled != serves.message):
        return
    promised = (*serves.emits, *serves.refuses)
    if not isinstance(message, e.Construct) or env.world.shapes[message.id].kind != "event":
        return
    if message.id not in promised:
        names = tuple(env.world.shapes[each].name for each in promised)
        command = env.world.shapes[serves.message].name
        name = node.message.name
        env.report.append(hs103.not_promised(name.text, command, names, name.span, serves.span))


def _command(env: Env) -> str:
    """The command that is being handled, "" where it is none."""
    match env.event:
        case MessageType(id=id) if env.world.shapes[id].kind == "command":
            return id
    return ""


def request(node: ast.Request, env: Env, around: Around) -> m.Request:
    """`request`, and what a sequence's `step` requests."""
    message = message_of(node.message, "command", "request", env)
    policy = policy_of(node.policy, around.policies, env)
    if policy is not None and policy.retries != 0 and policy.within is None:
        env.report.append(hs605.no_limit(node.policy.span if node.policy else node.span))
    undo = None
    if node.undo is not None:
        undo = undo_of(node.undo, node.message.name, message, env, around)
    return m.Request(message, policy, undo, node.span)


def run(node: ast.Run, env: Env) -> m.Run:
    """`run` of an itinerary."""
    message = message_of(node.message, "itinerary", "run", env)
    return m.Run(message, node.undo is not None, node.span)


def _recording(node: ast.Recording, env: Env, around: Around) -> m.Recording | None:
    assert node.undo.by is not None, "the parser asks for it"
    undo = named(node.undo.by, node.undo.span, env, around)
    return m.Recording(undo, node.span) if undo is not None else None


def _timer(name: ast.Name, env: Env, around: Around) -> str:
    """The timer of this name, or what was most likely meant; "" where there is none."""
    if name.text in around.timers:
        return name.text
    near = nearest(name.text, around.timers)
    env.report.append(hs102.unknown(name.text, ("timer",), name.span, near))
    return near


# --- blocks ------------------------------------------------------------------------------------


def _if(node: ast.If, env: Env, around: Around) -> m.If:
    test = condition(node.condition, env, "condition")
    then = actions(node.then, env.knowing(shown(node.condition, True)), around)
    other = actions(node.other, env.knowing(shown(node.condition, False)), around)
    return m.If(test, then, other, node.span)


def _for(node: ast.For, env: Env, around: Around) -> m.For:
    if _loops((node,)) == hs004.MAX_LOOPS + 1:
        env.report.append(hs004.loops(node.span))
    source = infer(node.source, env)
    # A second round sees what the first one set.
    inner, kind = loop_variable(node.var, source, env.forgetting(changed(node.body)))
    return m.For(node.var.text, kind, source, actions(node.body, inner, around), node.span)


def loop_variable(name: ast.Name, source: e.Expr, env: Env) -> tuple[Env, Type]:
    """Inside of a loop, and the type of its variable."""
    kind = element_of(source, env)
    not_reserved(name, "loop variable", env.report)
    return env.binding(name.text, Variable(kind)), kind


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

"""Transitions: trigger, guard, target and actions, and what each of them can see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from herosaga.checks import hs001, hs101, hs102, hs103, hs407
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.actions import Around, actions
from herosaga.model.env import Env, shown
from herosaga.model.fit import fit
from herosaga.model.infer import check, condition
from herosaga.model.meta import meta
from herosaga.model.scope import Decl, find, guess, nearest
from herosaga.model.types import DURATION, UNKNOWN, MessageType, Optional
from herosaga.source import Span
from herosaga.syntax import ast

MESSAGES = ("event", "command")


@dataclass(frozen=True, slots=True)
class Places:
    """The states and finals of a saga, by name, each with its mark: "state", "", "failed", "manual"."""

    marks: Mapping[str, str]


Key = tuple[str, ...]

_ARROW = "write `compensate -> S`: the state that is entered once everything is undone"


def transitions(
    nodes: tuple[ast.Transition | ast.Ignore, ...],
    level: str,
    env: Env,
    around: Around,
    places: Places,
) -> tuple[tuple[m.Transition, ...], tuple[m.Ignore, ...]]:
    """One level's transitions and ignores, each in source order.

    A transition knows what the false guards of earlier ones with its trigger have shown.
    """
    found: list[m.Transition] = []
    ignores: list[m.Ignore] = []
    facts: dict[Key, frozenset[str]] = {}
    for node in nodes:
        match node:
            case ast.Ignore():
                ignores.extend(_ignores(node, level, env))
            case ast.Transition(triggers=(trigger, *_), guard=guard):
                key = _key(trigger)
                known = facts.get(key, frozenset())
                each = _transition(node, level, env.knowing(known), around, places)
                if each is not None:
                    found.append(each)
                facts[key] = known | shown(guard, False)
    return tuple(found), tuple(ignores)


def target(name: ast.Name, env: Env, places: Places) -> str:
    """The state that an arrow leads to; what was most likely meant, where there is none."""
    if name.text in places.marks:
        return name.text
    if name.text == "Compensating":
        env.report.append(hs103.compensating(name.span))
        return name.text
    near = nearest(name.text, places.marks)
    env.report.append(hs102.unknown(name.text, ("state",), name.span, near))
    return near or name.text


def _key(trigger: ast.Trigger) -> Key:
    match trigger:
        case ast.OnMessage(message=name):
            return ("message", name.text)
        case ast.OnFailure(command=name):
            return ("failure", name.text)
        case ast.After(span=span):
            return ("after", str(span.start))


def _ignores(node: ast.Ignore, level: str, env: Env) -> list[m.Ignore]:
    found = []
    for each in node.messages:
        if not isinstance(each, ast.OnMessage):
            continue
        decl = find(env.scope, each.message, MESSAGES, env.report)
        if decl is not None:
            what = m.OnMessage(decl.id, (), each.span)
            found.append(m.Ignore(what, level, meta(node.meta), each.span))
    return found


def _transition(
    node: ast.Transition, level: str, env: Env, around: Around, places: Places
) -> m.Transition | None:
    env = _seeing(node.triggers[0], env)
    guard = condition(node.guard, env, "guard") if node.guard is not None else None
    env = env.knowing(shown(node.guard, True))
    trigger = _trigger(node.triggers[0], env)
    goal = target(node.target, env, places) if node.target is not None else None
    if node.compensate is not None and node.target is None:
        env.report.append(
            hs001.unexpected(node.compensate, "`-> State` after `compensate`", "none", _ARROW)
        )
    body = actions(node.actions, _bound(node.triggers[0], env), around)
    if trigger is None:
        return None
    return m.Transition(
        trigger,
        guard,
        node.compensate is not None,
        goal,
        node.target.span if node.target is not None else None,
        body,
        level,
        meta(node.meta),
        node.triggers[0].span,
    )


def _seeing(trigger: ast.Trigger, env: Env) -> Env:
    """What the guard and the actions can call `event`."""
    match trigger:
        case ast.OnMessage(message=name):
            decl = env.scope.get(name.text)
            known = decl is not None and decl.kind in MESSAGES
            return replace(env, event=MessageType(decl.id) if decl and known else UNKNOWN)
        case ast.OnFailure():
            reason = "a failure may be a time-out, a fault or any refusal, so it has no one message"
            return replace(env, event=None, no_event=reason)
        case ast.After():
            return replace(env, event=None, no_event="time passing is no message")


def _bound(trigger: ast.Trigger, env: Env) -> Env:
    match trigger:
        case ast.OnMessage(binds=binds):
            return env.forgetting(name.text for name in binds)
    return env


def _trigger(node: ast.Trigger, env: Env) -> m.Trigger | None:
    match node:
        case ast.After(delay=delay):
            return m.After(check(delay, env, DURATION), node.span)
        case ast.OnFailure(command=name):
            decl = find(env.scope, name, ("command",), env.report, "failure of")
            decl = decl or guess(env.scope, name, ("command",))
            return m.OnFailure(decl.id, node.span) if decl else None
        case ast.OnMessage():
            decl = find(env.scope, node.message, MESSAGES, env.report, "on")
            if decl is None:
                decl = guess(env.scope, node.message, MESSAGES)
                return m.OnMessage(decl.id, (), node.span, guessed=True) if decl else None
            return _on_message(node, decl, env)


def _on_message(node: ast.OnMessage, decl: Decl, env: Env) -> m.OnMessage:
    binds: dict[str, e.Expr] = {}
    places: dict[str, Span] = {}
    for name in node.binds:
        if name.text in binds:
            env.report.append(hs101.twice(name.text, "field", name.span, places[name.text]))
            continue
        value = _bind(name, decl, env)
        if value is not None:
            binds[name.text], places[name.text] = value, name.span
    return m.OnMessage(decl.id, tuple(binds), node.span, tuple(binds.values()))


def _bind(name: ast.Name, decl: Decl, env: Env) -> e.Expr | None:
    """The value that `E(name)` sets the data field to; None, with a finding, where it can't."""
    shape = env.world.shapes[decl.id]
    slot = shape.slots.get(name.text)
    if slot is None:
        near = nearest(name.text, shape.slots)
        env.report.append(hs102.no_field(name.text, shape.kind, shape.name, name.span, near))
    elif name.text == env.key:
        env.report.append(hs407.key_bound(name.text, name.span))
    elif name.text in env.hidden:
        env.report.append(
            hs103.not_settable(name.text, "field of an instance, and here is none", name.span)
        )
    elif name.text not in env.data:
        near = nearest(name.text, env.data)
        env.report.append(hs102.unknown(name.text, ("data field",), name.span, near))
    else:
        event = e.EventValue(MessageType(decl.id), name.span)
        value: e.Expr = e.FieldOf(event, name.text, slot.type, name.span)
        if isinstance(slot.type, Optional) and f"event.{name.text}" in env.facts:
            value = e.Narrowed(value, slot.type.of, name.span)
        return fit(value, env.data[name.text], env.report)
    return None

"""Transitions, and what is ignored, deferred or done again and again: what a level holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from herosaga.checks import hs001
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.actions import actions
from herosaga.model.around import Around
from herosaga.model.env import Env, shown
from herosaga.model.infer import check, condition
from herosaga.model.meta import meta
from herosaga.model.places import Places, target
from herosaga.model.triggers import Key, bound, key, seeing, swallowed, trigger
from herosaga.model.types import DURATION, UNKNOWN
from herosaga.syntax import ast
from msgspec import Struct

_ARROW = "write `compensate -> S`: the state that is entered once everything is undone"


class Inside(Struct, frozen=True):
    """What all parts of one saga are read with."""

    env: Env
    around: Around
    places: Places


def members(nodes: Iterable[ast.Member], level: str, inside: Inside) -> tuple[m.Member, ...]:
    """One level: its transitions, then what it ignores and defers, each in source order.

    A transition knows what the false guards of earlier ones with its trigger have shown.
    """
    moves: list[m.Transition] = []
    dropped: list[m.Ignore | m.Defer] = []
    facts: dict[Key, frozenset[str]] = {}
    for node in nodes:
        match node:
            case ast.Ignore() | ast.Defer():
                dropped.extend(_dropped(node, level, inside))
            case ast.Transition():
                moves.extend(_after_others(node, level, inside, facts))
    return (*moves, *dropped)


def transitions(
    nodes: Iterable[ast.Member], level: str, inside: Inside
) -> tuple[m.Transition, ...]:
    """The transitions of one level."""
    found = members(nodes, level, inside)
    return tuple(each for each in found if isinstance(each, m.Transition))


def repeated(nodes: Iterable[ast.Member], level: str, inside: Inside) -> tuple[m.Every, ...]:
    """What one level does again and again."""
    return tuple(_every(node, level, inside) for node in nodes if isinstance(node, ast.Every))


class Body(Struct, frozen=True):
    """All of a transition but what sets it off."""

    guard: e.Expr | None
    target: str | None
    actions: tuple[m.Action, ...]


def body(node: ast.Transition, env: Env, inside: Inside) -> Body:
    """Guard, target and actions; `env` sees the event of the triggers already."""
    guard = condition(node.guard, env, "guard") if node.guard is not None else None
    env = bound(node.triggers, env.knowing(shown(node.guard, True)))
    goal = None
    if node.target is not None:
        goal = target(node.target, inside.places, env)
    elif node.compensate is not None:
        expected = "`-> State` after `compensate`"
        env.report.append(hs001.unexpected(node.compensate, expected, "none", _ARROW))
    lost = tuple(_lost(node.triggers, env))
    return Body(guard, goal, (*lost, *actions(node.actions, env, inside.around)))


def _lost(nodes: tuple[ast.Trigger, ...], env: Env) -> Iterator[m.Set]:
    """What is taken from a message that nobody knows is set all the same."""
    for node in nodes:
        match node:
            case ast.OnMessage(message=message, binds=binds) if not env.scope.names.get(
                message.text
            ):
                for name in binds:
                    if name.text in env.data and name.text != env.key:
                        yield m.Set(name.text, e.Bad(UNKNOWN, name.span), name.span)


def made(node: ast.Transition, trigger: m.Trigger, rest: Body, level: str) -> m.Transition:
    """The transition of one of a node's triggers."""
    return m.Transition(
        trigger,
        rest.guard,
        node.compensate is not None,
        rest.target,
        node.target.span if node.target is not None else None,
        rest.actions,
        level,
        meta(node.meta),
        trigger.span,
        node.triggers[0].span if len(node.triggers) > 1 else None,
    )


def transition(
    node: ast.Transition, level: str, inside: Inside, facts: frozenset[str] = frozenset()
) -> tuple[m.Transition, ...]:
    """One for each trigger, alike in all but that."""
    env = seeing(node.triggers, inside.env.knowing(facts), inside.around)
    rest = body(node, env, inside)
    found = (_trigger(each, node, env, inside) for each in node.triggers)
    return tuple(made(node, each, rest, level) for each in found if each is not None)


def _trigger(
    node: ast.Trigger, whole: ast.Transition, env: Env, inside: Inside
) -> m.Trigger | None:
    """What a message brings is taken once the guard holds; a time is set long before that."""
    timed = isinstance(node, ast.After | ast.At | ast.Deadline)
    return trigger(node, env if timed else env.knowing(shown(whole.guard, True)), inside.around)


def _after_others(
    node: ast.Transition, level: str, inside: Inside, facts: dict[Key, frozenset[str]]
) -> tuple[m.Transition, ...]:
    """The transition, with what earlier guards have shown for all of its triggers."""
    keys = [key(each) for each in node.triggers]
    known = frozenset.intersection(*(facts.get(each, frozenset()) for each in keys))
    found = transition(node, level, inside, known)
    for each in keys:
        facts[each] = facts.get(each, frozenset()) | shown(node.guard, False)
    return found


def _dropped(node: ast.Ignore | ast.Defer, level: str, inside: Inside) -> list[m.Ignore | m.Defer]:
    make = m.Ignore if isinstance(node, ast.Ignore) else m.Defer
    found = (swallowed(each, inside.env, inside.around) for each in node.messages)
    return [make(each, level, meta(node.meta), each.span) for each in found if each is not None]


def _every(node: ast.Every, level: str, inside: Inside) -> m.Every:
    env = seeing((ast.After(node.delay, node.delay.span),), inside.env, inside.around)
    delay = check(node.delay, env, DURATION)
    done = actions(node.actions, env, inside.around)
    return m.Every(delay, done, level, meta(node.meta), node.span)

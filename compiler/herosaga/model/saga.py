"""Sagas: their data, states and groups, flattened to what holds in each state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from herosaga.checks import hs005, hs101, hs102, hs103
from herosaga.findings import Finding
from herosaga.model import model as m
from herosaga.model.actions import Around, actions
from herosaga.model.correlation import correlations
from herosaga.model.env import Env, Variable
from herosaga.model.fields import not_reserved, slots, typed
from herosaga.model.meta import meta
from herosaga.model.policies import policy_of
from herosaga.model.scope import Decl, Scope, nearest
from herosaga.model.transitions import Places, target, transitions
from herosaga.model.typeref import resolve
from herosaga.model.world import Shape, Slot, World
from herosaga.source import Span
from herosaga.syntax import ast

Members = tuple[m.Transition | m.Ignore, ...]

_NO_EVENT = {
    "final": "a final is entered from anywhere, whatever the trigger",
    "compensation": "a compensation runs when things are undone, whatever the trigger",
}


_NOT_MISSING = ("in `missing`, where the message has found no instance", "in a state")


@dataclass(frozen=True, slots=True)
class Inside:
    """What all parts of one saga are read with."""

    env: Env
    around: Around
    places: Places


def saga(
    decl: Decl,
    node: ast.Saga,
    scope: Scope,
    world: World,
    around: Around,
    report: list[Finding],
) -> m.Saga:
    """One saga."""
    data = _data(node, scope, report)
    blocks = _blocks(node, scope, report)
    env = Env(
        world,
        scope,
        report,
        {name: slot.type for name, slot in data.items()},
        node.key.text,
        no_event="nothing was received here",
    )
    inside = Inside(env, replace(around, compensations=blocks), _places(node, report))
    start = tuple(each for part in node.starts for each in part.transitions)
    states = _states(node, inside)
    starting = transitions(start, "", env, inside.around, inside.places)[0]
    missing = _missing(node, inside)
    return m.Saga(
        decl.id,
        node.name.text,
        decl.file,
        node.key.text,
        data[node.key.text].type,
        node.version,
        tuple(typed(_fields(node), data, world, scope, report)),
        starting,
        states,
        _finals(node, inside),
        missing,
        tuple(_compensation(each, inside) for each in _first(node.compensations)),
        correlations(node.key.text, data[node.key.text].type, starting, states, missing, env),
        meta(node.meta),
        node.name.span,
        node.starts[0].span if node.starts else None,
    )


# --- what can be named ---------------------------------------------------------------------------


def _fields(node: ast.Saga) -> tuple[ast.Field, ...]:
    return tuple(field for field in node.data if field.name.text != node.key.text)


def _data(node: ast.Saga, scope: Scope, report: list[Finding]) -> Mapping[str, Slot]:
    """The data fields, the key among them."""
    key = Slot(node.key.text, resolve(node.key_type, scope, report), False, node.key.span)
    not_reserved(node.key, "key", report)
    for field in node.data:
        not_reserved(field.name, "data field", report)
        if field.name.text == key.name:
            report.append(hs101.like_the_key(key.name, field.name.span, key.span))
    return {key.name: key, **slots(_fields(node), scope, "data field", report)}


def _blocks(node: ast.Saga, scope: Scope, report: list[Finding]) -> Mapping[str, Shape]:
    _once(((each.name, "compensation") for each in node.compensations), report)
    found: dict[str, Shape] = {}
    for each in _first(node.compensations):
        for param in each.params:
            not_reserved(param.name, "parameter", report)
        params = slots(each.params, scope, "parameter", report)
        found[each.name.text] = Shape("", each.name.text, "compensation", params)
    return found


def _places(node: ast.Saga, report: list[Finding]) -> Places:
    states = [(state.name, "state") for state in node.states]
    states += [(final.name, "state") for final in node.finals]
    states.sort(key=lambda pair: pair[0].span.start)
    _once(states, report)
    marks = {each.name.text: each.mark for each in node.finals}
    return Places(marks | {each.name.text: "state" for each in node.states})


def _once(names: Iterable[tuple[ast.Name, str]], report: list[Finding]) -> None:
    first: dict[str, Span] = {}
    for name, what in names:
        if name.text in first:
            report.append(hs101.twice(name.text, what, name.span, first[name.text]))
        first.setdefault(name.text, name.span)


def _first(nodes: tuple[ast.Compensation, ...]) -> tuple[ast.Compensation, ...]:
    return tuple({each.name.text: each for each in reversed(nodes)}.values())[::-1]


# --- states --------------------------------------------------------------------------------------


def _states(node: ast.Saga, inside: Inside) -> tuple[m.State, ...]:
    """Each state with its own members, then those of the groups that hold in it."""
    groups = [_group(each, inside) for each in node.groups]
    groups.sort(key=lambda group: not group[0])
    found: dict[str, m.State] = {}
    for each in node.states:
        own = _members(each.members, "", inside)
        name = each.name.text
        outer = [x for names, members in groups if not names or name in names for x in members]
        state = m.State(name, (*own, *outer), len(own), meta(each.meta), each.name.span)
        found.setdefault(name, state)
    return tuple(found.values())


def _group(node: ast.During, inside: Inside) -> tuple[tuple[str, ...], Members]:
    """The states that a group names (none: all of them) and its members, typed once."""
    level = f"during {', '.join(name.text for name in node.states) or 'any'}"
    names = [_member_state(name, inside) for name in node.states]
    members = _members(node.members, level, inside)
    return (tuple(names), members) if node.states else ((), members)


def _member_state(name: ast.Name, inside: Inside) -> str:
    """A state in which a group holds; what was most likely meant, where there is none."""
    marks, report = inside.places.marks, inside.env.report
    mark = marks.get(name.text)
    if mark is None:
        near = nearest(name.text, (each for each, kind in marks.items() if kind == "state"))
        report.append(hs102.unknown(name.text, ("state",), name.span, near))
        return near or name.text
    if mark != "state":
        report.append(hs103.final_in_group(name.text, name.span))
    return name.text


def _members(nodes: tuple[ast.Transition | ast.Ignore, ...], level: str, inside: Inside) -> Members:
    found, ignores = transitions(nodes, level, inside.env, inside.around, inside.places)
    return (*found, *ignores)


def _missing(node: ast.Saga, inside: Inside) -> Members:
    """What happens to messages for no instance: nothing but the key and the message can be read."""
    if node.missing is None:
        return ()
    env = inside.env
    hidden = frozenset(env.data) - {env.key}
    for each in node.missing.members:
        env.report.extend(_needs_an_instance(each))
    return _members(node.missing.members, "", replace(inside, env=replace(env, hidden=hidden)))


def _needs_an_instance(node: ast.Transition | ast.Ignore) -> Iterator[Finding]:
    """What a transition of `missing` can't do, for want of an instance."""
    match node:
        case ast.Transition(target=target_name, compensate=compensate, actions=body):
            if compensate is not None:
                yield hs005.misplaced(compensate, "`compensate`", *_NOT_MISSING)
            elif target_name is not None:
                yield hs005.misplaced(target_name.span, "an arrow", *_NOT_MISSING)
            for span in _requests(body):
                yield hs005.misplaced(span, "`request`", *_NOT_MISSING)


def _requests(nodes: tuple[ast.Action, ...]) -> Iterator[Span]:
    for node in nodes:
        match node:
            case ast.Request(span=span):
                yield span
            case ast.If(then=then, other=other):
                yield from _requests((*then, *other))
            case ast.For(body=body):
                yield from _requests(body)


def _finals(node: ast.Saga, inside: Inside) -> tuple[m.Final, ...]:
    env = replace(inside.env, no_event=_NO_EVENT["final"])
    found: dict[str, m.Final] = {}
    states = {each.name.text for each in node.states}
    for each in node.finals:
        body = actions(each.actions, env, inside.around)
        name = each.name.text
        if name not in states:
            found.setdefault(name, m.Final(name, each.mark, body, meta(each.meta), each.name.span))
    return tuple(found.values())


def _compensation(node: ast.Compensation, inside: Inside) -> m.Compensation:
    env = replace(inside.env, no_event=_NO_EVENT["compensation"])
    block = inside.around.compensations[node.name.text]
    for name, slot in block.slots.items():
        env = env.binding(name, Variable(slot.type, param=True))
    params = typed(node.params, block.slots, env.world, env.scope, env.report)
    return m.Compensation(
        node.name.text,
        params,
        actions(node.actions, env, inside.around),
        policy_of(node.policy, inside.around.policies, env),
        _otherwise(node, inside),
        meta(node.meta),
        node.name.span,
    )


def _otherwise(node: ast.Compensation, inside: Inside) -> str | None:
    """Where a compensation ends that can't be done: only a final for the operator makes sense."""
    if node.otherwise is None:
        return None
    name = target(node.otherwise, inside.env, inside.places)
    if inside.places.marks.get(node.otherwise.text, "manual") != "manual":
        inside.env.report.append(hs103.not_manual(name, node.otherwise.span))
    return name

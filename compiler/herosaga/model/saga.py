"""Sagas: their data, states and finals, and what else belongs to one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herosaga.checks import hs005, hs101, hs103
from herosaga.findings import Finding
from herosaga.model import model as m
from herosaga.model.actions import actions
from herosaga.model.around import Around
from herosaga.model.correlation import Takes, correlations
from herosaga.model.env import Env, Variable
from herosaga.model.fields import not_reserved, slots, typed
from herosaga.model.meta import meta
from herosaga.model.migrations import migrations
from herosaga.model.places import once, places, target
from herosaga.model.policies import policy_of
from herosaga.model.scope import Decl, Scope
from herosaga.model.services import handler
from herosaga.model.states import states
from herosaga.model.timers import deadline, retain, timers
from herosaga.model.transitions import Inside, members, transitions
from herosaga.model.typeref import resolve
from herosaga.model.world import Shape, Slot, World
from herosaga.source import Span
from herosaga.syntax import ast
from msgspec.structs import replace

_NO_EVENT = {
    "final": "a final is entered from anywhere, whatever the trigger",
    "compensation": "a compensation runs when things are undone, whatever the trigger",
}
_NOT_MISSING = ("in `missing`, where the message has found no instance", "in a state")


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
    fields = {name: slot.type for name, slot in data.items()}
    env = Env(
        world,
        scope,
        report,
        fields,
        node.key.text,
        no_event="nothing was received here",
        places={name: slot.span for name, slot in data.items()},
    )
    serves = handler(decl.id, node.serves, scope, report) if node.serves is not None else None
    inside = Inside(env, _around(node, scope, around, serves, report), places(node, report))
    start = tuple(each for part in node.starts for each in part.transitions)
    starting = transitions(start, "", inside)
    found = states(node, inside)
    missing = _missing(node, inside)
    takes = Takes(starting, (*(x for state in found.states for x in state.members), *missing))
    return m.Saga(
        decl.id,
        node.name.text,
        decl.file,
        node.key.text,
        fields[node.key.text],
        node.version,
        tuple(typed(_fields(node), data, world, scope, report)),
        starting,
        found.states,
        _finals(node, inside),
        missing,
        tuple(_compensation(each, inside) for each in _first(node.compensations)),
        correlations(node.correlates, takes, env),
        meta(node.meta),
        node.name.span,
        node.starts[0].span if node.starts else None,
        timers(node, env),
        deadline(node, inside),
        retain(node, env),
        migrations(node, inside),
        found.sequences,
        serves,
        found.slots,
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


def _around(
    node: ast.Saga,
    scope: Scope,
    around: Around,
    serves: m.Handler | None,
    report: list[Finding],
) -> Around:
    """What the saga's own declarations add to what can be named."""
    return replace(
        around,
        compensations=_blocks(node, scope, report),
        timers=frozenset(each.name.text for each in node.timers),
        serves=serves,
        answers=serves is not None or any(_commands(node, scope)),
        states=frozenset(name.text for name in _names(node)),
    )


def _names(node: ast.Saga) -> tuple[ast.Name, ...]:
    """What its states and finals are called."""
    return (*(each.name for each in node.states), *(each.name for each in node.finals))


def _commands(node: ast.Saga, scope: Scope) -> Iterator[bool]:
    """For each message that starts the saga, whether it is a command."""
    for start in node.starts:
        for transition in start.transitions:
            for trigger in transition.triggers:
                if isinstance(trigger, ast.OnMessage):
                    decl = scope.get(trigger.message.text)
                    yield decl is not None and decl.kind == "command"


def _blocks(node: ast.Saga, scope: Scope, report: list[Finding]) -> Mapping[str, Shape]:
    once(((each.name, "compensation") for each in node.compensations), report)
    found: dict[str, Shape] = {}
    for each in _first(node.compensations):
        for param in each.params:
            not_reserved(param.name, "parameter", report)
        params = slots(each.params, scope, "parameter", report)
        found[each.name.text] = Shape("", each.name.text, "compensation", params)
    return found


def _first(nodes: tuple[ast.Compensation, ...]) -> tuple[ast.Compensation, ...]:
    return tuple({each.name.text: each for each in reversed(nodes)}.values())[::-1]


# --- where no state is -------------------------------------------------------------------------


def _missing(node: ast.Saga, inside: Inside) -> tuple[m.Transition | m.Ignore, ...]:
    """What happens to messages for no instance: nothing but the key and the message can be read."""
    if node.missing is None:
        return ()
    env = inside.env
    for each in node.missing.members:
        env.report.extend(_needs_an_instance(each))
    head = node.missing.span.first(len("missing"))
    hidden = replace(env, hidden=frozenset(env.data) - {env.key}, missing=head)
    found = members(node.missing.members, "", replace(inside, env=hidden))
    for member in found:
        trigger = member.trigger if isinstance(member, m.Transition) else member.what
        if isinstance(trigger, m.OnTimer) and trigger.timer in inside.around.timers:
            env.report.append(hs005.misplaced(member.span, "a timer", *_NOT_MISSING))
    return tuple(each for each in found if not isinstance(each, m.Defer))


def _needs_an_instance(node: ast.Member) -> Iterator[Finding]:
    """What `missing` can't do, for want of an instance."""
    match node:
        case ast.Transition():
            if node.compensate is not None:
                yield hs005.misplaced(node.compensate, "`compensate`", *_NOT_MISSING)
            elif node.target is not None:
                yield hs005.misplaced(node.target.span, "an arrow", *_NOT_MISSING)
            for trigger in node.triggers:
                if not isinstance(trigger, ast.OnMessage):
                    yield hs005.misplaced(trigger.span, "a trigger like this", *_NOT_MISSING)
            for span, what in _not_sending(node.actions):
                yield hs005.misplaced(span, what, *_NOT_MISSING)
        case ast.Ignore(messages=messages) | ast.Defer(messages=messages):
            for each in messages:
                if not isinstance(each, ast.OnMessage):
                    yield hs005.misplaced(each.span, "this", *_NOT_MISSING)


def _not_sending(nodes: tuple[ast.Action, ...]) -> Iterator[tuple[Span, str]]:
    """Actions that do more than to send something; a `set` is reported for its field."""
    for node in nodes:
        match node:
            case ast.Send() | ast.Set():
                pass
            case ast.If(then=then, other=other):
                yield from _not_sending((*then, *other))
            case ast.For(body=body):
                yield from _not_sending(body)
            case ast.Recording():
                yield node.span, "`compensable`"
            case _:
                yield node.span, f"`{type(node).__name__.lower()}`"


def _finals(node: ast.Saga, inside: Inside) -> tuple[m.Final, ...]:
    env = replace(inside.env, no_event=_NO_EVENT["final"])
    found: dict[str, m.Final] = {}
    states = {each.name.text for each in node.states}
    states |= {each.name.text for each in node.sequences}
    for each in node.finals:
        body = actions(each.actions, env, inside.around)
        name = each.name.text
        if name not in states:
            found.setdefault(name, m.Final(name, each.mark, body, meta(each.meta), each.name.span))
    return tuple(found.values())


# --- compensations -----------------------------------------------------------------------------


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
    name = target(node.otherwise, inside.places, inside.env)
    if inside.places.marks.get(node.otherwise.text, "manual") != "manual":
        inside.env.report.append(hs103.not_manual(name, node.otherwise.span))
    return name

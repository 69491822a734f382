"""Sequences: their stages in order, as written."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.checks import hs001
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.actions import action, actions, changed, loop_variable, request, run
from herosaga.model.env import Env, shown
from herosaga.model.infer import condition, infer
from herosaga.model.meta import meta
from herosaga.model.places import target
from herosaga.model.step_names import Spots, waits
from herosaga.model.transitions import Inside, body, made, members, repeated, transitions
from herosaga.model.triggers import seeing
from herosaga.model.types import UNKNOWN, MessageType, OneOf, Type
from herosaga.syntax import ast
from msgspec import Struct
from msgspec.structs import replace

_NO_EVENT = "a step begins whatever the one before it was answered"
_NO_ANSWER = "this command is answered without a message: it is done"
_DONE = "name the state that is entered when all steps are done: `done -> S`"


class Bound(Struct, frozen=True):
    """A sequence whose states are not made yet, and what holds for all of it."""

    sequence: m.Sequence
    members: tuple[m.Member, ...]
    every: tuple[m.Every, ...]


def sequence(node: ast.Sequence, inside: Inside) -> Bound:
    """A sequence as written."""
    env = replace(inside.env, event=None, no_event=_NO_EVENT)
    level = f"sequence {node.name.text}"
    known = inside.places.spots[node.name.span.start]
    stages = _stages(node.stages, replace(inside, env=env), known)
    return Bound(
        m.Sequence(
            node.name.text,
            stages,
            _done(node, inside),
            _failed(node, level, inside),
            (),
            meta(node.meta),
            node.name.span,
        ),
        members(node.members, level, inside),
        repeated(node.members, level, inside),
    )


def _done(node: ast.Sequence, inside: Inside) -> str | None:
    if node.done is not None:
        return target(node.done, inside.places, inside.env)
    name = node.name
    what = f"nothing says where `{name.text}` goes on when all its steps are done"
    inside.env.report.append(hs001.mistake(name.span, what, "has no `done -> State`", _DONE))
    return None


def _failed(node: ast.Sequence, level: str, inside: Inside) -> m.Transition | None:
    if node.failed is None:
        return None
    env = seeing(node.failed.triggers, inside.env, inside.around)
    trigger = m.OnFailure("", node.failed.triggers[0].span)
    return made(node.failed, trigger, body(node.failed, env, inside), level)


# --- stages ------------------------------------------------------------------------------------


def _stages(nodes: tuple[ast.Stage, ...], here: Inside, known: Spots) -> tuple[m.Stage, ...]:
    """One after the other; what a test has shown holds until something is waited for."""
    found: list[m.Stage] = []
    for node in nodes:
        stage = _stage(node, here, known)
        if stage is not None:
            found.append(stage)
        here = replace(here, env=_after(node, here.env))
    return tuple(found)


def _after(node: ast.Stage, env: Env) -> Env:
    return replace(env, facts=frozenset()) if waits(node) else env.forgetting(_sets((node,)))


def _sets(nodes: tuple[ast.Stage, ...]) -> Iterator[str]:
    """The data fields that stages set which wait for nothing."""
    for node in nodes:
        match node:
            case ast.Set():
                yield from changed((node,))
            case ast.Branch(then=then, other=other):
                yield from _sets((*then, *other))
            case ast.Loop(body=inner):
                yield from _sets(inner)


def _stage(node: ast.Stage, here: Inside, known: Spots) -> m.Stage | None:
    match node:
        case ast.Step():
            return _step(node, here, known)
        case ast.Run():
            spot = known[node.span.start]
            return m.RunStep(spot.name, spot.state, run(node, here.env), node.span)
        case ast.Branch():
            return _branch(node, here, known)
        case ast.Loop():
            return _loop(node, here, known)
        case ast.Parallel(branches=branches, span=span):
            inner = tuple(_stages(each, here, known) for each in branches)
            state = _state((node,), known)
            return m.Parallel(inner, state, span)
        case ast.Do():
            raise AssertionError("the parser keeps `do` to itineraries")
        case ast.Set() | ast.Send() | ast.Pivot():
            return _at_once(node, here)


def _at_once(node: ast.Set | ast.Send | ast.Pivot, here: Inside) -> m.Stage | None:
    match action(node, here.env, here.around):
        case m.Set() | m.Send() | m.Pivot() as found:
            return found
    return None


def _step(node: ast.Step, here: Inside, known: Spots) -> m.Step:
    spot = known[node.span.start]
    asked = request(node.request, here.env, here.around)
    answered = replace(here.env, facts=frozenset())
    event = _answer(asked, here)
    if event is None:
        answered = replace(answered, event=None, no_event=_NO_ANSWER)
    else:
        answered = replace(answered, event=event)
    after = replace(here, env=replace(here.env, facts=frozenset()))
    return m.Step(
        spot.name,
        spot.state,
        asked,
        actions(node.actions, answered, here.around),
        transitions(node.reactions, "", after),
        meta(node.meta),
        spot.span,
    )


def _answer(asked: m.Request, here: Inside) -> Type | None:
    """What `event` is in a step's block: its successful answer; None where that is no message."""
    if not isinstance(asked.message, e.Construct):
        return UNKNOWN
    handler = here.around.handlers.get(asked.message.id)
    if handler is None:
        return UNKNOWN
    match handler.answers:
        case ():
            return None
        case (only,):
            return MessageType(only)
    return OneOf(handler.answers)


def _branch(node: ast.Branch, here: Inside, known: Spots) -> m.Branch:
    test = condition(node.condition, here.env, "condition")
    yes = replace(here, env=here.env.knowing(shown(node.condition, True)))
    no = replace(here, env=here.env.knowing(shown(node.condition, False)))
    then, other = _stages(node.then, yes, known), _stages(node.other, no, known)
    return m.Branch(test, then, other, node.span)


def _loop(node: ast.Loop, here: Inside, known: Spots) -> m.Loop:
    source = infer(node.source, here.env)
    # A second round sees what the first one set, and has waited.
    env = here.env.forgetting(_sets(node.body))
    env = replace(env, facts=frozenset()) if waits(node) and not node.parallel else env
    inner, kind = loop_variable(node.var, source, env)
    stages = _stages(node.body, replace(here, env=inner), known)
    state = _state((node,), known) if node.parallel else ""
    return m.Loop(node.var.text, kind, source, stages, node.parallel, state, node.span)


def _state(nodes: tuple[ast.Stage, ...], known: Spots) -> str:
    """Where it is awaited what is asked for at once; "" where that is nothing."""
    for node in nodes:
        match node:
            case ast.Step(span=span) | ast.Run(span=span):
                return known[span.start].state
            case ast.Loop(body=inner):
                found = _state(inner, known)
            case ast.Branch(then=then, other=other):
                found = _state((*then, *other), known)
            case ast.Parallel(branches=branches):
                found = _state(tuple(each for branch in branches for each in branch), known)
            case _:
                found = ""
        if found:
            return found
    return ""

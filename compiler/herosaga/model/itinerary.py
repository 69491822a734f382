"""Itineraries: stages in order, their arguments from what was given before, and how they end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herosaga.checks import hs701
from herosaga.findings import Finding
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.actions import Around, actions
from herosaga.model.course import Course, all_of, departure, done, either
from herosaga.model.env import Env, Variable, shown
from herosaga.model.fields import not_reserved, typed
from herosaga.model.infer import condition, construct, element_of, infer
from herosaga.model.meta import meta
from herosaga.model.policies import policy_of
from herosaga.model.scope import Decl, Scope, find, guess, nearest
from herosaga.model.types import STR, UNKNOWN, MessageType, Optional
from herosaga.model.world import Shape, Slot, World
from herosaga.source import Span
from herosaga.syntax import ast
from msgspec import Struct
from msgspec.structs import replace

OUTCOMES = ("completed", "faulted", "compensated")
_NO_EVENT = "an itinerary works with its parameters and outputs"
_NO_STATE = "an itinerary has no states"
_ADVICE = "take it as a parameter of the itinerary, or `do` something before that gives it"


class Travelled(Struct, frozen=True):
    """An itinerary whose stages are read: what is left are its outcomes, for which `event` has to be known."""

    decl: Decl
    node: ast.Itinerary
    stages: tuple[m.Stage, ...]
    end: Course


class Inside(Struct, frozen=True):
    """What the stages of one itinerary are read with.

    `later` are the outputs of all its activities, `beside` those of the branches that run at the same time.
    """

    policies: Mapping[str, m.PolicyDecl]
    later: Mapping[str, Span]
    beside: Mapping[str, Span] = {}


def travelled(
    decls: Mapping[str, Decl],
    scopes: Mapping[str, Scope],
    world: World,
    policies: Mapping[str, m.PolicyDecl],
    report: list[Finding],
) -> tuple[Travelled, ...]:
    """All itineraries, as far as their end."""
    found: list[Travelled] = []
    for decl in decls.values():
        match decl.node:
            case ast.Itinerary() as node:
                scope = scopes[decl.file]
                env = Env(
                    world, scope, report, no_event=_NO_EVENT, no_state=_NO_STATE, advice=_ADVICE
                )
                inside = Inside(policies, dict(_given(node.stages, scope, world)))
                stages, end = _stages(node.stages, departure(world.shapes[decl.id], env), inside)
                found.append(Travelled(decl, node, stages, end))
    return tuple(found)


def with_outcomes(world: World, found: tuple[Travelled, ...]) -> World:
    """The world, with a shape for each way in which an itinerary can end."""
    shapes = dict(world.shapes)
    for each in found:
        for outcome in OUTCOMES:
            shape = _outcome(outcome, each, world)
            shapes.setdefault(shape.id, shape)
    return replace(world, shapes=shapes)


def itineraries(
    found: tuple[Travelled, ...], world: World, around: Around
) -> Mapping[str, m.Itinerary]:
    """The itineraries themselves; `world` knows their outcomes."""
    return {each.decl.id: _itinerary(each, world, around) for each in found}


def _itinerary(found: Travelled, world: World, around: Around) -> m.Itinerary:
    decl, node, env = found.decl, found.node, found.end.env
    params = world.shapes[decl.id].slots
    return m.Itinerary(
        decl.id,
        node.name.text,
        decl.file,
        typed(node.params, params, world, env.scope, env.report),
        found.stages,
        tuple((name, kind) for name, kind in found.end.types.items() if name not in params),
        _outcomes(found, world, around),
        meta(node.meta),
        node.name.span,
    )


# --- stages ------------------------------------------------------------------------------------


def _stages(
    nodes: tuple[ast.Stage, ...], course: Course, inside: Inside
) -> tuple[tuple[m.Stage, ...], Course]:
    """Stages in order, and what is known after them."""
    found: list[m.Stage] = []
    for node in nodes:
        stage, course = _stage(node, course, inside)
        found.append(stage)
    return tuple(found), course


def _stage(node: ast.Stage, course: Course, inside: Inside) -> tuple[m.Stage, Course]:
    match node:
        case ast.Do():
            return _do(node, course, inside)
        case ast.Branch():
            return _branch(node, course, inside)
        case ast.Loop():
            return _loop(node, course, inside)
        case ast.Parallel(branches=branches, span=span):
            ways = [
                _stages(branch, course, _among(branches, n, course, inside))
                for n, branch in enumerate(branches)
            ]
            after = all_of(course, (end for _, end in ways))
            return m.Parallel(tuple(stages for stages, _ in ways), "", span), after
    raise AssertionError(f"{type(node).__name__} is read in sequences only")


def _among(
    branches: tuple[tuple[ast.Stage, ...], ...], n: int, course: Course, inside: Inside
) -> Inside:
    """What a branch is read with: it can't have what the others give."""
    scope, world = course.env.scope, course.env.world
    others = (stage for branch in (*branches[:n], *branches[n + 1 :]) for stage in branch)
    return replace(inside, beside={**inside.beside, **dict(_given(tuple(others), scope, world))})


def _do(node: ast.Do, course: Course, inside: Inside) -> tuple[m.Stage, Course]:
    env, call, notes = course.env, node.message, meta(node.meta)
    policy = policy_of(node.policy, inside.policies, env)
    decl = find(env.scope, call.name, ("activity",), env.report, "do")
    if decl is None:
        bad = m.Do(e.Bad(UNKNOWN, call.span), policy, notes, node.span)
        other = guess(env.scope, call.name, ("activity",), env.report)
        if other is None:
            return bad, course.within(replace(env, open=True))
        return bad, _after(other.id, call, course)
    shape = env.world.shapes[decl.id]
    message = construct(call, shape, _provided(call, shape, course, inside))
    return m.Do(message, policy, notes, node.span), _after(decl.id, call, course)


def _after(activity: str, call: ast.Call, course: Course) -> Course:
    world = course.env.world
    outputs = world.outputs[activity].values()
    return done(world.shapes[activity].name, outputs, call.name.span, course)


def _provided(call: ast.Call, shape: Shape, course: Course, inside: Inside) -> Env:
    """Where the arguments are read: a bare name that nothing provides is reported here, and only here."""
    env = course.env
    for arg in call.args:
        match arg.value:
            case ast.Var(name=name, span=span):
                slot = shape.slots.get(arg.name.text if arg.name else name)
                known = name in env.variables or name in ("event", "state", "now")
                if slot is None:
                    continue
                if not known and not env.open:
                    env.report.append(_nothing(name, shape, span, env, inside))
                elif _partly(name, slot, course):
                    given = course.maybe[name]
                    env.report.append(hs701.sometimes(name, shape.name, span, given))
                else:
                    continue
                env = env.binding(name, Variable(UNKNOWN, param=True))
    return env


def _nothing(name: str, shape: Shape, span: Span, env: Env, inside: Inside) -> Finding:
    near, given = nearest(name, env.variables), inside.beside.get(name)
    if given is not None:
        return hs701.beside(name, shape.name, span, given)
    return hs701.nothing(name, shape.name, span, near, inside.later.get(name))


def _partly(name: str, slot: Slot, course: Course) -> bool:
    """Whether a variable may not be there, and has to be."""
    optional = isinstance(slot.type, Optional)
    return name in course.maybe and name not in course.env.facts and not optional


def _branch(node: ast.Branch, course: Course, inside: Inside) -> tuple[m.Stage, Course]:
    env, test = course.env, condition(node.condition, course.env, "condition")
    here = course.within(env.knowing(shown(node.condition, True)))
    there = course.within(env.knowing(shown(node.condition, False)))
    then, one = _stages(node.then, here, inside)
    other, two = _stages(node.other, there, inside)
    return m.Branch(test, then, other, node.span), either(one, two, _place(node))


def _loop(node: ast.Loop, course: Course, inside: Inside) -> tuple[m.Stage, Course]:
    env, name = course.env, node.var.text
    source = infer(node.source, env)
    kind = element_of(source, env)
    not_reserved(node.var, "loop variable", env.report)
    body, end = _stages(node.body, course.within(env.binding(name, Variable(kind))), inside)
    kept = {each: v for each, v in end.env.variables.items() if each != name}
    if name in env.variables:
        kept[name] = env.variables[name]
    after = either(end.within(replace(end.env, variables=kept)), course, _place(node))
    return m.Loop(name, kind, source, body, node.parallel, "", node.span), after


def _place(node: ast.Branch | ast.Loop) -> Span:
    """Where a part begins that may be left out."""
    return node.condition.span if isinstance(node, ast.Branch) else node.source.span


def _given(nodes: tuple[ast.Stage, ...], scope: Scope, world: World) -> Iterator[tuple[str, Span]]:
    """Every output of every activity that is done, with the place of its `do`."""
    for node in nodes:
        match node:
            case ast.Do(message=call):
                decl = scope.get(call.name.text)
                for name in world.outputs.get(decl.id, ()) if decl is not None else ():
                    yield name, call.name.span
            case ast.Branch(then=then, other=other):
                yield from _given((*then, *other), scope, world)
            case ast.Loop(body=body):
                yield from _given(body, scope, world)
            case ast.Parallel(branches=branches):
                for branch in branches:
                    yield from _given(branch, scope, world)


# --- outcomes ----------------------------------------------------------------------------------


def _outcome(outcome: str, found: Travelled, world: World) -> Shape:
    """What `event` has when an itinerary has ended so.

    After a fault, and after undo, nobody knows how far it came: every output is optional.
    """
    name, span = found.node.name.text, found.node.name.span
    slots: dict[str, Slot] = dict(world.shapes[found.decl.id].slots)
    for variable, kind in found.end.types.items():
        if variable not in slots:
            plain = outcome == "completed" or isinstance(kind, Optional)
            place = found.end.given.get(variable, span)
            slots[variable] = Slot(variable, kind if plain else Optional(kind), False, place)
    if outcome == "faulted":
        slots |= {each: Slot(each, STR, False, span) for each in ("activity", "reason")}
    id = f"{found.decl.id}.{outcome}"
    return Shape(id, f"{name}.{outcome}", "outcome", slots, found.end.env.open)


def _outcomes(found: Travelled, world: World, around: Around) -> tuple[m.Outcome, ...]:
    """Each outcome's actions, which may read the variables and `event`."""
    ends: dict[str, m.Outcome] = {}
    for node in found.node.outcomes:
        for trigger in node.triggers:
            assert isinstance(trigger, ast.OnOutcome)
            ends.setdefault(trigger.outcome, _end(trigger, node, found, world, around))
    return tuple(ends.values())


def _end(
    trigger: ast.OnOutcome, node: ast.Transition, found: Travelled, world: World, around: Around
) -> m.Outcome:
    shape = world.shapes[f"{found.decl.id}.{trigger.outcome}"]
    variables = {name: Variable(slot.type, param=True) for name, slot in shape.slots.items()}
    env = replace(
        found.end.env,
        world=world,
        variables=variables,
        event=MessageType(shape.id),
        facts=frozenset(),
    )
    return m.Outcome(trigger.outcome, actions(node.actions, env, around), trigger.span)

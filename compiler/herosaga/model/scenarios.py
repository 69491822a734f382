"""Scenarios: what happens to a saga, and what is expected of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from herosaga.checks import hs101, hs102, hs103
from herosaga.findings import Finding
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.env import Env
from herosaga.model.given import Given, filled, message, part
from herosaga.model.itinerary import OUTCOMES
from herosaga.model.lower_sequence import awaited
from herosaga.model.meta import meta
from herosaga.model.scope import Decl, Scope, find, nearest
from herosaga.model.types import DURATION, UNKNOWN, Optional
from herosaga.model.world import Shape, World
from herosaga.source import Span
from herosaga.syntax import ast
from msgspec import Struct
from msgspec.structs import replace

_NO_EVENT = "a scenario says itself what comes"
_NO_STATE = "a scenario says with `expect state` which one it is"
_ADVICE = "give it in an earlier message, or write its value"
_MESSAGES = {
    "sent": ("command",),
    "published": ("event",),
    "replied": ("event",),
    "late": ("event", "command"),
    "dead": ("event", "command"),
}


Handlers = Mapping[str, m.Handler]
"""Who handles a command, by the command."""


class Stage(Struct, frozen=True):
    """Where a scenario plays: its saga, who handles what, and what its expressions see beside what is given."""

    saga: m.Saga
    handlers: Handlers
    env: Env


def scenarios(
    files: Sequence[ast.File],
    scopes: Mapping[str, Scope],
    world: World,
    sagas: Mapping[str, m.Saga],
    handlers: Handlers,
    report: list[Finding],
) -> tuple[m.Scenario, ...]:
    """All scenarios; one for an unknown saga is left out."""
    found: list[m.Scenario] = []
    for file in files:
        scope = scopes[file.source.name]
        env = Env(world, scope, report, no_event=_NO_EVENT, no_state=_NO_STATE, advice=_ADVICE)
        for node in file.scenarios:
            decl = find(env.scope, node.saga, ("saga",), report)
            if decl is not None:
                found.append(
                    _scenario(node, file.source.name, Stage(sagas[decl.id], handlers, env))
                )
    report.extend(titles(((each.saga, each.title, each.span) for each in found), "scenarios"))
    return tuple(found)


def titles(named: Iterator[tuple[str, str, Span]], what: str) -> Iterator[Finding]:
    """A finding for each title that its saga has already; `named` are saga, title and place."""
    first: dict[tuple[str, str], Span] = {}
    for saga, title, span in named:
        before = first.setdefault((saga, title), span)
        if before is not span:
            yield hs101.titled(what, title, saga.rpartition(".")[2], span, before)


def state(name: ast.Name, saga: m.Saga, report: list[Finding]) -> str:
    """A state, final or sequence that is named; what was most likely meant, where there is none."""
    known = {"Compensating": "Compensating"}
    known |= {each.name: each.name for each in saga.states if not each.passing}
    known |= {each.name: each.name for each in saga.finals}
    for sequence in saga.sequences:
        known |= {sequence.name: sequence.name, **awaited(sequence)}
    if name.text in known:
        return known[name.text]
    near = nearest(name.text, known)
    report.append(hs102.unknown(name.text, ("state",), name.span, near))
    return near or name.text


def _scenario(node: ast.Scenario, file: str, stage: Stage) -> m.Scenario:
    given, scenes = Given(), list[m.Scene]()
    for each in node.scenes:
        scene, given = _scene(each, given, stage)
        if scene is not None:
            scenes.append(scene)
    return m.Scenario(
        node.title.text, file, stage.saga.id, tuple(scenes), meta(node.meta), node.title.span
    )


def _scene(node: ast.Scene, given: Given, stage: Stage) -> tuple[m.Scene | None, Given]:
    env, scope, report = stage.env, stage.env.scope, stage.env.report
    match node:
        case ast.SceneMessage():
            return _message(node, given, env)
        case ast.SceneOutcome():
            return _outcome(node, given, stage)
        case ast.SceneTimeout(command=name, span=span):
            decl = find(scope, name, ("command",), report)
            return (m.SceneTimeout(decl.id, span) if decl else None), given
        case ast.SceneFault(command=name, span=span):
            decl = _itinerary(name, env) or find(scope, name, ("command",), report)
            return (m.SceneFault(decl.id, span) if decl else None), given
        case ast.SceneAfter(delay=delay, span=span):
            return m.SceneAfter(filled(delay, DURATION, given, env), span), given
        case ast.Expect(expectations=nodes, span=span):
            found = (_expectation(each, given, stage) for each in nodes)
            return m.Expect(tuple(each for each in found if each is not None), span), given


def _message(node: ast.SceneMessage, given: Given, env: Env) -> tuple[m.Scene, Given]:
    call = node.message
    decl = find(env.scope, call.name, ("event", "command"), env.report)
    if decl is None:
        return m.SceneMessage(e.Bad(UNKNOWN, call.span), node.span), given
    shape = env.world.shapes[decl.id]
    value = message(call, shape, given, env)
    return m.SceneMessage(value, node.span), given.adding(value.args, shape)


def _outcome(node: ast.SceneOutcome, given: Given, stage: Stage) -> tuple[m.Scene | None, Given]:
    env = stage.env
    decl = find(env.scope, node.of, ("itinerary", "command"), env.report)
    if decl is None:
        return None, given
    ends = OUTCOMES if decl.kind == "itinerary" else ("done",)
    if node.outcome not in ends:
        env.report.append(
            hs103.not_an_end(node.of.text, decl.kind, node.outcome, ends, node.of.span)
        )
        return None, given
    handler = stage.handlers.get(decl.id)
    if handler is not None and handler.answers:
        names = tuple(env.world.shapes[each].name for each in handler.answers)
        env.report.append(hs103.has_an_answer(node.of.text, names, node.of.span, "when"))
        return None, given
    shape = _ended(node, decl, env.world)
    args = message(ast.Call(node.of, node.args, node.span), shape, given, env).args
    told = tuple((name, value) for name, value in args if value is not None)
    return m.SceneOutcome(decl.id, node.outcome, told, node.span), given.adding(told, shape)


def _ended(node: ast.SceneOutcome, decl: Decl, world: World) -> Shape:
    """What a scenario says of an outcome. Of what was run it has the parameters already; outputs nobody else can tell."""
    shape = world.shapes.get(f"{decl.id}.{node.outcome}")
    if shape is None:
        return Shape("", f"{node.of.text}.{node.outcome}", "outcome", {})
    known = world.shapes[decl.id].slots
    slots = {
        name: replace(slot, required=node.outcome == "completed" and not free)
        for name, slot in shape.slots.items()
        for free in [name in known or isinstance(slot.type, Optional)]
    }
    return replace(shape, slots=slots)


# --- expectations ------------------------------------------------------------------------------


def _expectation(node: ast.Expectation, given: Given, stage: Stage) -> m.Expectation | None:
    env = stage.env
    match node:
        case ast.Expectation(name=None):
            return m.Expectation(node.kind, "", (), node.span)
        case ast.Expectation(kind="state", name=ast.Name() as name):
            return m.Expectation("state", state(name, stage.saga, env.report), (), node.span)
        case ast.Expectation(kind="compensated", name=ast.Name() as name):
            of = _compensated(name, stage)
            return m.Expectation("compensated", of, (), node.span) if of else None
        case ast.Expectation(kind=kind, name=ast.Name() as name):
            run = _itinerary(name, env) if kind == "sent" else None
            decl = run or find(env.scope, name, _MESSAGES[kind], env.report, kind)
            if decl is not None:
                call = ast.Call(name, node.args, node.span)
                equal = part(call, env.world.shapes[decl.id], given, env)
                return m.Expectation(kind, decl.id, equal, node.span)
    return None


def _compensated(name: ast.Name, stage: Stage) -> str:
    """A compensation's name, or the id of a command or an itinerary; "" for what is neither."""
    blocks = [each.name for each in stage.saga.compensations]
    if name.text in blocks:
        return name.text
    near = nearest(name.text, blocks)
    if near and not stage.env.scope.names.get(name.text):
        stage.env.report.append(hs102.unknown(name.text, ("compensation",), name.span, near))
        return ""
    decl = _itinerary(name, stage.env) or find(
        stage.env.scope, name, ("command",), stage.env.report
    )
    return decl.id if decl is not None else ""


def _itinerary(name: ast.Name, env: Env) -> Decl | None:
    """The itinerary of this name: a saga sends it like a command, and turns it back."""
    decl = env.scope.get(name.text)
    return decl if decl is not None and decl.kind == "itinerary" else None

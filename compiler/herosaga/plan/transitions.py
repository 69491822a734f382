"""Transitions, final states and compensations: one function each."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.names import constant, field_name, snake
from herosaga.plan.actions import Line, lines, undo_class
from herosaga.plan.code import PyCode, code, docstring, duration, identifier, join
from herosaga.plan.context import Context
from herosaga.plan.expr import Values, negated, value
from herosaga.source import Span
from msgspec import Struct

_FLAT = PyCode("")
_NESTED = PyCode("    ")


class FunctionPlan(Struct, frozen=True):
    """One generated function."""

    name: PyCode
    parameters: PyCode
    returns: PyCode
    doc: PyCode
    body: tuple[Line, ...]


class Functions(Struct, frozen=True):
    """A saga's functions, and which of them the table names where."""

    plans: tuple[FunctionPlan, ...]
    transitions: Mapping[int, PyCode]
    delays: Mapping[int, PyCode]
    finals: Mapping[str, PyCode]
    compensations: Mapping[str, PyCode]


class Place(Struct, frozen=True):
    """Where a saga's functions stand."""

    context: Context
    saga: m.Saga
    prefix: str

    @property
    def state(self) -> PyCode:
        """The saga's enum of states."""
        return identifier(f"{self.saga.name}State")

    @property
    def step(self) -> PyCode:
        """`Step[OrderFulfilmentData]`."""
        step = self.context.runtime("saga", "Step")
        return code("{}[{}]", step, identifier(f"{self.saga.name}Data"))

    def target(self, name: str) -> PyCode:
        """`OrderFulfilmentState.CHARGING`."""
        return code("{}.{}", self.state, identifier(constant(name)))

    def name(self, wanted: str) -> PyCode:
        """A free name for a function."""
        return self.context.scope.function(self.prefix + wanted)


def functions(context: Context, saga: m.Saga, prefix: str) -> Functions:
    """Every function of a saga, in source order, each transition once."""
    place = Place(context, saga, prefix)
    plans: list[tuple[tuple[int, int], FunctionPlan]] = []
    transitions: dict[int, PyCode] = {}
    delays: dict[int, PyCode] = {}
    for owner, transition in _transitions(saga):
        if id(transition) in transitions:
            continue
        plan = _transition(place, owner, transition)
        plans.append((_order(transition.span), plan))
        transitions[id(transition)] = plan.name
        if isinstance(transition.trigger, m.After) and not _constant(transition.trigger):
            delay = _delay(place, plan.name, transition.trigger)
            plans.append((_order(transition.span), delay))
            delays[id(transition)] = delay.name
    finals = {each.name: _final(place, each) for each in saga.finals if each.actions}
    blocks = {each.name: _compensation(place, each) for each in saga.compensations}
    plans += [(_order(each.span), finals[each.name]) for each in saga.finals if each.actions]
    plans += [(_order(each.span), blocks[each.name]) for each in saga.compensations]
    return Functions(
        tuple(plan for _, plan in sorted(plans, key=lambda pair: pair[0])),
        transitions,
        delays,
        {name: plan.name for name, plan in finals.items()},
        {name: plan.name for name, plan in blocks.items()},
    )


def _order(span: Span) -> tuple[int, int]:
    return span.line, span.column


def _transitions(saga: m.Saga) -> Iterator[tuple[str, m.Transition]]:
    """Transitions with the name of what they stand in."""
    for each in saga.start:
        yield "start", each
    for state in saga.states:
        for member in state.members:
            if isinstance(member, m.Transition):
                yield _owner(state, member), member
    for member in saga.missing:
        if isinstance(member, m.Transition):
            yield "missing", member


def _owner(state: m.State, transition: m.Transition) -> str:
    if not transition.level:
        return snake(state.name)
    words = transition.level.replace(",", " ").split()
    return "_".join(snake(word) for word in words)


def _constant(trigger: m.After) -> bool:
    return isinstance(trigger.delay, e.Const)


def _transition(place: Place, owner: str, transition: m.Transition) -> FunctionPlan:
    context = place.context
    trigger = transition.trigger
    at = Values(context)
    parameters = [code("step: {}", place.step)]
    if isinstance(trigger, m.OnMessage):
        parameters.append(code("event: {}", context.type_name(trigger.message)))
    return FunctionPlan(
        place.name(f"{owner}_{_trigger_name(context, trigger)}"),
        join(", ", parameters),
        _returns(place, transition),
        _doc(context, transition),
        tuple(_body(place, at, transition)),
    )


def _trigger_name(context: Context, trigger: m.Trigger) -> str:
    names = context.model.messages
    match trigger:
        case m.OnMessage(message):
            return f"on_{snake(names[message].name)}"
        case m.OnFailure(command):
            return f"on_failure_of_{snake(names[command].name)}"
        case m.After(e.Const(value=length)):
            return f"after_{_length(length)}"
        case m.After():
            return "after_a_while"
        case _:
            raise AssertionError("refused before planning")


def _length(length: e.Value) -> str:
    if not isinstance(length, timedelta) or length < timedelta():
        return "a_while"
    unit, count = duration(length)
    return f"{count}_{unit if count != '1' else unit[:-1]}"


def _returns(place: Place, transition: m.Transition) -> PyCode:
    verdict = place.context.runtime
    if transition.compensate or transition.target is None:
        return verdict("saga", "Verdict")
    if transition.guard is not None:
        return code("{} | {}", place.state, verdict("saga", "Verdict"))
    return place.state


def _doc(context: Context, transition: m.Transition) -> PyCode:
    span = transition.span
    level = f"{transition.level}: " if transition.level else ""
    head = f"{span.source.name}:{span.line}: {level}{_said(context, transition)}"
    doc = transition.meta.doc
    return docstring(f"{doc}\n\n{head}" if doc else head)


def _said(context: Context, transition: m.Transition) -> str:
    names = context.model.messages
    match transition.trigger:
        case m.OnMessage(message):
            words = [f"on {names[message].name}"]
        case m.OnFailure(command):
            words = [f"on failure of {names[command].name}"]
        case m.After():
            words = ["after " + _length_said(transition.trigger.delay)]
    if transition.guard is not None:
        words.append(f"when {_source_of(transition.guard)}")
    if transition.compensate:
        words.append("compensate")
    if transition.target is not None:
        words.append(f"-> {transition.target}")
    return " ".join(words)


def _source_of(expr: e.Expr) -> str:
    """An expression as it was written, if it stands on one line."""
    text = expr.span.source.text[expr.span.start : expr.span.end]
    return text if text and "\n" not in text and len(text) <= 60 else "…"


def _length_said(delay: e.Expr) -> str:
    return _length(delay.value).replace("_", " ") if isinstance(delay, e.Const) else "…"


def _body(place: Place, at: Values, transition: m.Transition) -> Iterator[Line]:
    guard = list(_guard(place, at, transition))
    actions = list(_actions(place, at, transition))
    named = _uses_data(guard)
    if named:
        yield Line(_FLAT, code("data = step.data"))
    yield from guard
    yield from _with_data(actions, named)


def _guard(place: Place, at: Values, transition: m.Transition) -> Iterator[Line]:
    if transition.guard is not None:
        yield Line(_FLAT, code("if {}:", negated(at, transition.guard)))
        yield Line(_NESTED, code("return {}", place.context.runtime("saga", "PASS")))


def _actions(place: Place, at: Values, transition: m.Transition) -> Iterator[Line]:
    if isinstance(transition.trigger, m.OnMessage):
        trigger = transition.trigger
        for bound, expr in zip(trigger.binds, trigger.values, strict=True):
            yield Line(_FLAT, code("data.{} = {}", identifier(field_name(bound)), value(at, expr)))
    yield from lines(at, place.saga, transition.actions)
    if transition.target is None:
        yield Line(_FLAT, code("return {}", place.context.runtime("saga", "STAY")))
    elif transition.compensate:
        target = place.target(transition.target)
        yield Line(_FLAT, code("return step.compensate({})", target))
    else:
        yield Line(_FLAT, code("return {}", place.target(transition.target)))


def _with_data(body: Iterable[Line], named: bool = False) -> Iterator[Line]:
    """The body, after a line that names the data: a copy of it where the body changes it.

    `named` where an earlier line has named it already.
    """
    listed = list(body)
    if _changes_data(listed):
        yield Line(_FLAT, code("data = step.edit()"))
    elif not named and _uses_data(listed):
        yield Line(_FLAT, code("data = step.data"))
    yield from listed


def _changes_data(body: list[Line]) -> bool:
    return any(
        isinstance(target, ast.Attribute)
        and isinstance(target.value, ast.Name)
        and target.value.id == "data"
        for node in _nodes(body)
        for target in (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target] if isinstance(node, ast.AugAssign) else []
        )
    )


def _uses_data(body: list[Line]) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "data" for node in _nodes(body))


def _nodes(body: list[Line]) -> Iterator[ast.AST]:
    """What a body says, as Python reads it: `data` in a string of the user's is no use of it."""
    return ast.walk(ast.parse("\n".join(line.indent + line.code for line in body)))


def _delay(place: Place, name: PyCode, trigger: m.After) -> FunctionPlan:
    length = place.context.scope.use("datetime", "timedelta")
    body = iter([Line(_FLAT, code("return {}", value(Values(place.context), trigger.delay)))])
    return FunctionPlan(
        place.context.scope.function(f"{name}_delay"),
        code("step: {}", place.step),
        length,
        docstring("How long it waits."),
        tuple(_with_data(body)),
    )


def _final(place: Place, final: m.Final) -> FunctionPlan:
    body = lines(Values(place.context), place.saga, final.actions)
    mark = f" {final.mark}" if final.mark else ""
    head = f"{final.span.source.name}:{final.span.line}: final {final.name}{mark}"
    return FunctionPlan(
        place.name(f"enter_{snake(final.name)}"),
        code("step: {}", place.step),
        code("None"),
        docstring(f"{final.meta.doc}\n\n{head}" if final.meta.doc else head),
        tuple(_with_data(body)),
    )


def _compensation(place: Place, block: m.Compensation) -> FunctionPlan:
    body = lines(Values(place.context), place.saga, block.actions)
    head = f"{block.span.source.name}:{block.span.line}: compensation {block.name}"
    parameters = code("step: {}, undo: {}", place.step, undo_class(place.saga, block.name))
    return FunctionPlan(
        place.name(f"undo_by_{snake(block.name)}"),
        parameters,
        code("None"),
        docstring(f"{block.meta.doc}\n\n{head}" if block.meta.doc else head),
        tuple(_with_data(body)) or (Line(_FLAT, code("pass")),),
    )

"""Transitions: one function each."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.model import model as m
from herosaga.names import field_name
from herosaga.plan.actions import Line, lines
from herosaga.plan.code import PyCode, code, identifier, join
from herosaga.plan.expr import negated, value
from herosaga.plan.place import FLAT, NESTED, FunctionPlan, Place, told, uses, with_data
from herosaga.plan.spoken import all_said, goal, is_failed, onward_name
from herosaga.plan.words import together_name, trigger_name
from herosaga.plan.written import Written


def transition_plan(place: Place, found: Written) -> FunctionPlan:
    """The function of a transition."""
    return FunctionPlan(
        place.name(_name(place, found)),
        join(", ", [place.step, *_event(place, found)]),
        _returns(place, found.first),
        told(found.first.meta.doc, found.first.span, _words(place, found)),
        tuple(_body(place, found)),
    )


def _event(place: Place, found: Written) -> Iterator[PyCode]:
    """The parameter for the message; it has a default where some trigger comes without one."""
    names = [place.context.type_name(each) for each in found.messages]
    if all(isinstance(each, m.OnMessage) for each in found.triggers):
        yield code("event: {}", join(" | ", names))
    elif names:
        yield code("event: {} | None = None", join(" | ", names))


def _returns(place: Place, transition: m.Transition) -> PyCode:
    verdict = place.runtime
    if transition.compensate or transition.target is None:
        return verdict("Verdict")
    if transition.guard is not None:
        return code("{} | {}", place.state, verdict("Verdict"))
    return place.state


# --- names and words ---------------------------------------------------------------------------


def _name(place: Place, found: Written) -> str:
    model = place.context.model
    match found.first.trigger:
        case m.Onward():
            return f"{found.owner}_{onward_name(place.saga, found)}"
        case m.Deadline():
            return trigger_name(model, found.first.trigger)
        case _ if is_failed(place.saga, found.first):
            return f"{found.owner}_failed"
        case _:
            return f"{found.owner}_{together_name(model, found.triggers)}"


def _words(place: Place, found: Written) -> str:
    """Where a transition was written, and what it says there."""
    transition, state = found.first, found.state
    words = [all_said(place, found)]
    if transition.level not in ("", "deadline"):
        words.insert(0, f"{transition.level}:")
    elif state is not None and state.sequence:
        words.insert(0, f"sequence {state.sequence}:{_step(found)}")
    if transition.compensate:
        words.append("compensate")
    if transition.target is not None:
        words.append(f"-> {goal(transition)}")
    return " ".join(words)


def _step(found: Written) -> str:
    """The step of a sequence whose answer, or refusal, is taken."""
    match found.first.trigger:
        case m.Onward():
            return ""
        case m.OnMessage(step=step) | m.OnOutcome(step=step) if step:
            return f" step {step.rpartition('.')[2]}:"
        case _:
            assert found.state is not None
            return f" step {found.state.name.rpartition('.')[2]}:"


# --- bodies ------------------------------------------------------------------------------------


def _body(place: Place, found: Written) -> Iterator[Line]:
    """Guard, what is taken from the message, the `exit` of the state left, actions, where it leads."""
    transition = found.first
    guard = list(_guard(place, transition))
    named = uses(guard)
    if named:
        yield Line(FLAT, code("data = step.data"))
    yield from guard
    binds = list(_binds(place, transition))
    rest = [*lines(place.at, place.saga, transition.actions), _end(place, transition)]
    if found.leaves:
        yield from with_data(binds, named)
        yield Line(FLAT, code("step.leave()"))
        yield from with_data(rest)
    else:
        yield from with_data([*binds, *rest], named, found.begins)


def _guard(place: Place, transition: m.Transition) -> Iterator[Line]:
    if transition.guard is not None:
        yield Line(FLAT, code("if {}:", negated(place.at, transition.guard)))
        yield Line(NESTED, code("return {}", place.runtime("PASS")))


def _binds(place: Place, transition: m.Transition) -> Iterator[Line]:
    match transition.trigger:
        case m.OnMessage(binds=names, values=values):
            for name, expr in zip(names, values, strict=True):
                target = code("data.{}", identifier(field_name(name)))
                yield Line(FLAT, code("{} = {}", target, value(place.at, expr)))


def _end(place: Place, transition: m.Transition) -> Line:
    if transition.target is None:
        return Line(FLAT, code("return {}", place.runtime("STAY")))
    if transition.compensate:
        return Line(FLAT, code("return step.compensate({})", place.goal(transition.target)))
    return Line(FLAT, code("return {}", place.goal(transition.target)))

"""Taking a transition, and entering a state: `exit`, actions, `entry`, timers; at a final, the outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from herosaga.interpreter.act import NOTHING, Seen, Step, perform, put, scope
from herosaga.interpreter.evaluate import evaluate
from herosaga.interpreter.instance import OF_STATE, Composite, Instance, Kind, Wait
from herosaga.interpreter.values import Value
from herosaga.model import model as m


def holds(step: Step, transition: m.Transition, seen: Seen) -> bool:
    """Whether a transition's guard holds."""
    return transition.guard is None or bool(evaluate(transition.guard, scope(step, seen)))


def act(step: Step, transition: m.Transition, seen: Seen) -> None:
    """A transition up to its arrow: what it takes from the message, the `exit` of the state that it leaves, its actions."""
    trigger = transition.trigger
    if isinstance(trigger, m.OnMessage | m.OnOutcome):
        for name, value in zip(trigger.binds, trigger.values, strict=True):
            put(step, name, evaluate(value, scope(step, seen)))
    if transition.target is not None:
        _leave(step)
    perform(step, transition.actions, seen)
    step.instance = replace(step.instance, stuck="")


def _leave(step: Step) -> None:
    """Leave the state that is left; what a joined state still waits for is a request like any other from now on."""
    step.left = True
    source = step.program.states.get(step.instance.state)
    perform(step, source.exit if source is not None else (), NOTHING)
    requests = tuple(replace(each, step="", round=0) for each in step.instance.requests)
    step.instance = replace(step.instance, requests=requests)


def enter(step: Step, name: str, given_up: bool = False) -> None:
    """Enter a state. `given_up`: undo was given up, and its records remain for an operator."""
    step.entered = True
    final = step.program.finals.get(name)
    if final is not None:
        _end(step, final, given_up)
        return
    state = step.program.states[name]
    before = step.instance
    waits = tuple(each for each in before.waits if each.kind not in OF_STATE)
    arrivals = tuple(each for each in before.arrivals if _stays(step, each[0], state))
    step.instance = replace(
        before, state=name, waits=waits, arrivals=arrivals, held=None, undoing=None, expired=False
    )
    perform(step, state.entry, NOTHING)
    waits = (*step.instance.waits, *sorted(_waits(step, state), key=lambda each: each.order))
    step.instance = replace(step.instance, waits=waits)
    if state.passing or (state.joins and not joining(step)):
        go_onward(step, state)


def _stays(step: Step, composite: Composite, state: m.State) -> bool:
    """Whether arrivals are kept: those of a group, while its states are current. One that is only passed is none of anything."""
    if not composite.level:
        return False
    return state.passing or composite in dict(step.program.composites[state.name])


def _waits(step: Step, state: m.State) -> Iterator[Wait]:
    """The times that a state waits for, evaluated now."""
    inside = scope(step, NOTHING)
    for place, each in enumerate(state.members):
        match each:
            case m.Transition(trigger=m.After(delay=delay), span=span):
                due = step.due(evaluate(delay, inside))
                yield Wait(Kind.AFTER, step.token("after"), due, span.start, place)
            case m.Transition(trigger=m.At(time=time), span=span):
                due = max(step.now, evaluate(time, inside))
                yield Wait(Kind.AT, step.token("at"), due, span.start, place)
    for place, every in enumerate(state.every):
        length = evaluate(every.delay, inside)
        if length <= timedelta():
            raise ValueError("`every` needs a time that passes")
        yield Wait(
            Kind.EVERY, step.token("every"), step.due(length), every.span.start, place, "", length
        )


# --- sequences ---------------------------------------------------------------------------------


def joining(step: Step) -> bool:
    """Whether anything is still open of what the joined state asked for."""
    return any(each.step for each in step.instance.requests)


def go_onward(step: Step, state: m.State) -> None:
    """Go on without waiting, by the first way whose guard holds."""
    for each in state.members:
        match each:
            case m.Transition(trigger=m.Onward(), target=str() as target):
                if holds(step, each, NOTHING):
                    act(step, each, NOTHING)
                    enter(step, target)
                    return
    raise AssertionError(f"{state.name} leads nowhere")


# --- the end -----------------------------------------------------------------------------------


def _end(step: Step, final: m.Final, given_up: bool) -> None:
    """Enter a final state: timers and requests are cancelled, and what is left to do is done."""
    step.instance = replace(
        step.instance,
        state=final.name,
        requests=(),
        waits=(),
        arrivals=(),
        held=None,
        undoing=None,
        stuck="",
    )
    perform(step, final.actions, NOTHING)
    instance = step.instance
    step.instance = replace(
        instance,
        outcome=_outcome(instance, final, given_up),
        records=instance.records if given_up else (),
        expired=False,
    )
    _tell_caller(step)


def _outcome(instance: Instance, final: m.Final, given_up: bool) -> str:
    if instance.expired:
        return "expired"
    if given_up or instance.skipped:
        return "compensation_failed"
    if instance.undone:
        return "compensated"
    return final.mark or "completed"


def _tell_caller(step: Step) -> None:
    """A saga that serves a command and ends without an answer is done, or has failed to answer."""
    serves, instance = step.program.saga.serves, step.instance
    if serves is None or not instance.caller or instance.replied:
        return
    command = ("command", serves.message)
    if serves.answers:
        why = f"{instance.saga} ended in {instance.state} without an answer"
        reason = ("reason", why)
        step.send("fault", Value("herosaga.fault", (command, reason)), instance.caller)
    else:
        step.send("done", Value("herosaga.done", (command,)), instance.caller)
    step.instance = replace(step.instance, replied=True)

"""Entering a state: what it does first, its timers, and at a final one the outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from herosaga_runtime.decision import Decision
from herosaga_runtime.envelope import Done, Fault
from herosaga_runtime.errors import UsageError
from herosaga_runtime.instance import CALM, Arrival, D, Extras, Outcome, S, Timer, changed
from herosaga_runtime.making import Step
from herosaga_runtime.place import Place
from herosaga_runtime.saga import End, Saga
from herosaga_runtime.verdict import PASS, Verdict

_MOST: Final = 1_000_000
"""How many states a step may pass through."""


def enter(saga: Saga[D, S, Any], work: Step[D], target: S, tried: bool = True) -> Decision[D, S]:
    """Enter `target` with what the step has done.

    `tried` is False where undo was given up and records remain.
    """
    try:
        place = saga.places[target]
    except KeyError:
        place = saga.place(target)
    work.state = target
    work.entered = True
    if work.extras is not CALM:
        work.extras = _at(place, work.extras)
    if place.simple:
        if work.timers:
            work.timers = lasting(work.timers)
        return work
    if place.end is not None:
        _end(saga, place.end, work, tried)
        return work
    _arrive(work, place)
    return _pass(saga, work, place) if place.onward else work


def _arrive(work: Step[D], place: Place[D, S]) -> None:
    """Do what a state does first, and set its timers."""
    if place.entry is not None:
        place.entry(work)
    timers = lasting(work.timers)
    for index, each in enumerate(place.timed):
        timers = (*timers, each.timer(index, work))
    work.timers = timers


def _pass(saga: Saga[D, S, Any], work: Step[D], place: Place[D, S]) -> Decision[D, S]:
    """Go on from a state that waits for nothing, and from those after it that don't."""
    for _ in range(_MOST):
        if not place.onward or (place.joins and waits(work)):
            return work
        work.state = onward(place, work)
        place = saga.place(work.state)
        if work.extras is not CALM:
            work.extras = _at(place, work.extras)
        if place.end is not None:
            _end(saga, place.end, work, True)
            return work
        _arrive(work, place)
    raise UsageError(f"{saga.name} goes round and round without waiting, at {work.state}")


def onward(place: Place[D, S], work: Step[D]) -> S:
    """Where it goes on from a state that waits for nothing (more)."""
    for run in place.onward:
        verdict = run(work)
        if not isinstance(verdict, Verdict):
            target: S = verdict
            return target
        if verdict is not PASS:
            break
    raise UsageError(f"nothing leads on from {work.state}")


def waits(work: Step[Any]) -> bool:
    """Whether something is open that a joined state has asked for."""
    return any(each.step for each in work.requests)


def parted(work: Step[Any]) -> None:
    """Leave a joined state: what it still waits for is a request like any other from now on."""
    if waits(work):
        work.requests = tuple([replace(each, step="", round=0) for each in work.requests])


def calm(extras: Extras[S]) -> Extras[S]:
    """The extras after a step that was taken: no longer stuck."""
    return changed(extras, stuck="") if extras.stuck else extras


def _at(place: Place[Any, S], extras: Extras[S]) -> Extras[S]:
    """The extras of an instance that enters a state."""
    if extras.arrivals:
        extras = changed(extras, arrivals=_arrivals(place, extras))
    expired = extras.expired and place.end is not None
    made = changed(extras, stuck="", held=None, expired=expired)
    return CALM if made == CALM else made


def _arrivals(place: Place[Any, Any], extras: Extras[Any]) -> tuple[Arrival, ...]:
    """What has come for the groups that the state is in. In a state that is passed through it is not known yet which."""
    if place.onward and not place.joins:
        return tuple(each for each in extras.arrivals if each.grouped)
    groups = {each.name for each in place.composites if each.group}
    return tuple(each for each in extras.arrivals if each.of in groups)


# --- time --------------------------------------------------------------------------------------


def lasting(timers: tuple[Timer, ...]) -> tuple[Timer, ...]:
    """The timers that outlive a state. Most often there is one at most."""
    if len(timers) > 1:
        return tuple([each for each in timers if each.name])
    return timers if timers and timers[0].name else ()


def again(timer: Timer, work: Step[Any]) -> Timer:
    """The next time of an `every`: as many lengths after the last one as it takes to be later than now.

    It is later than the last one also where the clock was put back between the alarm and its step.
    """
    assert timer.period is not None
    missed = max((work.now - timer.due) // timer.period, 0)
    time = timer.due + (missed + 1) * timer.period
    return Timer(f"e{work.revision}.{timer.index}", timer.index, time, "", timer.period)


# --- the end -----------------------------------------------------------------------------------


def _end(saga: Saga[D, Any, Any], end: End[D], work: Step[D], tried: bool) -> None:
    if end.run is not None:
        end.run(work)
    work.requests = ()
    work.timers = ()
    if tried:
        work.records = ()
        if work.extras is CALM:
            work.outcome = end.outcome
            return
    work.outcome = _outcome(end, work.extras, tried)
    if work.extras.caller is not None and not work.extras.replied:
        _let_caller_go(saga, work)


def _let_caller_go(saga: Saga[Any, Any, Any], work: Step[Any]) -> None:
    """Tell whoever waits for a reply that there will be none: it would wait for ever."""
    served = saga.serves
    if served is None or work.extras.caller is None:
        return
    name = served.command.TYPE
    why = f"{saga.name} ended in {work.state} without an answer"
    work.answer(Fault(name, why) if served.done else Done(name), work.extras.caller)
    work.extras = changed(work.extras, replied=True)


def _outcome(end: End[Any], extras: Extras[Any], tried: bool) -> Outcome:
    if extras.expired:
        return Outcome.EXPIRED
    if not tried or extras.skipped:
        return Outcome.COMPENSATION_FAILED
    return Outcome.COMPENSATED if extras.undone else end.outcome

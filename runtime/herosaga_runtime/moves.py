"""Entering a state: its timers, and at a final one the outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from herosaga_runtime.decision import Decision
from herosaga_runtime.instance import D, Outcome, Recovery, S, Timer
from herosaga_runtime.saga import After, End, Saga, Step

CALM: Recovery[Any] = Recovery()
"""The recovery of an instance that is not in trouble."""


def enter(saga: Saga[D, S, Any], work: Step[D], target: S, tried: bool = True) -> Decision[D, S]:
    """Enter `target` with what the step has done.

    `tried` is False where undo was given up and records remain.
    """
    work.state = target
    work.entered = True
    if work.recovery is not CALM:
        work.recovery = calm(work.recovery)
    afters = saga.afters.get(target)
    if afters is None:
        _end(saga.finals[target], work, tried)
    elif afters:
        work.timers = _timers(afters, work)
    else:
        work.timers = ()
    return work


def calm(recovery: Recovery[S]) -> Recovery[S]:
    """The recovery after a step that was taken: no longer stuck."""
    return replace(recovery, stuck="") if recovery.stuck else recovery


def _timers(afters: tuple[After[D, S], ...], work: Step[D]) -> tuple[Timer, ...]:
    timers = []
    for index, arm in enumerate(afters):
        delay = arm.delay if isinstance(arm.delay, timedelta) else arm.delay(work)
        token = f"t{work.revision}.{index}"
        timers.append(Timer(token, index, work.now + delay))
    return tuple(timers)


def _end(end: End[D], work: Step[D], tried: bool) -> None:
    if end.run is not None:
        end.run(work)
    work.outcome = _outcome(end, work.recovery, tried)
    work.requests = ()
    work.timers = ()
    if tried:
        work.records = ()


def _outcome(end: End[Any], recovery: Recovery[Any], tried: bool) -> Outcome:
    if not tried:
        return Outcome.COMPENSATION_FAILED
    return Outcome.COMPENSATED if recovery.undone else end.outcome

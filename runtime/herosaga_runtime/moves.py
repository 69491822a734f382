"""Entering a state: its timers, and at a final one the outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from herosaga_runtime.decision import Decision, Reception
from herosaga_runtime.instance import D, Instance, Origin, Outcome, Record, Recovery, S, Timer
from herosaga_runtime.saga import After, End, Saga, Step

CALM: Recovery[Any] = Recovery()
"""The recovery of an instance that is not in trouble."""

_TAKEN: Final = Reception.TAKEN


def enter(
    saga: Saga[D, S, Any],
    origin: Origin,
    revision: int,
    work: Step[D],
    target: S,
    recovery: Recovery[S],
    tried: bool = True,
) -> Decision[D, S]:
    """Enter `target` with what the step has done; `revision` is the step's own.

    `tried` is False where undo was given up and records remain.
    """
    afters = saga.afters.get(target)
    if afters is None:
        return _end(saga.finals[target], origin, revision, work, target, recovery, tried)
    instance = Instance(
        origin,
        target,
        work.data,
        revision,
        work.sequence,
        work.records,
        work.requests,
        _timers(afters, work, revision, target) if afters else (),
        recovery,
        None,
    )
    return Decision(instance, work.sent, _TAKEN, True)


def calm(recovery: Recovery[S]) -> Recovery[S]:
    """The recovery after a step that was taken: no longer stuck."""
    return replace(recovery, stuck="") if recovery.stuck else recovery


def _timers(
    afters: tuple[After[D, S], ...], work: Step[D], revision: int, target: S
) -> tuple[Timer, ...]:
    timers = []
    work.state = target
    for index, arm in enumerate(afters):
        delay = arm.delay if isinstance(arm.delay, timedelta) else arm.delay(work)
        timers.append(Timer(f"t{revision}.{index}", index, work.now + delay))
    return tuple(timers)


def _end(
    end: End[D],
    origin: Origin,
    revision: int,
    work: Step[D],
    target: S,
    recovery: Recovery[S],
    tried: bool,
) -> Decision[D, S]:
    if end.run is not None:
        work.state = target
        end.run(work)
    remaining: tuple[Record, ...] = () if tried else work.records
    instance = Instance(
        origin,
        target,
        work.data,
        revision,
        work.sequence,
        remaining,
        (),
        (),
        recovery,
        _outcome(end, recovery, tried),
    )
    return Decision(instance, work.sent, _TAKEN, True)


def _outcome(end: End[Any], recovery: Recovery[Any], tried: bool) -> Outcome:
    if not tried:
        return Outcome.COMPENSATION_FAILED
    return Outcome.COMPENSATED if recovery.undone else end.outcome

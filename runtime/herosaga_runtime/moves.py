"""Entering a state: its timers, and at a final one the outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from herosaga_runtime.decision import Decision
from herosaga_runtime.instance import D, Instance, Origin, Outcome, Record, Recovery, S, Timer
from herosaga_runtime.saga import End, Saga, Step

CALM: Recovery[Any] = Recovery()
"""The recovery of an instance that is not in trouble."""


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
    end = saga.finals.get(target)
    if end is not None:
        return _end(origin, revision, work, target, end, recovery, tried)
    afters = saga.afters[target]
    instance = Instance(
        origin,
        target,
        work.data,
        revision,
        work.sequence,
        work.records,
        work.requests,
        _timers(saga, work, target, revision) if afters else (),
        recovery,
        None,
    )
    return Decision(instance, work.sent, entered=True)


def calm(recovery: Recovery[S]) -> Recovery[S]:
    """The recovery after a step that was taken: no longer stuck."""
    return replace(recovery, stuck="") if recovery.stuck else recovery


def _timers(saga: Saga[D, S, Any], work: Step[D], target: S, revision: int) -> tuple[Timer, ...]:
    return tuple(
        Timer(
            f"t{revision}.{index}",
            index,
            work.now + (arm.delay if isinstance(arm.delay, timedelta) else arm.delay(work)),
        )
        for index, arm in enumerate(saga.afters[target])
    )


def _end(
    origin: Origin,
    revision: int,
    work: Step[D],
    target: S,
    end: End[D],
    recovery: Recovery[S],
    tried: bool,
) -> Decision[D, S]:
    if end.run is not None:
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
        replace(recovery, undoing=None, stuck=""),
        _outcome(end.mark, recovery.undone, tried),
    )
    return Decision(instance, work.sent, entered=True)


def _outcome(mark: str, undone: int, tried: bool) -> Outcome:
    if not tried:
        return Outcome.COMPENSATION_FAILED
    if undone:
        return Outcome.COMPENSATED
    return Outcome(mark) if mark else Outcome.COMPLETED

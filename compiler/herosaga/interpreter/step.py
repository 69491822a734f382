"""The step: what one message, one time that has come or one failure does to one instance.

In this order:

1. An instance that has ended takes nothing more. One that compensates takes only what its undos await.
2. A reply closes its request.
3. The members of the state are tried, innermost level first, each level top to bottom; the first that fits and whose guard
   holds is taken. Its `exit`, its actions, then the `entry` and the times of the state it leads to.
4. Composites whose last part this was, if the state was not left.
5. A joined state goes on when nothing is open any more of what it asked for.

Whatever no member fits changes nothing, but that an instance which had waited for it is stuck.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import localcontext

from herosaga.interpreter import undo
from herosaga.interpreter.act import Step
from herosaga.interpreter.instance import (
    COMPENSATING,
    OF_SOURCE,
    Alarm,
    Deliver,
    Done,
    Input,
    Instance,
    Outcome,
    Reception,
    Retry,
    Skip,
)
from herosaga.interpreter.program import Program
from herosaga.interpreter.receive import receive
from herosaga.interpreter.requests import named
from herosaga.interpreter.start import start
from herosaga.interpreter.values import DECIMALS

Steps = list[tuple[Input, Outcome]]


def advance(
    program: Program, before: Instance | None, given: Input, now: datetime, incarnation: int = 1
) -> Steps:
    """All steps that one input brings about. Those of timers that are due at the same instant and stand earlier in the
    source come first, as far as they are still waited for; after each step that entered a state, deferred messages are
    offered.

    An error of an expression or an extern function is raised: then nothing has happened.
    """
    with localcontext(DECIMALS):
        steps: Steps = []
        instance = before
        for each in _due_before(before, given):
            try:
                found = _with_deferred(program, instance, each, now, incarnation)
            except Exception:  # it fails when its own alarm comes
                continue
            if found[0][1].reception is not Reception.STALE:
                steps += found
                instance = found[-1][1].instance
        return steps + _with_deferred(program, instance, given, now, incarnation)


def _due_before(before: Instance | None, given: Input) -> tuple[Alarm, ...]:
    """The alarms that come before this one: due at the same instant, and earlier in the source."""
    if before is None or before.state == COMPENSATING or not isinstance(given, Alarm):
        return ()
    timers = [each for each in before.waits if each.kind in OF_SOURCE]
    mine = next((each for each in timers if each.token == given.token), None)
    if mine is None:
        return ()
    earlier = [each for each in timers if each.due == mine.due and each.order < mine.order]
    return tuple(Alarm(each.token) for each in sorted(earlier, key=lambda each: each.order))


def _with_deferred(
    program: Program, before: Instance | None, given: Input, now: datetime, incarnation: int
) -> Steps:
    first = step(program, before, given, now, incarnation)
    return [(given, first), *_offers(program, first, now)]


def _offers(program: Program, outcome: Outcome, now: datetime) -> Iterator[tuple[Input, Outcome]]:
    """The steps of deferred messages, from the oldest. One that is deferred again keeps its place, and the next is offered;
    after one that entered a state, the oldest is the first again.
    """
    instance, place = outcome.instance, 0
    offering = outcome.entered
    while offering and instance is not None and instance.state != COMPENSATING:
        if place >= len(instance.deferred):
            return
        given = instance.deferred[place]
        rest = (*instance.deferred[:place], *instance.deferred[place + 1 :])
        found = _offer(program, replace(instance, deferred=rest), given, now)
        if found.reception is Reception.DEFERRED:
            place += 1
            continue
        yield given, found
        instance = found.instance
        place = 0 if found.entered else place


def _offer(program: Program, before: Instance, given: Input, now: datetime) -> Outcome:
    """One that fails is put aside alone: the step that let it be offered is done. If it answers a request, which does not
    time out any more, the instance is stuck.
    """
    try:
        return step(program, before, given, now)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        awaited = _answers_one_that_waits(before, given)
        after = replace(before, stuck=reason) if awaited else before
        return Outcome(after, (), Reception.UNEXPECTED, reason)


def _answers_one_that_waits(instance: Instance, given: Input) -> bool:
    """Whether a deferred input is the answer to an open request, which has waited for it alone since then."""
    match given:
        case Deliver(answers=number) | Done(number=number):
            request = named(instance, number)
            return request is not None and request.answered
    return False


# --- one step ----------------------------------------------------------------------------------


def step(
    program: Program, before: Instance | None, given: Input, now: datetime, incarnation: int = 1
) -> Outcome:
    """One step."""
    if isinstance(given, Retry | Skip):
        return undo.operate(program, before, given, now)
    if before is None:
        return start(program, given, now, incarnation)
    if before.outcome:
        stale = isinstance(given, Alarm)
        return Outcome(before, (), Reception.STALE if stale else Reception.LATE)
    work = Step(program, before, given, now)
    if before.state == COMPENSATING:
        return undo.receive(work)
    return receive(work)

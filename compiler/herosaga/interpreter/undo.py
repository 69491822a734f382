"""Compensation: what was recorded is undone, newest first, each undo finished before the next begins.

While an instance is in `Compensating` its records are frozen and its only open request is the undo's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from herosaga.interpreter.act import Seen, Step, ask, perform, policy_of, scope
from herosaga.interpreter.enter import enter
from herosaga.interpreter.instance import (
    COMPENSATING,
    Alarm,
    BlockUndo,
    Deliver,
    Done,
    Fault,
    Instance,
    Kind,
    Outcome,
    Policy,
    Reception,
    Record,
    Request,
    Retry,
    Skip,
    Undoing,
    Wait,
)
from herosaga.interpreter.program import Program
from herosaga.interpreter.requests import (
    answered,
    close,
    completes,
    go_on,
    late,
    named,
    pause,
    refusal,
)
from herosaga.interpreter.values import Plain, Value
from herosaga.model import model as m

UNDO = Policy(timedelta(seconds=30), None, timedelta(seconds=1), timedelta(minutes=5))
"""How an undo is requested whose request had no policy."""

OF_RUN = (Kind.RUN, Kind.REST)


def begin(step: Step, target: str, expired: bool) -> None:
    """Start to undo everything; `target` is entered when all is undone, at once if there is nothing to undo."""
    waits = tuple(each for each in step.instance.waits if each.kind is Kind.TIMER)
    step.instance = replace(
        step.instance,
        state=COMPENSATING,
        requests=(),
        waits=waits,
        arrivals=(),
        held=None,
        undoing=Undoing(target),
        expired=expired,
    )
    _next(step)


def _next(step: Step) -> None:
    """Begin the newest record's undo. One that requests nothing is finished at once; one that raises has failed a try, and
    nothing of it remains.
    """
    while step.instance.records:
        undoing = _undoing(step.instance)
        kept = replace(step, sent=[*step.sent], notes=[*step.notes])
        try:
            lined = _lined(step, step.instance.records[-1])
        except Exception as error:
            _take_back(step, kept)
            _give_up(step, f"{_called(step.instance.records[-1])}: {_in_words(error)}")
            return
        if lined:
            _set_undoing(step, replace(undoing, queue=lined[1:]))
            ask(step, *lined[0])
            return
        _finished(step)
    enter(step, _undoing(step.instance).target)


def _take_back(step: Step, kept: Step) -> None:
    """Make a step again what it was before the body of an undo."""
    step.instance, step.sent, step.notes = kept.instance, kept.sent, kept.notes
    step.answered, step.lined = kept.answered, None


def _lined(step: Step, record: Record) -> tuple[tuple[Value, Policy], ...]:
    """What must be requested to undo a record, in order. A body's other actions happen here."""
    if isinstance(record.undo, Value):
        return ((record.undo, _undo_policy(record.policy)),)
    block = step.program.blocks[record.undo.compensation]
    step.lined = []
    perform(step, block.actions, Seen(variables=dict(record.undo.args)))
    lined, step.lined = step.lined, None
    if lined:
        within = _block_policy(step, block, dict(record.undo.args)).within
        if within is not None:
            _wait(step, Wait(Kind.RUN, step.token("run"), step.due(within)))
    return tuple(lined)


def _finished(step: Step) -> None:
    """The newest record is undone."""
    instance = step.instance
    step.instance = replace(instance, records=instance.records[:-1], undone=instance.undone + 1)
    _set_undoing(step, Undoing(_undoing(instance).target))
    _wait(step, None)


# --- what comes meanwhile ----------------------------------------------------------------------


def receive(step: Step) -> Outcome:
    """What comes while things are undone: the answers to undos, and their alarms; all else is deferred."""
    before, given = step.instance, step.given
    match given:
        case Alarm(token=token):
            return _alarm(step, token)
        case Fault(number=number):
            request = named(before, number)
            return _late(before) if request is None else _fault(step, request, given)
        case Done(number=number):
            request = named(before, number)
            if request is None or not completes(step.program, request):
                return _late(before)
            return _answered(step, request)
        case Deliver():
            return _message(step, given)
    raise AssertionError("operators are asked elsewhere")


def _message(step: Step, given: Deliver) -> Outcome:
    request = answered(step.program, step.instance, given)
    if request is not None:
        refused = refusal(step.program, request, given.message)
        if refused is not None:
            return _failed_try(step, request, f"refused by {given.message.name}")
        return _answered(step, request)
    if late(step.program, given):
        return _late(step.instance)
    return _deferred(step)


def _late(before: Instance) -> Outcome:
    return Outcome(before, (), Reception.LATE)


def _deferred(step: Step) -> Outcome:
    kept = replace(step.instance, deferred=(*step.instance.deferred, step.given))
    return Outcome(kept, (), Reception.DEFERRED)


def _alarm(step: Step, token: str) -> Outcome:
    instance = step.instance
    wait = next((each for each in instance.waits if each.token == token), None)
    request = next((each for each in instance.requests if each.token == token), None)
    if wait is not None and wait.kind is Kind.TIMER:
        return _deferred(step)
    if wait is not None and wait.kind is Kind.REST:
        _wait(step, None)
        _next(step)
        return step.outcome(Reception.TAKEN)
    if wait is not None:
        return _given_up(step, "it took too long")
    if request is None:
        return Outcome(instance, (), Reception.STALE)
    if go_on(step, request):
        return step.outcome(Reception.TAKEN)
    return _given_up(step, f"{request.command.name} was not answered")


def _answered(step: Step, request: Request) -> Outcome:
    """One request of the current undo is answered: the next, or the next undo."""
    close(step, request, refused=False)
    undoing = _undoing(step.instance)
    if undoing.queue:
        _set_undoing(step, replace(undoing, queue=undoing.queue[1:]))
        ask(step, *undoing.queue[0])
    else:
        _finished(step)
        _next(step)
    return step.outcome(Reception.TAKEN)


def _fault(step: Step, request: Request, given: Fault) -> Outcome:
    """A fault is a failed try, but for one that says that all others would fail too."""
    if given.final:
        return _given_up(step, f"{request.command.name}: {given.reason}")
    return _failed_try(step, request, given.reason)


def _failed_try(step: Step, request: Request, why: str) -> Outcome:
    """A refusal or fault of an undo: the next try has a new id."""
    if pause(step, request, renew=True):
        return step.outcome(Reception.TAKEN)
    return _given_up(step, f"{request.command.name}: {why}")


def _given_up(step: Step, why: str) -> Outcome:
    """The tries of a request, or the time of a body, are used up."""
    _give_up(step, why)
    return step.outcome(Reception.TAKEN)


def _give_up(step: Step, why: str) -> None:
    """Run the body again, end, or wait for an operator."""
    _wait(step, None)
    step.instance = replace(step.instance, requests=())
    undoing = _undoing(step.instance)
    undo = step.instance.records[-1].undo
    if isinstance(undo, BlockUndo):
        block = step.program.blocks[undo.compensation]
        policy, why = _policy_or_why(step, block, undo, why)
        if policy.more(undoing.runs) or block.otherwise is not None:
            step.notes.append(why)
        if policy.more(undoing.runs):
            _rest(step, policy, undoing)
            return
        if block.otherwise is not None:
            enter(step, block.otherwise, given_up=True)
            return
    stuck = f"undo failed: {why}"
    step.notes.append(stuck)
    _set_undoing(step, replace(undoing, queue=()))
    step.instance = replace(step.instance, stuck=stuck)


def _policy_or_why(
    step: Step, block: m.Compensation, undo: BlockUndo, why: str
) -> tuple[Policy, str]:
    """A block's policy, and why its run was given up. A policy that can't be evaluated allows no other run."""
    try:
        return _block_policy(step, block, dict(undo.args)), why
    except Exception as error:
        return Policy(), f"{why}; {_in_words(error)}"


def _called(record: Record) -> str:
    return record.undo.name if isinstance(record.undo, Value) else record.undo.compensation


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _rest(step: Step, policy: Policy, undoing: Undoing) -> None:
    """The pause before a body runs again."""
    seed = f"{step.instance.origin}/{len(step.instance.records)}"
    length = step.program.pause(policy, undoing.runs, seed)
    _set_undoing(step, Undoing(undoing.target, (), undoing.runs + 1))
    _wait(step, Wait(Kind.REST, step.token("rest"), step.due(length)))


# --- operators ---------------------------------------------------------------------------------


def operate(
    program: Program, before: Instance | None, given: Retry | Skip, now: datetime
) -> Outcome:
    """Retry the undo that is stuck, its tries counted anew, or skip it."""
    if before is None or before.state != COMPENSATING or not before.stuck:
        raise ValueError("there is no undo that is stuck")
    step = Step(program, replace(before, stuck=""), given, now)
    _set_undoing(step, Undoing(_undoing(before).target))
    if isinstance(given, Skip):
        step.instance = replace(step.instance, records=before.records[:-1], skipped=True)
    _next(step)
    return step.outcome(Reception.TAKEN)


# --- pieces ------------------------------------------------------------------------------------


def _undoing(instance: Instance) -> Undoing:
    assert instance.undoing is not None, "an instance that compensates knows what it undoes"
    return instance.undoing


def _set_undoing(step: Step, undoing: Undoing) -> None:
    step.instance = replace(step.instance, undoing=undoing)


def _wait(step: Step, wait: Wait | None) -> None:
    """Wait for this end of a body's run or rest, and for no other."""
    kept = tuple(each for each in step.instance.waits if each.kind not in OF_RUN)
    step.instance = replace(step.instance, waits=kept if wait is None else (*kept, wait))


def _undo_policy(given: Policy | None) -> Policy:
    """The policy of the request; one that sets no limit would wait without end."""
    return UNDO if given is None or given.within is None else given


def _block_policy(step: Step, block: m.Compensation, args: dict[str, Plain]) -> Policy:
    """A block's policy counts runs of its whole body; without one it runs once."""
    if block.policy is None:
        return Policy()
    return policy_of(block.policy, scope(step, Seen(variables=args)))

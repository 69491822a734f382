"""Rules of the language, each broken on purpose in one of the two implementations: the runs must find every one.

Each is a context in which a function of the interpreter, or of the runtime, is replaced by one that does it wrongly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

from agreement.patching import replaced
from herosaga.interpreter import (
    act,
    composites,
    enter,
    instance,
    occasion,
    program,
    receive,
    requests,
    take,
    undo,
)
from herosaga.model import model as m
from herosaga_runtime.making import Step
from msgspec import structs

Break = Callable[[], AbstractContextManager[None]]


def _interpreter(old: Any, new: Any) -> Break:
    return lambda: replaced("herosaga.interpreter", old, new)


def _attribute(owner: Any, name: str, new: Any) -> Break:
    @contextmanager
    def broken() -> Iterator[None]:
        old = owner.__dict__[name]
        setattr(owner, name, new)
        try:
            yield
        finally:
            setattr(owner, name, old)

    return broken


# --- which transition, and in which order --------------------------------------------------------

_act = enter.act


def _last_first(work: Any) -> Mapping[str, m.State]:
    """The states with their transitions tried from the last to the first."""

    def turned(state: m.State) -> m.State:
        moves = iter([x for x in reversed(state.members) if isinstance(x, m.Transition)])
        members = (next(moves) if isinstance(x, m.Transition) else x for x in state.members)
        return structs.replace(state, members=tuple(members))

    return {each.name: turned(each) for each in work.saga.states}


def _actions_first(step: Any, transition: m.Transition, seen: Any) -> None:
    act.perform(step, transition.actions, seen)
    _act(step, structs.replace(transition, actions=()), seen)


# --- what is kept --------------------------------------------------------------------------------

_enter, _begin, _close, _repeat, _once = (
    enter.enter,
    undo.begin,
    requests.close,
    requests._repeat,
    receive._once,
)


def _newest_deferred_first(step: Any, name: str, given_up: bool = False) -> None:
    kept = step.instance.deferred
    step.instance = replace(step.instance, deferred=tuple(reversed(kept)))
    _enter(step, name, given_up)


def _oldest_undone_first(step: Any, target: str, expired: bool) -> None:
    records = tuple(reversed(step.instance.records))
    step.instance = replace(step.instance, records=records)
    _begin(step, target, expired)


def _record_kept(step: Any, request: Any, refused: bool) -> None:
    _close(step, request, False)


def _new_id(step: Any, request: Any) -> None:
    _repeat(step, replace(request, renew=True))


def _one_part_is_enough(work: Any, message: Any) -> bool:
    for composite, transition in work.program.composites[work.instance.state]:
        if message.id in composite.parts and enter.holds(work, transition, act.NOTHING):
            take.take(work, transition, act.NOTHING)
            return True
    return False


def _deadline_again(work: Any, wait: Any, transition: m.Transition) -> Any:
    found = _once(work, wait, transition)
    after = found.instance
    if after is None or wait.kind is not instance.Kind.DEADLINE or after.outcome:
        return found
    return replace(found, instance=replace(after, waits=(*after.waits, wait)))


_fits = occasion.fits


def _any_command(what: m.Trigger, given: Any) -> bool:
    if isinstance(what, m.OnFailure) and given.failed():
        return True
    return _fits(what, given)


BROKEN: Mapping[str, Break] = {
    "the first guard that holds": _attribute(program.Program, "states", property(_last_first)),
    "`exit` comes before the actions": _interpreter(_act, _actions_first),
    "deferred messages are offered from the oldest": _interpreter(_enter, _newest_deferred_first),
    "the newest record is undone first": _interpreter(_begin, _oldest_undone_first),
    "a refusal drops its record": _interpreter(_close, _record_kept),
    "a repeat after silence keeps its id": _interpreter(_repeat, _new_id),
    "`after`, `at` and `every` end with their state": _interpreter(instance.OF_STATE, ()),
    "`all(A, B)` waits for both": _interpreter(composites.compose, _one_part_is_enough),
    "the deadline comes once": _interpreter(_once, _deadline_again),
    "a late answer is no event": _interpreter(requests.late, lambda program, given: False),
    "`failure of C` is of C alone": _interpreter(_fits, _any_command),
    "`pivot` forgets all records": _attribute(Step, "pivot", lambda step: None),
    "the undo of a run names its slip": _attribute(Step, "next_id", lambda step: "another"),
    "`disarm` stops a timer": _attribute(Step, "disarm", lambda step, timer: None),
    "a state's `exit` is carried out": _attribute(Step, "leave", lambda step: None),
    "`compensable by` as an action makes a record": _attribute(
        Step, "record", lambda step, undo: None
    ),
}
"""By the rule that is broken: those of the interpreter first, then those of the runtime."""

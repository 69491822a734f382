"""What runs come by: how often each construct was carried out, each trigger taken, each way of failing met.

The interpreter's own functions are watched while it runs, so that only what really happened counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from agreement.inputs import Input
from agreement.patching import replaced
from agreement.seen import Seen
from herosaga.interpreter import act, enter, evaluate, undo
from herosaga.model import expr as e
from herosaga.model import model as m

Hits = Counter[str]


@contextmanager
def watched(hits: Hits) -> Iterator[None]:
    """Count what the interpreter does, while this lasts."""

    def performed(work: Any, action: m.Action, seen: Any) -> Any:
        hits[f"action {_action(action)}"] += 1
        return perform(work, action, seen)

    def acted(work: Any, transition: m.Transition, seen: Any) -> Any:
        for each in _transition(transition, work.instance.state):
            hits[each] += 1
        return take(work, transition, seen)

    def evaluated(expr: e.Expr, scope: Any) -> Any:
        hits[f"value {_expr(expr)}"] += 1
        return value(expr, scope)

    def taken_back(work: Any, kept: Any) -> Any:
        hits["body of an undo that raises"] += 1
        return take_back(work, kept)

    perform, take, value = act._perform, enter.act, evaluate.evaluate
    take_back = undo._take_back
    watching = (
        *((perform, performed), (take, acted)),
        *((value, evaluated), (take_back, taken_back)),
    )
    with ExitStack() as stack:
        for old, new in watching:
            stack.enter_context(replaced("herosaga.interpreter", old, new))
        yield


# --- what is counted ---------------------------------------------------------------------------


def _action(action: m.Action) -> str:
    match action:
        case m.Send(kind=kind):
            return kind
        case m.Request(message=e.Construct(id=id), undo=undone, step=tag) if "Trip" in id:
            how = " compensable" if undone is not None else ""
            return f"run{' as a joined step' if tag else ''}{how}"
        case m.Request(policy=policy, undo=undone, step=tag):
            how = "" if policy is None else " with policy"
            return f"request{' of a joined step' if tag else ''}{how}{_undo(undone)}"
        case m.Recording(undo=undone):
            return f"recording{_undo(undone)}"
        case m.Arm(at=True):
            return "arm at"
    return type(action).__name__.lower()


def _undo(undone: m.CommandUndo | m.BlockUndo | None) -> str:
    match undone:
        case m.CommandUndo(declared=declared):
            return " compensable" if declared else " compensable by a command"
        case m.BlockUndo():
            return " compensable by a block"
    return ""


def _transition(transition: m.Transition, state: str) -> Iterator[str]:
    trigger = transition.trigger
    yield f"trigger {_trigger(trigger)}"
    yield f"level {transition.level.split(' ')[0] or 'state'}{_any(transition.level)}"
    if transition.together not in (None, transition.span):
        yield "trigger one of several"
    if transition.guard is not None:
        yield "guard that holds"
    if isinstance(trigger, m.OnMessage) and trigger.binds:
        yield "message taken into data"
    way = "internal" if transition.target is None else "arrow"
    way = "arrow to itself" if transition.target == state else way
    yield f"way {'compensate' if transition.compensate else way}"


def _any(level: str) -> str:
    return " any" if level == "during any" else ""


def _trigger(trigger: m.Trigger) -> str:
    match trigger:
        case m.OnMessage(step=tag) if tag:
            return "answer of a joined step"
        case m.OnMessage(message=id) if "." in id:
            return "outcome of an itinerary"
        case m.OnMessage():
            return "message"
        case m.OnFailure(command=command):
            return "failure of" if command else "failed"
        case m.OnOutcome(step=tag):
            return "done of a joined step" if tag else "done"
        case m.OnTimeout() | m.OnFault():
            return f"{type(trigger).__name__[2:].lower()} of"
    name = type(trigger).__name__
    return name.lower() if name == "Onward" else name.removeprefix("On").lower()


def _expr(expr: e.Expr) -> str:
    match expr:
        case e.Binary(op=op):
            return op
        case e.Function(name=name):
            return f"{name}()"
        case e.Fold(name=name):
            return f"{name}(… for …)"
    return type(expr).__name__.lower()


# --- inputs ------------------------------------------------------------------------------------


def count(hits: Hits, given: Input, before: Seen, after: Seen) -> None:
    """Count what an input was, and what became of it."""
    for each in _met(given, before, after):
        hits[each] += 1


def _met(given: Input, before: Seen, after: Seen) -> Iterator[str]:
    yield f"input {given.do}"
    if given.kill:
        yield "input after a kill"
    if given.asks:
        yield "input that awaits an answer"
    if given.number and given.do == "message":
        yield f"input answering {given.whose if given.whose != 'own' else _open(given, before)}"
    if after.failed:
        yield "step that fails"
        return
    yield from (f"reception {each.reception}" for each in after.steps)
    yield from ("further step" for _ in after.steps[1:])
    if not after.state:
        yield f"without an instance {after.steps[0].reception}"
    yield from (
        f"sent {each.kind}{' as answer' if each.answers else ''}"
        for s in after.steps
        for each in s.sent
    )
    if after.outcome and not before.outcome:
        yield f"outcome {after.outcome}"
    if after.stuck and not before.stuck:
        yield "stuck, compensating" if after.state == "Compensating" else "stuck"
    yield from _requests(before, after)


def _open(given: Input, before: Seen) -> str:
    return (
        "an open request"
        if any(r.number == given.number for r in before.requests)
        else "a closed one"
    )


def _requests(before: Seen, after: Seen) -> Iterator[str]:
    """What became of requests."""
    undoing = " of an undo" if before.state == after.state == "Compensating" else ""
    old = {each.number: each for each in before.requests}
    for each in after.requests:
        was = old.get(each.number)
        if was is not None and each.paused and not was.paused:
            yield f"pause{undoing}"
        if each.attempt > 1 and (was is None or was.attempt < each.attempt):
            yield f"repeat{' with a new id' if was is None else ''}{undoing}"
    if after.undone > before.undone:
        yield "undone"
    if len(after.arrivals) > len(before.arrivals):
        yield "part of a composite"

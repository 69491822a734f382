"""Stages of a sequence: what they do at once, what they wait for, and how that can end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herosaga.model import model as m
from herosaga.model.expr import Construct

Handlers = Mapping[str, m.Handler]
Waited = m.Step | m.RunStep


def waits(stage: m.Stage) -> bool:
    """Whether a stage may wait for something."""
    return any(True for _ in waited((stage,)))


def waited(stages: tuple[m.Stage, ...]) -> Iterator[Waited]:
    """What stages wait for, in source order."""
    for stage in stages:
        match stage:
            case m.Step() | m.RunStep():
                yield stage
            case m.Branch(then=then, other=other):
                yield from waited((*then, *other))
            case m.Loop(body=body):
                yield from waited(body)
            case m.Parallel(branches=branches):
                yield from waited(joined(branches))


def joined(branches: tuple[tuple[m.Stage, ...], ...]) -> tuple[m.Stage, ...]:
    """The stages of all branches: in a sequence all of them are asked for at once."""
    return tuple(each for branch in branches for each in branch)


def at_once(stage: m.Stage) -> tuple[m.Action, ...] | None:
    """What a stage does at once; None for one that may wait."""
    if waits(stage):
        return None
    match stage:
        case m.Set() | m.Send() | m.Pivot():
            return (stage,)
        case m.Branch(condition=condition, then=then, other=other, span=span):
            return (m.If(condition, _all_at_once(then), _all_at_once(other), span),)
        case m.Loop(var=var, type=kind, source=source, body=body, span=span):
            return (m.For(var, kind, source, _all_at_once(body), span),)
        case m.Parallel(branches=branches):
            return _all_at_once(joined(branches))
    return ()


def _all_at_once(stages: tuple[m.Stage, ...]) -> tuple[m.Action, ...]:
    return tuple(x for stage in stages for x in at_once(stage) or ())


# --- what is waited for ------------------------------------------------------------------------


def asking(stage: Waited) -> m.Request | m.Run:
    """How a stage asks for what it waits for."""
    return stage.request if isinstance(stage, m.Step) else stage.run


def reactions(stage: Waited) -> tuple[m.Transition, ...]:
    """What a step says itself about what may come."""
    return stage.reactions if isinstance(stage, m.Step) else ()


def answers(stage: Waited, handlers: Handlers) -> frozenset[str]:
    """What answers a stage, for good or ill; its command stands for having been carried out."""
    message = asking(stage).message
    if not isinstance(message, Construct):
        return frozenset()
    handler = handlers.get(message.id)
    found = (*handler.answers, *handler.refuses) if handler is not None else ()
    return frozenset((message.id, *found))


def failures(stages: tuple[Waited, ...]) -> Iterator[m.OnFailure | m.OnOutcome]:
    """How what is waited for can fail, each way once."""
    told: set[str] = set()
    for stage in stages:
        match stage:
            case m.Step(request=m.Request(message=Construct(id=id)), span=span) if id not in told:
                yield m.OnFailure(id, span)
                told.add(id)
            case m.RunStep(run=m.Run(message=Construct(id=id)), span=span) if id not in told:
                yield m.OnOutcome(id, "faulted", span)
                told.add(id)

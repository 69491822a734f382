"""Sequences -> states. What is waited for together becomes a state, which asks for it in its `entry`.

Every answer leads on. Where it depends on a condition or a list what comes next, a state without `entry`
stands between: it is left in the step that enters it, by the first of its `Onward` transitions that can.
Such a state is called like the sequence if it is the first, else `S.if`, `S.for 2`, `S.if end`: no name of
the user's looks so.

States are made from the last stage to the first, each with the way that leads on from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herosaga.model import model as m
from herosaga.model.expr import Construct, Expr
from herosaga.source import Span
from msgspec import Struct
from msgspec.structs import replace


class Draft(Struct, frozen=True):
    """A state with what holds in it alone; `failures` are the ways in which what it waits for can fail."""

    name: str
    moves: tuple[m.Transition, ...]
    entry: tuple[m.Action, ...]
    failures: tuple[m.OnFailure | m.OnOutcome, ...]
    meta: m.Meta
    span: Span


class Way(Struct, frozen=True):
    """Where it goes on, and what is done on the way. `target` is None where nothing says so."""

    target: str | None
    span: Span
    actions: tuple[m.Action, ...] = ()


Handlers = Mapping[str, m.Handler]
Waited = m.Step | m.RunStep


def lower(sequence: m.Sequence, entered: str, handlers: Handlers) -> tuple[Draft, ...]:
    """The states of a sequence, in source order; `entered` is the one to which an arrow leads."""
    making = _Making(sequence, handlers, _between(sequence.stages, {}), [])
    way = making.way(sequence.stages, Way(sequence.done, sequence.span), sequence.name)
    if way.actions or way.target != entered:
        making.between(entered, (making.onward(sequence.span, way),), sequence.span)
    return tuple(sorted(making.drafts, key=lambda each: (each.span.start, -each.span.end)))


def awaited(sequence: m.Sequence) -> Mapping[str, str]:
    """The states of a sequence by every name that they have: that of each step that is awaited there."""
    return {f"{sequence.name}.{each.name}": each.state for each in _waited(sequence.stages)}


class _Making(Struct, frozen=True):
    """The states of one sequence while they are made; `numbers` are those of its blocks, by their place."""

    sequence: m.Sequence
    handlers: Handlers
    numbers: Mapping[int, str]
    drafts: list[Draft]

    def way(self, stages: tuple[m.Stage, ...], after: Way, first: str = "") -> Way:
        """The way into stages that go on with `after`; a block that is the very first is called `first`."""
        for index, stage in reversed(tuple(enumerate(stages))):
            after = self._into(stage, after, first if index == 0 else "")
        return after

    def onward(self, span: Span, way: Way, guard: Expr | None = None) -> m.Transition:
        """Going on without waiting."""
        return self._move(m.Onward(span), way, guard)

    def between(self, name: str, moves: tuple[m.Transition, ...], span: Span) -> Way:
        """The way into a state that waits for nothing."""
        self.drafts.append(Draft(name, moves, (), (), m.Meta(), span))
        return Way(name, span)

    def _into(self, stage: m.Stage, after: Way, first: str) -> Way:
        done = _action(stage)
        if done is not None:
            return replace(after, actions=(done, *after.actions))
        match stage:
            case m.Step() | m.RunStep():
                return self._alone(stage, after)
            case m.Branch():
                return self._branch(stage, after, first)
            case m.Loop(parallel=False):
                return self._loop(stage, after, first)
            case m.Loop(state=state) | m.Parallel(state=state) if state:
                return self._together(stage, state, after)
        return after

    # --- what waits ----------------------------------------------------------------------------

    def _alone(self, stage: Waited, after: Way) -> Way:
        answered = tuple(self._answered(stage, after))
        self.drafts.append(
            Draft(
                stage.state,
                (*_reactions(stage), *answered),
                (_request(stage),),
                tuple(_failures((stage,))),
                stage.meta if isinstance(stage, m.Step) else m.Meta(),
                stage.span,
            )
        )
        return Way(stage.state, stage.span)

    def _together(self, block: m.Stage, state: str, after: Way) -> Way:
        """All is asked for at once; what is answered stays in the state until the rest is."""
        stages = tuple(_waited((block,)))
        stay = Way(None, block.span)
        reactions = tuple(each for stage in stages for each in _reactions(stage))
        answered = [each for stage in stages for each in self._answered(stage, stay)]
        inside = tuple(replace(each, target_span=None) for each in answered)
        self.drafts.append(
            Draft(
                state,
                (*reactions, *inside, self.onward(stages[0].span, after)),
                _asked((block,)),
                tuple(_failures(stages)),
                m.Meta(),
                stages[0].span,
            )
        )
        return Way(state, stages[0].span)

    def _answered(self, stage: Waited, after: Way) -> Iterator[m.Transition]:
        """What a good answer does. The alternatives of one step are `together`, at its request's place."""
        match stage:
            case m.RunStep(run=m.Run(message=Construct(id=id), span=span)):
                yield replace(
                    self._move(m.OnOutcome(id, "completed", stage.span), after), together=span
                )
            case m.Step(request=m.Request(message=Construct(id=id), span=span)):
                whole = replace(after, actions=(*stage.actions, *after.actions))
                for trigger in self._answers(id, stage.span):
                    yield replace(self._move(trigger, whole), together=span, meta=stage.meta)
            case _:
                # What is requested is wrong already; whatever follows is still reached.
                yield self._move(m.Onward(stage.span), after)

    def _answers(self, command: str, span: Span) -> tuple[m.Trigger, ...]:
        handler = self.handlers.get(command)
        if handler is None or not handler.answers:
            return (m.OnOutcome(command, "done", span),)
        return tuple(m.OnMessage(event, (), span) for event in handler.answers)

    # --- what stands between -------------------------------------------------------------------

    def _branch(self, stage: m.Branch, after: Way, first: str) -> Way:
        span = stage.condition.span
        name = first or self._name(span)
        after = self._end(name, after)
        then = self.onward(span, self.way(stage.then, after), stage.condition)
        other = self.onward(span, self.way(stage.other, after))
        return self.between(name, (then, other), span)

    def _loop(self, stage: m.Loop, after: Way, first: str) -> Way:
        span = stage.source.span
        name = first or self._name(span)
        inner = self.way(stage.body, Way(name, span))
        again = self._move(m.Onward(span, stage.source, stage.var), inner)
        return self.between(name, (again, self.onward(span, after)), span)

    def _end(self, name: str, after: Way) -> Way:
        """The way on after a branch: what is done on it is done in one place."""
        if not after.actions:
            return after
        span = after.actions[0].span
        return self.between(f"{name} end", (self.onward(span, after),), span)

    def _name(self, span: Span) -> str:
        return f"{self.sequence.name}.{self.numbers[span.start]}"

    def _move(self, trigger: m.Trigger, way: Way, guard: Expr | None = None) -> m.Transition:
        return m.Transition(
            trigger, guard, False, way.target, way.span, way.actions, "", m.Meta(), trigger.span
        )


# --- pieces ------------------------------------------------------------------------------------


def _action(stage: m.Stage) -> m.Action | None:
    """What a stage does at once; None for one that may wait."""
    match stage:
        case m.Set() | m.Send() | m.Pivot():
            return stage
        case m.Branch(condition=condition, then=then, other=other, span=span):
            sides = _actions(then), _actions(other)
            if sides[0] is not None and sides[1] is not None:
                return m.If(condition, sides[0], sides[1], span)
        case m.Loop(var=var, type=kind, source=source, body=body, span=span):
            inner = _actions(body)
            if inner is not None:
                return m.For(var, kind, source, inner, span)
    return None


def _actions(stages: tuple[m.Stage, ...]) -> tuple[m.Action, ...] | None:
    found = tuple(_action(each) for each in stages)
    return None if None in found else tuple(each for each in found if each is not None)


def _between(stages: tuple[m.Stage, ...], counts: dict[str, int]) -> dict[int, str]:
    """What the blocks of a sequence are called that stand between, by the place of condition or list."""
    found: dict[int, str] = {}
    for stage in stages:
        match stage:
            case m.Branch(condition=condition, then=then, other=other):
                found[condition.span.start] = _numbered("if", counts)
                found |= _between((*then, *other), counts)
            case m.Loop(source=source, body=body, parallel=False):
                found[source.span.start] = _numbered("for", counts)
                found |= _between(body, counts)
    return found


def _numbered(word: str, counts: dict[str, int]) -> str:
    counts[word] = number = counts.get(word, 0) + 1
    return word if number == 1 else f"{word} {number}"


def _waited(stages: tuple[m.Stage, ...]) -> Iterator[Waited]:
    for stage in stages:
        match stage:
            case m.Step() | m.RunStep():
                yield stage
            case m.Branch(then=then, other=other):
                yield from _waited((*then, *other))
            case m.Loop(body=body):
                yield from _waited(body)
            case m.Parallel(branches=branches):
                yield from _waited(tuple(each for branch in branches for each in branch))


def _asked(stages: tuple[m.Stage, ...]) -> tuple[m.Action, ...]:
    """Asks for all that stages wait for, at once."""
    found: list[m.Action] = []
    for stage in stages:
        match stage:
            case m.Step() | m.RunStep():
                found.append(_request(stage))
            case m.Branch(condition=condition, then=then, other=other, span=span):
                found.append(m.If(condition, _asked(then), _asked(other), span))
            case m.Loop(var=var, type=kind, source=source, body=body, span=span):
                found.append(m.For(var, kind, source, _asked(body), span))
            case m.Parallel(branches=branches):
                found.extend(_asked(tuple(each for branch in branches for each in branch)))
    return tuple(found)


def _request(stage: Waited) -> m.Action:
    return stage.request if isinstance(stage, m.Step) else stage.run


def _reactions(stage: Waited) -> tuple[m.Transition, ...]:
    return stage.reactions if isinstance(stage, m.Step) else ()


def _failures(stages: tuple[Waited, ...]) -> Iterator[m.OnFailure | m.OnOutcome]:
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

"""Sequences -> states. What is waited for together becomes a state, which asks for it in its `entry`.

Every answer leads on. Where it depends on a condition or a list what comes next, a state without `entry`
stands between: it is left in the step that enters it, by the first of its `Onward` transitions that can.
Such a state is called like the sequence if it is the first, else `S.if`, `S.for 2`, `S.if end`: no name of
the user's looks so.

A loop that waits keeps its list, and how far it has come, in fields of its own (`Rounds`): nothing of what is left
over has a variable that a later step would have to know.

States are made from the last stage to the first, each with the way that leads on from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.expr import Construct, Expr
from herosaga.model.replaced import replaced
from herosaga.model.rounds import Loops, loops_of
from herosaga.model.stages import (
    Handlers,
    Waited,
    answers,
    asking,
    at_once,
    failures,
    joined,
    reactions,
    waited,
)
from herosaga.model.types import INT
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
    joins: bool = False


class Lowered(Struct, frozen=True):
    """The states of a sequence in source order, and the fields that its loops keep."""

    states: tuple[Draft, ...]
    slots: tuple[m.Field, ...]


class Way(Struct, frozen=True):
    """Where it goes on, and what is done on the way. `target` is None where nothing says so."""

    target: str | None
    span: Span
    actions: tuple[m.Action, ...] = ()


def lower(
    sequence: m.Sequence, entered: str, handlers: Handlers, taken: frozenset[str] = frozenset()
) -> Lowered:
    """A sequence as states; an arrow to it leads to `entered`. `taken` are the names that fields have already."""
    loops = loops_of(sequence, taken)
    making = _Making(sequence, handlers, _between(sequence.stages, {}), loops, [])
    way = making.way(sequence.stages, Way(sequence.done, sequence.span), sequence.name)
    if way.actions or way.target != entered:
        making.between(entered, (making.onward(sequence.span, way),), sequence.span)
    states = sorted(making.drafts, key=lambda each: (each.span.start, -each.span.end))
    return Lowered(tuple(states), tuple(x for each in loops.values() for x in each.fields()))


def awaited(sequence: m.Sequence) -> Mapping[str, str]:
    """The states of a sequence by every name that they have: that of each step that is awaited there."""
    return {f"{sequence.name}.{each.name}": each.state for each in waited(sequence.stages)}


class _Making(Struct, frozen=True):
    """The states of one sequence while they are made; `names` are those of its blocks, by their place."""

    sequence: m.Sequence
    handlers: Handlers
    names: Mapping[int, str]
    loops: Loops
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
        done = at_once(stage)
        if done is not None:
            return replace(after, actions=(*done, *after.actions))
        match stage:
            case m.Step() | m.RunStep():
                return self._alone(stage, after)
            case m.Branch():
                return self._branch(stage, after, first)
            case m.Loop(parallel=False):
                return self._loop(stage, after)
            case m.Loop(state=state) | m.Parallel(state=state):
                return self._together(stage, state, after)
        return after

    # --- what waits ----------------------------------------------------------------------------

    def _alone(self, stage: Waited, after: Way) -> Way:
        answered = tuple(self._answered(stage, after))
        self.drafts.append(
            Draft(
                stage.state,
                (*reactions(stage), *answered),
                (asking(stage),),
                tuple(failures((stage,))),
                stage.meta if isinstance(stage, m.Step) else m.Meta(),
                stage.span,
            )
        )
        return Way(stage.state, stage.span)

    def _together(self, block: m.Stage, state: str, after: Way) -> Way:
        """All is asked for at once; what is answered stays in the state until the rest is."""
        stages = tuple(self._answering((block,)))
        own = [each for stage in stages for each in self._tagged(stage)]
        stay = Way(None, block.span)
        answered = [
            each for stage in stages for each in self._answered(stage, stay, self._step(stage))
        ]
        inside = tuple(replace(each, target_span=None) for each in answered)
        self.drafts.append(
            Draft(
                state,
                (*own, *inside, self.onward(stages[0].span, after)),
                self._asked((block,)),
                tuple(failures(stages)),
                m.Meta(),
                stages[0].span,
                True,
            )
        )
        return Way(state, stages[0].span)

    def _answered(self, stage: Waited, after: Way, step: str = "") -> Iterator[m.Transition]:
        """What a good answer does. The alternatives of one step are `together`, at its request's place."""
        match stage:
            case m.RunStep(run=m.Run(message=Construct(id=id), span=span)):
                done = m.OnOutcome(id, "completed", stage.span, step=step)
                yield replace(self._move(done, after), together=span)
            case m.Step(request=m.Request(message=Construct(id=id), span=span)):
                whole = replace(after, actions=(*stage.actions, *after.actions))
                for trigger in self._answers(id, stage.span, step):
                    yield replace(self._move(trigger, whole), together=span, meta=stage.meta)
            case _:
                # What is requested is wrong already; whatever follows is still reached.
                yield self._move(m.Onward(stage.span), after)

    def _answers(self, command: str, span: Span, step: str) -> tuple[m.Trigger, ...]:
        handler = self.handlers.get(command)
        if handler is None or not handler.answers:
            return (m.OnOutcome(command, "done", span, step=step),)
        return tuple(m.OnMessage(event, (), span, step=step) for event in handler.answers)

    # --- what is waited for with others ----------------------------------------------------------

    def _step(self, stage: Waited) -> str:
        return f"{self.sequence.name}.{stage.name}"

    def _asked(self, stages: tuple[m.Stage, ...], index: str = "") -> tuple[m.Action, ...]:
        """Asks for all that stages wait for, at once; `index` is the variable of the round, in a loop."""
        return tuple(x for stage in stages for x in self._ask(stage, index))

    def _ask(self, stage: m.Stage, index: str) -> tuple[m.Action, ...]:
        match stage:
            case m.Step() | m.RunStep():
                asked = asking(stage)
                number = e.Local(index, False, INT, asked.span) if index else None
                return (replace(asked, step=self._step(stage), round=number),)
            case m.Loop(var=var, type=kind, source=source, body=body, span=span):
                rounds = self.loops[source.span.start]
                inner = self._asked(body, rounds.index)
                every = m.For(var, kind, rounds.all(source.span), inner, span, rounds.index)
                return (*rounds.begin(source), every)
            case m.Parallel(branches=branches):
                return self._asked(joined(branches), index)
        return ()

    def _answering(self, stages: tuple[m.Stage, ...]) -> Iterator[Waited]:
        """What is waited for, as its answer sees it: a loop's variable is the element that was asked for."""
        for stage in stages:
            match stage:
                case m.Step() | m.RunStep():
                    yield stage
                case m.Loop(var=var, source=source, body=body):
                    rounds = self.loops[source.span.start]
                    yield from self._answering(replaced(body, var, rounds.current))
                case m.Parallel(branches=branches):
                    yield from self._answering(joined(branches))

    def _tagged(self, stage: Waited) -> Iterator[m.Transition]:
        """A step's own reactions; those to an answer are to the answer of that very step."""
        own = answers(stage, self.handlers)
        for each in reactions(stage):
            match each.trigger:
                case m.OnMessage(message=id) | m.OnOutcome(of=id) as trigger if id in own:
                    yield replace(each, trigger=replace(trigger, step=self._step(stage)))
                case _:
                    yield each

    # --- what stands between -------------------------------------------------------------------

    def _branch(self, stage: m.Branch, after: Way, first: str) -> Way:
        span = stage.condition.span
        name = first or self._name(span)
        after = self._end(name, after)
        then = self.onward(span, self.way(stage.then, after), stage.condition)
        other = self.onward(span, self.way(stage.other, after))
        return self.between(name, (then, other), span)

    def _loop(self, stage: m.Loop, after: Way) -> Way:
        span = stage.source.span
        rounds = self.loops[span.start]
        name = self._name(span)
        body = replaced(stage.body, stage.var, rounds.current)
        first = self.way(body, Way(name, span, (rounds.next(span),)))
        head = stage.span.to(span)
        again = self.onward(head, first, rounds.more(head))
        self.between(name, (again, self.onward(span, after)), span)
        return Way(name, span, rounds.begin(stage.source))

    def _end(self, name: str, after: Way) -> Way:
        """The way on after a branch: what is done on it is done in one place."""
        if not after.actions:
            return after
        span = after.actions[0].span
        return self.between(f"{name} end", (self.onward(span, after),), span)

    def _name(self, span: Span) -> str:
        return f"{self.sequence.name}.{self.names[span.start]}"

    def _move(self, trigger: m.Trigger, way: Way, guard: Expr | None = None) -> m.Transition:
        return m.Transition(
            trigger, guard, False, way.target, way.span, way.actions, "", m.Meta(), trigger.span
        )


# --- names -------------------------------------------------------------------------------------


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

"""Every step of a scenario is taken twice: by the generated code, and by the reference interpreter beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from herosaga.interpreter import instance as i
from herosaga.interpreter.decode import message_from_json
from herosaga.interpreter.encode import message_to_json, to_json
from herosaga.interpreter.program import Program
from herosaga.interpreter.step import advance as interpreted
from herosaga.interpreter.values import Value
from herosaga.model import model as m
from herosaga.model.runs import with_runs
from herosaga_runtime import policy
from herosaga_runtime.decision import Decision
from herosaga_runtime.envelope import Alarm, Done, Envelope, Fault
from herosaga_runtime.instance import DEADLINE, Instance
from herosaga_runtime.saga import Saga
from herosaga_runtime.step import advance as generated

from scenarios.functions import Functions

AnySaga = Saga[Any, Any, Any]
AnyInstance = Instance[Any, Any]
Step = tuple[Envelope, Decision[Any, Any]]
Told = Mapping[str, object]


def pause(given: i.Policy, attempt: int, seed: str) -> timedelta:
    """How long a pause is. Jitter is chance, which nobody can say twice: here it is the runtime's."""
    same = policy.Policy(given.within, given.retries, given.every, given.up_to)
    return same.pause(attempt, seed)


@dataclass
class Beside:
    """Steps instances of a model's sagas in both ways. `differing` tells in what they came out differently."""

    model: m.Model
    differing: list[str] = field(default_factory=list)
    steps: int = 0

    def __post_init__(self) -> None:
        self.model = with_runs(self.model)
        functions = {id: getattr(Functions(), e.name) for id, e in self.model.externs.items()}
        self._programs = {
            id: Program(self.model, saga, functions, pause) for id, saga in self.model.sagas.items()
        }
        self._twins: dict[int, tuple[AnyInstance, i.Instance | None]] = {}

    def advance(
        self,
        saga: AnySaga,
        before: AnyInstance | None,
        envelope: Envelope,
        now: datetime,
        incarnation: int = 1,
    ) -> Iterator[Step]:
        """What the runtime's `advance` gives; the interpreter does the same beside it."""
        program = self._programs[saga.name]
        twin = None if before is None else self._twins[id(before)][1]
        given = self._given(saga, before, twin, envelope)
        theirs: list[i.Outcome] | None = None
        try:
            theirs = [each for _, each in interpreted(program, twin, given, now, incarnation)]
        except Exception as error:
            failed = repr(error)
        try:
            ours = list(generated(saga, before, envelope, now, incarnation))
        except Exception as error:
            if theirs is not None:
                self.differing.append(
                    f"{envelope.message}: only the generated step fails: {error!r}"
                )
            raise
        if theirs is None:
            self.differing.append(f"{envelope.message}: only the interpreted step fails: {failed}")
            yield from ours
            return
        self._compare(envelope, _ours(ours), self._theirs(program, theirs))
        self.steps += len(ours)
        last = ours[-1][1].instance
        if last is not None:
            self._twins[id(last)] = last, theirs[-1].instance
        yield from ours

    def _compare(self, envelope: Envelope, ours: Told, theirs: Told) -> None:
        for name, each in ours.items():
            if each != theirs[name]:
                told = f"{name}\n  generated:   {each}\n  interpreted: {theirs[name]}"
                self.differing.append(f"{envelope.message}: {told}")

    # --- what comes ----------------------------------------------------------------------------

    def _given(
        self,
        saga: AnySaga,
        before: AnyInstance | None,
        twin: i.Instance | None,
        envelope: Envelope,
    ) -> i.Input:
        answers = _answers(saga, before, envelope)
        match envelope.message:
            case Alarm(token=token):
                assert before is not None and twin is not None
                return i.Alarm(_token(saga, before, twin, token))
            case Fault(reason=reason, final=final):
                return i.Fault(answers, reason, final)
            case Done():
                return i.Done(answers)
            case message:
                read = json.loads(json.dumps(message.to_json()))
                value = message_from_json(self.model, type(message).TYPE, read)
                asks = "" if envelope.request is None else str(envelope.request)
                return i.Deliver(value, answers, asks, envelope.id)

    # --- what comes of it ----------------------------------------------------------------------

    def _theirs(self, program: Program, steps: list[i.Outcome]) -> Told:
        found = steps[-1].instance
        told = {
            "receptions": [str(each.reception) for each in steps],
            "sent": [
                (sent.number, sent.message.id, self._json(sent.message), sent.to)
                for each in steps
                for sent in each.sent
            ],
        }
        if found is None:
            return told
        fields = (*program.saga.data, *program.saga.slots)
        kinds = {each.name: each.type for each in fields}
        kinds[program.saga.key] = program.saga.key_type
        return told | {
            "state": found.state,
            "data": {name: to_json(self.model, kinds[name], v) for name, v in found.data.items()},
            "records": [(each.request, self._undo(program, each.undo)) for each in found.records],
            "requests": [(r.number, r.attempt, r.due, r.paused) for r in found.requests],
            "timers": sorted(each.due for each in found.waits),
            "deferred": len(found.deferred),
            "undone": found.undone,
            "stuck": bool(found.stuck),
            "outcome": str(found.outcome),
        }

    def _undo(self, program: Program, undo: Value | i.BlockUndo) -> object:
        if isinstance(undo, Value):
            return self._json(undo)
        given = dict(undo.args)
        params = program.blocks[undo.compensation].params
        return {each.name: to_json(self.model, each.type, given[each.name]) for each in params}

    def _json(self, message: Value) -> object:
        system = message.id.startswith("herosaga.")
        return dict(message.fields) if system else message_to_json(self.model, message)


def _ours(steps: list[Step]) -> Told:
    found = steps[-1][1].instance
    told = {
        "receptions": [str(each.reception) for _, each in steps],
        "sent": [
            (
                sent.number,
                type(sent.message).TYPE,
                sent.message.to_json(),
                "" if sent.reply is None else str(sent.reply),
            )
            for _, each in steps
            for sent in each.sent
        ],
    }
    if found is None:
        return told
    return told | {
        "state": str(found.state),
        "data": found.data.to_json(),
        "records": [(each.request, each.undo.to_json()) for each in found.records],
        "requests": [(r.number, r.attempt, r.due, r.paused) for r in found.requests],
        "timers": sorted(each.due for each in found.timers),
        "deferred": len(found.extras.deferred),
        "undone": found.extras.undone,
        "stuck": bool(found.extras.stuck),
        "outcome": "" if found.outcome is None else str(found.outcome),
    }


def _answers(saga: AnySaga, before: AnyInstance | None, envelope: Envelope) -> i.Answers:
    """Whose request a message answers, as the interpreter has it."""
    ref = envelope.answers
    if ref is None:
        return None
    if ref.saga != saga.name:
        return i.ANOTHER_SAGA
    mine = before is not None and before.origin.ref(ref.number) == ref
    return ref.number if mine else i.ANOTHER_INSTANCE


def _token(saga: AnySaga, before: AnyInstance, twin: i.Instance, token: str) -> str:
    """What the interpreter calls an alarm: that of the same request, of the timer of the same name, of the same place."""
    for request in before.requests:
        if request.token == token:
            return next(each.token for each in twin.requests if each.number == request.number)
    timer = next(each for each in before.timers if each.token == token)
    if timer.name == DEADLINE:
        return next(each.token for each in twin.waits if each.kind is i.Kind.DEADLINE)
    if timer.name:
        return next(each.token for each in twin.waits if each.name == timer.name)
    undoing = before.state is saga.compensating
    places = sorted(
        (each.due, 0 if undoing else saga.order(before.state, each), each.token)
        for each in before.timers
        if not each.name
    )
    named = (i.Kind.TIMER, i.Kind.DEADLINE)
    waits = sorted(
        (each.due, each.order, each.token) for each in twin.waits if each.kind not in named
    )
    place = next(at for at, (_, _, each) in enumerate(places) if each == token)
    return waits[place][2]

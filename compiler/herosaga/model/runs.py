"""`run` -> requests. An itinerary is a command with answers: who generates or runs sagas knows nothing else of it.

Each itinerary brings five messages, with the contracts of two handlers that nobody writes: its command starts a slip,
which is answered by `I.completed`, or refused by `I.faulted` and `I.compensated`; `I.back` turns a slip back, which is
answered by `I.compensated`. What a saga says of an itinerary is then said of these.

A transition that holds in several states is one value, and stays one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Container, Iterator
from typing import TypeVar, cast

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.itinerary import OUTCOMES
from herosaga.model.types import NONE, STR, MessageType, Optional, Type
from herosaga.model.within import inner, within
from herosaga.names import outcome_class_name, turn_back_class_name
from herosaga.source import Span
from msgspec.structs import replace

Node = TypeVar("Node")

SLIP = "slip"
"""The field of `I.back` that says which slip is meant, by the id of the message that started it."""


def with_runs(model: m.Model) -> m.Model:
    """A model in which sagas send commands and receive messages, and no more. `itineraries` stay as they are.

    One that is so already stays the very same.
    """
    slips = model.itineraries.values()
    if all(turning_back(each.id) in model.messages for each in slips):
        return model
    messages = {each.id: each for slip in slips for each in messages_of(slip)}
    contracts = tuple(each for slip in slips for each in _contracts(slip))
    return dataclasses.replace(
        model,
        messages={**model.messages, **messages},
        sagas={id: _Lowering(saga).saga() for id, saga in model.sagas.items()},
        scenarios=tuple(_played(each, model.itineraries) for each in model.scenarios),
        implied=(*model.implied, *contracts),
    )


# --- messages and their contracts ----------------------------------------------------------------


def turning_back(itinerary: str) -> str:
    """The id of the command that turns a slip back."""
    return f"{itinerary}.back"


def is_turning_back(model: m.Model, command: str) -> bool:
    """Whether a command turns a slip back. Where that is refused, it always will be."""
    return command.removesuffix(".back") in model.itineraries and command.endswith(".back")


def messages_of(slip: m.Itinerary) -> Iterator[m.Message]:
    """The five messages of an itinerary."""
    start = slip.meta.doc or f"Starts the itinerary `{slip.name}`."
    yield _message(slip, slip.id, slip.name, "command", slip.params, start)
    for outcome in OUTCOMES:
        name = outcome_class_name(slip.name, outcome)
        fields = tuple(_fields(slip, outcome))
        yield _message(
            slip, f"{slip.id}.{outcome}", name, "event", fields, _ENDED[outcome], outcome
        )
    name, doc = turn_back_class_name(slip.name), "Turns a slip back: it undoes what it has done."
    field = m.Field(SLIP, STR, None, m.Meta(), slip.span)
    yield _message(slip, turning_back(slip.id), name, "command", (field,), doc)


_ENDED = {
    "completed": "A slip has come to its end, with all that it was given on the way.",
    "faulted": "A step of a slip has failed for good, and what was done before it is undone.",
    "compensated": "A slip was turned back: what it had done is undone.",
}


def _message(
    slip: m.Itinerary,
    id: str,
    name: str,
    kind: str,
    fields: tuple[m.Field, ...],
    doc: str,
    outcome: str = "",
) -> m.Message:
    written = f"{slip.name}.{outcome}" if outcome else ""
    notes = m.Meta(doc=doc)
    return m.Message(id, name, slip.file, kind, False, "", fields, notes, slip.span, written)


def _fields(slip: m.Itinerary, outcome: str) -> Iterator[m.Field]:
    """Parameters and outputs. After a fault, and after undo, nobody knows how far a slip came: outputs are optional."""
    why = dict.fromkeys(("activity", "reason") if outcome == "faulted" else (), STR)
    fields = {each.name: each for each in slip.params}
    for name, kind in slip.variables:
        known = outcome == "completed" or isinstance(kind, Optional)
        fields[name] = _field(name, kind if known else Optional(kind), slip.span)
    fields |= {name: _field(name, kind, slip.span) for name, kind in why.items()}
    yield from fields.values()


def _field(name: str, kind: Type, span: Span) -> m.Field:
    default = e.Const(None, NONE, span) if isinstance(kind, Optional) else None
    return m.Field(name, kind, default, m.Meta(), span)


def _contracts(slip: m.Itinerary) -> Iterator[m.Handler]:
    """What answers the two commands."""
    completed, faulted, compensated = (f"{slip.id}.{each}" for each in OUTCOMES)
    back = turning_back(slip.id)
    yield _handler(slip, slip.id, completed, (faulted, compensated), back)
    yield _handler(slip, back, compensated, (), None)


def _handler(
    slip: m.Itinerary, command: str, answer: str, refuses: tuple[str, ...], undo: str | None
) -> m.Handler:
    part, spans = m.Emission((answer,), "", (slip.span,)), tuple(slip.span for _ in refuses)
    return m.Handler(
        command,
        "handle",
        slip.id,
        command,
        (part,),
        refuses,
        undo,
        False,
        False,
        m.Meta(),
        slip.span,
        spans,
    )


def _played(scenario: m.Scenario, slips: Container[str]) -> m.Scenario:
    """A scenario in which `when fault of I` is said of turning a slip back: nothing else of it has a fault."""
    scenes = (
        (
            replace(each, command=turning_back(each.command))
            if isinstance(each, m.SceneFault) and each.command in slips
            else each
        )
        for each in scenario.scenes
    )
    return replace(scenario, scenes=tuple(scenes))


def completes(handler: m.Handler) -> bool:
    """Whether that it was carried out answers a command. A slip that had not begun is turned back without an event: there
    is nothing that it could tell.
    """
    return not handler.answers or handler.message == turning_back(handler.service)


def refusals(saga: m.Saga, handler: m.Handler) -> tuple[str, ...]:
    """What refuses a command to a saga: of an itinerary's outcomes `compensated` only where the saga says something of it.

    To any other, a slip that an operator has turned back has faulted.
    """
    turned = f"{handler.message}.compensated"
    if turned not in handler.refuses or _takes(saga, turned):
        return handler.refuses
    return tuple(each for each in handler.refuses if each != turned)


def _takes(saga: m.Saga, message: str) -> bool:
    return any(isinstance(each, m.OnMessage) and each.message == message for each in within(saga))


# --- sagas ---------------------------------------------------------------------------------------


class _Lowering:
    """One saga. Each node is lowered once, and what holds no itinerary stays the very node that it was."""

    def __init__(self, saga: m.Saga) -> None:
        self._saga = saga
        self._failed = [each.failed.span for each in saga.sequences if each.failed is not None]
        self._known: dict[int, object] = {}

    def saga(self) -> m.Saga:
        return self._lowered(self._saga)

    def _lowered(self, node: Node) -> Node:
        return cast(Node, self._of(node))

    def _of(self, node: object) -> object:
        if isinstance(node, tuple):
            parts = tuple(self._of(each) for each in node)
            same = all(one is other for one, other in zip(parts, node, strict=True))
            return node if same else parts
        kind: type = type(node)
        names = inner(kind)
        if not names:
            return node
        if id(node) not in self._known:
            self._known[id(node)] = self._said(self._with_parts(node, names))
        return self._known[id(node)]

    def _with_parts(self, node: object, names: tuple[str, ...]) -> object:
        parts = ((name, getattr(node, name)) for name in names)
        found = {name: (part, self._of(part)) for name, part in parts}
        other = {name: new for name, (old, new) in found.items() if new is not old}
        return replace(node, **other) if other else node  # type: ignore[type-var]

    def _said(self, node: object) -> object:
        """What is said of an itinerary, said of its messages."""
        match node:
            case m.Run():
                return _request(node)
            case m.RunStep(name=name, state=state, run=run, span=span):
                request = cast(m.Request, run)
                return m.Step(name, state, request, (), (), m.Meta(), span)
            case m.OnOutcome(of=of, outcome="faulted", span=span) if span in self._failed:
                # The `failed` of a sequence: it can read `failure`, as after any other step.
                return m.OnFailure(of, span)
            case m.OnOutcome(of, outcome, span, binds, values, step) if outcome != "done":
                return m.OnMessage(f"{of}.{outcome}", binds, span, values, step=step)
        return node


def _request(run: m.Run) -> m.Request:
    """The command that starts a slip. Its undo names the slip, whose id is that of this very message."""
    undo = None
    if run.compensable and isinstance(run.message, e.Construct):
        back = turning_back(run.message.id)
        args = ((SLIP, e.RequestId(STR, run.span)),)
        undo = m.CommandUndo(e.Construct(back, args, MessageType(back), run.span), False, run.span)
    return m.Request(run.message, None, undo, run.span, run.step, run.round)

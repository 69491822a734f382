"""What can be checked but not be generated yet (HS007): `compile` refuses it, so that nobody relies on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from herosaga.checks import hs007
from herosaga.findings import Finding
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.source import Span
from msgspec import Struct

Use = tuple[str, Span]

_WORDS: dict[type, str] = {
    m.ExternFunction: "an `extern` function",
    m.Flow: "`flow`",
    m.Activity: "`activity`",
    m.Itinerary: "`itinerary`",
    m.Timer: "`timer`",
    m.Migration: "`migrate`",
    m.Sequence: "`sequence`",
    m.Defer: "`defer`",
    m.Every: "`every`",
    m.Run: "`run`",
    m.Recording: "`compensable by` as an action",
    m.Pivot: "`pivot`",
    m.Arm: "`arm`",
    m.Disarm: "`disarm`",
    m.OnTimeout: "`timeout of`",
    m.OnFault: "`fault of`",
    m.OnTimer: "a trigger by a timer",
    m.OnAll: "`all(…)`",
    m.OnOutcome: "a trigger on an outcome",
    m.At: "`at`",
    m.Deadline: "`deadline`",
    e.ExternCall: "an `extern` function",
}

_INSTEAD = {
    "`sequence`": "write each step as a state that requests it",
    "`entry`": "put the actions into the transitions that lead here",
    "`exit`": "put the actions into the transitions that lead away",
    "`every`": "`after` with an arrow to the state itself comes again and again",
    "`deadline`": "`after` in each state, or in `during any`, ends what takes too long there",
    "`at`": "`after` with the time that is left",
    "`timer`": "`after` in the states that wait",
    "a second trigger": "write one `on` for each",
    "`all(…)`": "take one after the other, in states of their own",
    "`reply`": "`publish` the event",
    "`timeout of`": "`failure of` takes it too",
    "`fault of`": "`failure of` takes it too",
}
"""What can be written until then, where there is a way."""


def unsupported(model: m.Model) -> tuple[Finding, ...]:
    """One finding for each construct that can't be generated, at the first place that has it."""
    places: dict[str, list[Span]] = {}
    for what, span in _uses(model):
        places.setdefault(what, []).append(span)
    return tuple(
        hs007.unsupported(what, spans, _INSTEAD.get(what, "")) for what, spans in places.items()
    )


def _uses(model: m.Model) -> Iterator[Use]:
    declared: tuple[Iterable[object], ...] = (
        model.externs.values(),
        model.records.values(),
        model.messages.values(),
        model.services.values(),
        model.flows.values(),
        model.activities.values(),
        model.itineraries.values(),
        model.sagas.values(),
    )
    for each in (node for nodes in declared for node in nodes):
        yield from _within(each)


def _within(node: object) -> Iterator[Use]:
    """What a node and its parts use; the parts of what is refused as a whole are not told again."""
    if isinstance(node, tuple):
        for part in node:
            yield from _within(part)
    elif isinstance(node, m.State) and node.sequence:
        return  # nobody wrote it: its sequence is told
    elif isinstance(node, Struct) and not isinstance(node, Span):
        found = list(_own(node))
        yield from found
        if not found or isinstance(node, m.Saga):
            for name in node.__struct_fields__:
                yield from _within(getattr(node, name))


def _own(node: object) -> Iterator[Use]:
    """What a node itself is, or says, that is refused."""
    match node:
        case _ if type(node) in _WORDS:
            yield _WORDS[type(node)], node.span  # type: ignore[attr-defined]
        case m.Saga():
            yield from _of_saga(node)
        case m.State(entry=entry, exit=leaving):
            yield from (("`entry`", action.span) for action in entry[:1])
            yield from (("`exit`", action.span) for action in leaving[:1])
        case m.Transition(together=Span() as first, span=span) if first != span:
            yield "a second trigger", span
        case m.Service(extern=True, span=span):
            yield "`extern service`", span
        case m.Handler(parts=parts):
            yield from (("a second part of `emits`", part.spans[0]) for part in parts[1:])
            counted = (part for part in parts if part.count)
            yield from ((f"`{part.count}` in `emits`", part.spans[0]) for part in counted)
        case m.Send(kind="reply", span=span):
            yield "`reply`", span
        case m.Field(meta=m.Meta(pii=True), span=span):
            yield "`@pii`", span
        case m.Message(meta=m.Meta(topic=str() as topic), span=span) if topic:
            yield "`@topic`", span


def _of_saga(saga: m.Saga) -> Iterator[Use]:
    if saga.retain is not None:
        yield "`retain`", saga.retain.span
    if saga.serves is not None:
        yield "a saga that serves a command", saga.serves.span
    for each in saga.correlations:
        if each.where or each.field != saga.key:
            yield "`correlate`", saga.span

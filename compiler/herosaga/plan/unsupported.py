"""What can be checked but not be generated yet (HS007): `compile` refuses it, so that nobody relies on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from herosaga.checks import hs007
from herosaga.findings import Finding
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.fit import bare
from herosaga.model.journey import outputs_of
from herosaga.model.types import Unknown
from herosaga.model.within import within
from herosaga.source import Span
from msgspec import Struct

Use = tuple[str, Span]

_IN_MIGRATE: dict[type, str] = {
    e.ExternCall: "an `extern` function in `migrate`",
    e.Now: "`now` in `migrate`",
    e.StateValue: "`state` in `migrate`",
}
"""What an instance that is lifted to a new version has no step for."""

_EXTERN, _UUID = "an `extern` function in an itinerary", "`uuid()` in an itinerary"
_NOW = "`now` in the stages of an itinerary"
_TYPES = "a variable of two types in an itinerary"
_GIVEN = "take it as a parameter of the itinerary, or let an activity give it"

_UNKNOWABLE = frozenset((_EXTERN, _UUID, _NOW))
"""What is refused for good: whoever forwards a slip does not have it."""

_INSTEAD = {
    _TYPES: "give the outputs different names",
    "a loop's variable where no request of its round is answered": "read a data field there",
    "a field of an older version of which nothing tells the type": "keep it in `data`, as a field with its type, and "
    "drop it in the next version",
}
"""What can be written until then, where there is a way."""


def unsupported(model: m.Model) -> tuple[Finding, ...]:
    """One finding for each construct that can't be generated, at the first place that has it."""
    places: dict[str, list[Span]] = {}
    for what, span in _uses(model):
        places.setdefault(what, []).append(span)
    return tuple(_refused(what, spans) for what, spans in places.items())


def _refused(what: str, places: list[Span]) -> Finding:
    if what in _UNKNOWABLE:
        return hs007.unknowable(what, places, _GIVEN)
    return hs007.unsupported(what, places, _INSTEAD.get(what, ""))


def _uses(model: m.Model) -> Iterator[Use]:
    declared: tuple[Iterable[object], ...] = (
        model.externs.values(),
        model.records.values(),
        model.messages.values(),
        model.services.values(),
        model.activities.values(),
        model.itineraries.values(),
        model.sagas.values(),
    )
    for each in (node for nodes in declared for node in nodes):
        yield from _within(each)
    for itinerary in model.itineraries.values():
        yield from _differing(model, itinerary)


def _within(node: object) -> Iterator[Use]:
    """What a node and its parts use; the parts of what is refused as a whole are not told again."""
    if isinstance(node, tuple):
        for part in node:
            yield from _within(part)
    elif isinstance(node, m.State) and node.sequence:
        yield from _joining(node)  # nobody wrote it: its sequence is told
    elif isinstance(node, Struct) and not isinstance(node, Span):
        found = list(_own(node))
        yield from found
        if not found or isinstance(node, m.Saga | m.Itinerary):
            for name in node.__struct_fields__:
                yield from _within(getattr(node, name))


def _own(node: object) -> Iterator[Use]:
    """What a node itself is, or says, that is refused."""
    match node:
        case m.Saga():
            yield from _namesakes(node)
        case m.Itinerary():
            yield from _in_itinerary(node)
        case m.Migration(computed=computed):
            yield from (use for _, expr in computed for use in _in_migrate(expr))
        case m.Field(meta=m.Meta(pii=True), span=span):
            yield "`@pii`", span
        case m.Message(meta=m.Meta(topic=str() as topic), span=span) if topic:
            yield "`@topic`", span


def _joining(state: m.State) -> Iterator[Use]:
    """Where the variable of a `parallel for` is read and nothing tells which of its elements is meant."""
    for member in state.members:
        if isinstance(member, m.Transition) and not _answers(member.trigger):
            what = "a loop's variable where no request of its round is answered"
            yield from ((what, each.span) for each in within(member) if isinstance(each, e.Round))


def _answers(trigger: m.Trigger) -> bool:
    """Whether a request of the state comes to its end with this trigger."""
    match trigger:
        case m.OnMessage(step=step) | m.OnOutcome(step=step):
            return bool(step)
    return isinstance(trigger, m.OnFailure | m.OnTimeout | m.OnFault)


def _namesakes(saga: m.Saga) -> Iterator[Use]:
    """Calls of functions that have one name, and are declared in two files: one object can't have both."""
    known: dict[str, str] = {}
    for each in within(saga):
        if isinstance(each, e.ExternCall):
            name = each.id.rpartition(".")[2]
            if known.setdefault(name, each.id) != each.id:
                yield "a second `extern` function of one name in a saga", each.span


def _in_migrate(expr: e.Expr) -> Iterator[Use]:
    for part in e.parts(expr):
        if type(part) in _IN_MIGRATE:
            yield _IN_MIGRATE[type(part)], part.span
        elif isinstance(part, e.Bad) or isinstance(part.type, Unknown):
            yield "a field of an older version of which nothing tells the type", part.span
        elif isinstance(part, e.Function) and part.name == "uuid" and not part.args:
            yield "`uuid()` in `migrate`", part.span


def _in_itinerary(itinerary: m.Itinerary) -> Iterator[Use]:
    """What whoever forwards a slip does not have: functions of the user's, and ids and times that stay the same."""
    for each in within(itinerary.stages, itinerary.outcomes):
        match each:
            case e.ExternCall(span=span):
                yield _EXTERN, span
            case e.Function(name="uuid", args=(), span=span):
                yield _UUID, span
    yield from ((_NOW, each.span) for each in within(itinerary.stages) if isinstance(each, e.Now))


def _differing(model: m.Model, itinerary: m.Itinerary) -> Iterator[Use]:
    """Outputs that are given on different ways, and would be one variable."""
    known = {each.name: each.type for each in itinerary.params}
    for each in outputs_of(itinerary, model.activities):
        if bare(known.setdefault(each.name, each.type)) != bare(each.type):
            yield _TYPES, each.span

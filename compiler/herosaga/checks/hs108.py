"""HS108: use of something that is deprecated."""

from collections.abc import Iterator, Mapping

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.model import expr as e
from herosaga.model.model import Enum, Field, Message, Model, OnMessage, OnOutcome, Saga, Set
from herosaga.model.types import MessageType, OneOf, Optional, RecordType, Type
from herosaga.model.within import within
from herosaga.source import Span

_PROGRAM = """\
@deprecated("use PlaceOrder")
command TakeOrder {{ key order_id: uuid }}
command PlaceOrder {{ key order_id: uuid }}
extern event CartPaid {{ key order_id: uuid }}
event OrderPlaced {{ key order_id: uuid }}

service Orders {{
  handle TakeOrder emits OrderPlaced readonly
  handle PlaceOrder emits OrderPlaced readonly
}}

saga Checkout by order_id: uuid {{
  start {{
    on CartPaid -> Placing {{ request {}(order_id) within 1h }}
  }}
  state Placing {{
    on OrderPlaced -> Placed
    on failure of {} -> Lost
  }}
  missing {{ ignore OrderPlaced }}
  final Placed
  final Lost failed
}}
"""

PAGE = Page(
    code="HS108",
    severity=Severity.WARNING,
    title="Use of something deprecated",
    what="Something names a declaration, a field or a member of an enum that is marked `@deprecated`, or sends a "
    "command that a deprecated service handles. Not reported: where a deprecated command is handled, "
    "because it has to be until the last sender is gone; scenarios; and a declaration within itself.",
    why="It is going to be taken out: what still relies on it then stops, and until then two ways of "
    "doing the same thing have to be kept alike.",
    failing=_PROGRAM.format("TakeOrder", "TakeOrder"),
    mended=_PROGRAM.format("PlaceOrder", "PlaceOrder"),
)

Place = tuple[str, str]
"""The id of the owner, and the name of its field or member."""


def rule(model: Model) -> Iterator[Finding]:
    """Uses of declarations, then those of fields and members."""
    yield from _declarations(model)
    yield from _by_service(model)
    fields, members = _fields(model), _members(model)
    if fields or members:
        outcomes = tuple(each.outcomes for each in model.itineraries.values())
        stages = tuple(each.stages for each in model.itineraries.values())
        yield from _values(within(stages, outcomes), fields, members)
    for saga in model.sagas.values():
        if fields or members:
            yield from _values(within(saga), fields, members)
        yield from _data(saga)


def _declarations(model: Model) -> Iterator[Finding]:
    groups = (
        model.messages, model.records, model.enums, model.aliases, model.policies, model.externs,
        model.activities, model.itineraries,
    )  # fmt: skip
    for group in groups:
        for id, each in group.items():
            if each.meta.deprecated is None:
                continue
            command = isinstance(each, Message) and each.kind == "command"
            for use in model.uses.get(id, ()):
                if not (command and use.takes):
                    yield _used(each.name, each.meta.deprecated, use.span, each.span)


def _by_service(model: Model) -> Iterator[Finding]:
    """The commands sent to a deprecated service."""
    for service in model.services.values():
        advice = service.meta.deprecated
        for each in service.handlers if advice is not None else ():
            if each.kind == "handle":
                for use in model.uses.get(each.message, ()):
                    if not use.takes and not _inside(use.span, service.handlers[0].span, each.span):
                        yield _used(service.name, advice or "", use.span, service.span)


def _inside(span: Span, first: Span, last: Span) -> bool:
    return span.source is first.source and first.start <= span.start <= last.end


# --- fields and members ------------------------------------------------------------------------


def _fields(model: Model) -> Mapping[Place, Field]:
    """The deprecated fields of messages, records and what takes arguments."""
    shapes: tuple[tuple[str, tuple[Field, ...]], ...] = (
        *((each.id, each.fields) for each in model.messages.values()),
        *((each.id, each.fields) for each in model.records.values()),
        *((each.id, each.params) for each in model.activities.values()),
        *((each.id, each.params) for each in model.itineraries.values()),
        *((each.id, each.params) for each in model.externs.values()),
    )
    return {
        (id, field.name): field
        for id, fields in shapes
        for field in fields
        if field.meta.deprecated is not None
    }


def _members(model: Model) -> Mapping[Place, tuple[Enum, int]]:
    return {
        (enum.id, member.name): (enum, place)
        for enum in model.enums.values()
        for place, member in enumerate(enum.members)
        if member.meta.deprecated is not None
    }


def _values(
    nodes: Iterator[object],
    fields: Mapping[Place, Field],
    members: Mapping[Place, tuple[Enum, int]],
) -> Iterator[Finding]:
    for node in nodes:
        match node:
            case e.FieldOf(value=value, name=name, span=span):
                for owner in _owners(value.type):
                    if (owner, name) in fields:
                        yield _field(fields[owner, name], span)
            case e.Construct(id=id, args=args) | e.ExternCall(id=id, args=args):
                for name, given in args:
                    if given is not None and (id, name) in fields:
                        yield _field(fields[id, name], given.span)
            case e.EnumConst(enum=id, member=name, span=span) if (id, name) in members:
                enum, place = members[id, name]
                found = enum.members[place]
                yield _used(f"{enum.name}.{name}", found.meta.deprecated or "", span, found.span)


def _owners(kind: Type) -> tuple[str, ...]:
    match kind:
        case RecordType(id=id) | MessageType(id=id):
            return (id,)
        case OneOf(ids=ids):
            return ids
        case Optional(of=inside):
            return _owners(inside)
    return ()


def _data(saga: Saga) -> Iterator[Finding]:
    """Uses of a saga's own deprecated data fields."""
    fields = {each.name: each for each in saga.data if each.meta.deprecated is not None}
    for node in within(saga) if fields else ():
        match node:
            case e.DataField(name=name, span=span) if name in fields:
                yield _field(fields[name], span)
            case Set(field=name, span=span) if name in fields:
                yield _field(fields[name], span)
            case OnMessage(binds=binds, span=span) | OnOutcome(binds=binds, span=span):
                yield from (_field(fields[name], span) for name in binds if name in fields)


def _field(field: Field, span: Span) -> Finding:
    return _used(field.name, field.meta.deprecated or "", span, field.span)


def _used(name: str, advice: str, span: Span, declared: Span) -> Finding:
    return finding(
        PAGE,
        f"`{name}` is deprecated" + (f": {advice}" if advice else ""),
        span,
        text="used here",
        labels=(Label(declared, "marked `@deprecated` here"),),
        hint=advice or "see where it is declared what to use in its place",
    )

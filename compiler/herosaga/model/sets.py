"""Sets of records that hold what can't be in a set: a dict or json somewhere inside."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.checks import hs201
from herosaga.findings import Finding
from herosaga.model import model as m
from herosaga.model.types import JSON, DictOf, ListOf, Optional, RecordType, SetOf, Type


def unfit_sets(model: m.Model) -> Iterator[Finding]:
    """A finding for each field with a set whose records can't be in one."""
    for field in _fields(model):
        for record in _in_sets(field.type):
            if _changeable(record, model, frozenset()):
                yield hs201.not_hashable("set", str(record), field.span)


def _fields(model: m.Model) -> Iterator[m.Field]:
    for record in model.records.values():
        yield from record.fields
    for message in model.messages.values():
        yield from message.fields
    for saga in model.sagas.values():
        yield from saga.data
        for block in saga.compensations:
            yield from block.params
    for function in model.externs.values():
        yield from function.params
    for activity in model.activities.values():
        yield from (*activity.params, *activity.outputs, *(activity.log or ()))
    for itinerary in model.itineraries.values():
        yield from itinerary.params


def _in_sets(kind: Type) -> Iterator[RecordType]:
    match kind:
        case SetOf(RecordType() as record):
            yield record
        case ListOf(inner) | Optional(inner) | DictOf(value=inner):
            yield from _in_sets(inner)
        case _:
            pass  # holds no set


def _changeable(kind: Type, model: m.Model, seen: frozenset[str]) -> bool:
    """Whether the type holds a dict or json; `seen` are the records around it."""
    match kind:
        case DictOf():
            return True
        case ListOf(inner) | SetOf(inner) | Optional(inner):
            return _changeable(inner, model, seen)
        case RecordType(id) if id not in seen:
            fields = model.records[id].fields
            return any(_changeable(field.type, model, seen | {id}) for field in fields)
    return kind == JSON

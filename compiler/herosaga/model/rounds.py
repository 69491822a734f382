"""What a lowered loop keeps: the list that it goes through, and how far it has come.

A sequence waits in the middle of a loop, so both are stored with the instance's data, in fields that nobody wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.stages import waits
from herosaga.model.types import BOOL, INT, DictOf, ListOf, SetOf, Type
from herosaga.names import snake
from herosaga.source import Span
from msgspec import Struct


class Rounds(Struct, frozen=True):
    """The fields of one loop. `at` is "" where all rounds are asked for at once; `index` is their variable then."""

    items: str
    at: str
    index: str
    element: Type
    span: Span

    def begin(self, source: e.Expr) -> tuple[m.Action, ...]:
        """Sets out to go through `source`."""
        span = source.span
        items = m.Set(self.items, ordered(source), span, hidden=True)
        if not self.at:
            return (items,)
        return items, m.Set(self.at, e.Const(0, INT, span), span, hidden=True)

    def more(self, span: Span) -> e.Expr:
        """Whether there is another round, as `for x in xs` asks; its sides are not what is written at one place."""
        length = e.Function("len", (self.all(self.span),), INT, self.span)
        return e.Binary("<", self._place(span.first(len("for"))), length, BOOL, span)

    def next(self, span: Span) -> m.Action:
        """Ends a round."""
        place = e.Binary("+", self._place(span), e.Const(1, INT, span), INT, span)
        return m.Set(self.at, place, span, hidden=True)

    def current(self, span: Span) -> e.Expr:
        """The element of the round: the one that it has come to, or that of the request that is answered."""
        index = self._place(span) if self.at else e.Round(INT, span)
        return e.Item(self.all(span), index, self.element, span)

    def all(self, span: Span) -> e.Expr:
        """The list."""
        return e.DataField(self.items, False, ListOf(self.element), span)

    def fields(self) -> Iterator[m.Field]:
        """What is stored with the data."""
        kind = ListOf(self.element)
        none = e.ListExpr((), kind, self.span)
        yield m.Field(self.items, kind, none, m.Meta(), self.span)
        if self.at:
            yield m.Field(self.at, INT, e.Const(0, INT, self.span), m.Meta(), self.span)

    def _place(self, span: Span) -> e.Expr:
        return e.DataField(self.at, False, INT, span)


Loops = Mapping[int, Rounds]
"""The loops of a sequence that wait, by the place of what they go through, in source order."""


def ordered(source: e.Expr) -> e.Expr:
    """What a loop goes through as a list, so that a repeated step does the same in the same order."""
    match source.type:
        case SetOf(element=element) | DictOf(key=element):
            return e.Ordered(source, ListOf(element), source.span)
    return source


def loops_of(sequence: m.Sequence, taken: frozenset[str]) -> Loops:
    """The loops of a sequence that wait; `taken` are the names that other fields have."""
    found: dict[int, Rounds] = {}
    for loop in _loops(sequence.stages):
        stem = _free(f"{snake(sequence.name)}_{snake(loop.var)}", taken)
        items, at = f"{stem}_list", f"{stem}_at"
        taken |= {items, at}
        span = loop.source.span
        found[span.start] = Rounds(
            items,
            "" if loop.parallel else at,
            f"{loop.var}_at" if loop.parallel else "",
            loop.type,
            span,
        )
    return found


def _loops(stages: tuple[m.Stage, ...]) -> Iterator[m.Loop]:
    """The loops that wait, in source order; what is asked for at once has no loop in it."""
    for stage in filter(waits, stages):
        match stage:
            case m.Loop(body=body):
                yield stage
                yield from _loops(body)
            case m.Branch(then=then, other=other):
                yield from _loops((*then, *other))


def _free(stem: str, taken: frozenset[str]) -> str:
    """The first of `stem`, `stem_2`, … after which no field is called yet."""
    name, number = stem, 1
    while taken & {f"{name}_list", f"{name}_at"}:
        number += 1
        name = f"{stem}_{number}"
    return name

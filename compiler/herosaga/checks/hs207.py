"""HS207: money in a float."""

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Severity
from herosaga.model.model import Field, Model
from herosaga.model.types import FLOAT, DictOf, ListOf, Optional, SetOf, Type
from herosaga.names import snake
from herosaga.source import Span

_PROGRAM = """\
extern event Billed {{ key order_id: uuid  amount: {} }}

service Books {{
  on Billed
}}
"""

PAGE = Page(
    code="HS207",
    severity=Severity.WARNING,
    title="Float for money",
    what="A field, parameter or `extern` function that ends in `price`, `amount`, `total`, `cost` or `fee` (or "
    "their plurals) is a `float`, or holds floats.",
    why="A float can't hold ten cents: sums of prices are off by a cent now and then, the books don't "
    "balance, and a refund differs from the payment.",
    failing=_PROGRAM.format("float"),
    mended=_PROGRAM.format("decimal"),
)

_MONEY = frozenset(
    word + end for word in ("price", "amount", "total", "cost", "fee") for end in ("", "s")
)


def rule(model: Model) -> Iterator[Finding]:
    """Every field whose name says money and whose type says float."""
    for field in _fields(model):
        if _money(field.name) and _floats(field.type):
            yield _inexact(field.name, field.type, field.span)
    for each in model.externs.values():
        if _money(each.name) and _floats(each.result):
            yield _inexact(each.name, each.result, each.span)


def _fields(model: Model) -> Iterator[Field]:
    for record in model.records.values():
        yield from record.fields
    for message in model.messages.values():
        yield from message.fields
    for saga in model.sagas.values():
        yield from saga.data
        for block in saga.compensations:
            yield from block.params
    for activity in model.activities.values():
        yield from (*activity.params, *activity.outputs, *(activity.log or ()))
    for itinerary in model.itineraries.values():
        yield from itinerary.params
    for extern in model.externs.values():
        yield from extern.params


def _money(name: str) -> bool:
    return snake(name).rpartition("_")[2] in _MONEY


def _floats(kind: Type) -> bool:
    match kind:
        case ListOf(element=inside) | SetOf(element=inside) | Optional(of=inside):
            return _floats(inside)
        case DictOf(value=inside):
            return _floats(inside)
    return kind == FLOAT


def _inexact(name: str, kind: Type, span: Span) -> Finding:
    return finding(
        PAGE,
        f"`{name}` looks like money, and a float loses cents",
        span,
        text=f"`{kind}`",
        hint=f"make it `{str(kind).replace('float', 'decimal')}` here and where the value comes from",
    )

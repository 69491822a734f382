"""HS901: a name that is not written like others of its kind."""

import re
from collections import Counter
from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.checks.words import a
from herosaga.findings import Edit, Finding, Severity
from herosaga.model import expr as e
from herosaga.model.model import Field, For, Loop, Model, Saga
from herosaga.model.within import within
from herosaga.names import snake
from herosaga.source import Source, Span
from msgspec import Struct

_PROGRAM = """\
extern event {} {{ key order_id: uuid }}

service Depot {{
  on {}
}}
"""

PAGE = Page(
    code="HS901",
    severity=Severity.WARNING,
    title="Naming",
    what="Declarations, states and sequences are written `PascalCase`; fields, parameters, variables, timers, "
    "compensations, policies, `extern` functions, members of enums and the words of imports "
    "`snake_case`. Repaired only where nobody else can know the name. Where a field has to be called as somebody "
    'outside calls it, say so: `@allow(HS901, "the name in their messages")`.',
    why="Whoever reads `on order_placed` or `OrderId` takes it for something else: a timer for an event, a "
    "field for a message.",
    failing=_PROGRAM.format("order_paid", "order_paid"),
    mended=_PROGRAM.format("OrderPaid", "OrderPaid"),
)

_PASCAL = re.compile(r"[A-Z][A-Za-z0-9]*")
_SNAKE = re.compile(r"[a-z_][a-z0-9_]*")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Named(Struct, frozen=True):
    """A name, and what it names: `hidden` where only its own file can know it, on the `wire` where messages
    carry it, as the value of a `member` too."""

    name: str
    what: str
    span: Span
    pascal: bool = False
    hidden: bool = False
    wire: bool = False
    member: bool = False


def rule(model: Model) -> Iterator[Finding]:
    """Every name that is not written as its kind is."""
    words: dict[Source, Counter[str]] = {}
    for each in _names(model):
        form = _PASCAL if each.pascal else _SNAKE
        if form.fullmatch(each.name) is None:
            yield _odd(each, each.hidden and _alone(each, words))


def _names(model: Model) -> Iterator[Named]:
    yield from _pascal(model)
    yield from _fields(model)
    for file in model.files.values():
        for clause in file.clauses:
            if clause.alias:
                yield Named(clause.alias, "import's word", clause.place, hidden=True)
    for policy in model.policies.values():
        yield Named(policy.name, "policy", policy.span)
    for extern in model.externs.values():
        yield Named(extern.name, "`extern` function", extern.span)
    for enum in model.enums.values():
        for member in enum.members:
            carried = member.value == member.name
            yield Named(member.name, "member of an enum", member.span, member=carried)
    for saga in model.sagas.values():
        yield from _inside(saga)
    for root in (*model.sagas.values(), *model.itineraries.values()):
        yield from _variables(root)


def _pascal(model: Model) -> Iterator[Named]:
    for message in model.messages.values():
        yield Named(message.name, message.kind, message.span, pascal=True, wire=True)
    groups = (
        ("record", model.records), ("enum", model.enums), ("type", model.aliases),
        ("service", model.services), ("saga", model.sagas), ("flow", model.flows),
        ("activity", model.activities), ("itinerary", model.itineraries),
    )  # fmt: skip
    for what, group in groups:
        for each in group.values():
            yield Named(each.name, what, each.span, pascal=True)


def _fields(model: Model) -> Iterator[Named]:
    for record in model.records.values():
        yield from _all("field", record.fields, wire=True)
    for message in model.messages.values():
        yield from _all("field", message.fields, wire=True)
    for activity in model.activities.values():
        yield from _all("parameter", activity.params)
        yield from _all("output", activity.outputs)
        yield from _all("field", activity.log or ())
    for itinerary in model.itineraries.values():
        yield from _all("parameter", itinerary.params)
    for extern in model.externs.values():
        yield from _all("parameter", extern.params)


def _all(what: str, fields: tuple[Field, ...], wire: bool = False) -> Iterator[Named]:
    yield from (Named(each.name, what, each.span, wire=wire) for each in fields)


def _inside(saga: Saga) -> Iterator[Named]:
    yield from _all("data field", saga.data)
    for state in saga.states:
        if not state.sequence:  # a sequence's states are named after its steps
            yield Named(state.name, "state", state.span, pascal=True)
    for final in saga.finals:
        yield Named(final.name, "state", final.span, pascal=True)
    for sequence in saga.sequences:
        yield Named(sequence.name, "sequence", sequence.span, pascal=True)
    for timer in saga.timers:
        yield Named(timer.name, "timer", timer.span)
    for block in saga.compensations:
        yield Named(block.name, "compensation", block.span)
        yield from _all("parameter", block.params)


def _variables(root: object) -> Iterator[Named]:
    for node in within(root):
        match node:
            case For(var=var, source=source, span=span) | Loop(var=var, source=source, span=span):
                yield from _variable(var, span, span.start, source.span.start)
            case e.Fold(var=var, element=element, source=source, span=span):
                yield from _variable(var, span, element.span.end, source.span.start)


def _variable(name: str, span: Span, start: int, end: int) -> Iterator[Named]:
    """A loop variable, found between two offsets behind its `for`."""
    found = re.compile(rf"\bfor\s+({name})\b").search(span.source.text, start, end)
    if found is not None:
        yield Named(name, "loop variable", _span(span.source, *found.span(1)), hidden=True)


def _span(source: Source, start: int, end: int) -> Span:
    line, column = source.place(start)
    return Span(source, line, column, line, column + end - start, start, end)


def _alone(named: Named, words: dict[Source, Counter[str]]) -> bool:
    """Whether the name stands nowhere else in its file; `words` are how often each word does."""
    source = named.span.source
    if source not in words:
        words[source] = Counter(_WORD.findall(source.text))
    return words[source][named.name] == 1


def _odd(named: Named, alone: bool) -> Finding:
    meant = _better(named)
    style = "PascalCase" if named.pascal else "snake_case"
    return finding(
        PAGE,
        f"{a(named.what)} is written `{style}`: `{meant}`",
        named.span,
        hint=_advice(named, meant),
        fix=(Edit(named.span, meant),) if alone else (),
    )


def _advice(named: Named, meant: str) -> str:
    if named.member:
        return f'call it `{meant} = "{named.name}"`: what messages carry stays as it is'
    advice = f"call it `{meant}`, here and wherever it is named"
    if named.wire:
        advice += '; if others call it so in their messages, say that: `@allow(HS901, "…")`'
    return advice


def _better(named: Named) -> str:
    if not named.pascal:
        return snake(named.name)
    words = [word for word in named.name.split("_") if word]
    if named.name.isupper():
        words = [word.capitalize() for word in words]
    return "".join(word[0].upper() + word[1:] for word in words) or named.name

"""HS107: something that is declared and that nothing uses."""

import re
from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Edit, Finding, Severity
from herosaga.graph.members import bodies
from herosaga.graph.outputs import blocks
from herosaga.model.model import (
    Activity,
    Alias,
    Arm,
    Disarm,
    Enum,
    ExternFunction,
    Import,
    Message,
    Model,
    OnTimer,
    PolicyDecl,
    Record,
    Saga,
)
from herosaga.model.within import within
from herosaga.source import Span

_PROGRAM = """\
{}extern event Paid {{ key order_id: uuid }}

/// Sends the parcel.
service Depot {{
  on Paid
}}
"""

PAGE = Page(
    code="HS107",
    severity=Severity.WARNING,
    title="Declared and never used",
    what="Nothing names this message, record, enum, type, policy, activity or `extern` function, no action "
    "touches this timer, nothing records this compensation, or nothing of the imported file is "
    "needed. What only a scenario or property names is not used. Not reported: the declarations of a "
    "file without any service, saga, itinerary or flow, which is a library for others that may not be "
    "checked now; an activity where no itinerary is declared, because one can be made at run time; an "
    "import of a file that takes part in the same messages, or in a file that only imports. While "
    "there are errors of names or types nothing is reported: a use may be among them.",
    why="Most often something was meant to happen and doesn't: the event that was to be published, the "
    "policy that was to limit a wait, the compensation that was to give the money back. Else it "
    "is left over, and whoever reads the file believes in it.",
    failing=_PROGRAM.format("/// Tells the customer.\nevent Shipped { key order_id: uuid }\n"),
    mended=_PROGRAM.format(""),
)

Declared = Message | Record | Enum | Alias | PolicyDecl | ExternFunction | Activity

_VERBS = {
    "event": "publishes or receives it",
    "command": "sends or handles it",
    "record": "has a field of it",
    "enum": "has a field of it",
    "type": "is declared with it",
    "policy": "goes by it",
    "function": "calls it",
    "activity": "does it",
}
_LINE = re.compile(r"[ \t]*(?://[^\n]*)?(?:\r?\n|\Z)")


def rule(model: Model) -> Iterator[Finding]:
    """Declarations, timers, compensations and imports, in that order."""
    working = _working(model)
    for kind, each in _declared(model):
        if each.id not in model.uses and each.file in working:
            yield _unused(kind, each.name, each.span, f"nothing {_VERBS[kind]}")
    for saga in model.sagas.values():
        yield from _inside(saga)
    filled = _filled(model)
    for name, file in model.files.items():
        for clause in file.clauses:
            # A file that only imports is there to have all of them checked together.
            if name in filled and clause.file in filled and not clause.used:
                yield _useless(clause)


def _declared(model: Model) -> Iterator[tuple[str, Declared]]:
    yield from ((each.kind, each) for each in model.messages.values())
    yield from (("record", each) for each in model.records.values())
    yield from (("enum", each) for each in model.enums.values())
    yield from (("type", each) for each in model.aliases.values())
    yield from (("policy", each) for each in model.policies.values())
    yield from (("function", each) for each in model.externs.values())
    if model.itineraries:
        yield from (("activity", each) for each in model.activities.values())


def _working(model: Model) -> frozenset[str]:
    """The files in which something happens: others are libraries."""
    files = {each.file for each in model.services.values()}
    files |= {each.file for each in model.sagas.values()}
    files |= {each.file for each in model.itineraries.values()}
    return frozenset(files | {each.file for each in model.flows.values()})


def _filled(model: Model) -> frozenset[str]:
    """The files that declare or watch anything."""
    files = {each.file for _, each in _declared(model)}
    files |= {each.file for each in model.activities.values()}
    files |= {each.file for each in model.scenarios}
    files |= {each.file for each in model.properties}
    return _working(model) | files


def _inside(saga: Saga) -> Iterator[Finding]:
    """The timers and compensations of a saga."""
    if saga.timers:
        touched = {each.timer for each in within(saga) if isinstance(each, Arm | Disarm | OnTimer)}
        for timer in saga.timers:
            if timer.name not in touched:
                yield _unused("timer", timer.name, timer.span, "nothing arms or awaits it")
    if saga.compensations:
        recorded = frozenset(name for body in bodies(saga) for name in blocks(body))
        for block in saga.compensations:
            if block.name not in recorded:
                yield _unused("compensation", block.name, block.span, "nothing records it")


def _unused(kind: str, name: str, span: Span, text: str) -> Finding:
    return finding(
        PAGE,
        f"the {kind} `{name}` is declared and never used",
        span,
        text=text,
        hint=f"use it where it was meant to be used, or take it out{_advice(kind, name)}",
    )


def _advice(kind: str, name: str) -> str:
    """How it would be used."""
    match kind:
        case "event":
            return f" (`emits {name}`, `publish {name}(…)` or `on {name}`)"
        case "command":
            return f" (`request {name}(…)` and `handle {name}`)"
        case "policy":
            return f" (`request …(…) with {name}`)"
        case "timer":
            return f" (`arm {name} for …` and `on {name}`)"
        case "compensation":
            return f" (`request …(…) compensable by {name}`)"
    return ""


def _useless(clause: Import) -> Finding:
    return finding(
        PAGE,
        f'nothing of "{clause.path}" is used here',
        clause.span,
        text="brings nothing that this file names",
        hint="take the import out",
        fix=(Edit(_line(clause.span), ""),),
    )


def _line(span: Span) -> Span:
    """The whole line where nothing else stands on it."""
    text = span.source.text
    start = text.rfind("\n", 0, span.start) + 1
    rest = _LINE.match(text, span.end)
    if text[start : span.start].strip() or rest is None:
        return span
    end_line, end_column = span.source.place(rest.end())
    return Span(span.source, span.line, 1, end_line, end_column, start, rest.end())

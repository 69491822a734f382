"""HS205: a data field that is kept for nobody."""

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.model.expr import DataField, parts
from herosaga.model.model import Field, Model, OnMessage, OnOutcome, Saga, Set
from herosaga.model.within import within
from herosaga.source import Span

_PROGRAM = """\
command Reserve {{ key order_id: uuid  rooms: int }}
extern event Booked {{ key order_id: uuid  rooms: int }}
event Reserved {{ key order_id: uuid }}
service Hotel {{ handle Reserve emits Reserved readonly }}

saga Booking by order_id: uuid {{
  data {{ rooms: int }}
  start {{
    on Booked(rooms) -> Reserving {{ request Reserve(order_id, rooms = {}) within 1h }}
  }}
  state Reserving {{
    on Reserved -> Completed
    on failure of Reserve -> Refused
  }}
  missing {{ ignore Reserved }}
  final Completed
  final Refused failed
}}
"""

PAGE = Page(
    code="HS205",
    severity=Severity.WARNING,
    title="Data that nothing reads",
    what="A saga keeps this field, and no guard, argument, undo, final, time, `correlate` or migration reads it. "
    "What only goes into its own next value (`set n += 1`) counts as not read, and so does a scenario. "
    "While there are errors of names or types nothing is reported: a read may be among them.",
    why="A value that was meant to decide something decides nothing: the tries are counted and nobody "
    "stops at the third. Most often another field, or a constant, stands where this one was meant.",
    failing=_PROGRAM.format("1"),
    mended=_PROGRAM.format("rooms"),
)


def rule(model: Model) -> Iterator[Finding]:
    """The fields of each saga that nothing reads."""
    for saga in model.sagas.values():
        if saga.data:
            read, written = _touched(saga)
            for field in saga.data:
                if field.name not in read:
                    yield _idle(field, written.get(field.name, []))


def _touched(saga: Saga) -> tuple[set[str], dict[str, list[Span]]]:
    """The fields that something reads, but for their own next value; and where each is set."""
    own: set[int] = set()
    read = {each.where for each in saga.correlations}
    written: dict[str, list[Span]] = {}
    for node in within(saga):
        match node:
            case DataField(name=name):
                if id(node) not in own:
                    read.add(name)
            case Set(field=field, value=value, span=span):
                written.setdefault(field, []).append(span)
                reads = (part for part in parts(value) if isinstance(part, DataField))
                own.update(id(part) for part in reads if part.name == field)
            case OnMessage(binds=binds, span=span) | OnOutcome(binds=binds, span=span):
                for field in binds:
                    written.setdefault(field, []).append(span)
    return read, written


def _idle(field: Field, written: list[Span]) -> Finding:
    done = "set and never read" if written else "kept, never set and never read"
    return finding(
        PAGE,
        f"`{field.name}` is {done}",
        field.span,
        text="nothing reads it",
        labels=tuple(Label(span, "set here") for span in list(dict.fromkeys(written))[:3]),
        hint="read it where it was meant to count, or take it out; if people who look at an instance "
        'need it, write `@allow(HS205, "shown to support")` before it',
    )

"""HS903: a declaration that nobody has described."""

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Severity
from herosaga.model.model import Model
from herosaga.source import Span

_PROGRAM = """\
/// A customer has paid.
extern event Paid {{ key order_id: uuid }}

{}service Depot {{
  on Paid
}}
"""

PAGE = Page(
    code="HS903",
    severity=Severity.NOTE,
    title="Declaration without a description",
    what="No `///` stands above this message, record, enum, service, saga, flow, activity, itinerary or `extern` "
    "function. A note: it is counted, and shown with `--notes`.",
    why="What stands there becomes the docstring in the generated module and the text in diagrams and documents: it is "
    "what the people who run the business read.",
    failing=_PROGRAM.format(""),
    mended=_PROGRAM.format("/// Sends the parcel.\n"),
)


def rule(model: Model) -> Iterator[Finding]:
    """Declarations without a description, kind by kind."""
    groups = (
        model.messages, model.records, model.enums, model.services, model.sagas, model.flows,
        model.activities, model.itineraries, model.externs,
    )  # fmt: skip
    for group in groups:
        for each in group.values():
            if not each.meta.doc:
                yield _undescribed(each.name, each.span)


def _undescribed(name: str, span: Span) -> Finding:
    return finding(
        PAGE,
        f"`{name}` has no description",
        span,
        hint="say in a line above it what it is for: `/// …`",
    )

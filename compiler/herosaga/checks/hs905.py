"""HS905: an `@allow` that can't be: without a reason, or of an error."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Severity
from herosaga.source import Span

_PROGRAM = """\
extern event OrderPlaced {{ key order_id: uuid }}
event InvoiceSent {{ key order_id: uuid }}

service Billing {{
  @allow(HS401{})
  on OrderPlaced emits InvoiceSent
}}
"""

PAGE = Page(
    code="HS905",
    severity=Severity.ERROR,
    title="`@allow` that can't be",
    what="An `@allow` gives no reason, or names a check that is an error. Warnings and notes can be silenced, "
    "errors can't.",
    why="Whoever reads it in a year has to know whether it still holds. And what is an error would not work: "
    "nothing is generated from it.",
    failing=_PROGRAM.format(""),
    mended=_PROGRAM.format(', "the shop reads them from the archive"'),
)


def no_reason(code: str, span: Span) -> Finding:
    """Nobody will know why."""
    return finding(
        PAGE,
        f"`@allow({code})` does not say why",
        span,
        text="without a reason",
        hint=f'write `@allow({code}, "…")`, with a reason that holds in a year',
    )


def of_an_error(code: str, span: Span) -> Finding:
    """An error stays one."""
    return finding(
        PAGE,
        f"{code} is an error, and can't be allowed",
        span,
        text="errors can't be silenced",
        hint=f"mend what {code} reports, and take this out",
    )

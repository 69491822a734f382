"""HS904: an `@allow` that silences nothing."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.source import Span

_PROGRAM = """\
extern event OrderPlaced {{ key order_id: uuid }}
extern event InvoiceSent {{ key order_id: uuid }}

{}service Billing {{ on OrderPlaced emits InvoiceSent }}
"""

PAGE = Page(
    code="HS904",
    severity=Severity.WARNING,
    title="`@allow` that silences nothing",
    what="An `@allow` names a check that finds nothing in what it stands before: the reason for it is gone, or "
    "it stands in the wrong place, or the code is not the one that was meant.",
    why="It would hide the next mistake of that kind, which nobody has looked at.",
    failing=_PROGRAM.format('@allow(HS401, "the shop looks at the list")\n'),
    mended=_PROGRAM.format(""),
)


def useless(code: str, known: bool, span: Span, found: Span | None) -> Finding:
    """Nothing of this code is found below; `known` is whether there is such a check, `found` where it finds something."""
    hint = f"take it out: {code} finds nothing elsewhere either"
    if found is not None:
        hint = "put it right before the declaration in which that is found, or take it out"
    if not known:
        hint = "write the code that stands in the brackets of the report, or take it out"
    return finding(
        PAGE,
        f"nothing here is silenced by `@allow({code}, …)`",
        span,
        text=f"{code} finds nothing in this" if known else f"there is no check {code}",
        labels=(Label(found, f"{code} is found here"),) if found is not None else (),
        hint=hint,
    )

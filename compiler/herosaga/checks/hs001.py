"""HS001: text that the language does not expect at this place."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS001",
    severity=Severity.ERROR,
    title="Unexpected text",
    what="The text does not follow the grammar here. The report says what was expected, and the "
    "repair where there is a plausible one. The rest of the file is read as well as it can be, so "
    "that other mistakes are reported in the same run.",
    why="What can't be read can't be checked: a process that goes live must be the one you meant.",
    failing="""\
command Ship { key order_id: uuid }
extern event Shipped { key order_id: uuid }

service Depot {
  handle Ship emit Shipped
}
""",
    mended="""\
command Ship { key order_id: uuid }
extern event Shipped { key order_id: uuid }

service Depot {
  handle Ship emits Shipped
}
""",
)


def unexpected(span: Span, expected: str, found: str, hint: str) -> Finding:
    """Text that does not belong here, and what would."""
    return finding(
        PAGE, f"expected {expected}, found {found}", span, text="not expected here", hint=hint
    )


def foreign(span: Span, text: str, hint: str) -> Finding:
    """Characters that mean nothing in the language."""
    return finding(PAGE, f"{text} means nothing here", span, hint=hint)


def unclosed(brace: Span, place: Span, found: str) -> Finding:
    """A `{` without its `}`; `place` is where it is missed."""
    label = Label(brace, "this `{` is never closed")
    return finding(
        PAGE,
        f"a `}}` is missing before {found}",
        place,
        labels=(label,),
        hint="close the block with `}`",
    )


def stray_brace(span: Span) -> Finding:
    """A `}` that closes nothing."""
    return finding(
        PAGE, "this `}` closes nothing", span, text="no block is open here", hint="take it out"
    )


def odd_callee(span: Span) -> Finding:
    """A call of something that has no name."""
    return finding(PAGE, "only what has a name can be called", span, text="not a name")

"""HS907: a source that `herosaga fmt` would change. Given by `herosaga fmt --check`."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS907",
    severity=Severity.WARNING,
    title="Not formatted",
    what="`herosaga fmt --check` would change this file: it has not the one layout that all `.saga` "
    "files have.",
    why="Where everybody lays out a file in his own way, a review shows changes of spaces among those "
    "of the business.",
    failing="",
    mended="",
)


def unformatted(span: Span) -> Finding:
    """A file that `herosaga fmt` would change, first at this line."""
    return finding(PAGE, "not formatted from here on: run `herosaga fmt`", span)

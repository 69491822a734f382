"""What every rule has: a code that never changes its meaning, and a page that explains it."""

from __future__ import annotations

from herosaga.findings import Edit, Finding, Label, Severity
from herosaga.source import Span
from msgspec import Struct


class Page(Struct, frozen=True):
    """A rule's page, as `herosaga explain CODE` shows it.

    `what` says what the rule finds, `why` what goes wrong for the business without it. `failing` and
    `mended` are whole programs of one file: the first yields this code, the second nothing at all.
    """

    code: str
    severity: Severity
    title: str
    what: str
    why: str
    failing: str
    mended: str


def finding(
    page: Page,
    message: str,
    span: Span,
    *,
    text: str = "",
    labels: tuple[Label, ...] = (),
    path: tuple[str, ...] = (),
    hint: str = "",
    fix: tuple[Edit, ...] = (),
) -> Finding:
    """A finding with the code and the severity of its page."""
    return Finding(page.code, page.severity, message, span, text, labels, path, hint, fix)

"""Findings to print, made by hand and by the rules themselves."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from herosaga.checks.catalog import PAGES
from herosaga.compile import check_text
from herosaga.findings import Edit, Finding, Label, Severity
from herosaga.report.run import Run
from herosaga.source import Source, Span

ORDERS = Source("orders.saga", "\n" * 57 + "    on Fulfilment.faulted -> Cancelled\n")


def span(source: Source, line: int, column: int, length: int) -> Span:
    """Some characters of one line."""
    start = sum(len(each) + 1 for each in source.text.split("\n")[: line - 1]) + column - 1
    return Span(source, line, column, line, column + length, start, start + length)


HERE = span(ORDERS, 58, 5, 2)


def finding(
    where: Span = HERE,
    message: str = "the card may stay charged",
    text: str = "ends in `Cancelled` without undoing `ChargeCard`",
    labels: tuple[Label, ...] = (),
    path: tuple[str, ...] = (),
    hint: str = "write `on Fulfilment.faulted compensate -> Cancelled`",
    fix: tuple[Edit, ...] = (),
    severity: Severity = Severity.WARNING,
    code: str = "HS302",
) -> Finding:
    """A finding, of which a test says what matters to it."""
    return Finding(code, severity, message, where, text, labels, path, hint, fix)


def run(*findings: Finding, sources: tuple[Source, ...] = ()) -> Run:
    """A run that shows all that it has found."""
    named = dict.fromkeys((*(each.span.source for each in findings), *sources))
    return Run(findings, findings, tuple(named))


@cache
def rules_run() -> Run:
    """What the failing example of every rule's page gives, each in a file of its own."""
    nowhere = Path("/nowhere")
    found = [
        each
        for page in PAGES.values()
        if page.failing
        for each in check_text(page.failing, nowhere, nowhere, f"{page.code}.saga").findings
    ]
    return run(*found)

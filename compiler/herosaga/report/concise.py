"""The concise form: a line for each finding, as compilers have always written them."""

from __future__ import annotations

from herosaga.findings import Finding
from herosaga.report.text import visible


def concise(finding: Finding) -> str:
    """One line: `path:line:col: HS302 message`."""
    span = finding.span
    place = f"{visible(span.source.name)}:{span.line}:{span.column}"
    return f"{place}: {finding.code} {visible(finding.message)}"

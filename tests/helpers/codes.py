"""What one rule says about a program, for tables."""

from __future__ import annotations

from pathlib import Path

from herosaga.compile import check_text
from herosaga.findings import Finding

NOWHERE = Path("/")


def findings_of(code: str, program: str) -> list[Finding]:
    """The findings of one code; every other error would show that the table's program is wrong itself."""
    found = check_text(program, NOWHERE, NOWHERE).findings
    wrong = [each for each in found if each.severity == "error" and each.code != code]
    assert not wrong, [(each.code, each.message) for each in wrong]
    return [each for each in found if each.code == code]


def words_of(code: str, program: str) -> list[str]:
    """What the findings of one code stand under."""
    spans = (each.span for each in findings_of(code, program))
    return [span.source.text[span.start : span.end] for span in spans]

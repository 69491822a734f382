"""What the model stage reports, and where: each line of a case names the codes that it deserves."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from herosaga.findings import Finding
from herosaga.model.bind import build
from herosaga.source import Source
from herosaga.syntax.parse import parse
from syrupy.assertion import SnapshotAssertion

CASES = sorted((Path(__file__).parent / "cases").glob("*.saga"), key=lambda path: path.name)
EXPECTED = re.compile(r"//((?: HS\d{3})+)\s*$")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_codes_and_lines(case: Path) -> None:
    found = Counter((each.span.line, each.code) for each in _findings(case))
    assert found == Counter(_expected(case.read_text("utf-8")))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_messages(case: Path, snapshot: SnapshotAssertion) -> None:
    assert "\n".join(map(_told, _findings(case))) == snapshot


def _findings(case: Path) -> tuple[Finding, ...]:
    file, wrong = parse(Source(case.name, case.read_text("utf-8")))
    assert not wrong, "the cases follow the grammar"
    return build([file])[1]


def _expected(text: str) -> list[tuple[int, str]]:
    return [
        (number, code)
        for number, line in enumerate(text.splitlines(), 1)
        for match in EXPECTED.finditer(line)
        for code in match[1].split()
    ]


def _told(finding: Finding) -> str:
    """A finding with all that it says, short of its layout."""
    place = f"{finding.span.line}:{finding.span.column}"
    lines = [f"{place} {finding.code} {finding.message}", f"    at: {_shown(finding)}"]
    lines += [f"    {label.span.line}: {label.text}" for label in finding.labels]
    lines += [f"    {number}. {step}" for number, step in enumerate(finding.path, 1)]
    return "\n".join([*lines, f"    help: {finding.hint}"])


def _shown(finding: Finding) -> str:
    span = finding.span
    return f"`{span.source.text[span.start:span.end]}` {finding.text}".rstrip()

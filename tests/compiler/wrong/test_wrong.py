"""Programs that are wrong, and what is said of them.

Each `NNN_slug.saga` is a program as somebody might write it; beside it stands a page with the program and
its reports side by side, as `herosaga check` prints them. The first line may say how many findings there
are, `// wrong: 2`; without it there is one. Whoever reads only the report must be able to name the mistake.

`pytest tests/compiler/wrong --snapshot-update` writes the pages anew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from herosaga.compile import check_paths
from herosaga.findings import Finding, Severity
from herosaga.report import full

HERE = Path(__file__).parent
PROGRAMS = sorted(path.relative_to(HERE).as_posix() for path in HERE.rglob("[0-9]*.saga"))
_RULE = "─" * 80
_WRONG = re.compile(r"// wrong: (\d+)\n")


def found_in(path: Path) -> list[Finding]:
    """What `check` prints of a program; its imports stand beside it."""
    findings = check_paths([path], path.parent).findings
    return [each for each in findings if each.severity is not Severity.NOTE]


def page(path: Path, findings: Sequence[Finding]) -> str:
    """The program and its reports; these call the file by its number, for its name tells the mistake."""
    reports = "\n\n".join(full(each, width=80) for each in findings)
    reports = reports.replace(path.name, f"{path.name[:3]}.saga")
    return f"{path.read_text('utf-8')}\n{_RULE}\n\n{reports}\n"


@pytest.mark.parametrize("name", PROGRAMS)
def test_report(name: str, request: pytest.FixtureRequest) -> None:
    path = HERE / name
    findings = found_in(path)
    stated = _WRONG.match(path.read_text("utf-8"))
    assert len(findings) == int(stated.group(1) if stated else 1), [f.message for f in findings]
    shown, expected = page(path, findings), path.with_suffix(".txt")
    if request.config.getoption("update_snapshots"):
        expected.write_text(shown, "utf-8")
    assert expected.read_text("utf-8") == shown


def test_no_page_is_left_over() -> None:
    pages = {path.relative_to(HERE).with_suffix(".saga").as_posix() for path in HERE.rglob("*.txt")}
    assert pages == set(PROGRAMS)

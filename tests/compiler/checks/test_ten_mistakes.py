"""A whole report as a user meets it."""

from __future__ import annotations

from pathlib import Path

from herosaga.compile import check_paths
from herosaga.findings import Severity
from herosaga.report import full
from syrupy.assertion import SnapshotAssertion

HERE = Path(__file__).parent


def test_report(snapshot: SnapshotAssertion) -> None:
    checked = check_paths([HERE / "ten.saga"], HERE)
    found = [each for each in checked.findings if each.severity is not Severity.NOTE]
    assert len(found) == 10
    assert "\n\n".join(full(each, width=100) for each in found) == snapshot

"""A whole report as a user meets it."""

from __future__ import annotations

from pathlib import Path

from herosaga.compile import check_paths
from herosaga.report import full
from syrupy.assertion import SnapshotAssertion

HERE = Path(__file__).parent


def test_report(snapshot: SnapshotAssertion) -> None:
    found = check_paths([HERE / "ten.saga"], HERE).findings
    assert len(found) == 10
    assert "\n\n".join(full(each, width=100) for each in found) == snapshot

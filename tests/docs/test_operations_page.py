"""What docs/operations.md shows is what `herosaga ops` prints."""

from __future__ import annotations

from pathlib import Path

import pytest
from herosaga import cli
from herosaga.cli.ops import store

from helpers import depot
from helpers.pages import ROOT, blocks


def test_pictures_are_fresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = [each for each in blocks(ROOT / "docs/operations.md") if each.language == "text"]
    assert len(shown) == 3
    with depot.stands(tmp_path):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HEROSAGA_DB", "depot.db")
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.setattr(store, "now", depot.later)
        for each in shown:
            call, _, expected = each.text.partition("\n")
            assert cli.main(call.removeprefix("$ herosaga ").split()) == 0
            assert capsys.readouterr().out == expected

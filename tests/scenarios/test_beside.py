"""The reference interpreter takes every step of the scenarios as the generated code does."""

from __future__ import annotations

from pathlib import Path

import pytest
from herosaga.compile import check_paths
from herosaga.model.runs import with_runs
from herosaga.scenarios.module import Externs
from herosaga.scenarios.running import importable, prepare, run
from herosaga_runtime.testing import world

from helpers.commands import ROOT
from scenarios.beside import Beside
from scenarios.test_scenarios import HERE, SAMPLES, TOPICS

FOLDERS = [*(HERE / each for each in TOPICS), *(ROOT / each for each in SAMPLES)]


@pytest.mark.parametrize("folder", FOLDERS, ids=[each.name for each in FOLDERS])
def test_both_agree(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = with_runs(check_paths([folder], ROOT).model)
    beside = Beside(model)
    monkeypatch.setattr(world, "advance", beside.advance)
    externs = Externs("scenarios.functions", "Functions")
    path, written = prepare(model, model.scenarios, externs, tmp_path)
    with importable(tmp_path, []):
        for result in run(path, written):
            assert result.failure is None
            assert beside.differing == [], result.scenario.title
    assert beside.steps > len(model.scenarios)

"""The scenarios are right in every construct of the language: they are checked, laid out, and run by `herosaga test`."""

from __future__ import annotations

from pathlib import Path

import pytest
from herosaga.compile import Checked, check_paths
from herosaga.findings import Severity

from helpers.commands import ROOT, Here
from scenarios.constructs import FOLDERS, report

HERE = Path(__file__).parent
TOPICS = sorted(path.name for path in HERE.iterdir() if any(path.glob("*.saga")))
SAMPLES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in FOLDERS[1:]
    if any("\nscenario " in each.read_text() for each in path.glob("*.saga"))
)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    return Here(ROOT, monkeypatch, capsys)


@pytest.mark.parametrize("folder", [*(f"tests/scenarios/{each}" for each in TOPICS), *SAMPLES])
def test_scenarios_hold(here: Here, folder: str) -> None:
    said = here("test", folder)
    assert said.code == 0, said.out


@pytest.mark.parametrize("topic", TOPICS)
def test_scenarios_are_laid_out(here: Here, topic: str) -> None:
    assert here("fmt", "--check", f"tests/scenarios/{topic}").code == 0


@pytest.fixture(scope="module")
def checked() -> Checked:
    return check_paths(FOLDERS, ROOT)


def test_nothing_is_found_in_them(checked: Checked) -> None:
    found = [each for each in checked.findings if each.severity is not Severity.NOTE]
    assert found == []


def test_they_use_every_construct(checked: Checked) -> None:
    counts = report(checked.model)
    assert [name for name, count in counts.items() if not count] == []

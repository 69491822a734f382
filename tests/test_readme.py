"""README.md is true: what it shows is a piece of a sample, or what the tools print about one."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from helpers.commands import Here
from helpers.pages import ROOT, blocks

BLOCKS = list(blocks(ROOT / "README.md"))
WRONG = ("on failure of ChargeCard compensate ->", "on failure of ChargeCard ->")
"""What the README says to forget, in the sample's main saga."""


def texts(language: str) -> list[str]:
    return [each.text for each in BLOCKS if each.language == language]


FOUND, TESTED = texts("text")


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Here:
    """A folder with the samples."""
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    return Here(tmp_path, monkeypatch, capsys)


def test_every_program_is_a_piece_of_a_sample() -> None:
    """That it is one is seen in tests/docs/test_blocks.py, as for all pages."""
    for each in BLOCKS:
        if each.language in ("saga", "python"):
            assert each.source.startswith("samples/"), each.name


def test_its_saga_is_a_page() -> None:
    (saga,) = (text for text in texts("saga") if "\nsaga " in text)
    assert saga.count("\n") <= 32 and saga.endswith("\n}\n")


def test_the_finding_is_what_check_prints(here: Here) -> None:
    orders = here.folder / "samples" / "checkout" / "orders.saga"
    assert WRONG[0] in orders.read_text()
    orders.write_text(orders.read_text().replace(*WRONG))
    assert here("check", "samples/checkout").out.strip() == FOUND.strip()


def test_the_results_are_what_test_prints(here: Here) -> None:
    assert here("test", "samples/checkout").out == TESTED


def test_there_are_two_commands_and_the_second_runs_the_tests() -> None:
    first, second = texts("sh")
    assert "herosaga run samples/oms --demo" in first
    assert second.strip().endswith("python -m pytest")


def test_the_first_command_runs_on_a_new_checkout(tmp_path: Path) -> None:
    files = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for name in files:
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    done = subprocess.run(
        ["bash", "-c", texts("sh")[0]], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-3:] == [
        "14 instances: 10 completed, 2 failed, 2 compensated",
        "10 slips: 8 completed, 1 compensated, 1 faulted",
        "12 flows: 12 complete",
    ]
    assert "\x1b" not in done.stdout

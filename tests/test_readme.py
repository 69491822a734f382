"""README.md is true: its programs, reports, pictures, modules and commands are what the tools give."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.projects import generated

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


(PROGRAM,) = blocks("saga")
MODULE = next(each.text for each in generated({"checkout.saga": PROGRAM}))


def herosaga(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "herosaga", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | {"COLUMNS": "100"},
    )


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with the README's program, compiled."""
    (tmp_path / "checkout.saga").write_text(PROGRAM)
    done = herosaga("compile", "checkout.saga", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_every_block_is_known() -> None:
    assert sorted(name for name, _ in BLOCKS) == sorted(
        ["sh", "sh", "saga", "mermaid", "text", "python", "python", "python"]
    )


def test_the_program_is_right_and_its_picture_true(shop: Path) -> None:
    assert herosaga("check", "checkout.saga", folder=shop).returncode == 0
    drawn = herosaga("graph", "checkout.saga", folder=shop).stdout
    assert [drawn] == blocks("mermaid")


def test_the_finding_is_what_check_prints(shop: Path) -> None:
    (report,) = blocks("text")
    wrong = PROGRAM.replace("failure of ChargeCard compensate ->", "failure of ChargeCard ->")
    (shop / "checkout.saga").write_text(wrong)
    assert herosaga("check", "checkout.saga", folder=shop).stdout.strip() == report.strip()


@pytest.mark.parametrize("block", blocks("python")[:2])
def test_the_generated_code_is_generated(block: str) -> None:
    assert block in MODULE


def test_the_services_run_and_are_well_typed(shop: Path) -> None:
    (shop / "main.py").write_text(blocks("python")[2])
    run = subprocess.run([sys.executable, "main.py"], cwd=shop, capture_output=True, text=True)
    assert run.stdout == "Cancelled compensated\n", run.stderr
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "main.py"],
        cwd=shop,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout


def test_there_are_two_commands_and_the_second_runs_the_tests() -> None:
    first, second = blocks("sh")
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
        ["bash", "-c", blocks("sh")[0]], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "13 instances: 7 completed, 4 compensated, 2 failed" in done.stdout
    assert "\x1b" not in done.stdout

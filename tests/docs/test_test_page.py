"""docs/test.md is true: its scenarios give what it shows, its Python passes, its tables have every word."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
from herosaga_runtime.testing import SagaTest

from helpers.commands import Here
from helpers.projects import loaded

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "test.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)[^\n]*\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


(PROGRAM,) = blocks("saga")
TOLD, REPORT = blocks("text")
EMITTED, TESTS, SLIPS = blocks("python")


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Here:
    made = Here(tmp_path, monkeypatch, capsys)
    made.write(lamp=PROGRAM)
    return made


def test_what_is_shown_is_what_test_prints(here: Here) -> None:
    assert here("test").out == TOLD
    assert here("test", "--emit", "pytest").out.endswith(EMITTED)


def test_every_option_is_told(here: Here) -> None:
    told = set(re.findall(r"(?<![\w-])--?[a-z]+\b", PAGE))
    assert set(
        re.findall(r"^  (?:-\w, )?(--?[a-z]+)", here("test", "--help").out, re.MULTILINE)
    ) <= {
        *told,
        "--output",
        "--help",
    }


def test_the_python_passes_and_reaches_everything(tmp_path: Path) -> None:
    path = tmp_path / "test_lamp.py"
    path.write_text(TESTS)
    with loaded({"lamp.saga": PROGRAM}, tmp_path / "out", "lamp"):
        found = runpy.run_path(str(path))
        for name, test in found.items():
            if name.startswith("test_"):
                test()
    assert f"{found['COVERAGE']}\n" == REPORT


def test_the_tests_of_an_itinerary_pass(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "language" / "itineraries.md").read_text("utf-8")
    program = re.findall(r"^```saga program[^\n]*\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[0]
    path = tmp_path / "test_delivery.py"
    path.write_text(SLIPS)
    with loaded({"delivery.saga": program}, tmp_path / "out", "delivery"):
        found = runpy.run_path(str(path))
        tests = [test for name, test in found.items() if name.startswith("test_")]
        for test in tests:
            test()
    assert len(tests) == 2


def test_every_method_is_told() -> None:
    said = {name for name in dir(SagaTest) if not name.startswith("_")}
    told = set(re.findall(r"`(?:test\.)?(\w+)(?:\([^`]*\))?`", PAGE))
    assert said - told <= {"coverage", *_told_by_pattern(said)}


def _told_by_pattern(said: set[str]) -> set[str]:
    """`expect_sent(C)`, … stands for those that demand what the left column asks for."""
    return {name for name in said if name in ("expect_published", "expect_replied")}

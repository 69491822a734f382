"""The whole repository passes its own checkers: types, lint, layout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHECKERS = {
    "mypy": ["mypy"],
    "ruff": ["ruff", "check"],
    "black": ["black", "--check", "--quiet", "."],
}


@pytest.mark.parametrize("checker", CHECKERS)
def test_nothing_is_found(checker: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *CHECKERS[checker]], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr

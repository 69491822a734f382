"""Type checkers find every wrong use of a generated module, and nothing else.

In the files of `wrong/`, a line that is wrong ends in `# E: code of mypy / rule of pyright`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WRONG = Path(__file__).parent / "wrong"
_MARK = re.compile(r"# E: (\S+) / (\S+)$")
_MYPY = re.compile(r"(\w+\.py):(\d+): error: .*\[([\w-]+)\]$", re.MULTILINE)
Found = set[tuple[str, int, str]]


def marked(checker: int) -> Found:
    """Where a checker is to find something: 1 is mypy, 2 pyright."""
    return {
        (file.name, number, match.group(checker))
        for file in WRONG.glob("*.py")
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if (match := _MARK.search(line))
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the files, with the settings of both checkers."""
    shutil.copytree(WRONG, tmp_path / "wrong")
    paths = [str(ROOT / name) for name in ("compiler", "runtime", "samples/oms")]
    (tmp_path / "mypy.ini").write_text(f"[mypy]\nstrict = true\nmypy_path = {':'.join(paths)}\n")
    settings = {"include": ["wrong"], "extraPaths": paths, "pythonVersion": "3.11"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    return tmp_path


def run(folder: Path, *command: str) -> str:
    """What a checker prints."""
    told = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True
    )
    return told.stdout


def test_mypy_finds_what_is_wrong(folder: Path) -> None:
    told = run(
        folder, "mypy", "--explicit-package-bases", "--no-pretty", "--cache-dir=.cache", "wrong"
    )
    found = {(file, int(line), code) for file, line, code in _MYPY.findall(told)}
    assert found == marked(1), told


def test_pyright_finds_what_is_wrong(folder: Path) -> None:
    told = json.loads(run(folder, "pyright", "--outputjson"))
    found = {
        (Path(each["file"]).name, each["range"]["start"]["line"] + 1, each["rule"])
        for each in told["generalDiagnostics"]
    }
    assert found == marked(2), told


def test_every_file_has_marks() -> None:
    assert {file for file, _, _ in marked(1)} == {file.name for file in WRONG.glob("*.py")}

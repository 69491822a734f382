"""Type checkers find every wrong use of a generated module, and nothing else.

In the files of `wrong/`, a line that is wrong ends in `# E: code of mypy / rule of pyright: words`. The words stand in what
both of them say; in `words | other words` the first are those of mypy.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from helpers.projects import folder as sources
from helpers.projects import generated, write

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
WRONG = HERE / "wrong"
_MARK = re.compile(r"# E: (\S+) / (\w+): (.+)$")
_MYPY = re.compile(r"(\w+\.py):(\d+): error: (.*) \[([\w-]+)\]$", re.MULTILINE)
Place = tuple[str, int]
Said = tuple[str, str]
"""A code, and what is said."""


def marked(checker: int) -> dict[Place, Said]:
    """Where a checker is to find something, and what it is to say: 0 is mypy, 1 pyright."""
    found: dict[Place, Said] = {}
    for file in WRONG.glob("*.py"):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            mark = _MARK.search(line)
            if mark:
                said = mark.group(3).split(" | ") if " | " in mark.group(3) else [mark.group(3)]
                found[file.name, number] = (mark.group(checker + 1), said[checker % len(said)])
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the files and the modules that they use, with the settings of both checkers."""
    shutil.copytree(WRONG, tmp_path / "wrong")
    write(generated(sources(HERE)), tmp_path / "modules")
    paths = [str(ROOT / name) for name in ("compiler", "runtime", "samples/checkout")]
    paths.append(str(tmp_path / "modules"))
    (tmp_path / "mypy.ini").write_text(f"[mypy]\nstrict = true\nmypy_path = {':'.join(paths)}\n")
    settings = {
        "include": ["wrong"],
        "extraPaths": paths,
        "pythonVersion": "3.11",
        "reportUnnecessaryComparison": "error",
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    return tmp_path


def run(folder: Path, *command: str) -> str:
    """What a checker prints."""
    told = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True
    )
    return told.stdout


def compare(found: Iterable[tuple[Place, Said]], checker: int, told: object) -> None:
    """What was found is what is marked, with its code and its words."""
    by_place: dict[Place, list[Said]] = {}
    for place, said in found:
        by_place.setdefault(place, []).append(said)
    expected = marked(checker)
    assert by_place.keys() == expected.keys(), told
    unsaid = {
        place: by_place[place]
        for place, (code, words) in expected.items()
        if not any(code == other and words in said for other, said in by_place[place])
    }
    assert unsaid == {}


def test_mypy_finds_what_is_wrong(folder: Path) -> None:
    told = run(
        folder, "mypy", "--explicit-package-bases", "--no-pretty", "--cache-dir=.cache", "wrong"
    )
    found = [((file, int(line)), (code, said)) for file, line, said, code in _MYPY.findall(told)]
    compare(found, 0, told)


def test_pyright_finds_what_is_wrong(folder: Path) -> None:
    told = json.loads(run(folder, "pyright", "--outputjson"))
    found = [
        (
            (Path(each["file"]).name, each["range"]["start"]["line"] + 1),
            (each["rule"], each["message"]),
        )
        for each in told["generalDiagnostics"]
    ]
    compare(found, 1, told)


def test_every_file_has_marks() -> None:
    assert {file for file, _ in marked(0)} == {file.name for file in WRONG.glob("*.py")}

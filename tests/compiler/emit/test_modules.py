"""Generated modules: what they look like, and that nobody would refuse them in a review."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from herosaga.emit.python import OutputFile
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from helpers.projects import folder, generated, write

ROOT = Path(__file__).parents[3]
PROJECTS = {
    "checkout": ROOT / "samples" / "checkout",
    "kitchen": Path(__file__).parent / "programs" / "kitchen",
    "constructs": Path(__file__).parent / "programs" / "constructs",
    "itineraries": Path(__file__).parent / "programs" / "itineraries",
    "hostile": Path(__file__).parent / "programs" / "hostile",
}
MODULES = [(name, each) for name, path in PROJECTS.items() for each in generated(folder(path))]
SHORT = ("checkout", "constructs")
"""Projects in whose sagas nothing is long."""
IDS = [f"{name}-{each.path.stem}" for name, each in MODULES]


class PythonFile(SingleFileSnapshotExtension):
    """A snapshot that is a Python file."""

    file_extension = "py"
    _write_mode = WriteMode.TEXT


@pytest.mark.parametrize(("name", "module"), MODULES, ids=IDS)
def test_a_module_is_what_it_was(
    name: str, module: OutputFile, snapshot: SnapshotAssertion
) -> None:
    assert module.text == snapshot(extension_class=PythonFile)


def test_the_sample_is_compiled() -> None:
    for name, module in MODULES:
        if name == "checkout":
            assert (PROJECTS["checkout"] / module.path).read_text() == module.text


@pytest.mark.parametrize(("name", "module"), MODULES, ids=IDS)
def test_nothing_is_hidden_from_the_checkers(name: str, module: OutputFile) -> None:
    for word in ("Any", "cast(", "noqa", "type: ignore", "eval(", "exec("):
        assert word not in module.text


def test_functions_are_short() -> None:
    for name, module in MODULES:
        for node in ast.walk(ast.parse(module.text)):
            if name in SHORT and isinstance(node, ast.FunctionDef) and node.end_lineno:
                assert node.end_lineno - node.lineno < 25, f"{node.name} is too long"


def test_compiling_twice_gives_the_same_bytes() -> None:
    for path in PROJECTS.values():
        assert generated(folder(path)) == generated(folder(path))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("generated")
    write([module for _, module in MODULES], root)
    return root


CHECKERS = {
    "mypy": ["mypy", "--strict", "--explicit-package-bases", "--cache-dir=.cache", "."],
    "pyright": ["pyright", "--project", "pyrightconfig.json", "--pythonpath", sys.executable],
    "ruff": ["ruff", "check", "--no-cache", "--config", str(ROOT / "pyproject.toml"), "."],
    "black": ["black", "--check", "-q", "--config", str(ROOT / "pyproject.toml"), "."],
}


@pytest.mark.parametrize("checker", CHECKERS)
def test_checkers_find_nothing(checker: str, written: Path) -> None:
    (written / "pyrightconfig.json").write_text(
        '{"typeCheckingMode": "strict", "pythonVersion": "3.11"}'
    )
    done = subprocess.run(
        [sys.executable, "-m", *CHECKERS[checker]], cwd=written, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


DIGEST = """
import hashlib, sys
from pathlib import Path
from helpers.projects import folder, generated
for path in sys.argv[1:]:
    for each in generated(folder(Path(path))):
        print(each.path, hashlib.sha256(each.text.encode()).hexdigest())
"""


def test_the_bytes_do_not_depend_on_the_hash_seed() -> None:
    told = {
        subprocess.run(
            [sys.executable, "-c", DIGEST, *map(str, PROJECTS.values())],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "tests")},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
    assert next(iter(told)).count("\n") == len(MODULES)

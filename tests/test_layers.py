"""Who may import whom: the compiler's layers, and a runtime that stands on nothing."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMPILER = ROOT / "compiler" / "herosaga"
RUNTIME = ROOT / "runtime" / "herosaga_runtime"

ORDER = [
    ("", "source", "resources", "names", "findings", "fix"),
    ("pages",),
    ("syntax",),
    ("format",),
    ("model",),
    ("interpreter",),
    ("project",),
    ("graph",),
    ("catalog",),
    ("plan",),
    ("emit",),
    ("compile",),
    ("report",),
    ("scenarios",),
    ("cli", "lsp", "reference", "__main__"),
]
"""Lowest first; a module imports from its own layer and those below.

A rule's file holds its page and its findings, and the stage that meets the fault calls it: those are
`pages`. The rules on flow, which walk over graphs, and the list of all rules are `catalog`.
"""


def layer(module: str) -> int:
    """The layer of `herosaga.checks.hs301`, given without `herosaga.`."""
    head, _, name = module.partition(".")
    if head == "checks":
        flow = name == "catalog" or (name and "\ndef rule(" in _text(f"checks/{name}.py"))
        head = "catalog" if flow else "pages"
    for index, names in enumerate(ORDER):
        if head in names:
            return index
    raise AssertionError(f"`{module}` has no layer: give it one in ORDER")


def _text(name: str) -> str:
    return (COMPILER / name).read_text("utf-8")


def imported(path: Path) -> Iterator[tuple[str, ...]]:
    """What a file imports, in functions too: the possible modules of each import."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from ((each.name,) for each in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield from ((f"{module}.{each.name}", module) for each in names)
            case ast.ImportFrom():
                raise AssertionError(f"{path.name} imports relatively")


def module_of(names: tuple[str, ...], root: Path) -> str:
    """The first of the names that is a module of the package."""
    for name in names:
        path = root.parent / Path(*name.split("."))
        if path.with_suffix(".py").is_file() or path.is_dir():
            return name
    raise AssertionError(f"there is no {names[-1]}")


FILES = sorted(path.relative_to(COMPILER).as_posix() for path in COMPILER.rglob("*.py"))


@pytest.mark.parametrize("name", FILES)
def test_compiler(name: str) -> None:
    here = name.removesuffix(".py").removesuffix("__init__").rstrip("/").replace("/", ".")
    for names in imported(COMPILER / name):
        if names[0].split(".")[0] == "herosaga":
            module = module_of(names, COMPILER).partition(".")[2]
            assert layer(module) <= layer(here), f"{here} imports {module}"


@pytest.mark.parametrize(
    "name", sorted(path.relative_to(RUNTIME).as_posix() for path in RUNTIME.rglob("*.py"))
)
def test_runtime(name: str) -> None:
    allowed = sys.stdlib_module_names | {"herosaga_runtime"}
    for names in imported(RUNTIME / name):
        assert names[0].split(".")[0] in allowed


@pytest.mark.parametrize("heavy", ["typer", "lark", "networkx", "black", "jinja2"])
def test_version_is_quick(heavy: str) -> None:
    import subprocess

    program = (
        "import sys; from herosaga.cli import main; main(['--version']);"
        f"sys.exit({heavy!r} in sys.modules)"
    )
    path = {"PYTHONPATH": f"{ROOT / 'compiler'}:{ROOT / 'runtime'}"}
    subprocess.run([sys.executable, "-c", program], env=path, check=True, capture_output=True)

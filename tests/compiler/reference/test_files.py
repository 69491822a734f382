"""The derived files are those that the tables give, and Pygments finds the lexer."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint

import pytest
from herosaga.reference.files import ROOT, files

FILES = files()


@pytest.mark.parametrize("name", FILES)
def test_written_anew(name: str) -> None:
    path = ROOT / name
    written = path.read_text("utf-8") if path.is_file() else ""
    assert written == FILES[name], "run `python -m herosaga.reference`"


def test_the_entry_point_is_the_lexer() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    points = declared["project"]["entry-points"]["pygments.lexers"]
    (name, value), *others = points.items()
    lexer = EntryPoint(name, value, "pygments.lexers").load()
    assert not others
    assert "*.saga" in lexer.filenames and "saga" in lexer.aliases
    assert lexer().name == "herosaga"


@pytest.mark.parametrize(
    ("line", "more", "less"),
    [
        ("state Paid {", True, False),
        ("}", False, True),
        ("final Paid", False, False),
        ("} else {", True, True),
        ('data { note: str = "{" }', False, False),
        ("activity Pack(", True, False),
    ],
)
def test_editors_indent(line: str, more: bool, less: bool) -> None:
    rules = json.loads(FILES["grammar/language-configuration.json"])["indentationRules"]
    assert bool(re.search(rules["increaseIndentPattern"], line)) == more
    assert bool(re.search(rules["decreaseIndentPattern"], line)) == less


def test_nothing_else_imports_pygments() -> None:
    program = (
        "import sys, herosaga.cli.app, herosaga.compile, herosaga.reference.files;"
        "sys.exit(any(name.partition('.')[0] == 'pygments' for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", program], check=True)

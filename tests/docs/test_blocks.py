"""No code block of any page is only written down: it is a piece of a file, it is run, or it is read by what it is for."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import typer
from herosaga.cli.app import app
from herosaga.cli.settings import settings

from helpers.pages import ROOT, Block, blocks, is_piece

PAGES = (
    *(
        ROOT / name
        for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "runtime/README.md")
    ),
    ROOT / "starter" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)
BLOCKS = [block for page in PAGES for block in blocks(page)]
RUN = {
    "README": {"text"},  # tests/test_readme.py
    "docs/graph": {"text"},  # `--of lowered`: test_diagrams_are_fresh
    "docs/runtime": {"python"},  # tests/docs/test_runtime.py
    "docs/test": {"python", "text"},  # tests/docs/test_test_page.py
    "docs/language/services": {"python"},  # tests/docs/test_language.py
    "docs/language/expressions": {"python"},  # the same
    "docs/language/itineraries": {"python"},  # the same
    "docs/language/first-saga": {"text"},  # the same
    "docs/ci": {"sh", "yaml"},  # tests/test_ci_page.py
    "docs/operations": {"text"},  # tests/docs/test_operations_page.py
}
"""Pages whose blocks of these languages another test runs, or compares with what was printed."""
NOTATION = {"docs/language/sagas": {"text"}, "docs/language/grammar": {"text", "ebnf"}}
"""Pages that explain the syntax itself; tests/docs/test_language.py holds the grammar's against the grammar."""
OTHERS = ("python3 -m venv ", "python -m pytest", "pip install ")
"""Commands of others that are told to be called."""


def of(*languages: str) -> list[Block]:
    """The blocks of these languages that nothing else looks at."""
    return [
        each
        for each in BLOCKS
        if each.language in languages
        and not each.source
        and each.language not in RUN.get(each.page, ())
    ]


def names(block: Block) -> str:
    return block.name


@pytest.mark.parametrize("block", [each for each in BLOCKS if each.source], ids=names)
def test_a_piece_of_a_file_is_a_piece_of_it(block: Block) -> None:
    assert is_piece(block.text, (ROOT / block.source).read_text("utf-8")), block.source


def test_programs_of_pages_are_whole_samples() -> None:
    """Whoever wants to try one finds it as a file; and no file is left whose page is gone."""
    shown = {each.source: each.text for each in BLOCKS if each.kind.startswith("program")}
    files = sorted((ROOT / "samples" / "pages").glob("*.saga"))
    assert {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in files} == shown


def test_a_piece_is_whole_lines_in_their_order() -> None:
    text = "if a:\n    b = 1\n    c = 2\n"
    assert is_piece("b = 1\nc = 2\n", text)
    assert not is_piece("b = 1\n  c = 2\n", text)
    assert not is_piece("c = 2\nb = 1\n", text)
    assert not is_piece("b = 12\n", text)


def test_what_is_shown_of_the_samples_is_there() -> None:
    shown = {each.source for each in BLOCKS if each.source.startswith("samples/")}
    assert {"samples/checkout/returns.saga", "samples/travel/trips.saga"} <= shown


def test_every_block_is_looked_at() -> None:
    """Programs of `docs/` are checked in test_language.py, those of findings with the findings; diagrams below."""
    here = {"sh", "toml", "json", "mermaid"}
    for each in BLOCKS:
        known = here | RUN.get(each.page, set()) | NOTATION.get(each.page, set())
        program = each.language == "saga" and each.page.startswith("docs/")
        assert each.source or program or each.language in known, each.name


@pytest.mark.parametrize("block", of("toml"), ids=names)
def test_settings_are_known(block: Block, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(block.text)
    assert "herosaga" in tomllib.loads(block.text)["tool"]
    assert settings(tmp_path).root == tmp_path.resolve()


@pytest.mark.parametrize("block", of("json"), ids=names)
def test_json_can_be_read(block: Block) -> None:
    assert json.loads(block.text)


def commands(block: Block) -> Iterator[str]:
    """The commands of a block, without comments and without where a virtual environment has them."""
    for line in block.text.splitlines():
        plain = re.sub(r"\s+#.*", "", line).replace(".venv/bin/", "")
        yield from (each.split(" > ")[0].split(" < ")[0] for each in re.split(r" && | \| ", plain))


@pytest.mark.parametrize("block", of("sh"), ids=names)
def test_commands_can_be_called_so(block: Block) -> None:
    for command in filter(None, commands(block)):
        if command.startswith("herosaga "):
            understood(shlex.split(command)[1:])
        else:
            assert command.startswith(OTHERS), command


def understood(arguments: list[str]) -> None:
    """Let the command line read the arguments, as far as to the call; what it does not know raises."""
    group = typer.main.get_command(app())
    context = group.make_context("herosaga", list(arguments))
    name, command, rest = group.resolve_command(context, arguments)  # type: ignore[attr-defined]
    inner = command.make_context(name, list(rest), parent=context)
    if hasattr(command, "resolve_command"):  # `ops` has commands of its own
        name, command, rest = command.resolve_command(inner, rest)
        assert command.make_context(name, rest, parent=inner)


@pytest.mark.parametrize("page", ["README.md", "docs/graph.md"])
def test_diagrams_are_fresh(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from herosaga import cli

    monkeypatch.chdir(ROOT)
    assert cli.main(["graph", "--check", page]) == 0


def test_every_diagram_says_what_it_shows() -> None:
    for page in PAGES:
        marked = re.findall(r"^<!-- herosaga graph .*-->\n```mermaid", page.read_text(), re.M)
        assert sum(each.language == "mermaid" for each in blocks(page)) <= len(marked), page


def test_modules_that_are_called_are_there() -> None:
    for page in PAGES:
        for name in re.findall(r"python -m ([a-z_.]+)", page.read_text("utf-8")):
            assert find_spec(name.rstrip(".")) is not None, name
        for name in re.findall(r"python ([a-z_/]+\.py)", page.read_text("utf-8")):
            assert (ROOT / name).is_file(), name

"""docs/ci.md is true: its commands run, its configurations do what they are for, and its tables are whole."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from herosaga.cli.printing import Format

from helpers.commands import Here

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

GOOD = """\
/// Money has come.
extern event Paid { key id: uuid }
/// The parcel is on its way.
extern event Sent { key id: uuid }
/// Sends parcels.
service Depot { on Paid emits Sent }
"""
BAD = GOOD.replace("emits Sent", "emits Snet")


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


def commands() -> Iterator[str]:
    """Every call of herosaga on the page, also in the steps of CI services."""
    for text in blocks("sh"):
        yield from (line.partition("#")[0].strip() for line in text.splitlines())
    for text in blocks("yaml"):
        steps = [each for each in strings(yaml.safe_load(text)) if each.startswith("herosaga ")]
        yield from steps


def strings(node: Any) -> Iterator[str]:
    match node:
        case str():
            yield node
        case dict():
            for key, value in node.items():
                if key in ("run", "script", "entry") or not isinstance(value, str):
                    yield from strings(value)
        case list():
            for value in node:
                yield from strings(value)


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Here:
    made = Here(tmp_path, monkeypatch, capsys)
    (tmp_path / "samples").mkdir()
    (tmp_path / "deep").mkdir()
    made.write(orders=BAD, **{"samples/item": "record Item { sku: str }\n"})
    return made


@pytest.mark.parametrize("line", sorted(set(commands())))
def test_every_command_is_understood(here: Here, line: str) -> None:
    words, _, _ = line.partition(" <")
    name, *arguments = shlex.split(words.partition(" >")[0])
    assert name == "herosaga"
    said = here(*arguments, stdin=BAD)
    assert said.code in (0, 1), said.err


def test_the_tables_are_whole() -> None:
    rows = re.findall(r"^\| `?(\w+)`? \|", PAGE, re.MULTILINE)
    assert {*Format} <= {*rows} and {"0", "1", "2"} <= {*rows}
    for link in re.findall(r"\]\(((?!http)[^)]+)\)", PAGE):
        assert (ROOT / "docs" / link).is_file()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["check", "-"], 1), (["check", "-", "--exit-zero"], 0), (["check", "gone.saga"], 2)],
)
def test_the_exit_codes(here: Here, arguments: list[str], code: int) -> None:
    assert here(*arguments, stdin=BAD).code == code
    assert here("check", "-", stdin=GOOD).code == 0


def test_the_settings_are_taken(here: Here) -> None:
    (settings,) = blocks("toml")
    assert tomllib.loads(settings)["tool"]["herosaga"]["ignore"] == ["HS401"]
    (here.folder / "pyproject.toml").write_text(settings)
    here.write(orders=GOOD.replace("extern event Sent", "event Sent"))
    assert here("check").code == 0
    assert here("check", "--ignore", "HS9").code == 1


def test_the_problem_matcher_reads_what_check_prints(here: Here) -> None:
    (task,) = json.loads(blocks("json")[0])["tasks"]
    _, *arguments = shlex.split(task["command"])
    pattern = task["problemMatcher"]["pattern"]
    found = re.fullmatch(pattern["regexp"], here(*arguments).out.rstrip("\n"))
    assert found is not None
    assert found[pattern["file"]] == "orders.saga" and found[pattern["line"]] == "6"
    assert found[pattern["column"]] == "31" and found[pattern["code"]] == "HS102"


# --- pre-commit ---------------------------------------------------------------------------------

HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))


UGLY = GOOD.replace("{ key", "{   key")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("herosaga-check", BAD), ("herosaga-compile", GOOD), ("herosaga-fmt", UGLY)],
)
def test_a_hook_stops_a_wrong_commit_and_lets_a_right_one_pass(
    here: Here, name: str, wrong: str
) -> None:
    (hook,) = (each for each in HOOKS if each["id"] == name)
    assert re.search(hook["files"], "deep/orders.saga")
    changed = ["orders.saga"] if hook.get("pass_filenames", True) else []
    _, *arguments = shlex.split(hook["entry"])
    here.write(orders=wrong)
    before = here.read("orders")
    said = here(*arguments, *changed)
    assert said.code == 1 or here.read("orders") != before  # either makes pre-commit stop
    here.write(orders=GOOD)
    here("compile")
    here("fmt")
    before = here.read("orders")
    assert here(*arguments, *changed).code == 0 and here.read("orders") == before


def test_what_a_hook_needs_is_there() -> None:
    for hook in HOOKS:
        assert {"id", "name", "entry", "language", "files"} <= {*hook}
        for each in hook["additional_dependencies"]:
            assert (ROOT / each / "pyproject.toml").is_file()


def test_the_page_names_the_hooks_as_they_are() -> None:
    first, second = (
        config["repos"][0]["hooks"] for config in map(yaml.safe_load, blocks("yaml")[:2])
    )
    assert [each["id"] for each in first] == [each["id"] for each in HOOKS]
    assert len({each["id"] for each in HOOKS}) == len(HOOKS)
    (own,) = second
    (published,) = (each for each in HOOKS if each["id"] == own["id"])
    assert {key: published[key] for key in ("name", "entry", "files", "pass_filenames")} == {
        key: own[key] for key in ("name", "entry", "files", "pass_filenames")
    }

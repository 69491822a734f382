"""docs/settings.md is true: it tells every key and its default, and what is said is what the tool says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from herosaga.cli.settings import Settings, settings
from msgspec.structs import fields

from helpers.commands import Here

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "settings.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("| ").split(" | ")]
    for line in PAGE.splitlines()
    if line.startswith("| `")
]
KEYS = {row[0].strip("`"): row[2] for row in ROWS if len(row) == 4}
WRONG = [(written, "herosaga check", said) for written, said in (r for r in ROWS if len(r) == 2)]
WRONG += [(row[0], row[1], row[2]) for row in ROWS if len(row) == 3]
PROGRAM = """
extern is_urgent(id: int) -> bool
extern event Asked { key id: int }
saga X by id: int { start { on Asked when is_urgent(id) -> End  on Asked -> End } final End }
scenario "it is urgent" for X { when Asked(id = 1) expect state End }
"""


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Here:
    made = Here(tmp_path, monkeypatch, capsys)
    made.write(asked=PROGRAM)
    return made


def test_every_key_and_what_holds_without_it(tmp_path: Path) -> None:
    """`none` is an empty text."""
    usual = settings(tmp_path)
    assert set(KEYS) == {each.name for each in fields(Settings)} - {"root"}
    for key, told in KEYS.items():
        found = re.match(r'`(\[?(?:"([^"]*)")?\]?)`', told)
        value = getattr(usual, key)
        if found is None:
            assert (told, value) == ("none", "")
        elif found[1].startswith("["):
            assert value == (() if found[2] is None else (found[2],))
        else:
            assert value == found[2]


@pytest.mark.parametrize(("written", "command", "said"), WRONG)
def test_what_is_said_of_a_wrong_setting(here: Here, written: str, command: str, said: str) -> None:
    text = f"[tool.herosaga]\n{written.strip('`')}\n"
    (here.folder / "pyproject.toml").write_text(text)
    ended = here(*command.strip("`").split()[1:])
    assert ended.code == 2
    assert said in ended.err


def test_one_text_is_a_list_of_one(here: Here) -> None:
    (here.folder / "pyproject.toml").write_text('[tool.herosaga]\nsources = "sagas"\n')
    assert settings(here.folder).sources == ("sagas",)


def test_this_checkout_names_all_samples_that_are_projects() -> None:
    """Bare `herosaga check` in the checkout: what tests keep of wrong programs is not looked at."""
    projects = sorted((ROOT / "samples").glob("*/pyproject.toml"))
    named = tuple(each.parent.relative_to(ROOT).as_posix() for each in projects)
    assert settings(ROOT).sources == named

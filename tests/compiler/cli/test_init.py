"""`herosaga init`, and the first five minutes with what it makes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from herosaga import __version__, cli
from herosaga.cli.app import COMMANDS
from herosaga.resources import STARTER

ROOT = Path(__file__).parents[3]
Call = Callable[..., tuple[int, str, str]]
PATHS = os.pathsep.join(str(ROOT / each) for each in ("compiler", "runtime"))


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command line of a user, with the tools of this environment."""
    return subprocess.run(
        as_module(*command), cwd=folder, capture_output=True, text=True, env=environment()
    )


def as_module(*command: str) -> list[str]:
    tool, *arguments = command
    return [sys.executable, *([] if tool == "python" else ["-m", tool]), *arguments]


def environment() -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
    return {**kept, "PYTHONPATH": PATHS, "PYTHONUTF8": "1"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project, as it is made. It is called so that its name comes before the names of its own modules."""
    home = tmp_path_factory.mktemp("home")
    done = run(home, "herosaga", "init", "apples")
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"^    cd apples\n    \S*(python\S* -m )?herosaga run --demo$", done.stderr, re.MULTILINE
    )
    return home / "apples"


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """A copy of the project, to be changed."""
    return shutil.copytree(made, tmp_path / "apples")


def commands_of_ci(folder: Path) -> Iterator[tuple[str, ...]]:
    """What the project's CI runs, once everything is installed."""
    text = (folder / ".github" / "workflows" / "check.yml").read_text()
    for line in re.findall(r"^ *- run: (.+)$", text, re.MULTILINE):
        if not line.startswith("pip "):
            yield tuple(line.split())


@pytest.fixture
def herosaga(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """A command in a folder, in this process: its exit code, and what it prints."""

    def call(folder: Path, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(folder)
        code = cli.main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.mark.parametrize("command", tuple(commands_of_ci(STARTER)), ids=" ".join)
def test_ci_is_green_from_the_start(made: Path, command: tuple[str, ...], herosaga: Call) -> None:
    tool, *arguments = command
    if tool == "herosaga":
        assert herosaga(made, *arguments)[0] == 0
        return
    done = run(made, *command)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_is_found_in_it_notes_included(made: Path, herosaga: Call) -> None:
    assert herosaga(made, "check", "--notes") == (0, "", "nothing found in 1 file\n")


def test_its_name_is_everywhere(made: Path) -> None:
    written = ("README.md", "app.py", "orders.saga", "pyproject.toml", "services.py")
    texts = [(made / each).read_text() for each in (*written, "apples/orders.py", ".gitignore")]
    assert not any(re.search(r"\bshop\b", text) for text in texts)


def test_it_asks_for_this_version() -> None:
    text = (STARTER / "pyproject.toml").read_text()
    assert re.findall(r'"herosaga(?:-runtime)?==(.+?)"', text) == [__version__, __version__]


def test_its_readme_names_commands_that_there_are(made: Path) -> None:
    text = (made / "README.md").read_text()
    named = re.findall(r"^herosaga (\w+)", text, re.MULTILINE)
    assert {"run", "check", "compile"} <= set(named) <= set(COMMANDS)


# --- the first five minutes ----------------------------------------------------------------------


def test_orders_walk_on_after_a_stop_in_the_middle(project: Path) -> None:
    demo = ("herosaga", "run", "--demo", "--db", "orders.db")
    with subprocess.Popen(
        as_module(*demo),
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment() | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        before = ""
        while "Reserving -> Charging" not in before:
            before += process.stdout.readline()
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate()
    assert process.returncode == 130
    assert "run it with --db orders.db again to go on" in said
    again = run(project, *demo)
    assert again.returncode == 0, again.stderr
    walked = before + rest + again.stdout
    assert walked.count("* -> Reserving on OrderPlaced") == 6
    assert walked.count("Charging -> Compensating on CardDeclined, sends ReleaseStock") == 1
    assert walked.count("Compensating -> Cancelled on StockReleased") == 1
    assert "6 instances: 4 completed, 1 failed, 1 compensated" in again.stdout


def test_without_a_demo_run_says_how_to_see_something(made: Path) -> None:
    with subprocess.Popen(
        as_module("herosaga", "run"),
        cwd=made,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        assert process.stderr is not None
        assert any("with `--demo`, app.py publishes" in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert process.returncode == 130


def test_an_undo_that_is_taken_out_is_missed(project: Path, herosaga: Call) -> None:
    source = project / "orders.saga"
    right = source.read_text()
    source.write_text(right.replace("of ChargeCard compensate ->", "of ChargeCard ->"))
    code, found, _ = herosaga(project, "check")
    assert code == 1
    assert "warning[HS501]: `ReserveStock` and `ChargeCard` may stay done" in found
    assert "= path: 1. OrderPlaced: Reserving, requests ReserveStock" in found
    assert "write `on failure of ChargeCard compensate -> Cancelled`" in found
    source.write_text(right)
    assert herosaga(project, "check")[0] == 0


# --- names and folders ---------------------------------------------------------------------------

NAMES = {
    "Shop": ("can't be a Python package's name", "shop"),
    "my-shop": ("can't be a Python package's name", "my_shop"),
    "2nd": ("can't be a Python package's name", "my_2nd"),
    "some/where": ("can't be a Python package's name", "where"),
    "..": ("can't be a Python package's name", "shop"),
    "": ("can't be a Python package's name", "shop"),
    "é": ("can't be a Python package's name", "shop"),
    "a" * 41: ("can't be a Python package's name", f"my_{'a' * 37}"),
    "app": ("is a file of the project itself", "my_app"),
    "tests": ("is a file of the project itself", "my_tests"),
    "class": ("is a word of Python", "my_class"),
    "saga": ("is a word of the language", "my_saga"),
    "json": ("would hide a module that is installed", "my_json"),
    "herosaga_runtime": ("would hide a module that is installed", "my_herosaga_runtime"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_can_not_be(name: str, tmp_path: Path, herosaga: Call) -> None:
    why, better = NAMES[name]
    code, _, said = herosaga(tmp_path, "init", name)
    assert code == 2
    assert f"`{name}` {why}" in said
    assert said.endswith(f": how about `herosaga init {better}`?\n")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_filled(tmp_path: Path, herosaga: Call) -> None:
    (tmp_path / "pears").mkdir()
    code, _, said = herosaga(tmp_path, "init", "pears")
    assert code == 0 and "wrote pears/pears/orders.py\n" in said


@pytest.mark.parametrize("what", ["a file", "a folder", "a link"])
def test_nothing_is_overwritten(what: str, tmp_path: Path, herosaga: Call) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    target = tmp_path / "pears"
    match what:
        case "a file":
            target.write_text("mine")
        case "a folder":
            (tmp_path / "full").rename(target)
        case "a link":
            target.symlink_to("nowhere")
    before = sorted(tmp_path.rglob("*"))
    code, _, said = herosaga(tmp_path, "init", "pears")
    assert code == 2 and "choose another name, or move it away" in said
    assert sorted(tmp_path.rglob("*")) == before

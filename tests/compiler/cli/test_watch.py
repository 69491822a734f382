"""`check --watch`: again after each change, without ever waiting in a test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from herosaga.cli.stop import Stop
from herosaga.cli.watch import stamps, watch

from helpers.commands import Here, Said


class Ended(Exception):
    """The end of a test's watching, where a person would press Ctrl-C."""


def after_each_pause(*changes: Callable[[], object]) -> Callable[[], None]:
    """A pause that makes one change each time, and then ends the watching."""
    left: Iterator[Callable[[], object]] = iter(changes)

    def pause() -> None:
        change = next(left, None)
        if change is None:
            raise Ended
        change()

    return pause


def write(path: Path, text: str) -> Callable[[], object]:
    return lambda: path.write_text(text)


def times(given: Sequence[Path], *changes: Callable[[], object]) -> int:
    """How often the work is done when these changes happen, one after each look."""
    done: list[int] = []

    def work() -> Sequence[Path]:
        done.append(1)
        return given

    with pytest.raises(Ended):
        watch(work, given, after_each_pause(*changes))
    return len(done)


def nothing() -> None:
    """A pause in which nothing happens."""


def test_once_for_each_change(tmp_path: Path) -> None:
    file = tmp_path / "a.saga"
    file.write_text("")
    assert times([file]) == 1
    assert times([file], nothing, nothing) == 1
    assert times([file], write(file, "longer"), nothing, write(file, "longer still")) == 3


def test_a_file_that_comes_goes_or_is_touched(tmp_path: Path) -> None:
    file, new = tmp_path / "a.saga", tmp_path / "deep" / "b.saga"
    file.write_text("")
    new.parent.mkdir()
    assert times([tmp_path], write(new, ""), new.unlink) == 3
    assert times([file], file.unlink, write(file, "")) == 3
    assert times([file], lambda: os.utime(file, ns=(1, 1))) == 2


def test_other_files_in_a_folder_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / ".hidden").mkdir()
    others = [tmp_path / "a.py", tmp_path / ".hidden" / "a.saga"]
    assert times([tmp_path], *(write(each, "x") for each in others)) == 1


def test_what_changes_while_the_work_is_done_is_not_missed(tmp_path: Path) -> None:
    file = tmp_path / "a.saga"
    file.write_text("")
    done: list[int] = []

    def work() -> Sequence[Path]:
        done.append(1)
        if len(done) == 1:
            file.write_text("changed")
        return [file]

    with pytest.raises(Ended):
        watch(work, [file], after_each_pause())
    assert len(done) == 2


def test_what_the_work_has_read_is_watched_too(tmp_path: Path) -> None:
    given, imported = tmp_path / "a.saga", tmp_path / "b.saga"
    done: list[int] = []

    def work() -> Sequence[Path]:
        done.append(1)
        return [given, imported]

    with pytest.raises(Ended):
        watch(work, [given], after_each_pause(write(imported, "x")))
    assert len(done) == 2


def test_what_can_not_be_done_now_is_tried_after_the_next_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.saga"
    done: list[int] = []

    def work() -> Sequence[Path]:
        done.append(1)
        if not file.exists():
            raise Stop("there is no file")
        return [file]

    with pytest.raises(Ended):
        watch(work, [file], after_each_pause(write(file, "x")))
    assert len(done) == 2
    assert capsys.readouterr().err.startswith("herosaga: there is no file\n")


def test_stamps_of_a_folder_are_those_of_its_sources(tmp_path: Path) -> None:
    (tmp_path / "a.saga").write_text("abc")
    (tmp_path / "b.txt").write_text("abc")
    assert [*stamps([tmp_path])] == [tmp_path / "a.saga"]
    assert stamps([tmp_path / "gone.saga"]) == {tmp_path / "gone.saga": None}


# --- the command --------------------------------------------------------------------------------

BAD = """\
/// Money has come.
extern event Paid { key id: uuid }
/// Sends parcels.
service Depot { on Paid emits Snet }
"""


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Here:
    return Here(tmp_path, monkeypatch, capsys)


def watched(here: Here, *changes: Callable[[], object]) -> Said:
    """What the command says when these things happen, one after each look, and then Ctrl-C."""
    left = iter(changes)

    def pause(seconds: float) -> None:
        change = next(left, None)
        if change is None:
            raise KeyboardInterrupt
        change()

    here.monkeypatch.setattr("time.sleep", pause)
    return here("check", "--watch", "--format", "concise")


def test_the_command_until_ctrl_c(here: Here) -> None:
    here.write(shop=BAD)
    settings = here.folder / "pyproject.toml"
    said = watched(
        here,
        write(settings, "[tool.herosaga]\nignore = 'HS1'\n"),
        write(settings, "[tool.herosaga]\nignroe = 'HS1'\n"),
        write(here.folder / "shop.saga", "// nothing\n"),
        settings.unlink,
    )
    assert said.code == 130
    assert said.out == "shop.saga:4:31: HS102 no event is called `Snet`\n"
    lines = [line for line in said.err.splitlines() if not line.startswith("watching ")]
    assert lines[:2] == [
        "1 error in 1 file",
        "nothing found in 1 file; 1 error left out, with which nothing compiles",
    ]
    assert lines[2] == lines[3] and "did you mean `ignore`?" in lines[2]
    assert lines[4:] == ["nothing found in 1 file", "herosaga: stopped"]


def test_settings_that_are_wrong_from_the_start_can_be_mended(here: Here) -> None:
    here.write(shop="// nothing\n")
    settings = here.folder / "pyproject.toml"
    settings.write_text("[tool.herosaga]\nignroe = 'HS1'\n")
    said = watched(here, write(settings, ""))
    assert "did you mean `ignore`?" in said.err.splitlines()[0]
    assert said.err.splitlines()[2] == "nothing found in 1 file"

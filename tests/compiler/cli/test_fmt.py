"""`herosaga fmt`: what is written, what is only said, and what is left as it is."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from herosaga import cli
from herosaga.format import formatting

from helpers.commands import Here, herosaga

WILD = "event  Paid{key id:uuid,why:str}// trailing\n"
NEAT = "event Paid { key id: uuid  why: str }  // trailing\n"
BROKEN = "event Paid { key id uuid }\n"


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Here:
    return Here(tmp_path, monkeypatch, capsys)


# --- files --------------------------------------------------------------------------------------


def test_files_are_written(here: Here) -> None:
    here.write(wild=WILD, neat=NEAT)
    said = here("fmt")
    assert (said.code, said.out) == (0, "")
    assert said.err == "formatted wild.saga\n1 file formatted, 1 file as it should be\n"
    assert here.read("wild") == here.read("neat") == NEAT
    assert here("fmt").err == "2 files as it should be\n"


def test_what_is_right_is_not_touched(here: Here) -> None:
    here.write(neat=NEAT)
    before = (here.folder / "neat.saga").stat()
    here("fmt", "neat.saga")
    after = (here.folder / "neat.saga").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_pipe_in_a_folder_is_not_waited_for(here: Here) -> None:
    here.write(neat=NEAT)
    os.mkfifo(here.folder / "pipe.saga")
    assert here("fmt").err == "1 file as it should be\n"


def test_only_what_is_asked_for(here: Here) -> None:
    here.write(one=WILD, two=WILD)
    assert here("fmt", "one.saga", "./one.saga").err.endswith("1 file formatted\n")
    assert (here.read("one"), here.read("two")) == (NEAT, WILD)


def test_imports_are_not_followed(here: Here) -> None:
    here.write(wild=WILD, user='import   "wild.saga"\nimport "gone.saga"\n')
    assert here("fmt", "user.saga").code == 0
    assert here.read("wild") == WILD


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("event A{}\r\nevent B{}\n", "event A {}\r\nevent B {}\r\n"),
        ("event A{}\nevent B{}\r\n", "event A {}\nevent B {}\n"),
        ("/* a\r\n b */ event B{}\r\n", "/* a\r\n b */ event B {}\r\n"),
        ("\ufeffevent A{}", "event A {}\n"),
        ("\ufeff", ""),
        ("event A {} // \u2028 \u00e4\n", "event A {}  // \u2028 \u00e4\n"),
    ],
)
def test_line_ends_and_marks(here: Here, before: str, after: str) -> None:
    here.write(text=before)
    assert here("fmt").code == 0
    assert here.read("text") == after


def test_the_mode_stays(here: Here) -> None:
    here.write(wild=WILD)
    (here.folder / "wild.saga").chmod(0o640)
    here("fmt")
    assert (here.folder / "wild.saga").stat().st_mode & 0o777 == 0o640
    assert [path.name for path in here.folder.iterdir()] == ["wild.saga"]


def test_links(here: Here) -> None:
    """A link that is given is followed; in a folder, only real files are laid out."""
    (here.folder / "inside").mkdir()
    (here.folder / "inside" / ".hidden.saga").write_text(WILD)
    (here.folder / "inside" / "neat.saga").write_text(NEAT)
    here.write(wild=WILD)
    link = here.folder / "inside" / "link.saga"
    link.symlink_to("../wild.saga")
    assert here("fmt", "inside").err == "1 file as it should be\n"
    assert here("fmt", "inside/link.saga").err.startswith("formatted wild.saga\n")
    assert link.is_symlink() and here.read("wild") == NEAT


# --- --check and --diff -------------------------------------------------------------------------


def test_check(here: Here) -> None:
    here.write(neat=NEAT, wild=NEAT + WILD)
    said = here("fmt", "--check")
    assert said.code == 1
    assert said.out == "wild.saga:2:1: HS907 not formatted from here on: run `herosaga fmt`\n"
    assert said.err == "1 file would change, 1 file as it should be\n"
    assert here.read("wild") == NEAT + WILD
    assert here("fmt", "--check", "neat.saga").code == 0


@pytest.mark.parametrize(
    ("text", "line"),
    [(NEAT + "\n\n", 2), (NEAT[:-1], 1), (NEAT.replace("\n", "\r\n") + NEAT, 2), ("\n" + NEAT, 1)],
)
def test_where_it_begins(here: Here, text: str, line: int) -> None:
    here.write(wild=text)
    assert here("fmt", "--check").out.startswith(f"wild.saga:{line}:1: ")


def test_diff(here: Here) -> None:
    here.write(neat=NEAT, wild=WILD + "\nevent B {}")
    said = here("fmt", "--diff")
    assert said.code == 0
    assert said.out == (
        f"--- wild.saga\n+++ wild.saga\n@@ -1,3 +1,3 @@\n-{WILD}+{NEAT} \n"
        "-event B {}\n\\ No newline at end of file\n+event B {}\n"
    )
    assert here.read("wild") == WILD + "\nevent B {}"
    both = here("fmt", "--diff", "--check")
    assert (both.code, both.out) == (1, said.out)


def test_a_diff_is_a_patch(here: Here) -> None:
    here.write(wild=WILD + "\r\nevent B {}")
    patch = here("fmt", "--diff").out
    subprocess.run(["git", "apply", "-p0"], cwd=here.folder, input=patch.encode(), check=True)
    assert here("fmt", "--check").code == 0


# --- stdin --------------------------------------------------------------------------------------


def test_stdin(here: Here) -> None:
    said = here("fmt", "-", stdin=WILD)
    assert (said.code, said.out, said.err) == (0, NEAT, "")
    assert here("fmt", "-", stdin=NEAT).out == NEAT


def test_stdin_checked(here: Here) -> None:
    said = here("fmt", "-", "--check", "--stdin-filename", "shop.saga", stdin=WILD)
    assert said.code == 1
    assert said.out.startswith("shop.saga:1:1: HS907 ")
    assert here("fmt", "-", "--check", stdin=NEAT).code == 0
    assert here("fmt", "-", "--diff", stdin=WILD).out.startswith("--- <stdin>\n+++ <stdin>\n")


def test_stdin_in_another_encoding(tmp_path: Path) -> None:
    """A program is UTF-8 on its way out too, whatever the terminal is."""
    text = 'event A { name: str = "\u00e4\u2026" }\n'
    done = herosaga(tmp_path, "fmt", "-", stdin=text.encode(), PYTHONIOENCODING="ascii")
    assert done.stdout == text


# --- what is wrong ------------------------------------------------------------------------------


def test_errors_of_syntax(here: Here) -> None:
    here.write(broken=BROKEN, wild=WILD)
    said = here("fmt")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("error[HS001]: ") and "broken.saga:1:21" in said.err
    assert said.err.endswith("1 file formatted, 1 file with errors, left as it is\n")
    assert (here.read("broken"), here.read("wild")) == (BROKEN, NEAT)


def test_errors_of_syntax_on_stdin(here: Here) -> None:
    said = here("fmt", "-", "--stdin-filename", "shop/a.saga", stdin=BROKEN)
    assert (said.code, said.out) == (1, "")
    assert "shop/a.saga:1:21" in said.err


def test_what_else_is_wrong_does_not_matter(here: Here) -> None:
    here.write(unknown="service Depot{on Paid emits Sent}\n")
    assert here("fmt").code == 0
    assert here.read("unknown") == "service Depot { on Paid emits Sent }\n"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"event Caf\xe9 { }", "HS003"),
        (b"// " + b"x" * (1 << 20), "HS004"),
        (b"// x" + "\u00e4".encode() * (1 << 19), "HS004"),
    ],
)
def test_what_is_no_source(here: Here, data: bytes, code: str) -> None:
    (here.folder / "bad.saga").write_bytes(data)
    said = here("fmt")
    assert said.code == 1
    assert f"error[{code}]" in said.err
    assert (here.folder / "bad.saga").read_bytes() == data


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("gone.saga",), "there is no file or folder `gone.saga`"),
        (("empty",), "there is no .saga file in empty"),
        (("-", "empty"), "`-` is stdin, and stands alone"),
        (("--stdin-filename", "a.saga"), "`--stdin-filename` says what `-` is called"),
        (("--line-length", "80"), "No such option"),
    ],
)
def test_misuse(here: Here, arguments: tuple[str, ...], sentence: str) -> None:
    (here.folder / "empty").mkdir()
    said = here("fmt", *arguments)
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err and said.err.count("\n") == 1


def test_our_own_defect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written where a token would be lost, and it is said whose fault that is."""
    monkeypatch.setattr(formatting, "printed", lambda doc: NEAT.replace("why", "what"))
    monkeypatch.chdir(tmp_path)
    for name in ("first.saga", "second.saga"):
        Path(name).write_text(WILD)
    assert cli.main(["fmt"]) == 2
    assert "this is a bug in herosaga, not in your files" in capsys.readouterr().err
    assert Path("first.saga").read_text() == Path("second.saga").read_text() == WILD

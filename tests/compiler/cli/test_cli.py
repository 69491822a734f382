"""The command line: exit codes, what goes where, and how it ends when something is in the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from herosaga import cli

from helpers.commands import ROOT, command, environment, herosaga

SAMPLE = ROOT / "samples" / "checkout"

GOOD = """\
/// Money has come.
extern event Paid { key id: uuid }
/// The parcel is on its way.
extern event Sent { key id: uuid }
/// Sends parcels.
service Depot { on Paid emits Sent }
"""
BAD = GOOD.replace("emits Sent", "emits Snet")
UNHEARD = GOOD.replace("extern event Sent", "event Sent")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "good.saga").write_text(GOOD)
    return tmp_path


# --- check --------------------------------------------------------------------------------------


def test_clean(home: Path) -> None:
    done = herosaga(home, "check")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "nothing found in 1 file\n"


def test_findings_on_stdout_and_the_summary_on_stderr(home: Path) -> None:
    (home / "bad.saga").write_text(BAD)
    done = herosaga(home, "check", "bad.saga")
    assert done.returncode == 1
    assert done.stdout.startswith("error[HS102]: no event is called `Snet`\n")
    assert done.stderr == "1 error in 1 file\n"


def test_concise(home: Path) -> None:
    done = herosaga(home, "check", "-", "--format", "concise", stdin=UNHEARD.encode())
    assert done.stdout == "<stdin>:6:31: HS401 nobody receives `Sent`\n"
    assert done.returncode == 1


def test_exit_zero(home: Path) -> None:
    assert herosaga(home, "check", "-", "--exit-zero", stdin=BAD.encode()).returncode == 0


def test_json(home: Path) -> None:
    done = herosaga(home, "check", "-", "--format", "json", stdin=UNHEARD.encode())
    document = json.loads(done.stdout)
    assert [each["code"] for each in document["findings"]] == ["HS401"]
    assert document["summary"] == {"errors": 0, "warnings": 1, "notes": 0, "files": 1}


def test_stdin_finds_its_imports(home: Path) -> None:
    text = b'import "good.saga"\nservice Shop { on Sent emits Paid }'
    done = herosaga(home, "check", "-", "--format", "concise", stdin=text)
    assert "HS412" in done.stdout and "HS102" not in done.stdout


def test_colour_only_where_it_is_wanted(home: Path) -> None:
    def red(**more: str) -> bool:
        return "\x1b[" in herosaga(home, "check", "-", stdin=BAD.encode(), **more).stdout

    assert not red()
    assert red(FORCE_COLOR="1")
    assert not red(FORCE_COLOR="1", NO_COLOR="1")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("check", "gone.saga"), "there is no file or folder `gone.saga`"),
        (("check", "empty"), "there is no .saga file in empty"),
        (("check", "--nonsense"), "No such option: --nonsense"),
        (("check", "--format", "xml"), "Invalid value for '--format': 'xml' is not one of"),
        (("check", ""), "an empty path names no file"),
        (("compile", "-o", ""), "`--output` is empty"),
        (("check", "circle.saga"), "`circle.saga` can't be read: its links lead in a circle"),
        (("check", "pipe.saga"), "`pipe.saga` can't be read: it is neither a file nor a folder"),
        (("chekc",), "No such command 'chekc'. Did you mean 'check'? Try `herosaga --help`."),
        (("explain", "HS000"), "there is no rule `HS000`: `herosaga explain` lists all"),
        (("explain", "HS3O2"), "there is no rule `HS3O2`: did you mean `HS302`?"),
        (
            ("run", "good.saga"),
            "`good.saga` is a file, and a project's folder is needed: `herosaga",
        ),
        (("graph", "good.saga"), "`good.saga` has no saga"),
        (("init",), "Missing argument"),
        (("check", "\x1b[2J\n::error::x"), r"there is no file or folder `\x1b[2J\x0a::error::x`"),
        (("compile", "good.saga", "-o", "pipes"), "`pipes/good.py` can't be written: it is not"),
        (("compile", "good.saga", "-o", "pipes", "--check"), "can't be written: it is not a file"),
        (("compile", "good.saga", "-o", "good.saga"), "`good.saga/good.py` can't be read: not a d"),
    ],
)
def test_misuse_ends_in_one_line(home: Path, arguments: tuple[str, ...], sentence: str) -> None:
    (home / "empty").mkdir()
    (home / "circle.saga").symlink_to("circle.saga")
    (home / "pipes").mkdir()
    for name in ("pipe.saga", "pipes/good.py"):
        os.mkfifo(home / name)
    done = herosaga(home, *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr and done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_not_utf8(home: Path) -> None:
    (home / "latin.saga").write_bytes(b"event Caf\xe9 { }")
    done = herosaga(home, "check", "latin.saga", "--format", "concise")
    assert (done.returncode, done.stdout[:20]) == (1, "latin.saga:1:10: HS0")
    assert done.stderr == "1 error in 1 file\n"
    assert herosaga(home, "check", "-", stdin=b"\xff").returncode == 2


def test_a_closed_stdin_is_a_sentence(home: Path) -> None:
    closed = "import os, sys; os.close(0); os.execv(sys.executable, sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", closed, *command("check", "-")],
        cwd=home,
        env=environment(),
        capture_output=True,
    )
    assert done.returncode == 2
    assert done.stderr == b"herosaga: stdin is closed: there is nothing to check\n"


def test_a_link_to_itself_in_a_folder_is_told(home: Path) -> None:
    (home / "circle.saga").symlink_to("circle.saga")
    done = herosaga(home, "check", "--format", "concise")
    assert done.returncode == 1
    message = "`circle.saga` can't be read: its links lead in a circle"
    assert done.stdout == f"circle.saga:1:1: HS104 {message}\n"


# --- settings -----------------------------------------------------------------------------------


def test_settings_are_found_from_below(home: Path) -> None:
    (home / "pyproject.toml").write_text('[tool.herosaga]\nsources = ["good.saga"]\n')
    (home / "bad.saga").write_text(BAD)
    (home / "deep").mkdir()
    assert herosaga(home / "deep", "check").stderr == "nothing found in 1 file\n"


def test_an_unknown_key_names_the_nearest(home: Path) -> None:
    (home / "pyproject.toml").write_text("[tool.herosaga]\nsource = []\n")
    done = herosaga(home, "check")
    assert done.returncode == 2 and "did you mean `sources`?" in done.stderr


def test_ignore_takes_warnings_out(home: Path) -> None:
    (home / "pyproject.toml").write_text('[tool.herosaga]\nignore = ["HS1", "HS401"]\n')
    (home / "good.saga").write_text(UNHEARD)
    done = herosaga(home, "check")
    assert (done.returncode, done.stderr) == (0, "nothing found in 1 file\n")


def test_an_error_that_is_ignored_is_told_and_stops_compile(home: Path) -> None:
    (home / "pyproject.toml").write_text('[tool.herosaga]\nignore = ["HS1"]\n')
    (home / "good.saga").write_text(BAD)
    done = herosaga(home, "check")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        "nothing found in 1 file; 1 error left out, with which nothing compiles\n"
    )
    refused = herosaga(home, "compile")
    assert refused.returncode == 1 and "error[HS102]" in refused.stdout


# --- compile ------------------------------------------------------------------------------------


def test_compile_writes_once(home: Path) -> None:
    first = herosaga(home, "compile", "good.saga", "-o", "out")
    assert (first.returncode, first.stderr) == (0, "wrote out/good.py\n")
    assert herosaga(home, "compile", "good.saga", "-o", "out").stderr == "all up to date\n"
    assert herosaga(home, "compile", "good.saga", "-o", "out", "--check").returncode == 0


def test_compile_check_says_what_differs(home: Path) -> None:
    def said() -> str:
        done = herosaga(home, "compile", "good.saga", "-o", "out", "--check")
        assert done.returncode == 1
        return done.stdout

    assert said() == (
        "out/good.py:1:1: HS906 this generated file is missing: run `herosaga compile`\n"
    )
    assert not (home / "out").exists()
    herosaga(home, "compile", "good.saga", "-o", "out")
    module = home / "out" / "good.py"
    module.write_text(module.read_text() + "# mine\n")
    assert "was edited by hand" in said()
    (home / "good.saga").write_text(GOOD + "// changed\n")
    assert "is stale" in said()


def test_compile_keeps_what_others_wrote(home: Path) -> None:
    (home / "good.py").write_text("mine = 1\n")
    done = herosaga(home, "compile", "good.saga", "-o", ".")
    assert done.returncode == 2 and "was not generated by herosaga" in done.stderr
    assert (home / "good.py").read_text() == "mine = 1\n"


def test_compile_stays_in_its_folder(home: Path) -> None:
    (home / "good.saga").write_text(f"namespace shop\n{GOOD}")
    (home / "out").mkdir()
    (home / "elsewhere").mkdir()
    (home / "out" / "shop").symlink_to(home / "elsewhere")
    done = herosaga(home, "compile", "-o", "out")
    assert done.returncode == 2 and "a link leads out of the output folder" in done.stderr
    assert list((home / "elsewhere").iterdir()) == []


def test_an_output_folder_that_can_not_be_is_a_sentence(home: Path) -> None:
    (home / "pyproject.toml").write_text('[tool.herosaga]\noutput = "a\\u0000b"\n')
    done = herosaga(home, "compile")
    assert (done.returncode, done.stdout) == (2, "")
    assert "can't be written: embedded null byte" in done.stderr and done.stderr.count("\n") == 1


def test_compile_generates_nothing_after_an_error(home: Path) -> None:
    (home / "bad.saga").write_text(BAD)
    assert herosaga(home, "compile", "-o", "out").returncode == 1
    assert not (home / "out").exists()


# --- the others ---------------------------------------------------------------------------------


def test_explain() -> None:
    assert herosaga(ROOT, "explain", "hs302").stdout.startswith("HS302: State that is never")
    assert len(herosaga(ROOT, "explain").stdout.splitlines()) > 20


def test_help_and_version() -> None:
    assert herosaga(ROOT, "--version").stdout.startswith("herosaga ")
    assert "Usage: herosaga" in herosaga(ROOT).stdout


def test_a_closed_pipe_is_no_error() -> None:
    with subprocess.Popen(
        command("explain", "HS412"),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [["--version"], ["explain"]])
def test_a_full_disk_is_a_sentence(arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command(*arguments), cwd=ROOT, env=environment(), stdout=full, stderr=subprocess.PIPE
        )
    assert done.returncode == 2
    assert done.stderr == b"herosaga: can't go on: no space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_where_nothing_can_be_said_the_exit_code_is_left() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command("--version"), cwd=ROOT, env=environment(), stdout=full, stderr=full
        )
    assert done.returncode == 2


def test_with_stderr_closed_stdout_has_only_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert cli.main(["explain", "HS000"]) == 2
    assert cli.main(["check", "--nonsense"]) == 2
    assert capsys.readouterr().out == ""


def test_an_interrupt_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(arguments: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_run", interrupted)
    assert cli.main(["check"]) == 130


@pytest.mark.parametrize("arguments", [["check", "-"], ["compile", "-"]])
def test_a_command_that_is_interrupted_says_so(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from herosaga.cli import check

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "_check_stdin", interrupted)
    assert cli.main(arguments) == 130
    assert capsys.readouterr().err == "herosaga: stopped\n"


def test_our_own_bug_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(arguments: list[str]) -> int:
        raise ZeroDivisionError("what")

    monkeypatch.setattr(cli, "_run", broken)
    assert cli.main(["check"]) == 2
    assert "this is a bug in herosaga" in capsys.readouterr().err

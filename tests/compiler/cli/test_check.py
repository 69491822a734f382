"""`herosaga check`: what is asked for, what files are called, and each format as it leaves the tool."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from helpers.commands import Here, command, environment

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


def renamed(text: str) -> str:
    """The same with other names: it can stand beside the first."""
    for name, other in (("Paid", "Asked"), ("Sent", "Told"), ("Depot", "Desk")):
        text = text.replace(name, other)
    return text


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Here:
    return Here(tmp_path, monkeypatch, capsys)


# --- which findings -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ([], ["HS102", "HS401"]),
        (["--select", "HS4"], ["HS401"]),
        (["--select", "hs401"], ["HS401"]),
        (["--select", "HS3,HS102"], ["HS102"]),
        (["--select", "HS3", "--select", "HS1, HS4"], ["HS102", "HS401"]),
        (["--select", "HS"], ["HS102", "HS401"]),
        (["--ignore", "HS401"], ["HS102"]),
        (["--ignore", "HS102,HS4"], []),
        (["--select", "HS4", "--ignore", "HS401"], []),
    ],
)
def test_selection(here: Here, options: list[str], codes: list[str]) -> None:
    here.write(bad=BAD, unheard=renamed(UNHEARD))
    said = here("check", "--format", "concise", *options)
    assert [line.split()[1] for line in said.out.splitlines()] == codes
    assert said.code == int(bool(codes))
    hidden = "1 error left out, with which nothing compiles" in said.err
    assert hidden is ("HS102" not in codes)


def test_what_keeps_a_file_from_being_read_is_always_shown(here: Here) -> None:
    here.write(bad="service Depot { on }")
    for options in (["--ignore", "HS0"], ["--select", "HS302"]):
        said = here("check", "--format", "concise", *options)
        assert said.code == 1 and " HS001 " in said.out


def test_the_command_line_comes_before_the_settings(here: Here) -> None:
    here.write(bad=BAD)
    (here.folder / "pyproject.toml").write_text('[tool.herosaga]\nselect = "HS3"\nignore = ["HS4"]')
    assert here("check").code == 0
    assert here("check", "--select", "HS1").code == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--select", "HS301,HS3O2"], "--select: there is no rule `HS3O2`: did you mean `HS302`?"),
        (["--ignore", "HS999"], "--ignore: there is no rule `HS999`: `herosaga explain` lists all"),
        (["--ignore", ""], "--ignore: there is no rule ``: `herosaga explain` lists all"),
        (["--select", "names"], "there is no rule `NAMES`"),
        (["--fix", "--diff"], "`--fix` changes files and `--diff` changes none: choose one"),
        (["--fix", "-"], "`--fix` can't change stdin: `--diff` prints what it would change"),
        (["--watch", "-"], "`--watch` needs files: stdin is read once"),
        (
            ["--watch", "--format", "json"],
            "`--watch` prints again and again: for people, `--format full` or",
        ),
        (
            ["--stdin-filename", "a.saga"],
            "`--stdin-filename` says what `-` is called, and `-` is not",
        ),
    ],
)
def test_what_can_not_be_asked(here: Here, options: list[str], sentence: str) -> None:
    here.write(good=GOOD)
    said = here("check", *options)
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err and said.err.count("\n") == 1


@pytest.mark.parametrize("key", ["select", "ignore"])
def test_an_unknown_code_in_the_settings_is_told(here: Here, key: str) -> None:
    (here.folder / "pyproject.toml").write_text(f'[tool.herosaga]\n{key} = ["HS3O2"]')
    said = here("check")
    assert said.code == 2
    assert f"`{key}` in `[tool.herosaga]`: there is no rule `HS3O2`: did you" in said.err


def test_notes_are_counted_and_shown_on_request(here: Here) -> None:
    here.write(plain=GOOD.replace("/// Sends parcels.\n", ""))
    given = ["check", "--format", "concise", "--select", "HS903"]
    said = here(*given)
    assert (said.code, said.out) == (0, "")
    assert said.err == "1 note in 1 file; `--notes` shows the notes\n"
    shown = here(*given, "--notes")
    assert shown.code == 0 and shown.out.startswith("plain.saga:5:9: HS903 ")
    assert shown.err == "1 note in 1 file\n"
    compiled = here("compile")
    assert compiled.code == 0 and "1 note" not in compiled.err


# --- what files are called ----------------------------------------------------------------------


@pytest.fixture
def deep(here: Here) -> Here:
    """A project with a wrong file at its top and one in a folder."""
    (here.folder / "pyproject.toml").write_text("[tool.herosaga]\n")
    (here.folder / "deep").mkdir()
    here.write(**{"top": BAD, "deep/low": renamed(BAD)})
    return here


@pytest.mark.parametrize(
    ("folder", "arguments", "names"),
    [
        ("", [], ["deep/low.saga", "top.saga"]),
        ("", ["deep"], ["deep/low.saga"]),
        ("deep", [], ["low.saga", "../top.saga"]),
        ("deep", ["low.saga"], ["low.saga"]),
        ("deep", ["../top.saga"], ["../top.saga"]),
    ],
)
def test_files_are_named_from_where_you_stand(
    deep: Here, folder: str, arguments: list[str], names: list[str]
) -> None:
    concise = deep("check", *arguments, "--format", "concise", folder=folder).out
    assert [line.partition(":")[0] for line in concise.splitlines()] == names
    for name in names:  # a terminal or an editor can open it
        assert (deep.folder / folder / name).is_file()
    full = deep("check", *arguments, folder=folder).out
    assert [
        line.split()[1].partition(":")[0] for line in full.splitlines() if "┌─" in line
    ] == names
    document = json.loads(deep("check", *arguments, "--format", "json", folder=folder).out)
    assert [each["file"] for each in document["findings"]] == names


@pytest.mark.parametrize("format", ["github", "gitlab", "sarif"])
def test_services_read_names_from_the_top_of_the_repository(deep: Here, format: str) -> None:
    (deep.folder / ".git").mkdir()
    said = deep("check", "low.saga", "--format", format, folder="deep")
    name = "deep/low.saga"
    match format:
        case "github":
            assert said.out.startswith(f"::error file={name},line=6,endLine=6,col=31,endColumn=35,")
        case "gitlab":
            assert [each["location"]["path"] for each in json.loads(said.out)] == [name]
        case "sarif":
            (run,) = json.loads(said.out)["runs"]
            assert run["originalUriBaseIds"]["SRCROOT"]["uri"] == f"{deep.folder.as_uri()}/"
            place = run["results"][0]["locations"][0]["physicalLocation"]
            assert place["artifactLocation"]["uri"] == name
    assert said.code == 1 and said.err == "1 error in 1 file\n"


# --- stdin --------------------------------------------------------------------------------------


def test_stdin_has_the_name_that_is_given_and_imports_from_there(deep: Here) -> None:
    deep.write(**{"deep/item": "record Item { sku: str }\n"})
    text = 'import "item.saga"\nextern event Paid { key id: uuid  items: list[Itme] }\n'
    given = ["check", "-", "--stdin-filename", "deep/new.saga", "--format", "concise"]
    said = deep(*given, stdin=text)
    assert said.out.startswith("deep/new.saga:2:47: HS102 ")
    assert deep(*given, stdin=text.replace("Itme", "Item")).code == 0
    below = ["check", "-", "--stdin-filename", "new.saga", "--format", "concise"]
    assert deep(*below, stdin=text, folder="deep").out.startswith("new.saga:2:47: HS102")


def test_stdin_has_the_settings_of_its_folder(deep: Here) -> None:
    (deep.folder / "deep" / "pyproject.toml").write_text('[tool.herosaga]\nignore = ["HS401"]\n')
    assert deep("check", "-", stdin=UNHEARD).code == 1
    named = ["check", "-", "--stdin-filename", "deep/new.saga"]
    assert deep(*named, stdin=UNHEARD).code == 0


def test_stdin_stands_for_the_file_of_its_name(here: Here) -> None:
    one = 'import "two.saga"\n/// One.\nrecord One { x: Two }\n'
    two = 'import "one.saga"\n/// Two.\nrecord Two { x: int }\n'
    here.write(one="on nonsense\n" + one, two=two)
    given = ["check", "-", "--stdin-filename", "one.saga", "--format", "concise"]
    said = here(*given, stdin=one)
    assert [line.split()[1] for line in said.out.splitlines()] == ["HS104"]
    assert said.err == "1 error in 2 files\n"


# --- formats ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [GOOD, BAD, UNHEARD], ids=["good", "bad", "unheard"])
@pytest.mark.parametrize("format", ["json", "sarif", "gitlab", "junit"])
def test_documents_are_whole_and_end_their_line(here: Here, format: str, text: str) -> None:
    said = here("check", "-", "--format", format, stdin=text)
    assert said.code == int(text != GOOD)
    assert said.out.endswith("\n") and not said.out.endswith("\n\n")
    match format:
        case "json":
            found = json.loads(said.out)["findings"]
        case "sarif":
            (run,) = json.loads(said.out)["runs"]
            found = run["results"]
        case "gitlab":
            found = json.loads(said.out)
        case _:
            found = list(ElementTree.fromstring(said.out.encode()).iter("failure"))
    assert len(found) == int(text != GOOD)


def test_junit_has_files_without_findings(here: Here) -> None:
    here.write(good=GOOD, bad=renamed(BAD))
    top = ElementTree.fromstring(here("check", "--format", "junit").out.encode())
    assert {suite.get("name"): suite.get("failures") for suite in top} == {
        "bad.saga": "1",
        "good.saga": "0",
    }


def test_the_step_summary_is_added_to(here: Here) -> None:
    summary = here.folder / "summary.md"
    summary.write_text("before\n")
    said = here("check", "-", "--format", "github", stdin=BAD, GITHUB_STEP_SUMMARY=str(summary))
    assert said.out.startswith("::error file=%3Cstdin%3E,") or said.out.startswith("::error file=<")
    text = summary.read_text()
    assert text.startswith("before\n\n### herosaga: 1 error\n") and "| error HS102 |" in text


def test_what_no_summary_takes_is_printed(here: Here) -> None:
    many = "".join(f"event E{n} {{ key id: uuid }}\n" for n in range(12))
    services = "service Depot { " + " ".join(f"on E{n} emits Q{n}" for n in range(12)) + " }\n"
    given = ["check", "-", "--format", "github", "--select", "HS102"]
    said = here(*given, stdin=many + services)
    lines = said.out.splitlines()
    assert [line.startswith("::error ") for line in lines] == [True] * 10 + [False] * 2
    assert lines[-1].startswith("HS102 <stdin>:13:")
    nowhere = str(here.folder / "gone" / "summary.md")
    told = here(*given, stdin=many + services, GITHUB_STEP_SUMMARY=nowhere)
    assert told.out == said.out
    assert told.err.startswith("the step summary can't be written: no such file or directory\n")


@pytest.mark.parametrize("format", ["concise", "json", "sarif", "github", "gitlab", "junit"])
def test_only_the_full_form_is_coloured(here: Here, format: str) -> None:
    assert "\x1b" in here("check", "-", stdin=BAD, FORCE_COLOR="1").out
    assert "\x1b" not in here("check", "-", "--format", format, stdin=BAD, FORCE_COLOR="1").out


@pytest.mark.parametrize(
    "format", ["full", "concise", "json", "sarif", "github", "gitlab", "junit"]
)
def test_exit_zero(here: Here, format: str) -> None:
    assert here("check", "-", "--format", format, "--exit-zero", stdin=BAD).code == 0


# --- pipes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["full", "github", "sarif"])
def test_a_reader_that_goes_away_is_no_error(here: Here, format: str) -> None:
    here.write(bad=BAD)
    call = shlex.join(command("check", "--format", format))
    done = subprocess.run(
        ["bash", "-c", f'{call} | true; echo "${{PIPESTATUS[0]}}"'],
        cwd=here.folder,
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() in ("1", "141")  # it may have been done before the reader went
    assert done.stderr in ("", "1 error in 1 file\n")


def test_a_closed_stdout_is_no_error(here: Here) -> None:
    here.write(bad=BAD)
    closed = "import os, sys; os.close(1); os.execv(sys.executable, sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", closed, *command("check", "--format", "json")],
        cwd=here.folder,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert (done.returncode, done.stderr) == (1, "1 error in 1 file\n")

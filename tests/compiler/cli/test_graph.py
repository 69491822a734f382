"""`herosaga graph`: which diagram, in which format, into which file, and whether a committed one is still true."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from textwrap import indent

import pytest
from herosaga import cli

ROOT = Path(__file__).parents[3]
PROGRAM = """\
extern event Asked { key id: str }
extern event Given { key id: str }
saga First by id: str {
  start { on Asked -> Open }
  state Open { on Given -> Done }
  final Done
}
"""
OTHER = PROGRAM.replace("First", "Second").partition("\n")[2].partition("\n")[2]
MARKED = """\
# Pictures
<!-- herosaga graph --saga First -->
<!-- herosaga graph ../flow.saga --of undo -->
```dot
```
end
"""
SEQUENCE = """\
extern event Asked { key id: str  names: list[str] }
event Told { key id: str }
command Tell { key id: str  name: str }
service Desk { handle Tell emits Told }
saga First by id: str {
  data { names: list[str] }
  start { on Asked(names) -> Round }
  sequence Round { for name in names { step Tell(id, name) }  done -> Done }
  final Done
}
"""
LOWERED = """\
data { round_name_list: list[str] = []  round_name_at: int = 0 }  // kept with the saga's own

// sequence Round

state Round {  // left in the step that enters it
  go -> Round.for { set round_name_list = names  set round_name_at = 0 }
}

state Round.for {  // left in the step that enters it
  go when round_name_at < len(round_name_list) -> Round.Tell
  go -> Done
}

state Round.Tell {
  entry { request Tell(id, name = round_name_list[round_name_at]) }
  on Told -> Round.for { set round_name_at = round_name_at + 1 }
}
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "flow.saga").write_text(PROGRAM)
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def graph(home: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """A call of the command: its exit code, and what it prints."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["graph", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_states_as_mermaid_are_the_default(graph: Run) -> None:
    code, text, said = graph("flow.saga")
    assert (code, said) == (0, "")
    assert text.startswith("---\ntitle: First\n---\nstateDiagram-v2\n")
    assert graph("flow.saga", "--of", "states", "--format", "mermaid")[1] == text
    assert graph()[1] == graph(".")[1] == text


@pytest.mark.parametrize(
    ("format", "start"),
    [("dot", 'digraph "Undo in First" {'), ("json", '{\n  "version": 1'), ("mermaid", "---\n")],
)
def test_formats(graph: Run, format: str, start: str) -> None:
    assert graph("flow.saga", "--of", "undo", "--format", format)[1].startswith(start)


def test_what_a_sequence_stands_for_is_text(graph: Run, home: Path) -> None:
    (home / "flow.saga").write_text(SEQUENCE)
    assert graph("flow.saga", "--of", "lowered") == (0, LOWERED, "")
    assert graph("--of", "lowered", "--format", "text")[1] == LOWERED
    page = home / "docs" / "page.md"
    page.write_text("<!-- herosaga graph ../flow.saga --of lowered -->\n")
    assert graph("-o", "docs/page.md")[0] == 0
    assert page.read_text().endswith(f"-->\n```text\n{LOWERED}```\n")
    assert graph("--check", "docs/page.md")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--of", "lowered"], "`First` has no sequence"),
        (["--of", "lowered", "--format", "dot"], "`--of lowered` is text"),
        (["--of", "lowered", "--check", "a.mmd"], "`--of lowered` is text"),
        (["--format", "text"], "can't be written as `text`"),
    ],
)
def test_text_and_diagrams_are_told_apart(graph: Run, arguments: list[str], said: str) -> None:
    code, text, words = graph(*arguments)
    assert (code, text) == (2, "") and said in words and words.count("\n") == 1


def test_svg_is_refused_with_the_way_to_get_one(graph: Run) -> None:
    code, text, said = graph("flow.saga", "--format", "svg")
    assert (code, text) == (2, "")
    assert "`dot -Tsvg`" in said and said.count("\n") == 1


def test_of_several_sagas_one_is_named(graph: Run, home: Path) -> None:
    (home / "flow.saga").write_text(PROGRAM + OTHER)
    code, _, said = graph("flow.saga")
    assert code == 2 and "name one with `--saga`: First, Second" in said
    assert "title: Second\n" in graph("flow.saga", "--saga", "Second")[1]
    assert "no saga `Third`: there is First, Second" in graph("--saga", "Third")[2]
    assert "the project has several" in graph()[2]
    both = json.loads(graph("--of", "events", "--format", "json")[1])
    assert [each["label"] for each in both["nodes"]] == ["outside", "First", "Second"]


def test_what_is_imported_is_not_drawn(graph: Run, home: Path) -> None:
    (home / "main.saga").write_text('import "flow.saga"\n' + OTHER)
    assert "title: Second\n" in graph("main.saga")[1]


def test_a_service_without_a_saga_has_events(graph: Run, home: Path) -> None:
    (home / "flow.saga").write_text("extern event Asked { key id: str }\nservice Desk { on Asked }")
    assert "title: Events\n" in graph("--of", "events")[1]
    assert graph() == (2, "", "herosaga: the project has no saga\n")


@pytest.mark.parametrize("of", ["states", "events", "undo"])
def test_where_there_is_nothing_to_draw_it_says_so(graph: Run, home: Path, of: str) -> None:
    (home / "flow.saga").write_text("extern event Asked { key id: str }")
    code, text, said = graph("flow.saga", "--of", of)
    assert (code, text) == (2, "") and said.startswith("herosaga: `flow.saga` has no s")


def test_errors_are_told_instead(graph: Run, home: Path) -> None:
    (home / "flow.saga").write_text(PROGRAM.replace("-> Open", "-> Opne"))
    code, text, said = graph()
    assert (code, text) == (1, "") and "error[HS102]" in said and said.endswith("in 1 file\n")


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["flow.mmd", "flow.mermaid", "flow.dot", "flow.gv", "flow.json"])
def test_a_file_is_written_and_compared(graph: Run, home: Path, name: str) -> None:
    assert graph("--check", name)[0] == 1
    assert graph("-o", name) == (0, "", f"wrote {name}\n")
    assert graph("-o", name) == graph("--check", name) == (0, "", "up to date\n")
    (home / "flow.saga").write_text(PROGRAM.replace("Open", "Shut"))
    code, text, _ = graph("--check", name)
    again = f"run `herosaga graph -o {name}`"
    assert (code, text) == (1, f"{name}:1:1: this diagram is no longer true: {again}\n")


def test_a_missing_file_is_told(graph: Run) -> None:
    code, text, _ = graph("flow.saga", "--of", "undo", "--check", "no.dot")
    again = "run `herosaga graph flow.saga --of undo -o no.dot`"
    assert (code, text) == (1, f"no.dot:1:1: this diagram is missing: {again}\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--check", "a.dot", "--format", "json"], "`a.dot` is for dot, not for json"),
        (["-o", "flow.saga"], "`flow.saga` is a source"),
        (["-o", "a.svg"], "svg needs a program"),
        (["-o", "a.dot", "--check", "a.dot"], "`--check` writes nothing"),
        (["--check", "no.md"], "there is no file `no.md`"),
        (["--check", "latin.dot"], "`latin.dot` is not UTF-8"),
        (["--check", "bare.md"], "`bare.md` has no diagram"),
        (["--check", "many.md"], "`many.md` has several diagrams"),
        (["--check", "wrong.md"], "can only have"),
        (["--check", "half.md"], "can only have"),
        (["--check", "pipe.dot"], "`pipe.dot` can't be written: it is not a file"),
        (["-o", "pipe.dot"], "`pipe.dot` can't be written: it is not a file"),
        (["-o", "docs"], "`docs` can't be written: it is not a file"),
    ],
)
def test_what_can_not_be_done_is_a_sentence(
    graph: Run, home: Path, arguments: list[str], said: str
) -> None:
    (home / "latin.dot").write_bytes(b"\xe9")
    (home / "bare.md").write_text("# Nothing\n")
    (home / "many.md").write_text("```mermaid\n```\n```mermaid\n```\n")
    (home / "wrong.md").write_text("<!-- herosaga graph --of nothing -->\n")
    (home / "half.md").write_text("<!-- herosaga graph --saga -->\n")
    before = {path: path.read_bytes() for path in home.glob("*.*")}
    os.mkfifo(home / "pipe.dot")
    code, text, words = graph(*arguments)
    assert (code, text) == (2, "") and said in words and words.count("\n") == 1
    assert before == {path: path.read_bytes() for path in home.glob("*.*") if path.is_file()}


def test_markdown_is_renewed_where_it_is_marked(graph: Run, home: Path) -> None:
    page = home / "docs" / "page.md"
    page.write_text(MARKED)
    code, text, _ = graph("--check", "docs/page.md")
    assert code == 1
    assert [line.split(": ")[0] for line in text.splitlines()] == [
        "docs/page.md:2:1",
        "docs/page.md:4:1",
    ]
    assert page.read_text() == MARKED
    assert graph("-o", "docs/page.md")[0] == 0
    drawn = page.read_text()
    assert drawn == MARKED.replace(
        "First -->\n", f"First -->\n```mermaid\n{graph()[1]}```\n"
    ).replace("```dot\n", f"```dot\n{graph('--of', 'undo', '--format', 'dot')[1]}")
    assert graph("--check", "docs/page.md") == (0, "", "up to date\n")


def test_line_ends_stay(graph: Run, home: Path) -> None:
    page = home / "docs" / "page.md"
    page.write_bytes(MARKED.replace("\n", "\r\n").encode())
    assert graph("-o", "docs/page.md")[0] == 0
    assert page.read_bytes().count(b"\n") == page.read_bytes().count(b"\r\n") > 20
    assert graph("--check", "docs/page.md")[0] == 0


def test_the_documentation_is_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    page = ROOT / "docs" / "graph.md"
    code = cli.main(["graph", "--check", str(page)])
    assert (code, capsys.readouterr().out) == (0, "")


def test_the_documentation_shows_the_sequence_that_it_lowers() -> None:
    program = ROOT / "tests" / "compiler" / "model" / "lowered" / "seats.saga"
    shown = re.findall(
        r"```saga in sequence\n(.*?)```", (ROOT / "docs" / "graph.md").read_text(), re.DOTALL
    )
    assert indent(shown[0], "    ") in program.read_text()

"""`herosaga test`: what it prints, how it exits, what it writes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from helpers.commands import Here

WALK = """\
namespace walks

extern event Go { key id: int  far: int = 1 }
extern event Gone { key id: int  far: int }
extern event Stop { key id: int }
extern event Rest { key id: int }
command Fetch { key id: int }
command Put { key id: int }
event Fetched { key id: int }
event PutBack { key id: int }

service Dog {
  handle Fetch emits Fetched undone by Put
  handle Put emits PutBack
}

/// A walk.
saga Walk by id: int {
  data { far: int }
  start { on Go(far) -> Walking { request Fetch(id) within 1m compensable } }
  state Walking {
    on Fetched -> Resting
    on failure of Fetch compensate -> Lost
    on Stop compensate -> Lost
  }
  state Resting {
    on Rest
    after 1h -> Home
  }
  missing { ignore Rest }
  final Home { publish Gone(id, far) }
  final Lost failed
}
"""
RIGHT = """
scenario "a walk ends at home" for Walk {
  when Go(id = 1, far = 3)
  expect state Walking, sent Fetch
  when Fetched
  after 1h
  expect state Home, published Gone(far = 3)
}
"""
WRONG = """
scenario "a walk ends too soon" for Walk {
  when Go(id = 1)
  when Fetched
  expect state Walking, nothing
}

scenario "nobody stops there" for Walk {
  when Go(id = 2)
  when Fetched
  when Stop
  expect state Resting
}
"""


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Here:
    return Here(tmp_path, monkeypatch, capsys)


def test_a_line_for_each_scenario(here: Here) -> None:
    here.write(walk=WALK + RIGHT)
    said = here("test")
    assert (said.code, said.out) == (0, "ok      walk.saga:35  a walk ends at home\n")
    assert said.err.startswith("1 scenario: 1 ok (") and said.err.endswith(" ms)\n")


def test_what_failed_is_told_with_the_run_so_far(here: Here) -> None:
    here.write(walk=WALK + RIGHT + WRONG)
    said = here("test", "walk.saga")
    assert said.code == 1
    assert said.out == """\
ok      walk.saga:35  a walk ends at home
FAILED  walk.saga:43  a walk ends too soon

  expected state Walking
  the instance is in Resting
     ┌─ walk.saga:46:10
  46 │   expect state Walking, nothing
     │          ^^^^^^^^^^^^^

  the run so far:
    1. 0:00:00  Go(id = 1, far = 1): * -> Walking, sends Fetch(id = 1)  line 44
    2. 0:00:00  Fetched(id = 1): Walking -> Resting  line 45

FAILED  walk.saga:49  nobody stops there

  expected no dead letter
  Stop(id = 2): walks.Stop is not expected in Resting; expect it as dead where that is meant
     ┌─ walk.saga:52:3
  52 │   when Stop
     │   ^^^^^^^^^

  the run so far:
    1. 0:00:00  Go(id = 2, far = 1): * -> Walking, sends Fetch(id = 2)  line 50
    2. 0:00:00  Fetched(id = 2): Walking -> Resting  line 51
    3. 0:00:00  Stop(id = 2): Resting, put with the dead letters (walks.Stop is not expected in Resting)  line 52

"""
    assert said.err.startswith("3 scenarios: 1 ok, 2 failed (")


def test_concise_and_json(here: Here) -> None:
    here.write(walk=WALK + RIGHT + WRONG)
    said = here("test", "--format", "concise")
    first, second = said.out.splitlines()
    assert first == (
        "walk.saga:46:10: expected state Walking: the instance is in Resting (a walk ends too soon)"
    )
    assert second.startswith("walk.saga:52:3: expected no dead letter: Stop(id = 2)")
    document = json.loads(here("test", "--format", "json", "--coverage").out)
    assert document["summary"] == {"ok": 1, "failed": 2}
    right, wrong, _ = document["scenarios"]
    assert right["ok"] and right["failure"] is None and right["saga"] == "walks.Walk"
    assert (wrong["line"], wrong["failure"]["line"]) == (43, 46)
    assert [each["line"] for each in wrong["failure"]["run"]] == [44, 45]
    assert document["coverage"][0]["states"] == {"total": 4, "never": ["Lost"]}


def test_junit(here: Here) -> None:
    here.write(walk=WALK + RIGHT + WRONG)
    assert here("test", "--junit", "results/junit.xml").code == 1
    top = ElementTree.fromstring((here.folder / "results" / "junit.xml").read_text())
    assert (top.get("tests"), top.get("failures")) == ("3", "2")
    cases = list(top.iter("testcase"))
    assert [each.get("line") for each in cases] == ["35", "43", "49"]
    failure = cases[1].find("failure")
    assert failure is not None and "expected state Walking" in (failure.get("message") or "")
    assert "2. 0:00:00  Fetched(id = 1): Walking -> Resting  line 45" in (failure.text or "")


def test_coverage_names_what_was_never_reached(here: Here) -> None:
    here.write(walk=WALK + RIGHT)
    assert here("test", "--coverage").out.splitlines()[1:] == [
        "Walk: 3 of 4 states, 3 of 6 transitions, 0 of 1 compensations",
        "  never in Lost",
        "  never taken: walk.saga:23: on failure of Fetch compensate -> Lost",
        "  never taken: walk.saga:24: on Stop compensate -> Lost",
        "  never taken: walk.saga:27: on Rest",
        "  never undone: Fetch by Put",
    ]
    more = """
scenario "two" for Walk { when Go(id = 1) when Rest(id = 2) when Stop(id = 1) when PutBack expect compensated Fetch, state Lost }
scenario "three" for Walk { when Go(id = 1) when Fetch timed out when PutBack }
scenario "four" for Walk { when Go(id = 1) when Fetched when Rest }
"""
    here.write(walk=WALK + RIGHT + more)
    assert here("test", "--coverage").out.splitlines()[4:] == [
        "Walk: 4 of 4 states, 6 of 6 transitions, 1 of 1 compensations"
    ]


def test_only_some(here: Here) -> None:
    here.write(
        walk=WALK, right=f'import "walk.saga"\n{RIGHT}', wrong=f'import "walk.saga"\n{WRONG}'
    )
    assert here("test", "-k", "HOME").code == 0
    assert here("test", "right.saga").out == "ok      right.saga:3  a walk ends at home\n"
    assert here("test", "right.saga", "wrong.saga").code == 1
    said = here("test", "-k", "nowhere")
    assert said.code == 2 and "none of 3 scenarios has 'nowhere' in its title" in said.err


def test_where_there_is_nothing_to_run(here: Here) -> None:
    here.write(walk=WALK)
    said = here("test")
    assert (said.code, said.out) == (2, "")
    assert "there is no scenario in" in said.err


def test_a_wrong_program_is_not_run(here: Here) -> None:
    here.write(walk=WALK.replace("Fetched ->", "Fetchd ->") + RIGHT)
    said = here("test")
    assert said.code == 1 and "error[HS102]" in said.out and "scenario" not in said.out
    assert said.err.endswith("nothing is run until the errors are mended\n")


def test_what_is_not_compiled_yet_is_in_nobodys_way(here: Here) -> None:
    later = '@topic("walks.v1")\nextern event Walked { key id: int }\n'
    here.write(walk=WALK + RIGHT, other=f'import "walk.saga"\nnamespace other\n{later}')
    assert here("test").code == 0
    here.write(walk=WALK + RIGHT + later)
    said = here("test")
    assert said.code == 1 and "error[HS007]" in said.out


def test_what_is_wrong_with_the_call(here: Here) -> None:
    here.write(walk=WALK + RIGHT)
    for arguments, told in {
        ("-o", "x.py"): "add `--emit pytest`",
        ("--emit", "pytest", "--coverage"): "runs nothing",
        ("--emit", "nose"): "nose",
        ("nowhere",): "no file or folder",
    }.items():
        said = here("test", *arguments)
        assert said.code == 2 and told in said.err


# --- what is written -----------------------------------------------------------------------------


def test_emit_writes_a_module_once(here: Here) -> None:
    here.write(walk=WALK + RIGHT)
    text = here("test", "--emit", "pytest").out
    assert (
        'def test_a_walk_ends_at_home() -> None:\n    """a walk ends at home (walk.saga:35)"""'
        in text
    )
    path = here.folder / "tests" / "test_walk.py"
    said = here("test", "--emit", "pytest", "-o", "tests/test_walk.py")
    assert (said.code, said.out) == (0, "") and path.read_text() == text
    assert here("test", "--emit", "pytest", "-o", "tests/test_walk.py").err.endswith("up to date\n")
    path.write_text("mine")
    said = here("test", "--emit", "pytest", "-o", "tests/test_walk.py")
    assert said.code == 2 and "is not overwritten" in said.err and path.read_text() == "mine"


# --- the user's code ---------------------------------------------------------------------------

LUCKY = """
extern lucky(far: int) -> bool
saga Trip by id: int {
  start { on Go when lucky(event.far) -> Home }
  missing { ignore Rest }
  final Home
}
scenario "a lucky one" for Trip { when Go(id = 1, far = 7) expect state Home }
scenario "an unlucky one" for Trip { when Go(id = 1, far = 8) expect dead Go(far = 8) }
"""
SETTINGS = '[tool.herosaga]\nexterns = "app:Functions"\n'
APP = """
from walks.walk import Go  # generated modules can be imported
import helper

class Functions:
    def lucky(self, far: int) -> bool:
        return helper.is_seven(Go(1, far).far)
"""
HELPER = "def is_seven(number):\n    return number == 7\n"


def project(here: Here, app: str = APP, settings: str = SETTINGS) -> None:
    here.write(walk=WALK + LUCKY)
    for name, text in {"app.py": app, "pyproject.toml": settings, "helper.py": HELPER}.items():
        (here.folder / name).write_text(text)


def test_extern_functions_are_those_that_the_settings_name(here: Here) -> None:
    project(here)
    before, path = set(sys.modules), sys.path[:]
    said = here("test")
    assert (said.code, said.out.count("ok  ")) == (0, 2), said
    assert sys.path == path
    assert not {"app", "helper", "walks", "walks.walk"} & (set(sys.modules) - before)
    assert "from app import Functions\n" in here("test", "--emit", "pytest").out
    assert sorted(each.name for each in here.folder.iterdir() if each.suffix != ".saga") == [
        "app.py",
        "helper.py",
        "pyproject.toml",
    ]


def test_a_package_of_the_users_beside_the_generated_one(here: Here) -> None:
    project(here, APP.replace("import helper", "from walks import helper"))
    (here.folder / "walks").mkdir()
    for name, text in {"__init__.py": "", "helper.py": HELPER, "walk.py": "raise OSError"}.items():
        (here.folder / "walks" / name).write_text(text)
    assert here("test").code == 0


BROKEN = {
    "none": (APP, "", "`Trip` calls `extern` functions: name the class that has them"),
    "form": (
        APP,
        SETTINGS.replace("app:", ""),
        "`externs = \"module:Class\"`, and has 'Functions'",
    ),
    "module": (APP, SETTINGS.replace("app:", "nope:"), "there is no module `nope`"),
    "class": (APP, SETTINGS.replace(":F", ":f"), "`app` has no class `functions`"),
    "syntax": ("class", SETTINGS, "app.py:1: SyntaxError"),
    "import": ("import nope", SETTINGS, "app.py:1: ModuleNotFoundError"),
    "raises": ("\n1 / 0", SETTINGS, "app.py:2: ZeroDivisionError"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_extern_functions_that_can_not_be_had(here: Here, what: str) -> None:
    app, settings, told = BROKEN[what]
    project(here, app, settings)
    said = here("test")
    assert said.code == 2 and told in said.err, said.err


def test_an_extern_function_that_fails_is_told(here: Here) -> None:
    project(here, APP.replace("helper.is_seven(Go(1, far).far)", "far / 0"))
    said = here("test")
    assert said.code == 1
    assert "ZeroDivisionError: division by zero" in said.out and "ok      walk.saga" in said.out


def test_a_scenario_can_not_call_one(here: Here) -> None:
    here.write(
        walk=WALK
        + LUCKY
        + 'scenario "x" for Trip { when Go(id = 1, far = if lucky(1) then 1 else 2) }'
    )
    said = here("test")
    assert said.code == 2 and "a scenario can't call `lucky`" in said.err

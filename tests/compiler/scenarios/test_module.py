"""Scenarios as a module of tests: what is written, and that it is laid out."""

from __future__ import annotations

import ast
import re

import black
import pytest
from compiler.scenarios.lamp import LAMP, RIGHT
from herosaga.model.model import Model
from herosaga.scenarios.module import Externs, laid_out, module, uses_externs
from herosaga.scenarios.running import needed
from syrupy.assertion import SnapshotAssertion

from helpers.projects import model_of


def model(**texts: str) -> Model:
    found, findings = model_of({f"{name}.saga": text for name, text in texts.items()})
    assert not findings
    return found


def written(found: Model, externs: Externs | None = None) -> str:
    return laid_out(module(found, found.scenarios, externs), found)


def test_a_module_as_it_is_written(snapshot: SnapshotAssertion) -> None:
    text = written(model(lamp=LAMP + RIGHT))
    assert text == snapshot
    assert black.format_str(text, mode=black.Mode(line_length=100)) == text


EVENTS = """
event Go { key id: str  test: str = ""  now_: str = ""  names: list[str] = []  all: set[str] = []  from: int? }
saga Walk by id: str { start { on Go -> Done } final Done }
"""
TITLES = {
    "": "test_scenario",
    "HTTP call, done": "test_http_call_done",
    "7 lamps": "test_n7_lamps",
    "\\u00e9t\\u00e9": "test_ete",
    "日本": "test_scenario",
    "two\\nlines": "test_two_lines",
    "class": "test_class",
    "word " * 30: f"test{'_word' * 14}",
}


@pytest.mark.parametrize("title", TITLES)
def test_titles_as_names(title: str) -> None:
    found = model(walk=f'{EVENTS} scenario "{title}" for Walk {{ when Go(id = "x") }}')
    made = module(found, found.scenarios, None)
    assert list(made.tests) == [TITLES[title]]
    (line,) = (
        number
        for number, span in made.spans.items()
        if "when" in span.source.text[span.start :][:4]
    )
    assert made.text.splitlines()[line - 1] == '        test.when(Go(id="x"))'


def test_titles_that_are_alike_as_names() -> None:
    texts = "".join(f'scenario "{each}" for Walk {{ }}\n' for each in ("a b", "a, b", "A b"))
    found = model(walk=EVENTS + texts)
    made = module(found, found.scenarios, None)
    assert list(made.tests) == ["test_a_b", "test_a_b_2", "test_a_b_3"]
    assert [each.title for each in made.tests.values()] == ["a b", "a, b", "A b"]


def test_values_that_come_again_have_a_name() -> None:
    found = model(walk=f"""{EVENTS} scenario "s" for Walk {{
  when Go(id = "a long name", test = "another one", names = ["one", "two"], from = 1)
  when Go(id = "a long name", test = "another one", now_ = "another one", names = ["one", "two"], from = 1)
  when Go(id = "some other name", all = [])
  when Go(id, all = [])
}}""")
    text = written(found)
    (body,) = (each for each in ast.parse(text).body if isinstance(each, ast.FunctionDef))
    names = [each.targets[0] for each in body.body if isinstance(each, ast.Assign)]
    assert [each.id for each in names if isinstance(each, ast.Name)] == [
        "id",
        "test_",
        "names",
        "id_2",
    ]
    assert (
        text.count("Go(id=id_2, all=frozenset(()))") == 2
        and 'now_="another one"' in text
        and "from_=1" in text
    )


def test_one_that_depends_on_the_time_keeps_the_value_it_was_given() -> None:
    text = """
event Go { key id: int  at: datetime }
saga Walk by id: int { start { on Go -> Done } final Done }
scenario "s" for Walk {
  when Go(id = 1, at = now + 1h)
  after 1h
  when Go(id = 2, at)
  expect state Done, late Go(at = now)
}
"""
    made = module(found := model(walk=text), found.scenarios, None).text
    lines = [line.strip() for line in made.splitlines()]
    first = lines.index("at = test.now + timedelta(hours=1)")
    assert lines[first + 1 :] == [
        "test.when(Go(id=1, at=at))",
        'test.after("1h")',
        "test.when(Go(id=2, at=at))",
        "test.expect_state(WalkState.DONE)",
        "test.expect_late(Go, at=test.now)",
    ]


EXTERN = """
extern lucky(id: str) -> bool
event Go { key id: str }
saga Walk by id: str { start { on Go when lucky(event.id) -> Done on Go -> Lost } final Done final Lost }
saga Sit by id: str { start { on Go -> Done } final Done }
"""


def test_extern_functions_are_given_to_the_sagas_that_call_them() -> None:
    found = model(
        walk=f'{EXTERN} scenario "w" for Walk {{ }} scenario "s" for Sit {{ }}',
    )
    text = written(found, Externs("app.functions", "Lucky"))
    assert "from app.functions import Lucky\n" in text
    assert "SagaTest(Walk, Lucky())" in text and "SagaTest(Sit)" in text
    assert [uses_externs(found, each) for each in found.sagas.values()] == [True, False]
    only = module(found, found.scenarios[1:], Externs("app.functions", "Lucky"))
    assert "Lucky" not in only.text


def test_each_line_knows_its_place() -> None:
    found = model(lamp=LAMP + RIGHT)
    made = module(found, found.scenarios, None)
    lines, source = made.text.splitlines(), (LAMP + RIGHT).splitlines()
    words = {"when": "when", "after": "after"}
    for number, span in made.spans.items():
        called = re.match(
            r" *test\.(?:expect_)?(\w+?)(?:_timed_out|_fault|_done)?\(", lines[number - 1]
        )
        word = words.get(called[1], called[1]) if called else "scenario"
        assert word in source[span.line - 1]
    assert len(made.spans) == sum("test." in line or "with " in line for line in lines) - 1


def test_only_what_scenarios_need_is_compiled() -> None:
    found = model(
        base="event Go { key id: int }",
        walk='import "base.saga" saga Walk by id: int { start { on Go -> Done } final Done }',
        test='import "walk.saga" import "base.saga" scenario "s" for Walk { when Go(id = 1) }',
        other="event Other { key id: int }",
    )
    assert needed(found, found.scenarios) == ("base.saga", "walk.saga", "test.saga")

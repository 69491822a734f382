"""HS412: which loops of messages are reported, and which are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from herosaga.compile import check_text
from herosaga.findings import Finding

MESSAGES = """\
extern event Begin { key id: uuid }
extern event A { key id: uuid }
extern event B { key id: uuid }
extern event C { key id: uuid }
command Pay { key id: uuid }
"""
QUIET = {"HS107", "HS903"}  # rules of other tests: each program uses a few of the messages


def cycles(program: str) -> list[Finding]:
    found = check_text(MESSAGES + program, Path("/"), Path("/")).findings
    assert {each.code for each in found} <= {"HS412", *QUIET}
    return [each for each in found if each.code not in QUIET]


REPORTED = {
    "a service that answers itself": "service S { on A emits A }",
    "two services": "service S { on A emits B }\nservice T { on B emits A }",
    "a refusal goes round too": "service S { on A emits C refuses B }\nservice T { on B emits A }",
    "a saga that restarts itself": (
        "saga O by id: uuid { start { on A -> F } final F { publish A(id) } }"
    ),
    "a saga that restarts itself after an answer": (
        "service S { handle Pay emits B }\n"
        "saga O by id: uuid { start { on A -> W { request Pay(id) within 1d } }\n"
        "state W { on B -> F  on failure of Pay -> F } final F { publish A(id) } }"
    ),
    "ping-pong of a saga and a service": (
        "service S { on A emits B }\n"
        "saga O by id: uuid { start { on Begin -> W }\n"
        "state W { on B { publish A(id) }  on C -> F } final F }"
    ),
}
SILENT = {
    "a chain": "service S { on A emits B }\nservice T { on B emits C }",
    "bounded": "service S { @bounded(3) on A emits B }\nservice T { on B emits A }",
    "allowed on one": (
        'service S { on A emits B }\nservice T { @allow(HS412, "ends by itself") on B emits A }'
    ),
    "allowed on the service": (
        'service S { on A emits B }\n@allow(HS412, "ends by itself")\nservice T { on B emits A }'
    ),
    "a request repeated after its refusal": (
        "service S { handle Pay emits A refuses B }\n"
        "saga O by id: uuid { start { on Begin -> W { request Pay(id) within 1d } }\n"
        "state W { on A -> F  on B -> W { request Pay(id) within 1d }\n"
        "on failure of Pay -> F } final F }"
    ),
    "a transition that can't come again": (
        "service S { on A emits B }\n"
        "saga O by id: uuid { start { on Begin -> W }\n"
        "state W { on B -> V { publish A(id) } } state V { on C -> F } final F }"
    ),
    "a counter in the guard": (
        "service S { on A emits B }\n"
        "saga O by id: uuid { data { n: int = 0 } start { on Begin -> W }\n"
        "state W { on B when n < 3 { set n += 1  publish A(id) }  on C -> F  ignore B } final F }"
    ),
}


@pytest.mark.parametrize("name", REPORTED)
def test_reported(name: str) -> None:
    (finding,) = cycles(REPORTED[name])
    assert len(finding.path) >= 1


@pytest.mark.parametrize("name", SILENT)
def test_silent(name: str) -> None:
    assert cycles(SILENT[name]) == []


def test_the_shortest_first_with_its_steps() -> None:
    long = "service S { on A emits B }\nservice T { on B emits C }\nservice U { on C emits A }\n"
    short = "extern event D { key id: uuid }\nservice V { on D emits D }\n"
    loops = sorted(cycles(long + short), key=lambda each: len(each.path))
    assert [each.path for each in loops] == [
        ("V: on D emits D (line 10)",),
        ("S: on A emits B (line 6)", "T: on B emits C (line 7)", "U: on C emits A (line 8)"),
    ]


def test_an_allowed_cycle_does_not_hide_another() -> None:
    program = (
        'service S { on A emits B | C }\nservice T { @allow(HS412, "meant") on B emits A }\n'
        "service U { on C emits A }\n"
    )
    (finding,) = cycles(program)
    assert finding.path == ("S: on A emits C (line 6)", "U: on C emits A (line 8)")

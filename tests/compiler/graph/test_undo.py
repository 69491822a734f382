"""In which states there can be a record of what is to be undone."""

from __future__ import annotations

import pytest
from herosaga.graph.undo import where

from helpers.projects import model_of

PROGRAM = """
event Begun {{ key id: str }}
event Taken {{ key id: str }}
event Full {{ key id: str }}
event Freed {{ key id: str }}
event Next {{ key id: str }}
command Take {{ key id: str }}
command Free {{ key id: str }}
service Store {{
  handle Take emits Taken refuses Full undone by Free
  handle Free emits Freed
}}
saga Flow by id: str {{
  compensation free {{ send Free(id) }}
  {more}
  start {{ on Begun -> A {start} }}
  state A {{
    on Taken -> B
    {a}
  }}
  state B {{
    on Next -> C
    {b}
  }}
  state C {{ on Next -> Done }}
  state D {{ on Next -> Done }}
  final Done
  final Failed failed
}}
"""
TAKE = "{ request Take(id) compensable }"

CASES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "from the request on": ({"start": TAKE}, {"Free": "A B C"}),
    "an answer keeps it": ({"start": TAKE, "a": "on Next -> D"}, {"Free": "A B C D"}),
    "a refusal drops it": ({"start": TAKE, "a": "on Full -> D"}, {"Free": "A B C"}),
    "a failure may be silence, which keeps it": (
        {"start": TAKE, "a": "on failure of Take -> D"},
        {"Free": "A B C D"},
    ),
    "a refusal drops one of several": (
        {"start": TAKE, "a": f"on failure of Take -> A {TAKE}\n on Full -> D"},
        {"Free": "A B C D"},
    ),
    "a refusal that is followed by a new request": (
        {"start": TAKE, "a": f"on Full -> A {TAKE}"},
        {"Free": "A B C"},
    ),
    "as many as there are in a list": (
        {"start": "{ for x in [1, 2] { request Take(id) compensable } }", "a": "on Full -> D"},
        {"Free": "A B C D"},
    ),
    "compensating leaves none": (
        {"start": TAKE, "b": "on Full compensate -> Failed"},
        {"Free": "A B C"},
    ),
    "a block": ({"a": "on Next -> C { request Take(id) compensable by free }"}, {"free": "C"}),
    "an internal transition": (
        {"b": f"on Full {TAKE}"},
        {"Free": "B C"},
    ),
    "on one of two ways": (
        {"b": 'on Full -> D { if id == "x" { request Take(id) compensable } }'},
        {"Free": "D"},
    ),
    "also after the deadline": (
        {"start": TAKE, "more": "deadline 1d -> D"},
        {"Free": "A B C D"},
    ),
    "a pivot forgets": ({"start": TAKE, "a": "on Next -> D { pivot }"}, {"Free": "A B C"}),
    "a pivot on one of two ways": (
        {"start": TAKE, "a": 'on Next -> D { if id == "x" { pivot } }'},
        {"Free": "A B C D"},
    ),
    "without a request": (
        {"b": "on Next -> D { compensable by Free(id) }"},
        {"Free": "D"},
    ),
    "no record": ({"start": "{ request Take(id) }"}, {}),
}


@pytest.mark.parametrize("case", CASES)
def test_where(case: str) -> None:
    parts, expected = CASES[case]
    text = PROGRAM.format(**{"more": "", "start": "", "a": "", "b": "", **parts})
    model, findings = model_of({"flow.saga": text})
    assert not findings
    found = where(model, model.sagas["Flow"])
    assert {each.undo: " ".join(states) for each, states in found.items()} == expected

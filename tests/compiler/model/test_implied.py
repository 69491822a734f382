"""The contract of a command that a saga takes on its way: what it replies in the step that takes it."""

from __future__ import annotations

import pytest
from herosaga.model import model as m
from herosaga.model.bind import build
from herosaga.model.implied import takings
from herosaga.source import Source
from herosaga.syntax.parse import parse

MESSAGES = """\
event Go { key id: int }
event A { key id: int }
event B { key id: int }
event Said { key id: int }
command Begin { key id: int }
command Ask { key id: int  n: int = 0 }
command Look { key id: int }
service Eyes { handle Look emits Said }
"""
SAGA = """\
saga X by id: int {
  data { n: int = 0 }
  start { on Go -> One  on Begin -> One { reply Said(id) } }
  %s
  final End
}
"""
ONE = "state One { on Go -> End  %s }"


def model_of(text: str) -> m.Model:
    file, unread = parse(Source("x.saga", MESSAGES + text))
    model, unbound = build([file])
    assert not [each.message for each in (*unread, *unbound)]
    return model


CASES = {
    "internal": (ONE % "on Ask { reply A(id) }", "A readonly"),
    "leaving": (ONE % "on Ask -> End { reply A(id) }", "A"),
    "with an effect": (ONE % "on Ask { reply A(id)  set n += 1 }", "A"),
    "with a field that is taken": (ONE % "on Ask(n) { reply A(id) }", "A"),
    "no reply": (ONE % "on Ask { publish A(id) }", ""),
    "only the first counts": (ONE % "on Ask { reply A(id)  reply B(id) }", "A readonly"),
    "either side": (
        ONE % "on Ask { if n > 0 { reply A(id) } else { reply B(id) } }",
        "A | B readonly",
    ),
    "one side": (ONE % "on Ask { if n > 0 { reply A(id) } }", "A readonly, silent"),
    "what follows an if": (
        ONE % "on Ask { if n > 0 { reply A(id) }  reply B(id) }",
        "A | B readonly",
    ),
    "a loop may run not at all": (
        ONE % "on Ask { for x in [n] { reply A(id) } }",
        "A readonly, silent",
    ),
    "two arms": (
        ONE % "on Ask when n > 0 { reply A(id) }  on Ask { reply B(id) }",
        "A | B readonly",
    ),
    "an arm without": (ONE % "on Ask when n > 0 { reply A(id) }  on Ask", "A readonly, silent"),
    "a group": (
        ONE % "" + " during any { on Ask { reply A(id) } }",
        "A readonly",
    ),
    "exit": (ONE % "on Ask -> End  exit { reply A(id) }", "A"),
    "entry": (
        ONE % "on Ask -> Two" + " state Two { entry { reply A(id) } on Go -> End }",
        "A",
    ),
    "a group whose states leave differently": (
        "state One { on Go -> Two  exit { reply A(id) } } state Two { on Go -> End }"
        " during any { on Ask -> End }",
        "A, silent",
    ),
    "what is done before undo": (ONE % "on Ask compensate -> End { reply A(id) }", "A"),
    "missing": (ONE % "" + " missing { on Ask { reply A(id) } }", "A readonly"),
    "start": ("state One { on Go -> End }  start { on Ask -> One { reply A(id) } }", "A"),
    "a sequence that is entered": (
        ONE % "on Ask -> S" + " sequence S { reply A(id) step Look(id) done -> End }",
        "A",
    ),
    "a sequence that is gone through": (
        ONE % "on Ask -> S"
        + " sequence S { if n > 0 { reply A(id) step Look(id) } else { set n = 0 } done -> Two }"
        " state Two { entry { reply B(id) } on Go -> End }",
        "A | B",
    ),
    "a loop that is gone through": (
        ONE % "on Ask -> S"
        + " sequence S { for x in [n] { step Look(id) } reply A(id) done -> End }",
        "A, silent",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_contract(name: str) -> None:
    body, expected = CASES[name]
    model = model_of(SAGA % body)
    assert said(model, "Ask") == expected


def said(model: m.Model, command: str) -> str:
    """The implied contract in words; `silent` if some transition may give no reply."""
    found = model.handlers_of(command)
    if not found:
        return ""
    (handler,) = found
    assert (handler.refuses, handler.undone_by, handler.service) == ((), None, "X")
    assert [part.count for part in handler.parts] == [""]
    silent = any(each.replies.open for each in takings(model.sagas["X"], (command,))[command])
    words = " | ".join(handler.answers) + (" readonly" if handler.readonly else "")
    return words + (", silent" if silent else "")


def test_after_undo_a_final_answers_only_if_nothing_was_undone() -> None:
    body = SAGA.replace("final End", "final End { reply A(id) }")
    assert said(model_of(body % (ONE % "on Ask compensate -> End")), "Ask") == "A, silent"
    assert said(model_of(body % (ONE % "on Ask -> End")), "Ask") == "A"


def test_what_is_declared_counts_alone() -> None:
    declared = (
        "saga Y by id: int handles Ask emits B { start { on Ask -> E { reply B(id) } } final E }"
    )
    model = model_of(SAGA % (ONE % "on Ask { reply A(id) }") + declared)
    assert [each.service for each in model.handlers_of("Ask")] == ["Y"]


def test_a_service_answers_itself() -> None:
    model = model_of(SAGA % (ONE % "on Look { reply A(id) }"))
    assert [each.service for each in model.handlers_of("Look")] == ["Eyes"]


def test_a_step_awaits_the_reply() -> None:
    """Its block reads it, whichever saga stands first in the source."""
    asks = """\
saga Y by id: int {
  data { n: int = 0 }
  start { on Go -> S }
  sequence S { step Ask(id) { set n = event.id } done -> E failed -> E }
  final E
}
"""
    answers = SAGA % (ONE % "on Ask { reply A(id) }")
    for text in (asks + answers, answers + asks):
        model = model_of(text)
        (state,) = model.sagas["Y"].states
        triggers = [each.trigger for each in state.members if isinstance(each, m.Transition)]
        awaited = [each.message for each in triggers if isinstance(each, m.OnMessage)]
        assert awaited == ["A"]

"""What a saga says of an itinerary, as requests and messages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.runs import refusals, with_runs
from herosaga.model.within import within

from helpers.projects import model_of

TEXT = """
namespace it
event Go {{ key id: int, xs: list[int] }}
event Poke {{ key id: int }}
event Told {{ key id: int, text: str }}
activity Pack(id: int) -> (weight: decimal) {{ readonly }}
activity Wrap(id: int) -> (paper: str, reason: str) {{ readonly }}
itinerary Ship(id: int, note: str = "", activity: int = 0) {{ do Pack(id) if weight > 3 {{ do Wrap(id) }} }}
saga X by id: int {{
  data {{ xs: list[int] = [], weight: decimal = 0.0, text: str = "" }}
  start {{ on Go(xs) -> {start} }}
  {inside}
  final Done
  final Gone failed {{ publish Told(id, text) }}
}}
scenario "back" for X {{ when Go(id = 1, xs = []) when fault of Ship }}
"""
STATE = """
  state A {
    entry { run Ship(id) compensable  for x in xs { run Ship(id = x) } }
    on Ship.completed(weight) -> Done
    ignore Ship.compensated
    defer Ship.faulted
  }
"""
SEQUENCE = """
  sequence S {
    run Ship(id) compensable
    parallel { run Ship(id)  run Ship(id, note = "more") }
    done -> Done
    failed compensate -> Gone { set text = failure.command + failure.reason }
    on Ship.faulted when event.activity == "Pack" -> Done
  }
"""
GROUPS = """
  state A { on Poke -> B }
  state B { on Poke -> A }
  during A, B { on Ship.completed -> Done { run Ship(id) } on Ship.faulted -> Gone  on Poke -> Gone }
"""


def _model(inside: str, start: str = "A") -> m.Model:
    model, findings = model_of({"it.saga": TEXT.format(inside=inside, start=start)})
    assert not findings, findings
    return model


def _said(model: m.Model, kind: type) -> list[object]:
    return [each for each in within(*model.sagas.values()) if type(each) is kind]


PROGRAMS = {"states": (STATE, "A"), "a sequence": (SEQUENCE, "S"), "groups": (GROUPS, "A")}


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_itinerary_is_left_in_a_saga(program: str) -> None:
    model = _model(*PROGRAMS[program])
    assert _said(model, m.Run) and _said(model, m.OnOutcome)
    lowered = with_runs(model)
    assert not [x for kind in (m.Run, m.RunStep, m.OnOutcome) for x in _said(lowered, kind)]
    known = lowered.messages.keys()
    assert {x.id for x in _constructs(lowered)} <= known
    assert {x.message for x in _said(lowered, m.OnMessage) if isinstance(x, m.OnMessage)} <= known
    assert lowered.itineraries == model.itineraries and lowered.services == model.services
    assert with_runs(lowered) is lowered


def _constructs(model: m.Model) -> Iterator[e.Construct]:
    return (each for each in within(*model.sagas.values()) if isinstance(each, e.Construct))


def test_a_model_without_itineraries_stays_the_same() -> None:
    model, findings = model_of({"it.saga": "event Go { key id: int }"})
    assert not findings and with_runs(model) is model


def test_what_holds_in_several_states_stays_one_value() -> None:
    model = _model(GROUPS)
    lowered = with_runs(model)
    for one in (model, lowered):
        a, b = one.sagas["it.X"].states
        assert [x is y for x, y in zip(a.members[a.own :], b.members[b.own :], strict=True)] == [True] * 3  # fmt: skip
    before, after = model.sagas["it.X"].states[0], lowered.sagas["it.X"].states[0]
    assert before.members[0] is after.members[0], "it says nothing of an itinerary"
    assert before.members[1] is not after.members[1]


FIELDS = {
    "it.Ship": ("Ship", {"id": "int", "note": "str", "activity": "int"}),
    "it.Ship.completed": (
        "CompletedShip",
        {"id": "int", "note": "str", "activity": "int", "weight": "decimal", "paper": "str?", "reason": "str?"},
    ),
    "it.Ship.faulted": (
        "FaultedShip",
        {"id": "int", "note": "str", "activity": "str", "weight": "decimal?", "paper": "str?", "reason": "str"},
    ),
    "it.Ship.compensated": (
        "CompensatedShip",
        {"id": "int", "note": "str", "activity": "int", "weight": "decimal?", "paper": "str?", "reason": "str?"},
    ),
    "it.Ship.back": ("TurnBackShip", {"slip": "str"}),
}  # fmt: skip


@pytest.mark.parametrize("id", FIELDS)
def test_messages_of_an_itinerary(id: str) -> None:
    found = with_runs(_model(STATE)).messages[id]
    assert (found.name, {each.name: str(each.type) for each in found.fields}) == FIELDS[id]
    assert all(each.default is not None for each in found.fields if str(each.type).endswith("?"))
    assert found.written == (id.removeprefix("it.") if found.kind == "event" else "")


def test_contracts_of_an_itinerary() -> None:
    model = with_runs(_model(STATE))
    (start,), (back,) = model.handlers_of("it.Ship"), model.handlers_of("it.Ship.back")
    assert start.answers == ("it.Ship.completed",)
    assert start.refuses == ("it.Ship.faulted", "it.Ship.compensated")
    assert start.undone_by == "it.Ship.back"
    assert (back.answers, back.refuses) == (("it.Ship.compensated",), ())


def test_who_says_nothing_of_compensated_is_told_that_it_has_faulted() -> None:
    says, silent = (with_runs(_model(*PROGRAMS[each])) for each in ("states", "groups"))
    (handler,) = says.handlers_of("it.Ship")
    assert refusals(says.sagas["it.X"], handler) == handler.refuses
    assert refusals(silent.sagas["it.X"], handler) == ("it.Ship.faulted",)


def test_the_undo_of_a_run_names_its_slip() -> None:
    first, second = (x for x in _said(with_runs(_model(STATE)), m.Request))
    assert isinstance(first, m.Request) and isinstance(second, m.Request)
    assert isinstance(first.undo, m.CommandUndo) and isinstance(first.undo.message, e.Construct)
    ((name, id),) = first.undo.message.args
    assert name == "slip" and isinstance(id, e.RequestId) and not first.undo.declared
    assert second.undo is None and first.policy is second.policy is None


def test_what_a_sequence_says_of_a_failed_run() -> None:
    """Its `failed` can read `failure`; an `on` of its own can read `event`."""
    saga = with_runs(_model(SEQUENCE, "S")).sagas["it.X"]
    state = saga.states[0]
    triggers = [each.trigger for each in state.members if isinstance(each, m.Transition)]
    assert [type(each) for each in triggers] == [m.OnMessage, m.OnFailure, m.OnMessage]
    assert [x.message for x in triggers if isinstance(x, m.OnMessage)] == ["it.Ship.completed", "it.Ship.faulted"]  # fmt: skip
    assert {type(each) for each in within(saga.sequences[0].stages)} >= {m.Step, m.Request}


def test_steps_of_a_joined_state_keep_their_names() -> None:
    saga = with_runs(_model(SEQUENCE, "S")).sagas["it.X"]
    (state,) = (each for each in saga.states if each.joins)
    asked = [each for each in within(state.entry) if isinstance(each, m.Request)]
    answers = [each.step for each in within(state.members) if isinstance(each, m.OnMessage) and each.step]  # fmt: skip
    assert [each.step for each in asked] == answers
    assert len(set(answers)) == 2


def test_a_fault_of_an_itinerary_is_that_of_turning_it_back() -> None:
    (scenario,) = with_runs(_model(STATE)).scenarios
    assert [x.command for x in scenario.scenes if isinstance(x, m.SceneFault)] == ["it.Ship.back"]

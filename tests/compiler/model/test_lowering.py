"""The states that sequences are lowered to, as text in the notation of the language."""

from __future__ import annotations

from pathlib import Path

import pytest
from herosaga.compile import check_text
from herosaga.emit.lowered.states import lowered
from herosaga.graph.states import state_graph
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.within import inner, within
from syrupy.assertion import SnapshotAssertion

from helpers.projects import model_of

PROGRAMS = sorted((Path(__file__).parent / "lowered").glob("*.saga"), key=lambda path: path.name)


def _saga(path: Path) -> m.Saga:
    model, findings = model_of({path.name: path.read_text("utf-8")})
    assert not findings
    (saga,) = model.sagas.values()
    return saga


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_states(path: Path, snapshot: SnapshotAssertion) -> None:
    assert lowered(_saga(path)) == snapshot


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_every_state_is_on_a_way_from_the_start_to_a_final(path: Path) -> None:
    saga = _saga(path)
    graph = state_graph(saga)
    states = {state.name for state in saga.states}
    assert states <= graph.reached().keys()
    assert states <= graph.leading(final.name for final in saga.finals)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_only_what_waits_has_members_from_around_it(path: Path) -> None:
    for state in _saga(path).states:
        passing = [isinstance(each.trigger, m.Onward) for each in _moves(state)]
        assert state.passing == (not state.entry)
        if state.passing:
            assert all(passing)
            assert len(state.members) == state.own


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_step_knows_no_variable_of_a_loop_around_it(path: Path) -> None:
    """Whatever is read in one step was bound in it, or is stored."""
    for state in _saga(path).states:
        for body in (state.entry, *state.members):
            assert _variables(body) == set(), state.name


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_requests_and_their_answers_are_tagged_where_several_are_open(path: Path) -> None:
    saga = _saga(path)
    for state in saga.states:
        asked = [each.step for each in within(state.entry) if isinstance(each, m.Request | m.Run)]
        taken = [
            each.trigger.step
            for each in _moves(state)
            if isinstance(each.trigger, m.OnMessage | m.OnOutcome)
        ]
        assert state.joins == bool({*asked, *taken} - {""})
        assert set(asked) <= set(taken)


def test_what_loops_keep_has_names_and_values_of_its_own() -> None:
    for path in PROGRAMS:
        saga = _saga(path)
        names = [each.name for each in (*saga.data, *saga.slots)]
        assert len({saga.key, *names}) == len(names) + 1
        set_ = {
            each.field for each in within(saga.states) if isinstance(each, m.Set) if each.hidden
        }
        assert set_ == {each.name for each in saga.slots}
        assert all(each.default is not None for each in saga.slots)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_no_rule_blames_anybody_for_what_nobody_wrote(path: Path) -> None:
    found = check_text(path.read_text("utf-8"), path.parent, path.parent).findings
    assert {each.code for each in found} <= {"HS411", "HS501", "HS903"}


def _moves(state: m.State) -> list[m.Transition]:
    return [each for each in state.members if isinstance(each, m.Transition)]


def _variables(node: object) -> set[str]:
    """The loop variables that are read in a node and not bound there."""
    match node:
        case e.Local(name=name, param=False):
            return {name}
        case tuple():
            return set().union(*map(_variables, node))
        case m.For(var=var, source=source, body=body, index=index):
            return _variables(source) | (_variables(body) - {var, index})
        case e.Fold(var=var, source=source, element=element, condition=condition):
            return _variables(source) | (_variables((element, condition)) - {var})
    kind: type = type(node)
    return set().union(*(_variables(getattr(node, name)) for name in inner(kind)))


def test_a_step_that_is_awaited_with_others_names_their_state() -> None:
    (path,) = [each for each in PROGRAMS if each.stem == "booking"]
    model, _ = model_of({path.name: path.read_text("utf-8")})
    (scenario,) = model.scenarios
    expected = [
        each
        for scene in scenario.scenes
        if isinstance(scene, m.Expect)
        for each in scene.expectations
    ]
    states = [each.of for each in expected if each.kind == "state"]
    assert states == ["Booking", "Booking.ReserveCar", "Booking.BookHotel"]


@pytest.mark.parametrize(
    "written",
    [
        "(n < 3) == open",
        "open != (3 <= n)",
        "n - (n - 1) > 0",
        "not (n < 3 or open) and n % 2 == 0",
        "-(n + 1) < 0",
        "(if open then 1 else 2) + n > 1",
        "(n in xs) == (1 not in xs)",
    ],
)
def test_a_condition_is_told_as_it_is_written(written: str) -> None:
    text = f"""
    event Go {{ key id: int }}  event Did {{ key id: int }}  command Do {{ key id: int }}
    service One {{ handle Do emits Did }}
    saga X by id: int {{
      data {{ n: int = 0  open: bool = true  xs: list[int] = [] }}
      start {{ on Go -> S }}
      sequence S {{ if {written} {{ step Do(id) }} done -> End  failed -> End }}
      final End
    }}
    """
    model, _ = model_of({"it.saga": text})
    (saga,) = model.sagas.values()
    assert f"go when {written} -> S.Do" in lowered(saga)

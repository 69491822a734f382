"""The states that sequences are lowered to, as text: what each asks for, and where its transitions lead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from herosaga.emit.diagrams.words import done, move
from herosaga.graph.states import state_graph
from herosaga.graph.words import swallowed
from herosaga.model import model as m
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
    saga = _saga(path)
    starts = [_transition(each) for each in saga.start]
    states = [line for state in saga.states for line in _state(state)]
    assert "\n".join(["start", *starts, *states]) == snapshot


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


def _moves(state: m.State) -> list[m.Transition]:
    return [each for each in state.members if isinstance(each, m.Transition)]


def _state(state: m.State) -> Iterator[str]:
    asks = f" asks: {', '.join(done(state.entry))}" if state.entry else ""
    again = f" every: {len(state.every)}" if state.every else ""
    yield f"{state.name}{asks}{again}"
    for member in state.members:
        match member:
            case m.Transition():
                yield _transition(member, state.passing)
            case _:
                yield f"  {swallowed(member)}{_level(member)}"


def _transition(transition: m.Transition, passing: bool = False) -> str:
    arrow = "compensate -> " if transition.compensate else "-> "
    goal = f" {arrow}{transition.target}" if transition.target else ""
    text = move(transition, "onward") if passing else move(transition)
    return f"  {text}{goal}{_level(transition)}"


def _level(member: m.Member) -> str:
    return f"   ({member.level})" if member.level else ""


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

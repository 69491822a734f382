"""The benchmark of dispatch still runs, and its contenders still do the same. Nothing here looks at a time."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from inspect import isfunction
from pathlib import Path

import pytest

from benchmarks.dispatch.beside import beside, memory, preparation
from benchmarks.dispatch.contender import Contender, Script, Subject, View, check
from benchmarks.dispatch.growth import growth, growth_table
from benchmarks.dispatch.in_place import NoLibrary
from benchmarks.dispatch.measure import SUBJECTS, measure, table, versions
from benchmarks.dispatch.order.subject import ORDER
from benchmarks.dispatch.parcel import parcel
from benchmarks.dispatch.parcel.model import MACHINE
from benchmarks.dispatch.parcel.subject import PARCEL
from benchmarks.dispatch.tour.subject import tour

ROOT = Path(__file__).resolve().parents[2]

each_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=["parcel", "order"])


@each_subject
def test_contenders_agree_after_every_event(subject: Subject) -> None:
    check(subject.contenders, subject.scripts)


@each_subject
def test_contenders_agree_on_answers_to_an_earlier_instance(subject: Subject) -> None:
    generated, hand, *_ = subject.contenders
    check((generated, hand), {title: _astray(each) for title, each in subject.scripts.items()})


def _astray(script: Script) -> Script:
    """The script with, before each answer, the same answer to another incarnation."""
    steps = []
    for envelope, now in script:
        if envelope.answers is not None:
            other = replace(envelope.answers, incarnation=9)
            steps.append((replace(envelope, answers=other), now))
        steps.append((envelope, now))
    return steps


def test_scripts_end_as_they_are_called() -> None:
    parcels = ["Delivered", "Delivered", "Returned", "Returned"]
    for subject, ends in ((PARCEL, parcels), (ORDER, ["Completed", "Cancelled"])):
        for contender in subject.contenders:
            assert [_last(contender, each).state for each in subject.scripts.values()] == ends


def _last(contender: Contender, script: Script) -> View:
    return [*contender.views(script)][-1]


def test_a_difference_is_found() -> None:
    shorter = replace(MACHINE, arrows=MACHINE.arrows[:-1])
    with pytest.raises(AssertionError, match="sent back, event 18"):
        check((PARCEL.contenders[0], NoLibrary(shorter)), PARCEL.scripts)


@each_subject
def test_a_round_gives_a_line_for_each_contender(subject: Subject) -> None:
    lines = measure(subject, rounds=1, count=1)
    assert [line.name for line in lines] == [contender.name for contender in subject.contenders]
    assert len(table(subject, lines).splitlines()) == 1 + len(subject.contenders)


@each_subject
def test_what_is_printed_beside_the_table(subject: Subject) -> None:
    assert "transitions" in versions()
    assert all(preparation(contender, 1) >= 0 for contender in subject.contenders)
    assert all(memory(contender, 2) > 0 for contender in subject.contenders[-2:])
    assert len(beside(subject, 1)) == 3
    assert subject.size(1) > 0


def test_tours_of_any_length_are_the_same_tour() -> None:
    short, long = tour(3), tour(12)
    for each in (short, long):
        check(each.contenders, each.scripts)
    (one,), (other,) = (list(each.scripts.values()) for each in (short, long))
    ends = [_last(each.contenders[0], script) for each, script in ((short, one), (long, other))]
    assert ends[0].state == ends[1].state == "Ended"
    assert ends[0].data == ends[1].data


def test_sizes_take_turns() -> None:
    tours = [replace(tour(size), contenders=tour(size).contenders[:2]) for size in (3, 12)]
    lines = growth(tours, rounds=1, count=1)
    assert [each.name for each in lines] == ["generated module", "hand-written"]
    assert all(len(each.events) == 2 and each.grown > 0 for each in lines)
    assert len(growth_table(tours, lines).splitlines()) == 1 + 2 + 1


def test_the_parcel_has_the_size_that_is_claimed() -> None:
    functions = [
        each
        for each in vars(parcel).values()
        if isfunction(each) and each.__module__ == parcel.__name__
    ]
    assert len(functions) == 1 + 14  # one for each transition, and the start
    assert len(parcel.DeliveryState) == 8 + 1  # and the built-in one


def test_the_generated_module_is_up_to_date() -> None:
    source = "benchmarks/dispatch/parcel/parcel.saga"
    command = ["-m", "herosaga", "compile", source, "-o", "benchmarks/dispatch", "--check"]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr

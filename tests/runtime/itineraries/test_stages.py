"""What a slip finds when it reaches a stage, and what it is told where it can't be understood."""

from __future__ import annotations

from datetime import timedelta

import pytest
from herosaga_runtime.errors import DecodeError, UsageError
from herosaga_runtime.itineraries.activity import Activity
from herosaga_runtime.itineraries.slip import Added, Current, Planned, Slip, Todo
from herosaga_runtime.itineraries.stages import Found, Split, name_of, reached
from herosaga_runtime.itineraries.table import Do, Finish, If, Itinerary, Parallel, Stage
from herosaga_runtime.message import JsonObject
from herosaga_runtime.policy import Policy
from itineraries import plans

OWN, USED, ADDED = (Policy(timedelta(seconds=n)) for n in (1, 2, 3))
Pack = plans.arguments_of("a")


def found(todo: Todo, *stages: Stage[plans.Seen], **variables: object) -> Found:
    """What a slip with these variables finds."""
    end = Finish(plans.Over)
    table = Itinerary(
        *(plans.Trip, plans.Back, plans.Seen, stages), completed=end, faulted=end, compensated=end
    )
    given: JsonObject = dict(variables)  # type: ignore[arg-type]
    return reached(table, plans.ACTIVITIES, Slip("s1", "t", "", "", 0, given, (), ()), todo)


def at(text: str, todo: Todo, **variables: object) -> Found:
    """The same, in an itinerary of a line."""
    return found(todo, *plans.stages(text), **variables)


def known(found: Found) -> tuple[str, object, Policy | None, bool]:
    """What is known of an activity that was reached."""
    assert isinstance(found, Current)
    return found.activity, found.given, found.policy, found.irreversible


def test_an_activity_with_its_arguments() -> None:
    assert known(at("a", Planned("0", {}))) == ("t.a", {"label": "a"}, None, False)
    assert known(at("*xs{a}", Planned("0.0.0", {"x": 2}))) == ("t.a", {"label": "a2"}, None, False)
    assert known(at("X", Planned("0", {}))) == ("t.X", {"label": "X"}, None, True)


def test_a_loops_variable_is_seen_before_one_of_the_slip() -> None:
    reached = at("*xs{a}", Planned("0.0.0", {"x": 2}), x=1)
    assert known(reached)[1] == {"label": "a2"}


def test_the_stages_of_an_if() -> None:
    todo = Planned("1", {"y": 4}, None, ("t.b",))
    then = tuple(Planned(path, {"y": 4}, None, ("t.b",)) for path in ("1.0.0", "1.0.1"))
    assert at("p ?yes{a b}{c}", todo, yes=True) == then
    assert at("p ?yes{a b}{c}", todo, yes=False) == (Planned("1.1.0", {"y": 4}, None, ("t.b",)),)
    assert at("p ?yes{a b}", todo, yes=False) == ()


def test_a_turn_of_a_loop() -> None:
    first = at("*xs{a b}", Planned("0", {}, None, ("t.c",)), xs=[1, 2])
    assert first == (
        Planned("0.0.0", {"x": 1}, None, ("t.c",)),
        Planned("0.0.1", {"x": 1}, None, ("t.c",)),
        Planned("0", {}, (2,), ("t.c",)),
    )
    assert at("*xs{a b}", Planned("0", {}, ()), xs=[1, 2]) == ()


def test_branches() -> None:
    without = ("t.c",)
    assert at("(a||b c)", Planned("0", {"y": 4}, None, without)) == Split(
        (
            (Planned("0.0.0", {"y": 4}, None, without),),
            (),
            (
                Planned("0.2.0", {"y": 4}, None, without),
                Planned("0.2.1", {"y": 4}, None, without),
            ),
        )
    )
    assert at("+xs{a}", Planned("0", {"y": 4}), xs=[1, None]) == Split(
        (
            (Planned("0.0.0", {"y": 4, "x": 1}),),
            (Planned("0.0.0", {"y": 4, "x": None}),),
        )
    )


def test_what_is_dropped_is_passed() -> None:
    assert at("a", Planned("0", {}, None, ("t.b", "t.a"))) == ()


POLICIES = {
    "none": (None, None, None),
    "the activity's": (OWN, None, OWN),
    "the step's": (None, USED, USED),
    "the step's before the activity's": (OWN, USED, USED),
}


@pytest.mark.parametrize(("own", "used", "wanted"), POLICIES.values(), ids=POLICIES)
def test_whose_policy_is_used(
    own: Policy | None, used: Policy | None, wanted: Policy | None
) -> None:
    activity: Activity[object] = Activity(Pack, policy=own)
    step: Do[plans.Seen] = Do(activity, lambda seen: Pack("a"), used)
    assert known(found(Planned("0", {}), step))[2] == wanted
    late: Do[plans.Seen] = Do(activity, lambda seen: Pack("a"), used and (lambda seen: used))
    assert known(found(Planned("0", {}), late))[2] == wanted
    slip = Slip("s1", "t", "", "", 0, {}, (), ())
    added = Added("t.a", {"label": "a"}, {}, used)
    assert known(reached(None, {"t.a": activity}, slip, added))[2] == wanted


def test_a_policy_is_worked_out_of_variables() -> None:
    step: Do[plans.Seen] = Do(
        plans.activity_of("a"),
        lambda seen: Pack("a"),
        lambda seen: Policy(timedelta(seconds=seen.weight)),
    )
    assert known(found(Planned("0", {}), step, weight=3))[2] == ADDED
    with pytest.raises(UsageError, match="nothing has set weight"):
        found(Planned("0", {}), step)


@pytest.mark.parametrize("text", ["?weight{a}", "*weight{a}", "+weight{a}"])
def test_a_variable_that_nothing_has_set_is_named(text: str) -> None:
    with pytest.raises(UsageError, match=r"^nothing has set weight$"):
        at(text, Planned("0", {}))


def test_what_users_functions_raise_is_told_as_it_is() -> None:
    with pytest.raises(ValueError, match="too heavy"):
        at("?boom{a}", Planned("0", {}))

    def other(seen: plans.Seen) -> bool:
        return bool(object().weight)  # type: ignore[attr-defined]

    with pytest.raises(AttributeError, match="object"):
        found(Planned("0", {}), If(other, ()))


def test_what_is_added_takes_variables() -> None:
    slip = Slip("s1", "t", "", "", 0, {"x": "a9"}, (), ())
    todo = Added("t.a", {}, {"label": "x"})
    assert known(reached(None, plans.ACTIVITIES, slip, todo))[1] == {"label": "a9"}


@pytest.mark.parametrize(
    ("todo", "wanted"),
    [
        (Added("t.a", {}, {"label": "y"}), "no variable is called y, which t.a takes"),
        (Added("t.a", {"label": "a"}, {"label": "y"}), "no variable is called y, which t.a takes"),
        (Added("t.n", {}, {}), "nobody here carries out t.n: add its activity"),
        (Planned("0", {}), "nobody here knows the itinerary t"),
    ],
)
def test_what_is_missing_is_named(todo: Todo, wanted: str) -> None:
    slip = Slip("s1", "t", "", "", 0, {"x": "a9"}, (), ())
    with pytest.raises(UsageError, match=wanted):
        reached(None, plans.ACTIVITIES, slip, todo)


def test_arguments_of_what_is_added_are_checked() -> None:
    slip = Slip("s1", "t", "", "", 0, {"x": 9}, (), ())
    for todo in (
        Added("t.a", {}, {"label": "x"}),
        Added("t.a", {"label": 9}, {}),
        Added("t.a", {}, {}),
    ):
        with pytest.raises(DecodeError, match=r"Given\.label"):
            reached(None, plans.ACTIVITIES, slip, todo)


NAMES = {"0": "t.a", "1": "if", "2": "for", "3": "parallel for", "4": "parallel", "9": "a stage"}


@pytest.mark.parametrize(("path", "name"), NAMES.items())
def test_how_a_stage_is_called(path: str, name: str) -> None:
    table = plans.itinerary("a ?yes{} *xs{} +xs{} ()")
    assert name_of(table, Planned(path, {})) == name
    assert name_of(None, Planned(path, {})) == "a stage"
    assert name_of(table, Added("t.b", {}, {})) == "t.b"


def test_branches_are_a_fork_however_many_there_are() -> None:
    assert found(Planned("0", {}), Parallel()) == Split(())

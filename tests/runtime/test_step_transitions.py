"""Which transition a message takes, what becomes of it otherwise, and time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from herosaga_runtime.decision import Reception
from herosaga_runtime.envelope import Alarm, Envelope, Ref
from herosaga_runtime.instance import Outcome
from herosaga_runtime.testing import START
from stepping import Play

LEVELS = """
saga X by id: int {
  data { n: int = 0 }
  start { on Go when event.n < 9 -> A  on Go when event.n == 9 -> End { set n = 1  publish Told(id, text = state) } }
  state A {
    ignore Prod
    on Poke when event.n == 1 -> B
    on Poke when event.n < 3 { set n += 1  publish Told(id, text = state) }
    on Prod when event.n == 1 -> A
  }
  state B { on Poke when event.n == 1 -> A }
  during any { on Poke when event.n == 4 -> End  on Prod when event.n < 6 -> End  ignore Poke }
  during A { on Poke when event.n == 4 -> B }
  during B { ignore Prod }
  missing { on Poke when event.n == 1 { publish Told(id, text = "one") }  on Poke when event.n == 2 {}  ignore Prod }
  final End { publish Told(id, text = state) }
}
"""


def at(state: str, text: str = LEVELS) -> Play:
    """An instance in state A or B."""
    play = Play(text)
    play.event("Go")
    if state == "B":
        play.event("Poke", n=1)
    assert play.state == state
    return play


@pytest.mark.parametrize(
    ("state", "message", "n", "reception", "then"),
    [
        ("A", "Poke", 1, "taken", "B"),
        ("A", "Poke", 2, "taken", "A"),
        ("A", "Poke", 4, "taken", "B"),  # the group that names A is nearer than `during any`
        ("A", "Poke", 5, "ignored", "A"),
        ("A", "Prod", 1, "taken", "A"),  # a level's transitions come before its ignores
        ("A", "Prod", 2, "ignored", "A"),  # and those before the next level
        ("B", "Poke", 4, "taken", "End"),
        ("B", "Poke", 1, "taken", "A"),
        ("B", "Prod", 1, "ignored", "B"),
        ("A", "Go", 0, "repeated", "A"),
        ("A", "Booked", 0, "unexpected", "A"),
    ],
)
def test_the_innermost_first_match_is_taken(
    state: str, message: str, n: int, reception: str, then: str
) -> None:
    play = at(state)
    before = play.instance
    kind = getattr(play.it, message, None)
    fields = {} if message == "Booked" else {"n": n}
    decision = play.event(message, **fields)
    assert kind is not None
    assert (str(decision.reception), play.state) == (reception, then)
    if reception in ("ignored", "repeated", "unexpected"):
        assert play.instance is before


def test_an_internal_transition_neither_leaves_nor_enters() -> None:
    play = at("A")
    decision = play.event("Poke", n=2)
    assert not decision.entered
    assert play.sent[-1].message == play.it.Told(1, "A")


@pytest.mark.parametrize(
    ("message", "n", "reception", "sent"),
    [
        ("Poke", 1, "taken", ["Told"]),
        ("Poke", 2, "taken", []),
        ("Poke", 3, "unexpected", []),
        ("Prod", 0, "ignored", []),
        ("Go", 10, "unexpected", []),  # no start guard holds, and `missing` has nothing for it
    ],
)
def test_a_message_for_no_instance(message: str, n: int, reception: str, sent: list[str]) -> None:
    play = Play(LEVELS)
    decision = play.event(message, n=n)
    assert play.found is None
    assert (str(decision.reception), play.names) == (reception, sent)
    assert bool(decision.reason) == (reception == "unexpected")


def test_an_answer_for_no_instance_is_late_only_if_this_saga_asked() -> None:
    play = Play(ASKING)
    full, poke = play.it.Full(1), play.it.Poke(1)
    assert play.give(full, Ref("X", "1", 1, 1)).reception is Reception.LATE
    assert play.give(full, Ref("Y", "1", 1, 1)).reception is Reception.UNEXPECTED
    assert play.give(poke, Ref("X", "1", 1, 1)).reception is Reception.UNEXPECTED  # no answer
    assert play.ring("t1.0").reception is Reception.LATE
    assert play.give(play.it.Booked(1), Ref("X", "1", 1, 1)).reception is Reception.TAKEN


ASKING = """
saga X by id: int {
  start { on Go -> A { request Book(id) compensable } }
  state A { on Booked -> End  on Full -> End  on failure of Book -> End }
  missing { on Booked { publish Told(id, text = "nobody") } }
  final End
}
"""


def test_two_sagas_send_under_ids_of_their_own_when_there_is_no_instance() -> None:
    """What `missing` sends has no instance's number: the saga's name is in its id."""
    first = Play(LEVELS)
    second = Play(LEVELS.replace("saga X", "saga Y"), "Y")
    for play in (first, second):
        play.bring(Envelope("same", play.it.Poke(1, 1), START, "c"))
    assert len({*first.ids, *second.ids}) == 2


def test_two_sagas_make_uuids_of_their_own_when_there_is_no_instance() -> None:
    text = """
    event New { key id: int, name: uuid }
    saga X by id: int {
      start { on Go -> End }
      missing { on Poke { publish New(id, name = uuid()) } }
      final End
    }
    """
    names = set()
    for play in (Play(text), Play(text.replace("saga X", "saga Y"), "Y")):
        play.bring(Envelope("same", play.it.Poke(1), START, "c"))
        names.add(str(play.sent[0].message.to_json()["name"]))
    assert len(names) == 2


def test_a_final_entered_in_the_first_step() -> None:
    play = Play(LEVELS)
    play.event("Go", n=9)
    assert (play.state, play.instance.outcome) == ("End", Outcome.COMPLETED)
    assert [each.message.to_json()["text"] for each in play.sent] == ["", "End"]


def test_an_ended_instance_takes_nothing() -> None:
    play = Play(LEVELS)
    play.event("Go", n=9)
    before = play.instance
    for name in ("Go", "Poke", "Prod"):
        assert play.event(name).reception is Reception.LATE
    assert play.ring("t1.0").reception is Reception.STALE
    assert play.fault(1).reception is Reception.LATE
    assert play.instance is before


# --- time --------------------------------------------------------------------------------------

TIMES = """
saga X by id: int {
  data { n: int = 0, seen: str = "" }
  start { on Go -> A { set n = event.n } }
  during any {
    after 10s when n == 0 { set seen = "any" }
    after 1h -> Late
  }
  state A {
    after 10s when n == 0 -> B
    after if state == "A" then (if n == 1 then 3s else 20s) else 5s when n == 1 { set n = 7 }
    after 30s when n > 1 -> B
    on Poke -> A
    on Prod { set n = event.n }
  }
  state B { on Poke -> A }
  during A { after 10s when n == 5 -> Late }
  final Late
}
"""


def test_of_what_is_due_at_the_same_instant_the_first_in_the_source_is_taken() -> None:
    play = Play(TIMES)
    play.event("Go")
    play.wait(10)
    assert (play.state, play.instance.data.seen) == ("B", "any")


def test_an_alarm_is_not_early_and_is_spent_when_its_guard_is_false() -> None:
    play = Play(TIMES)
    play.event("Go", n=2)
    play.wait(9.999999)
    assert len(play.instance.timers) == 6
    play.wait(0.000001)
    assert len(play.instance.timers) == 3
    assert play.receptions == [Reception.TAKEN] + [Reception.IGNORED] * 3
    play.event("Prod", n=5)
    play.wait(19)
    assert play.state == "A"
    play.wait(1)
    assert play.state == "B"


def test_a_delay_is_calculated_once_from_the_data_and_the_state_entered() -> None:
    play = Play(TIMES)
    play.event("Go", n=1)
    play.wait(3)
    assert play.instance.data.n == 7


def test_a_self_arrow_sets_timers_anew_and_an_internal_transition_leaves_them() -> None:
    play = Play(TIMES)
    play.event("Go", n=2)
    timers = play.instance.timers
    play.wait(6)
    play.event("Prod", n=3)
    assert play.instance.timers == timers
    play.event("Poke")
    assert play.ring(timers[0].token).reception is Reception.STALE
    assert {each.due - timedelta(seconds=6) for each in play.instance.timers} == {
        each.due for each in timers
    }
    play.wait(29)
    assert play.state == "A"
    play.wait(1)
    assert play.state == "B"


def test_uuids_and_ids_are_the_same_when_the_first_step_is_repeated_later() -> None:
    text = """
    event New { key id: int, name: uuid }
    saga X by id: int {
      start { on Go -> A { publish New(id, name = uuid())  publish New(id, name = uuid()) } }
      state A { on Poke -> End { publish New(id, name = uuid()) } }
      final End
    }
    """
    plays = [Play(text), Play(text)]
    plays[1].now += timedelta(hours=1)
    for play in plays:
        play.event("Go")
        play.event("Poke")
    assert plays[0].sent == plays[1].sent
    assert plays[0].ids == plays[1].ids
    names = {str(each.message.to_json()["name"]) for each in plays[0].sent}
    assert len(names | set(plays[0].ids)) == 6


def test_an_alarm_of_nobody_is_stale() -> None:
    play = at("A")
    assert play.give(Alarm("t99.0")).reception is Reception.STALE

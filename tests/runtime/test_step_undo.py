"""Compensation: what is undone, in which order and how often it is tried, what waits meanwhile, and the outcome."""

from __future__ import annotations

from datetime import timedelta

import pytest
from herosaga_runtime.decision import Reception
from herosaga_runtime.instance import Outcome
from stepping import Play

TRIP = """
saga X by id: int {
  data { n: int = 0, told: str = "" }
  compensation refund(much: int) {
    publish Told(id, text = state)
    request Refund(id) with thrice
    request Unbook(id)
    otherwise -> Manual
  }
  compensation note { set told += "noted "  publish Told(id, text = told) }
  start {
    on Go when event.n < 9 -> A { set n = event.n  request Book(id) compensable by note }
    on Go when event.n == 9 compensate -> Gone {
      request Book(id) compensable by note
      request Pay(id) compensable by note
    }
    on Go when event.n == 10 compensate -> Gone
  }
  state A {
    after 1m -> Manual
    on Booked -> B { request Pay(id) with thrice compensable by refund(much = 3) }
    on failure of Book compensate -> Gone
    on Prod when event.n == 1 { request Pay(id, n = 1) compensable }
    on Poke compensate -> Gone { set n = 5  request Pay(id) with thrice compensable by refund(much = 2) }
    ignore Paid
  }
  state B {
    on Poke compensate -> C
    on Declined -> B
    on Paid -> Fine
    after 1m -> Manual
  }
  state C { on Poke -> C { set told += "poke " }  on Prod when event.n == 3 -> Fine  on Prod compensate -> C { request Book(id) compensable } }
  final Fine { publish Told(id, text = told) }
  final Gone failed
  final Manual manual
}
"""


def trip(n: int = 0, booked: bool = False, text: str = TRIP) -> Play:
    """A trip in state A, or in B with a note and a refund to do."""
    play = Play(text)
    play.event("Go", n=n)
    if booked:
        play.answer("Booked")
        assert (play.state, play.records) == ("B", ["XNote", "XRefund"])
    return play


def test_records_are_undone_newest_first_each_before_the_next() -> None:
    play = trip(booked=True)
    sent = len(play.sent)
    play.event("Poke")
    assert (play.state, play.open, play.records) == (
        "Compensating",
        ["Refund"],
        ["XNote", "XRefund"],
    )
    assert play.instance.timers == ()
    play.answer("Refunded")
    assert (play.open, play.records) == (["Unbook"], ["XNote", "XRefund"])
    decision = play.answer("Unbooked")
    assert (play.state, play.open, play.records) == ("C", [], [])
    assert decision.entered
    assert play.names[sent:] == ["Told", "Refund", "Unbook", "Told"]
    assert play.sent[sent].message == play.it.Told(1, "Compensating")
    assert play.instance.data.told == "noted "
    assert (play.instance.outcome, play.instance.extras.undone) == (None, 2)


def test_an_outcome_remembers_that_something_was_undone() -> None:
    play = trip(booked=True)
    play.event("Poke")
    play.answer("Refunded")
    play.answer("Unbooked")
    play.event("Prod", n=3)
    assert (play.state, play.instance.outcome) == ("Fine", Outcome.COMPENSATED)


@pytest.mark.parametrize(
    ("n", "sent", "outcome", "told"),
    [
        (9, ["Book", "Pay", "Told", "Told"], Outcome.COMPENSATED, "noted noted "),
        (10, [], Outcome.FAILED, ""),
    ],
)
def test_a_start_that_compensates(n: int, sent: list[str], outcome: Outcome, told: str) -> None:
    play = trip(n)
    assert (play.state, play.names, play.instance.outcome) == ("Gone", sent, outcome)
    assert play.instance.data.told == told


def test_without_records_the_target_is_entered_at_once() -> None:
    play = trip()
    play.answer("Full")  # its record is dropped: nothing was done
    assert (play.state, play.instance.outcome) == ("Gone", Outcome.FAILED)


def test_a_record_made_by_the_step_that_compensates_is_undone() -> None:
    play = trip()
    play.event("Poke")
    assert play.records == ["XNote", "XRefund"]
    assert (play.names, play.open) == (["Book", "Pay", "Told", "Refund"], ["Refund"])


@pytest.mark.parametrize("end", ["Declined", "Paid", "fault"])
def test_answers_to_what_compensating_closed_are_late_and_keep_the_records(end: str) -> None:
    play = trip(booked=True)
    number = play.request.number
    play.event("Poke")
    before = play.instance
    decision = play.fault(number) if end == "fault" else play.answer(end, number)
    assert decision.reception is Reception.LATE
    assert play.instance is before


def test_an_answer_to_another_incarnation_is_late_and_not_deferred() -> None:
    play = trip(booked=True)
    play.event("Poke")
    assert play.answer("Paid", incarnation=2).reception is Reception.LATE
    assert play.fault(incarnation=2).reception is Reception.LATE
    assert play.instance.extras.deferred == ()


def test_timers_are_cancelled_and_old_alarms_stale() -> None:
    play = trip(booked=True)
    (timer,) = play.instance.timers
    play.event("Poke")
    assert play.ring(timer.token).reception is Reception.STALE


# --- tries -------------------------------------------------------------------------------------

ONE = """
saga X by id: int {
  start { on Go -> A { request Book(id) POLICY compensable } }
  state A { on Poke compensate -> Gone }
  final Gone failed
}
"""


def undoing(policy: str) -> Play:
    """A saga that waits for its one undo, a command."""
    play = trip(text=ONE.replace("POLICY", policy))
    play.event("Poke")
    assert play.open == ["Unbook"]
    return play


def test_an_undo_that_nothing_limits_is_tried_forever() -> None:
    play = undoing("")
    play.wait(29.9)
    assert len(play.sent) == 2
    play.wait(10_000)
    assert 60 < len(play.sent) < 400
    assert len(set(play.ids[1:])) == 1
    assert play.request.due is not None
    assert play.request.due - play.now <= timedelta(minutes=5)


def test_after_silence_the_same_id_after_a_refusal_or_fault_a_new_one() -> None:
    play = undoing("within 10s retry 4 times every 5s")
    play.wait(15)
    play.answer("NotToday")
    play.wait(5)
    play.fault()
    play.wait(5)
    play.wait(15)
    first, second, *others = play.ids[1:]
    assert first == second
    assert others[0] not in (first, others[1])
    assert others[1] == others[2]
    assert len(others) == 3
    assert play.request.attempt == 5
    play.answer("Unbooked")
    assert play.instance.outcome is Outcome.COMPENSATED


def test_a_refusal_in_the_pause_after_silence_is_no_second_failed_try() -> None:
    play = undoing("within 10s retry 1 times every 5s")
    play.wait(12)
    due = play.request.due
    for _ in range(2):
        play.answer("NotToday")
        assert play.request.due == due
    play.wait(3)
    assert len(set(play.ids[1:])) == 2
    play.answer("NotToday")
    assert play.instance.extras.stuck == "undo failed: Unbook: refused by NotToday"


@pytest.mark.parametrize("end", ["NotToday", "fault", "silence"])
def test_an_undo_that_fails_for_good_is_stuck_with_its_records(end: str) -> None:
    play = undoing("within 10s retry 1 times every 5s")
    for _ in range(2):
        if end == "silence":
            play.wait(15)
        else:
            play.fault() if end == "fault" else play.answer(end)
            play.wait(5)
    assert (play.state, play.open, play.records) == ("Compensating", [], ["Unbook"])
    assert play.instance.extras.stuck.startswith("undo failed: Unbook")
    assert play.instance.alarms() == {}
    assert play.event("Poke").reception is Reception.DEFERRED
    assert play.answer("Unbooked", 2).reception is Reception.LATE


BODY = """
saga X by id: int {
  data { n: int = 0 }
  compensation back {
    POLICY
    set n += 1
    if n < 9 { request Refund(id) INNER  request Unbook(id) }
    OTHERWISE
  }
  start { on Go -> A { request Book(id) compensable  request Pay(id) compensable by back } }
  state A { on Poke compensate -> Gone }
  final Gone failed
  final Manual manual { publish Told(id) }
}
"""


def body(policy: str = "", inner: str = "", otherwise: str = "otherwise -> Manual") -> Play:
    """A saga that runs the body of a compensation."""
    text = BODY.replace("POLICY", policy).replace("INNER", inner)
    play = trip(text=text.replace("OTHERWISE", otherwise))
    play.event("Poke")
    assert play.open == ["Refund"]
    return play


def test_a_body_without_a_policy_runs_once() -> None:
    play = body()
    play.answer("Refunded")
    play.answer("NotToday")
    assert (play.state, play.instance.outcome) == ("Manual", Outcome.COMPENSATION_FAILED)
    assert play.records == ["Unbook", "XBack"]
    assert play.names[-1] == "Told"


def test_a_bodys_policy_runs_all_of_it_again() -> None:
    play = body("retry 2 times every 5s")
    play.answer("Refunded")
    play.answer("NotToday")
    assert play.open == []
    play.wait(4.9)
    assert play.open == []
    play.wait(0.1)
    assert (play.open, play.instance.data.n) == (["Refund"], 2)
    play.fault()
    play.wait(5)
    play.answer("Refunded")
    play.answer("Unbooked")
    assert (play.open, play.records) == (["Unbook"], ["Unbook"])
    play.answer("Unbooked")
    assert (play.state, play.instance.outcome) == ("Gone", Outcome.COMPENSATED)
    assert len(set(play.ids)) == len(play.ids)  # each run has ids of its own


def test_a_bodys_request_is_tried_under_its_own_policy_first() -> None:
    play = body("retry 1 times", "within 10s retry 1 times")
    play.wait(40)
    assert (play.state, play.names.count("Refund")) == ("Manual", 4)
    assert len(set(play.ids[2:-1])) == 2


def test_a_bodys_time_is_that_of_the_whole_run() -> None:
    play = body("within 20s retry 1 times every 5s")
    play.wait(15)
    play.answer("Refunded")
    play.event("Poke")
    play.wait(4.9)
    assert play.open == ["Unbook"]
    number = play.request.number
    play.wait(0.1)
    assert play.open == []
    assert play.answer("Unbooked", number).reception is Reception.LATE
    play.wait(5)
    assert (play.open, play.instance.data.n) == (["Refund"], 2)
    play.wait(20)
    assert play.instance.outcome is Outcome.COMPENSATION_FAILED
    assert play.receptions[-1] is Reception.LATE  # what was deferred


def test_a_finished_bodys_time_does_not_fail_the_next() -> None:
    play = body("within 20s")
    play.answer("Refunded")
    play.answer("Unbooked")
    assert play.open == ["Unbook"]
    play.wait(25)
    assert play.open == ["Unbook"]
    assert play.receptions[-1] is Reception.TAKEN


def test_without_otherwise_it_is_stuck() -> None:
    play = body(otherwise="")
    play.answer("NotToday")
    assert play.instance.extras.stuck == "undo failed: Refund: refused by NotToday"
    assert play.records == ["Unbook", "XBack"]


def test_nothing_rings_when_it_is_stuck() -> None:
    play = body("within 20s", otherwise="")
    play.answer("NotToday")
    assert play.instance.extras.stuck
    assert play.instance.alarms() == {}


@pytest.mark.parametrize("asks", ["true", "n != 1"])
def test_each_record_has_all_the_runs_of_its_body(asks: str) -> None:
    """Also after one that was done in its second run, be it because that requested nothing."""
    play = trip(text=f"""
        saga X by id: int {{
          data {{ n: int = 0 }}
          compensation back {{ retry 1 times  if {asks} {{ request Refund(id) }}  set n += 1 }}
          start {{ on Go -> A {{ request Pay(id) compensable by back  request Pay(id) compensable by back }} }}
          state A {{ on Poke compensate -> Gone }}
          final Gone
        }}
        """)
    play.event("Poke")
    play.answer("NotToday")
    play.wait(0)
    if asks == "true":
        play.answer("Refunded")
    assert len(play.records) == 1
    play.answer("NotToday")
    assert not play.instance.extras.stuck
    play.wait(0)
    play.answer("NotToday")
    assert play.instance.extras.stuck


def test_a_body_that_comes_to_request_nothing_is_done() -> None:
    play = body("retry 20 times")
    for _ in range(8):
        play.answer("NotToday") if play.open == ["Refund"] else None
        play.wait(0)
    assert (play.open, play.records, play.instance.data.n) == (["Unbook"], ["Unbook"], 9)


# --- bodies that raise -------------------------------------------------------------------------

RAISES = """
saga X by id: int {
  data { n: int = 0, share: decimal = 1 }
  compensation back(by: int) {
    POLICY
    set n += 1
    publish Told(id, text = "tried")
    set share = 6 / by
    request Refund(id)
    OTHERWISE
  }
  start { on Go -> A { set n = event.n  request Pay(id) compensable by back(by = event.n)  WITH } }
  state A { on Poke compensate -> Gone { publish Told(id, text = "poked") }  on Prod compensate -> Gone }
  final Gone failed
  final Manual manual
}
"""


def raising(policy: str = "", otherwise: str = "", after: bool = False) -> Play:
    """A saga whose undo divides by zero: the first there is to do, or that `after` a command's."""
    text = RAISES.replace("POLICY", policy).replace("OTHERWISE", otherwise)
    play = trip(text=text.replace("WITH", "request Book(id) compensable" if after else ""))
    play.event("Poke")
    if after:
        assert play.open == ["Unbook"]
        play.answer("Unbooked")
    return play


ZERO = "X.back: DivisionByZero: [<class 'decimal.DivisionByZero'>]"


@pytest.mark.parametrize("after", [False, True])
def test_a_body_that_raises_is_a_failed_try_and_nothing_of_it_remains(after: bool) -> None:
    play = raising(after=after)
    assert play.names == [
        "Pay",
        *(["Book"] if after else []),
        "Told",
        *(["Unbook"] if after else []),
    ]
    assert (play.state, play.open, play.records) == ("Compensating", [], ["XBack"])
    assert play.instance.data.to_json() == {"id": 1, "n": 0, "share": "1"}
    assert play.instance.extras.stuck == f"undo failed: {ZERO}"
    assert play.instance.extras.undone == int(after)
    assert play.receptions[-1] is Reception.TAKEN


def test_its_policy_counts_a_run_that_raises() -> None:
    play = raising("retry 2 times every 5s")
    sent = len(play.sent)
    assert (play.state, play.open, len(play.instance.alarms())) == ("Compensating", [], 1)
    play.wait(9.9)
    assert not play.instance.extras.stuck
    play.wait(0.1)
    assert play.instance.extras.stuck == f"undo failed: {ZERO}"
    assert len(play.sent) == sent


def test_one_that_raises_for_good_goes_where_otherwise_says() -> None:
    play = raising("retry 1 times every 5s", "otherwise -> Manual", after=True)
    play.wait(5)
    assert (play.state, play.instance.outcome) == ("Manual", Outcome.COMPENSATION_FAILED)
    assert play.records == ["XBack"]


def test_the_step_says_why_also_where_it_is_tried_again() -> None:
    play = trip(
        text=RAISES.replace("POLICY", "retry 1 times").replace("OTHERWISE", "").replace("WITH", "")
    )
    assert play.event("Prod").reason == ZERO


RATE = """
saga X by id: int {
  data { left: int = 0, n: int = 0 }
  compensation back { WITHIN  set n += 1  request Refund(id)  otherwise -> Manual }
  start { on Go -> A { request Pay(id) compensable by back  request Book(id) compensable } }
  state A { on Poke compensate -> Gone }
  final Gone failed
  final Manual manual
}
"""


@pytest.mark.parametrize(
    "policy", ["within 10s * (6 % left)", "within 10s retry 1 times every 1s * (6 % left)"]
)
def test_a_policy_that_cant_be_evaluated_is_a_failed_try(policy: str) -> None:
    """Nothing counts the tries then, so there is only this one."""
    play = trip(text=RATE.replace("WITHIN", policy))
    play.event("Poke")
    play.answer("Unbooked")
    assert (play.state, play.instance.data.n) == ("Manual", 0)
    assert play.names == ["Pay", "Book", "Unbook"]


# --- deferral ----------------------------------------------------------------------------------


def test_deferred_messages_are_offered_oldest_first_each_a_step() -> None:
    play = trip(booked=True)
    play.event("Poke")
    for n in (1, 2):
        assert play.event("Poke", n=n).reception is Reception.DEFERRED
    assert play.event("Go").reception is Reception.DEFERRED
    play.answer("Refunded")
    count = len(play.receptions)
    play.answer("Unbooked")
    assert play.state == "C"
    assert play.receptions[count:] == [Reception.TAKEN] * 3 + [Reception.REPEATED]
    assert play.instance.data.told == "noted poke poke "
    assert play.instance.extras.deferred == ()


def test_compensating_again_keeps_what_was_not_offered_yet() -> None:
    play = trip(booked=True)
    play.event("Poke")
    for name, n in (("Prod", 0), ("Poke", 0), ("Prod", 3), ("Poke", 1)):
        play.event(name, n=n)
    play.answer("Refunded")
    play.answer("Unbooked")  # the first deferred message compensates again
    assert (play.state, play.open) == ("Compensating", ["Unbook"])
    assert len(play.instance.extras.deferred) == 3
    play.event("Poke", n=2)
    count = len(play.receptions)
    play.answer("Unbooked")
    assert (play.state, play.instance.outcome) == ("Fine", Outcome.COMPENSATED)
    assert play.receptions[count:] == [Reception.TAKEN] * 3 + [Reception.LATE] * 2


def test_a_deferred_message_that_fails_is_put_aside_alone() -> None:
    play = trip(text="""
        saga X by id: int {
          data { d: decimal = 1.0 }
          start { on Go -> A { request Book(id) compensable } }
          state A { on Poke compensate -> B }
          state B { on Prod { set d = 1 / event.n }  on Poke -> Gone }
          final Gone
        }
        """)
    play.event("Poke")
    play.event("Prod", n=0)
    play.event("Poke")
    play.answer("Unbooked")
    assert play.receptions[-3:] == [Reception.TAKEN, Reception.UNEXPECTED, Reception.TAKEN]
    assert play.state == "Gone"


# --- outcomes ----------------------------------------------------------------------------------

ENDS = """
saga X by id: int {
  compensation back { request Refund(id)  otherwise -> Manual }
  start {
    on Go when event.n == 0 -> A
    on Go when event.n == 1 -> A { request Book(id) compensable }
    on Go when event.n == 2 -> A { request Pay(id) compensable by back  request Book(id) compensable }
  }
  state A {
    on Poke when event.n == 0 -> Fine
    on Poke when event.n == 1 -> Bad
    on Poke when event.n == 2 -> Manual
    on Poke when event.n == 3 compensate -> Fine
    on Poke when event.n == 4 compensate -> Bad
    on Poke when event.n == 5 compensate -> Manual
  }
  final Fine
  final Bad failed
  final Manual manual
}
"""


@pytest.mark.parametrize(
    ("records", "poke", "answers", "outcome", "left"),
    [
        (0, 0, [], "completed", 0),
        (0, 1, [], "failed", 0),
        (0, 2, [], "manual", 0),
        (1, 0, [], "completed", 0),  # nobody wanted it undone
        (1, 1, [], "failed", 0),
        (0, 3, [], "completed", 0),  # there was nothing to undo
        (0, 4, [], "failed", 0),
        (0, 5, [], "manual", 0),
        (1, 3, ["Unbooked"], "compensated", 0),
        (1, 4, ["Unbooked"], "compensated", 0),
        (1, 5, ["Unbooked"], "compensated", 0),
        (2, 4, ["Unbooked", "Refunded"], "compensated", 0),
        (2, 4, ["Unbooked", "NotToday"], "compensation_failed", 1),
    ],
)
def test_the_outcome(records: int, poke: int, answers: list[str], outcome: str, left: int) -> None:
    play = trip(records, text=ENDS)
    play.event("Poke", n=poke)
    for each in answers:
        play.answer(each)
    assert str(play.instance.outcome) == outcome
    assert len(play.records) == left

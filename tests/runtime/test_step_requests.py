"""Requests: their attempts and pauses, what answers them, what fails them, and what comes late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from herosaga_runtime.decision import Reception
from herosaga_runtime.envelope import Ref
from herosaga_runtime.policy import FOREVER, Policy
from herosaga_runtime.testing import START
from stepping import Play

BOOKING = """
saga X by id: int {
  data { n: int = 0, told: str = "" }
  start { on Go -> Booking { set n = event.n  request Book(id) with thrice compensable } }
  state Booking {
    on failure of Book when n == 1 { set told += "above " }
    on Full when n < 3 -> Rejected
    on failure of Book when n < 4 -> Failed
    on Booked -> Done
    on Poke { request Pay(id) }
    on Paid { set told += "paid " }
  }
  during any { on failure of Book when n < 5 -> Outer }
  final Done
  final Rejected
  final Failed
  final Outer
}
"""


def booking(n: int = 0) -> Play:
    """A saga that awaits the answer to Book."""
    play = Play(BOOKING)
    play.event("Go", n=n)
    return play


def due(play: Play) -> list[float]:
    """When the open requests are due, in seconds from the start."""
    return [
        (each.due - START).total_seconds()
        for each in play.instance.requests
        if each.due is not None
    ]


def test_attempts_pauses_and_the_end() -> None:
    play = booking()
    (number,) = [each.number for each in play.instance.requests]
    seen = []
    for _ in range(5):
        seen.append((play.request.attempt, play.request.paused, due(play)[0]))
        play.wait(due(play)[0] - (play.now - START).total_seconds())
    assert seen == [(1, False, 10), (1, True, 15), (2, False, 25), (2, True, 30), (3, False, 40)]
    assert play.state == "Failed"
    assert [each.number for each in play.sent] == [number] * 3
    assert len(set(play.ids)) == 1  # repeats after silence keep the id


@pytest.mark.parametrize("after", [0, 9, 12, 16, 27, 39])
def test_an_answer_is_taken_in_every_attempt_and_pause(after: int) -> None:
    play = booking()
    play.wait(after)
    play.answer("Booked")
    assert (play.state, play.open) == ("Done", [])


@pytest.mark.parametrize("after", [0, 9, 12, 16, 27, 39])
@pytest.mark.parametrize("end", ["refused", "fault"])
def test_a_failure_is_taken_in_every_attempt_and_pause(after: int, end: str) -> None:
    play = booking()
    play.wait(after)
    assert play.records == ["Unbook"]
    decision = play.answer("Full") if end == "refused" else play.fault()
    assert play.state == ("Rejected" if end == "refused" else "Failed")
    assert decision.reception is Reception.TAKEN


@pytest.mark.parametrize(
    ("n", "end", "then"),
    [
        (0, "refused", "Rejected"),
        (0, "fault", "Failed"),
        (0, "silence", "Failed"),
        (1, "refused", "Booking"),  # `failure of` above takes the refusal too
        (1, "fault", "Booking"),
        (1, "silence", "Booking"),
        (3, "refused", "Failed"),
        (4, "refused", "Outer"),
        (4, "fault", "Outer"),
        (4, "silence", "Outer"),
    ],
)
def test_failures_take_the_first_that_holds(n: int, end: str, then: str) -> None:
    play = booking(n)
    fail(play, end)
    assert (play.state, play.open) == (then, [])
    if then == "Booking":
        assert play.records == ([] if end == "refused" else ["Unbook"])
        assert play.instance.data.told == "above "


def fail(play: Play, end: str) -> None:
    """Let the newest request fail."""
    match end:
        case "refused":
            play.answer("Full")
        case "fault":
            play.fault()
        case _:
            play.wait(40)


@pytest.mark.parametrize("end", ["refused", "fault", "silence"])
def test_an_unexpected_failure_leaves_it_as_it_was_but_stuck(end: str) -> None:
    play = booking(5)
    before = play.instance
    fail(play, end)
    assert play.receptions[-1] is Reception.UNEXPECTED
    assert play.instance.extras.stuck
    assert play.records == ["Unbook"]
    assert play.open == ["Book"]
    assert play.instance.data.to_json() == before.data.to_json()
    play.answer("Booked")
    assert (play.state, play.instance.extras.stuck) == ("Done", "")


def test_the_mark_stuck_goes_with_a_transition_not_with_a_repeat_or_an_ignored_message() -> None:
    play = Play("""
        saga X by id: int {
          start { on Go -> A { request Book(id)  with thrice } }
          state A { on Poke {}  ignore Prod  on Full -> A }
        }
        """)
    play.event("Go")
    play.answer("Booked")
    assert play.instance.extras.stuck == "Booked is not expected in A"
    play.wait(20)
    play.event("Prod")
    assert play.instance.extras.stuck
    play.event("Poke")
    assert not play.instance.extras.stuck
    assert play.open == ["Book"]


SHARED = """
saga X by id: int {
  data { told: str = "" }
  start { on Go -> A { request Book(id) compensable  request Pay(id) compensable  request Pay(id, n = 2) compensable } }
  state A {
    on failure of Book { set told += "book " }
    on failure of Pay { set told += "pay " }
    on Paid { set told += "paid " }
    on Full { set told += "full " }
    on Poke -> A
  }
}
"""


def shared() -> Play:
    """A saga with three open requests; `Full` refuses each of them."""
    play = Play(SHARED)
    play.event("Go")
    assert play.open == ["Book", "Pay", "Pay"]
    return play


@pytest.mark.parametrize(
    ("number", "told", "left"),
    [
        (1, "book ", ["Refund", "Refund"]),
        (2, "pay ", ["Unbook", "Refund"]),
        (3, "pay ", ["Unbook", "Refund"]),
    ],
)
def test_a_refusal_is_the_failure_of_the_command_that_it_refuses(
    number: int, told: str, left: list[str]
) -> None:
    play = shared()
    play.answer("Full", number)
    assert play.instance.data.told == told
    assert play.records == left
    assert [each.number for each in play.instance.requests] == [
        each for each in (1, 2, 3) if each != number
    ]
    assert number not in [each.request for each in play.instance.records]


def test_an_answer_without_ids_closes_the_oldest_request_it_can_answer() -> None:
    play = shared()
    play.event("Paid")
    assert [each.number for each in play.instance.requests] == [1, 3]
    play.event("Full")
    assert (play.open, play.instance.data.told) == (["Pay"], "paid book ")
    play.event("Full")
    assert (play.open, play.instance.data.told) == ([], "paid book pay ")
    play.event("Full")
    assert play.instance.data.told == "paid book pay full "


def test_a_late_answer_is_an_ordinary_event_and_closes_nothing_else() -> None:
    play = shared()
    play.answer("Paid", 2)
    play.answer("Paid", 2)
    assert play.instance.data.told == "paid paid "
    assert [each.number for each in play.instance.requests] == [1, 3]
    play.answer("Full", 2)  # late, so no failure of Pay, which has another open request
    assert play.instance.data.told == "paid paid full "
    assert play.records == ["Unbook", "Refund", "Refund"]


def test_a_late_answer_without_a_transition_is_swallowed() -> None:
    play = shared()
    play.answer("Booked", 1)
    assert play.receptions[-1] is Reception.UNEXPECTED  # awaited, and no transition
    play.answer("Full", 1)
    before = play.instance
    assert play.answer("Booked", 1).reception is Reception.LATE
    assert play.instance is before


def test_a_request_stays_open_when_the_state_is_left() -> None:
    play = shared()
    play.event("Poke")
    assert play.open == ["Book", "Pay", "Pay"]


@pytest.mark.parametrize("name", ["Full", "Paid"])
def test_an_answer_to_an_earlier_incarnation_is_late(name: str) -> None:
    play = shared()
    before = play.instance
    for number in (1, 2):
        assert play.answer(name, number, incarnation=7).reception is Reception.LATE
        assert play.fault(number, incarnation=7).reception is Reception.LATE
    assert play.instance is before


def test_an_answer_to_another_saga_is_an_ordinary_event() -> None:
    play = shared()
    play.give(play.it.Paid(1), Ref("Y", "1", 1, 2))
    assert play.instance.data.told == "paid "
    assert play.open == ["Book", "Pay", "Pay"]


def test_a_request_that_was_closed_neither_repeats_nor_times_out() -> None:
    play = booking(1)
    token = play.request.token
    play.fault()
    before = play.instance
    assert play.ring(token).reception is Reception.STALE
    assert play.fault(1).reception is Reception.LATE
    play.wait(1000)
    assert play.instance is before
    assert len(play.sent) == 1


def test_an_ignored_answer_closes_its_request() -> None:
    play = Play("""
        saga X by id: int {
          start { on Go -> A { request Book(id) with thrice compensable } }
          state A { ignore Booked, Full }
        }
        """)
    play.event("Go")
    assert play.answer("Full").reception is Reception.IGNORED
    assert (play.open, play.records) == ([], [])
    assert play.answer("Booked", 1).reception is Reception.IGNORED


# --- policies ----------------------------------------------------------------------------------


def policies(text: str) -> Play:
    """A saga with one request under a policy."""
    play = Play(f"""
        saga X by id: int {{
          data {{ n: int = 0 }}
          start {{ on Go -> A {{ set n = event.n  request Book(id) {text} }} }}
          state A {{ on Booked -> End  on failure of Book -> End  on Poke {{ set n = 100 }} }}
          final End
        }}
        """)
    play.event("Go", n=2)
    return play


@pytest.mark.parametrize(
    ("policy", "seconds", "attempts"),
    [
        ("", 10**9, 1),
        ("within 10s", 10, 1),
        ("within 10s retry 3 times", 40, 4),
        ("within 10s retry 1 times every 1s", 21, 2),
        ("within if n == 2 then 3s else 9s retry 2 times every 1s", 11, 3),
    ],
)
def test_how_long_a_policy_goes_on(policy: str, seconds: float, attempts: int) -> None:
    play = policies(policy)
    play.event("Poke")  # the times were calculated when the request was made
    play.wait(seconds - 0.000001)
    assert (play.state, len(play.sent)) == ("A", attempts)
    play.wait(0.000001)
    assert (play.state == "End") == bool(policy)


def test_retry_forever() -> None:
    play = policies("within 1s retry forever every 1s")
    play.wait(200)
    assert len(play.sent) == 101
    assert len(set(play.ids)) == 1


def pauses(play: Play, count: int) -> list[timedelta]:
    """The pauses after the next attempts."""
    found = []
    for _ in range(2 * count):
        assert play.request.due is not None
        if play.request.paused:
            found.append(play.request.due - play.now)
        play.wait((play.request.due - play.now).total_seconds())
    return found


def test_backoff_is_jittered_within_its_bounds_and_always_the_same() -> None:
    one, two = (pauses(policies("within 1s retry forever backoff 1s..8s"), 8) for _ in range(2))
    assert one == two
    for length, most in zip(one, [1, 2, 4, 8, 8, 8, 8], strict=False):
        assert timedelta() <= length <= timedelta(seconds=most)
    assert len(set(one)) == len(one) >= 7


def test_jitter_is_spread_over_all_of_the_pause() -> None:
    policy = Policy(timedelta(1), FOREVER, timedelta(seconds=1), timedelta(seconds=64))
    for attempt, most in ((1, 1), (3, 4), (7, 64), (90, 64)):
        lengths = [policy.pause(attempt, str(n)).total_seconds() for n in range(2000)]
        assert 0 <= min(lengths) < 0.01 * most
        assert 0.99 * most < max(lengths) <= most
        assert 0.47 * most < sum(lengths) / 2000 < 0.53 * most


def test_two_instances_do_not_back_off_in_step() -> None:
    policy = "within 1s retry forever backoff 1m..1m"
    one, two = policies(policy), policies(policy)
    two.found = None
    two.give(two.it.Go(2, 2))
    for play in (one, two):
        play.wait(1)
    assert one.request.due != two.request.due

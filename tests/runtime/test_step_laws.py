"""Laws of the step: whatever happens in whatever order, nothing raises, nothing is lost, and all is undone once.

`Play` checks at every step that it is pure and repeatable, that the instance can be stored, and how numbers go on. Here
chance decides what happens.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby

import pytest
from herosaga_runtime.envelope import Envelope, Fault
from herosaga_runtime.instance import Outcome
from herosaga_runtime.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st
from stepping import Play

BRANCHING = """
saga X by id: int {
  data { n: int = 0, told: str = "" }
  compensation refund(much: int) {
    within 1m retry 2 times backoff 1s..20s
    set told += "r"
    if much > 0 { request Refund(id) with thrice }
    if n % 2 == 0 { request Unbook(id) }
    publish Told(id, text = told)
    otherwise -> Manual
  }
  compensation note { set told += "n"  request Refund(id) within 5s }
  start {
    on Go when event.n < 5 -> A { set n = event.n  request Book(id) with thrice compensable }
    on Go when event.n == 5 compensate -> A { request Book(id) compensable by note }
  }
  state A {
    on Booked -> B { for i in [0, 1] { request Pay(id, n = i) with thrice compensable by refund(much = i) } }
    on Full when n == 1 -> A { set n += 1  request Book(id) with thrice compensable }
    on failure of Book when n < 4 compensate -> Gone
    after 100s -> Gone
  }
  state B {
    on Paid when n < 3 { set n += 1 }
    on Paid -> Fine
    on Declined { request Pay(id) with thrice compensable }
    on failure of Pay when n > 0 compensate -> A
    after 30s when n == 2 -> B { request Book(id) compensable by note }
    ignore Prod
  }
  during A, B { on Poke when event.n > 2 compensate -> B { request Book(id) compensable } }
  during any { on Poke when event.n == 1 compensate -> Gone  on Poke when event.n == 2 -> Fine  after 300s -> Manual }
  missing { on Poke when event.n == 1 { publish Told(id) }  ignore Prod }
  final Fine { publish Told(id, text = told) }
  final Gone failed { set told += "." }
  final Manual manual
}
"""

STRAIGHT = """
saga X by id: int {
  data { n: int = 0 }
  start { on Go -> A { request Book(id) compensable } }
  state A { on Booked -> B { request Pay(id) compensable  request Pay(id, n = 1) } on failure of Book -> Gone }
  state B { on Paid -> B { request Book(id) within 1s retry 1 times compensable }  on failure of Pay compensate -> Gone }
  during any { on Poke compensate -> Gone }
  final Gone failed
}
"""

Act = tuple[str, int, int]
"""What happens next, and two numbers that say more about it."""

EVENTS = ("Go", "Poke", "Prod")
ANSWERS = ("Booked", "Full", "Unbooked", "Paid", "Declined", "Refunded", "NotToday")

acts = st.lists(
    st.tuples(
        st.sampled_from(
            ("event", "answer", "right", "refuse", "fault", "alarm", "alarm", "stray", "again")
        ),
        st.integers(0, 30),
        st.integers(0, 6),
    ),
    max_size=40,
)


@dataclass
class Story:
    """A play, and everything that was ever brought or has rung in it."""

    play: Play
    past: list[Envelope] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    def act(self, act: Act) -> None:
        """Let something happen."""
        play, (what, number, more) = self.play, act
        play.now += timedelta(seconds=more)
        match what:
            case "event":
                name = EVENTS[number % len(EVENTS)]
                self._bring(getattr(play.it, name)(1, more))
            case "alarm":
                self._alarm(number)
            case "again" if self.past:
                play.bring(self.past[number % len(self.past)])
            case "stray":
                play.ring(self.tokens[number % len(self.tokens)] if self.tokens else "t1.0")
            case _ if play.found is not None:
                self._answer(what, number, more)

    def _bring(self, message: Message, number: int | None = None) -> None:
        play = self.play
        if type(message) not in (Fault, *play.saga.keys):
            return
        ref = None if number is None else play.ref(number)
        self.past.append(Envelope(f"e{len(self.past)}", message, play.now, "c", answers=ref))
        play.bring(self.past[-1])

    def _alarm(self, number: int) -> None:
        """The first alarm or the last, at its time or later."""
        play = self.play
        alarms = {} if play.found is None else play.found.alarms()
        if not alarms:
            return
        token = sorted(alarms, key=lambda each: (alarms[each], each))[number % 2 * -1]
        play.now = max(play.now, alarms[token])
        self.tokens.append(token)
        play.ring(token)

    def _answer(self, what: str, number: int, more: int) -> None:
        """An answer or a fault to an open request or one of long ago, or an answer without ids."""
        play = self.play
        requests = play.instance.requests
        if what == "answer" or not requests:
            message = getattr(play.it, ANSWERS[number % len(ANSWERS)])(1)
            sent = [each.number for each in play.sent if each.awaits]
            self._bring(message, sent[more % len(sent)] if sent and more % 2 else None)
            return
        request = requests[number % len(requests)]
        call = play.saga.calls[type(request.command)]
        if what == "fault":
            self._bring(Fault("it", "broken"), request.number)
        elif what == "refuse" and call.refused:
            self._bring(call.refused[more % len(call.refused)](id=1), request.number)  # type: ignore[call-arg]
        else:
            self._bring(call.done[0](id=1), request.number)  # type: ignore[call-arg]


@pytest.mark.parametrize("text", [BRANCHING, STRAIGHT])
@given(begin=st.integers(0, 6), story=acts)
@settings(max_examples=120, deadline=None)
def test_whatever_happens_the_laws_hold_and_all_is_undone_or_remains(
    text: str, begin: int, story: list[Act]
) -> None:
    at = Story(Play(text))
    at.act(("event", 0, begin))
    for each in (*story, *[("right", 0, 0), ("alarm", 0, 0)] * 30):
        at.act(each)
    if at.play.found is None:
        return
    after = at.play.instance
    if after.state is at.play.saga.compensating:
        assert after.extras.stuck
    if after.outcome is not None:
        assert bool(after.records) == (after.outcome is Outcome.COMPENSATION_FAILED)
        undone = after.extras.undone > 0 and not after.records
        assert (after.outcome is Outcome.COMPENSATED) == undone


@given(
    kinds=st.lists(st.sampled_from(("Book", "Pay")), max_size=6),
    story=st.lists(st.sampled_from(("done", "refuse", "fault", "wait", "late")), max_size=30),
)
@settings(max_examples=80, deadline=None)
def test_the_undos_are_those_of_the_records_in_reverse(kinds: list[str], story: list[str]) -> None:
    play = Play(LADDER)
    play.event("Go")
    for kind in kinds:
        play.event("Poke", n=["Book", "Pay"].index(kind))
    count = len(play.sent)
    play.event("Prod")
    for what in (*story, *["done"] * 6):
        if play.instance.outcome is None:
            bring(play, what)
    assert play.state == "Gone"
    tries = [
        (type(each.message).__name__, each.message.to_json()["id"]) for each in play.sent[count:]
    ]
    undo = {"Book": "Unbook", "Pay": "Refund"}
    wanted = [(undo[kind], index) for index, kind in enumerate(kinds)]
    assert [each for each, _ in groupby(tries)] == wanted[::-1]


LADDER = """
saga X by id: int {
  data { n: int = 0 }
  start { on Go -> A }
  state A {
    on Poke when event.n == 0 { request Book(id) compensable by Unbook(id = n)  set n += 1 }
    on Poke { request Pay(id) compensable by Refund(id = n)  set n += 1 }
    on Prod compensate -> Gone
  }
  final Gone failed
}
"""


def bring(play: Play, what: str) -> None:
    """Let something happen to the undo that is awaited."""
    name = type(play.request.command).__name__
    match what:
        case "done":
            play.answer({"Unbook": "Unbooked", "Refund": "Refunded"}[name])
        case "refuse":
            play.answer("NotToday")
        case "fault":
            play.fault()
        case "wait":
            play.wait(45)
        case _:
            play.answer("Full", 1) if play.request.number != 1 else None

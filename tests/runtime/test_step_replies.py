"""Replies: of a saga that serves a command, and of one that handles commands on its way."""

from __future__ import annotations

from herosaga_runtime.decision import Outgoing
from herosaga_runtime.envelope import Done, Fault, Ref
from lines import follow
from stepping import Play

SERVES = """
command Deliver { key id: int }
command Ask { key id: int }
event Delivered { key id: int }
event Lost { key id: int }
event Where { key id: int }
saga X by id: int handles Deliver emits Delivered refuses Lost {
  start { on Deliver -> A }
  state A {
    on Poke { reply Delivered(id) }
    on Prod -> Gone { reply Lost(id) }
    on Ask { reply Where(id)  reply Where(id) }
    on Paid -> End
  }
  final End { reply Delivered(id) }
  final Gone failed
}
"""

CALLER = Ref("Caller", "1", 1, 7)


def replies(play: Play) -> list[tuple[str, int | None]]:
    """What was replied, and to which of the caller's requests; None where nobody asked."""
    return [_reply(each) for each in play.sent]


def _reply(sent: Outgoing) -> tuple[str, int | None]:
    return type(sent.message).__name__, None if sent.reply is None else sent.reply.number


def test_the_command_that_started_it_is_answered_once() -> None:
    play = follow(SERVES, "?Deliver@7 -> A\nkill -> A\nPoke -> A: Delivered\nPaid -> End")
    assert replies(play) == [("Delivered", 7)]
    assert play.sent[0].reply == CALLER


def test_a_second_answer_is_dropped_and_noted() -> None:
    play = follow(SERVES, "?Deliver@7 -> A\nPoke -> A: Delivered")
    decision = play.event("Poke")
    assert (decision.sent, decision.reason) == (
        [],
        "Delivered is a second answer, and was not sent",
    )


def test_a_command_on_the_way_is_answered_itself() -> None:
    play = follow(SERVES, "?Deliver@7 -> A\n?Ask@9 -> A: Where\nPaid -> End: Delivered")
    assert replies(play) == [("Where", 9), ("Delivered", 7)]


def test_where_nobody_asked_it_is_published() -> None:
    play = follow(SERVES, "Deliver -> A\nPoke -> A: Delivered\nPoke -> A: Delivered")
    assert replies(play) == [("Delivered", None), ("Delivered", None)]


def test_a_refusal_is_an_answer() -> None:
    assert replies(follow(SERVES, "?Deliver@7 -> A\nProd -> Gone: Lost")) == [("Lost", 7)]


def test_a_caller_is_not_left_waiting() -> None:
    text = SERVES.replace("{ reply Delivered(id) }\n  final", "\n  final")
    play = follow(text, "?Deliver@7 -> A\nPaid -> End: Fault")
    (sent,) = play.sent
    assert sent.message == Fault("Deliver", "X ended in End without an answer")
    text = text.replace("emits Delivered refuses", "emits Delivered? refuses")
    play = follow(text, "?Deliver@7 -> A\nPaid -> End: Done")
    assert (play.sent[0].message, play.sent[0].reply) == (Done("Deliver"), CALLER)


def test_a_second_answer_does_not_hide_why_the_undo_failed() -> None:
    text = """
    command Serve { key id: int }
    event Served { key id: int }
    saga X by id: int handles Serve emits Served {
      compensation back(n: int) { request Refund(id) otherwise -> Odd }
      start { on Serve -> A { compensable by back(n = 1)  reply Served(id) } }
      state A { on Poke compensate -> Odd }
      final Odd manual { reply Served(id) }
    }
    """
    play = follow(text, "?Serve@7 -> A: Served\nPoke -> Compensating: Refund")
    reason = "Refund: broken; Served is a second answer, and was not sent"
    assert play.fault().reason == reason

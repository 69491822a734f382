"""Compensation: records, their order, tries, bodies, and what operators do."""

from __future__ import annotations

import pytest

from helpers.played import play

TRIP = """
saga X by id: int {
  data { n: int = 0, told: str = "" }
  timer tea
  deadline 1h when n != 9 compensate -> Gone
  compensation repay(much: int) {
    POLICY
    set n += 1
    publish Told(id, text = state + str(much) + str(n))
    request Repay(id) with thrice
    request Unbook(id, n = n)
    OTHERWISE
  }
  compensation note { set told += "noted" }
  start { on Go(n) -> A { request Book(id, n) with thrice compensable } }
  state A {
    exit { set told += "left " }
    on Booked { request Pay(id) compensable by repay(much = n) }
    on Poke compensate -> Gone { compensable by note  arm tea for 1m }
    on Prod { pivot }
    on Told compensate -> Back
    on failure of Pay -> Gone
    on Cancel -> Gone
    after 1m when n == 1 -> Gone
    every 30s { set told += "tick " }
  }
  state Back { on tea {  }  on Poke -> Fine  on Prod compensate -> Gone { compensable by note } }
  final Fine
  final Gone failed { publish Told(id, text = told) }
  final Manual manual
}
"""
STUCK = TRIP.replace("POLICY", "").replace("OTHERWISE", "")
ONCE = STUCK.replace("with thrice compensable }", "within 10s compensable }")
LIMITED = TRIP.replace("POLICY", "within 20s retry 1 times every 5s").replace("OTHERWISE", "")
OTHERWISE = TRIP.replace("POLICY", "retry 1 times every 5s").replace(
    "OTHERWISE", "otherwise -> Manual"
)
LOOSE = OTHERWISE.replace("with thrice compensable }", "compensable }")

CASES = {
    "newest first, each finished before the next, then the target": (
        OTHERWISE,
        """
        Go n=4          => records Unbook; open Book
        Booked @1       => records Unbook, repay; open Pay
        Poke            => in Compensating; open Repay; sent Told, Repay; texts Compensating45; .told left noted; waits timer; numbers 3, 4
        Paid @2         => late
        Declined @2     => late
        Poke            => deferred; kept Poke
        wait 5s         => in Compensating
        Repaid @4       => open Unbook; .n 5; numbers 5
        Unbooked @5     => records Unbook; open Unbook; numbers 6
        Unbooked        => taken late; in Gone; outcome compensated; texts left noted; kept nothing; waits nothing
        """,
    ),
    "nothing to undo": (
        OTHERWISE,
        """
        Go              => records Unbook
        Prod            => records nothing; open Book
        Told            => taken; in Back; open nothing; outcome nothing
        Poke            => in Fine; outcome completed
        """,
    ),
    "an outcome remembers that something was undone": (
        OTHERWISE,
        """
        Go
        Told            => in Compensating
        Unbooked        => in Back; kept nothing
        Poke            => in Fine; outcome compensated
        """,
    ),
    "a refusal that is late, and its undo that runs": (
        OTHERWISE,
        """
        Go
        Told            => in Compensating; open Unbook
        Full @1         => late; records Unbook
        Unbooked @2     => in Back
        """,
    ),
    "records are left behind without compensate": (
        OTHERWISE,
        """
        Go
        Cancel          => in Gone; outcome failed; records nothing; open nothing
        """,
    ),
    "timers of a state and the deadline are cancelled, named ones come when it is over": (
        LOOSE.replace("on Poke compensate -> Gone", "on Poke compensate -> Back"),
        """
        Go n=1          => waits deadline, after, every
        Poke            => in Compensating; waits timer; open Unbook
        wait 29s        => in Compensating
        Unbooked        => in Back; waits timer
        """,
    ),
    "a named timer's alarm while things are undone": (
        LOOSE.replace("on Poke compensate -> Gone", "on Poke compensate -> Back"),
        """
        Go
        Poke            => in Compensating; waits timer; .told left noted
        wait 59s
        wait 1s         => deferred; waits timer
        Unbooked        => taken taken; in Back; waits nothing
        """,
    ),
    "silence repeats the message, a refusal makes a new one; then it is stuck": (
        STUCK,
        """
        Go
        Told            => sent Unbook; numbers 2; due 10s
        wait 15s        => sent Unbook; numbers 2
        NotNow @2       => taken; sent nothing; due 20s
        wait 5s         => sent Unbook; numbers 3
        NotNow @3       => taken; reason undo failed: Unbook: refused by NotNow; open nothing; records Unbook; waits nothing
        Unbooked @3     => late
        Poke            => deferred
        """,
    ),
    "a refusal in the pause after silence is no second try": (
        STUCK,
        """
        Go
        Told
        wait 12s        => due 15s
        NotNow @2       => taken; due 15s
        NotNow @2       => taken; due 15s
        wait 3s         => numbers 3; due 25s
        """,
    ),
    "an operator tries again, or goes on without": (
        ONCE,
        """
        Go
        Booked @1
        Poke            => open Repay
        fault 4         => open Repay
        wait 5s         => sent Repay
        fault 5         => sent nothing
        wait 5s         => sent Repay
        fault 6 broken  => reason undo failed: Repay: broken
        retry           => taken; open Repay; .n 2; sent Told, Repay
        Repaid          => open Unbook
        fault 9         => reason undo failed: Unbook: broken; open nothing
        skip            => taken; records Unbook; open Unbook; numbers 10
        Unbooked        => in Gone; outcome compensation_failed
        """,
    ),
    "completion answers an undo, and what is late is late": (
        """
        saga X by id: int {
          compensation back { request Look(id) within 10s }
          start { on Go -> A { request Book(id) compensable by back } }
          state A { on Poke compensate -> B  on failure of Book -> B }
          final B failed
        }
        """,
        """
        Go
        Poke            => open Look
        done 1          => late
        fault 1         => late
        ring request 1.1 attempt 1 => stale
        ring request 1.2 attempt 1 => taken; stuck undo failed: Look was not answered; open nothing
        retry           => open Look
        done 3          => in B; outcome compensated
        retry           => fails
        """,
    ),
    "a command that is answered by events is not by its completion": (
        """
        saga X by id: int {
          start { on Go -> A { request Book(id) compensable } }
          state A { on Poke compensate -> B  on Booked {  }  on failure of Book -> B }
          final B failed
        }
        """,
        """
        Go
        done 1          => late; open Book
        Poke            => open Unbook
        done 2          => late; open Unbook
        """,
    ),
    "skipping all of it": (
        ONCE,
        """
        Go
        skip            => fails
        Told            => open Unbook
        NotNow          => open nothing
        skip            => taken; in Back; records nothing
        Poke            => in Fine; outcome compensation_failed
        """,
    ),
    "an undo without a limit is tried for ever": (
        """
        saga X by id: int {
          start { on Go -> A { request Book(id) compensable } }
          state A { on Poke compensate -> B  on failure of Book -> B }
          final B failed
        }
        """,
        """
        Go
        Poke            => due 30s
        wait 30s        => due 31s
        wait 1s         => due 61s; numbers 2
        wait 30s        => due 63s
        NotNow          => due 63s
        wait 2s         => due 93s; numbers 3
        """,
    ),
    "a body's tries are runs of all of it, then otherwise": (
        OTHERWISE,
        """
        Go
        Booked @1
        Told            => sent Told, Repay; .n 1
        Repaid          => sent Unbook
        NotNow          => open nothing; waits rest; due 5s
        wait 4s         => open nothing
        wait 1s         => sent Told, Repay; .n 2; numbers 6, 7
        Repaid
        fault 8         => taken; in Manual; outcome compensation_failed; records Unbook, repay
        """,
    ),
    "a body's time is that of a whole run": (
        LIMITED,
        """
        Go
        Booked @1
        Told            => waits run; open Repay
        Repaid          => open Unbook; waits run
        wait 19s        => open Unbook
        wait 1s         => open nothing; waits rest
        Unbooked @5     => late
        wait 5s         => open Repay; waits run; .n 2
        Repaid
        Unbooked        => open Unbook; waits nothing; records Unbook
        """,
    ),
    "a body that asks for nothing is finished at once": (
        """
        saga X by id: int {
          data { told: str = "" }
          compensation note(text: str) { set told += text  if told == "b" { publish Told(id, text = told) } }
          start { on Go compensate -> A { compensable by note(text = "a")  compensable by note(text = "b") } }
          final A
        }
        """,
        """
        Go              => in A; .told ba; sent Told; outcome compensated
        """,
    ),
    "arguments are kept, data is read when the body runs": (
        """
        saga X by id: int {
          data { n: int = 1 }
          compensation note(was: int) { publish Told(id, text = str(was) + str(n)) }
          start { on Go -> A { compensable by note(was = n)  set n = 5 } }
          state A { on Poke compensate -> B { set n = 7 } }
          final B
        }
        """,
        """
        Go
        Poke            => texts 17
        """,
    ),
    "the declared undo takes what was asked": (
        """
        saga X by id: int {
          start { on Go -> A { request Book(id, n = event.n + 1) compensable } }
          state A { on Poke compensate -> B }
          final B failed
        }
        """,
        """
        Go n=4          => records Unbook
        Poke            => sent Unbook
        """,
    ),
    "what was deferred is offered when it is over": (
        OTHERWISE,
        """
        Go
        Told            => in Compensating
        Booked          => deferred
        Prod            => deferred
        Poke            => deferred; kept Booked, Prod, Poke
        Unbooked        => taken unexpected taken late; in Gone; outcome compensated
        """,
    ),
    "expired, where undo was given up": (
        OTHERWISE,
        """
        Go
        Booked @1
        wait 1h         => in Compensating
        fault 4
        wait 5s
        fault 5
        wait 5s
        fault 6
        wait 5s         => open Repay
        fault 8
        wait 5s
        fault 9
        wait 5s
        fault 10        => in Manual; outcome expired; records Unbook, repay
        """,
    ),
    "expired": (
        LOOSE,
        """
        Go
        wait 1h         => in Compensating
        Unbooked        => in Gone; outcome expired
        """,
    ),
    "a body that raises is a failed try, and nothing of it remains": (
        """
        saga X by id: int {
          data { n: int = 0 }
          compensation note { set n += 1  publish Told(id)  set n = 6 % (n - 1)  otherwise -> Manual }
          compensation again { retry 1 times every 5s  publish Told(id)  set n = 6 % n }
          start {
            on Go when event.n == 1 compensate -> Gone { compensable by note  publish Told(id, text = "go") }
            on Go -> A { compensable by again  request Book(id) compensable }
          }
          state A { on Poke compensate -> Gone }
          final Gone failed
          final Manual manual
        }
        """,
        """
        Go              => records again, Unbook
        Poke
        Unbooked        => in Compensating; records again; .n 0; sent nothing; waits rest
        wait 5s         => sent nothing; stuck undo failed: again: ZeroDivisionError: integer modulo by zero
        retry           => taken; waits rest; numbers nothing
        """,
    ),
    "one that raises in the step that compensates": (
        """
        saga X by id: int {
          data { n: int = 0 }
          compensation note { set n += 1  publish Told(id)  set n = 6 % (n - 1)  otherwise -> Manual }
          start { on Go compensate -> Gone { compensable by note  publish Told(id, text = "go") } }
          final Gone failed
          final Manual manual
        }
        """,
        """
        Go              => in Manual; texts go; .n 0; records note; outcome compensation_failed
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_run(name: str) -> None:
    play(*CASES[name])


def test_the_declared_undo_has_the_fields_of_its_request() -> None:
    played = play(*CASES["the declared undo takes what was asked"])
    assert [str(each.message) for _, _, step in played.run for each in step.sent] == [
        "Book(id = 1, n = 5)",
        "Unbook(id = 1, n = 5)",
    ]

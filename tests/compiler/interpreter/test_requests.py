"""Requests: which answer closes which, policies, failures, and what is late."""

from __future__ import annotations

import pytest

from helpers.played import play

ASK = """
saga X by id: int {
  data { told: str = "" }
  start { on Go -> A { request Book(id, n = 1)  request Book(id, n = 2) with thrice compensable } }
  state A {
    on Booked { set told += "b" + str(event.n) + " " }
    on timeout of Book when told == "no" -> B
    on failure of Book { set told += "f " }
    on Poke -> B
  }
  state B { on Prod -> C }
  final C
}
"""

CASES = {
    "an answer closes the request whose ids it carries, without ids the oldest": (
        ASK,
        """
        Go              => open Book, Book; due 10s
        Booked @2 n=7   => open Book; numbers nothing; .told b7
        Booked n=8      => open nothing; .told b7 b8; records Unbook
        Booked n=9      => taken; .told b7 b8 b9
        Booked @1 n=9   => taken; .told b7 b8 b9 b9
        """,
    ),
    "an answer to another saga closes nothing": (
        ASK,
        """
        Go              => open Book, Book
        Booked @foreign n=7 => taken; open Book, Book; .told b7
        Full @foreign   => unexpected; stuck nothing
        """,
    ),
    "a refusal closes, is a failure, and drops the record that was made with it": (
        ASK,
        """
        Go              => records Unbook
        Full @1         => taken; .told f; records Unbook; open Book
        Full @2         => taken; .told f f; records nothing; open nothing
        Full @2         => late; .told f f
        Full            => unexpected; stuck nothing
        """,
    ),
    "attempts and pauses: the same message after silence, and the last one is a time-out": (
        ASK,
        """
        Go              => due 10s; numbers 1, 2
        wait 9.999s     => sent nothing
        wait 0.001s     => taken; sent nothing; due 15s
        wait 5s         => taken; sent Book; numbers 2; due 25s
        wait 15s        => taken taken; sent Book; numbers 2; due 40s
        wait 10s        => taken; .told f; open Book; records Unbook
        Booked @2       => taken; .told f b0
        """,
    ),
    "leaving a state closes nothing; what nobody takes then is stuck and stays open": (
        ASK,
        """
        Go
        Poke            => in B; open Book, Book
        fault 1 broken  => unexpected; stuck fault of Book is not expected in B; open Book, Book
        wait 5m         => taken taken taken taken unexpected; stuck timeout of Book is not expected in B; open Book, Book
        Full @1         => unexpected; stuck Full is not expected in B; open Book, Book
        Prod            => in C; stuck nothing; open nothing
        """,
    ),
    "a fault": (
        ASK,
        """
        Go
        fault 2         => taken; .told f; open Book; records Unbook
        fault 2         => late
        fault another   => late
        Booked @another => late; .told f
        """,
    ),
    "table order between what is more specific and what is less": (
        """
        saga X by id: int {
          data { told: str = "" }
          start { on Go -> A { request Book(id) within 1s  request Pay(id) within 2s  request Pay(id)  request Pay(id) } }
          state A {
            on timeout of Pay { set told += "late " }
            on Full when told == "" { set told += "full " }
            on failure of Pay { set told += "fail " }
            on fault of Pay { set told += "never " }
            ignore timeout of Book
            on Poke -> B
          }
          final B
        }
        """,
        """
        Go              => open Book, Pay, Pay, Pay
        wait 1s         => ignored; open Pay, Pay, Pay
        wait 1s         => taken; .told late; open Pay, Pay
        fault 3         => .told late fail
        Full @4         => .told late fail fail; open nothing
        """,
    ),
    "a refusal of one command is no failure of another": (
        """
        saga X by id: int {
          start { on Go -> A { request Book(id)  request Pay(id) } }
          state A { on failure of Book -> B  on failure of Pay -> C }
          final B failed final C failed
        }
        """,
        """
        Go
        Full @2         => in C
        """,
    ),
    "completion answers where nothing is promised": (
        """
        saga X by id: int {
          data { n: int = 0 }
          start { on Go -> A { request Look(id)  request Look(id) } }
          state A { on Look.done when n < 1 { set n += 1 }  on Looked {  }  on Poke -> B }
          state B { on Prod -> C }
          final C
        }
        """,
        """
        Go              => open Look, Look
        Looked @1       => taken; open Look, Look
        done 1          => taken; open Look; .n 1
        done 1          => late
        done 2          => unexpected; open Look; stuck end of Look is not expected in A
        Poke            => in B
        done 2          => ignored; open nothing
        """,
    ),
    "what answers nobody, for missing": (
        """
        saga X by id: int {
          start { on Go -> A { request Book(id) } }
          state A { on Booked -> B  on failure of Book -> B }
          missing { on Booked when event.n == 1 { publish Told(id) } }
          final B
        }
        """,
        """
        Booked @1 n=1   => taken; sent Told
        Booked @1       => late; in none
        Full @another   => late
        Booked @foreign => unexpected
        Hint @1         => unexpected
        fault 1         => late
        done 1          => late
        """,
    ),
    "a second part of emits is an ordinary event": (
        """
        saga X by id: int {
          start { on Go -> A { request Book(id) } }
          state A { on Booked -> B  on Hint -> C  on failure of Book -> D }
          state B { on Poke -> C }
          final C final D
        }
        """,
        """
        Go
        Booked @1       => in B
        Booked @1       => late
        Hint @1         => unexpected; stuck nothing
        Booked          => unexpected; stuck nothing
        """,
    ),
    "what is ignored is closed all the same": (
        """
        saga X by id: int {
          start { on Go -> A { request Book(id) compensable } }
          state A { ignore Full, Booked  on Poke -> B }
          final B
        }
        """,
        """
        Go              => open Book; records Unbook
        Full @1         => ignored; open nothing; records nothing
        Booked @1       => ignored
        """,
    ),
    "no pause, and a policy whose times are computed once": (
        """
        saga X by id: int {
          data { length: duration = 10s }
          start { on Go -> A { request Book(id) within length retry 1 times  set length = 1h } }
          state A { on failure of Book -> B }
          final B failed
        }
        """,
        """
        Go              => due 10s
        wait 10s        => taken; sent Book; numbers 1; due 20s
        wait 10s        => in B
        """,
    ),
    "backoff doubles": (
        """
        saga X by id: int {
          start { on Go -> A { request Book(id) within 1s retry forever backoff 2s..5s } }
          state A { on failure of Book -> B }
          final B failed
        }
        """,
        """
        Go
        wait 1s         => due 3s
        wait 2s         => due 4s
        wait 1s         => due 8s
        wait 5s         => due 14s; numbers 1
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_run(name: str) -> None:
    play(*CASES[name])

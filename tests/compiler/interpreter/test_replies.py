"""Commands and their answers: `reply`, a saga that serves a command, correlation."""

from __future__ import annotations

import pytest
from herosaga.interpreter.correlation import finds, key_of
from herosaga.interpreter.instance import Deliver
from herosaga.interpreter.values import Value

from helpers.played import Play, play

SERVES = """
command Do { key id: int, n: int = 0 }
event Did { key id: int }
event Refused { key id: int }
saga X by id: int handles Do emits Did refuses Refused {
  data { n: int = 0 }
  start { on Do(n) -> A  on Go -> A }
  state A {
    on Poke -> B { reply Did(id) }
    on Prod { reply Did(id)  reply Did(id) }
    on Ask { reply Told(id, text = "asked") }
    on Told -> B
    on Look when n == 1 { reply Told(id)  reply Told(id)  reply Did(id) }
    after 1m -> C
  }
  final B
  final C { reply Refused(id) }
}
"""
QUIET = """
command Do { key id: int }
event Did { key id: int }
saga X by id: int handles Do emits Did? {
  start { on Do -> A }
  state A { on Poke -> B  on Prod -> B { reply Did(id) } }
  final B
}
"""

CASES = {
    "reply answers the start command": (
        SERVES,
        """
        Do ?me          => in A
        Poke            => in B; kinds reply; to me
        """,
    ),
    "a second answer is dropped": (
        SERVES,
        """
        Do ?me
        Prod            => sent Did; numbers 1; reason a second answer was dropped: Did
        Poke            => in B; sent nothing; reason a second answer was dropped: Did
        """,
    ),
    "with nobody asking it is published": (
        SERVES,
        """
        Go
        Prod            => sent Did, Did; kinds publish, publish
        Poke            => kinds publish
        """,
    ),
    "a command that is handled is answered itself": (
        SERVES,
        """
        Do ?me
        Ask ?you        => to you; kinds reply
        Ask             => to me; kinds reply
        Ask ?you        => to you
        Ask ?me         => sent nothing
        Ask             => sent nothing
        """,
    ),
    "each command has one answer": (
        SERVES,
        """
        Do ?me n=1
        Look ?you       => to you; sent Told
        """,
    ),
    "at its end": (
        SERVES,
        """
        Do ?me
        wait 1m         => in C; sent Refused; to me; numbers 1
        """,
    ),
    "an end without the answer that was promised is a fault": (
        SERVES,
        """
        Do ?me
        Told            => in B; kinds fault; to me; numbers 1
        """,
    ),
    "an end without an answer that was not promised is one": (
        QUIET,
        """
        Do ?me
        Poke            => in B; kinds done; to me
        """,
    ),
    "nobody asked, nobody is told": (
        QUIET,
        """
        Do
        Poke            => in B; sent nothing
        """,
    ),
    "an answer that was given is enough": (
        QUIET,
        """
        Do ?me
        Prod            => in B; kinds reply; to me
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_run(name: str) -> None:
    play(*CASES[name])


FOUND = """
event Bill { invoice: str, other: int }
record Order { number: int }
event Note { of: int }
event Deep { order: Order }
saga X by id: int {
  data { invoice: str = "i1" }
  correlate Bill where invoice == event.invoice
  correlate Note by event.of
  correlate Deep by event.order.number
  start { on Go -> A }
  state A { on Bill -> B  on Note {  }  on Deep {  } }
  missing { on Bill { publish Told(id = event.other) } }
  final B
}
"""


def test_a_message_finds_its_instance_by_its_key_another_field_or_the_data() -> None:
    played = play(FOUND, "Go => in A")
    assert played.instance is not None
    found = {
        (message.name, finds(played.program, message, played.instance))
        for message in (
            Value.of("Go", {"id": 1, "n": 0}),
            Value.of("Note", {"of": 2}),
            Value.of("Deep", {"order": Value.of("Order", {"number": 1})}),
            Value.of("Bill", {"invoice": "i1", "other": 1}),
        )
    }
    assert found == {("Go", True), ("Note", False), ("Deep", True), ("Bill", True)}
    assert key_of(played.program, Value.of("Note", {"of": 2})) == 2


def test_what_matches_no_instance_is_for_missing() -> None:
    played = Play(FOUND)
    played.bring(Deliver(Value.of("Bill", {"invoice": "i2", "other": 4}), id="m9"))
    _, _, outcome = played.run[-1]
    assert [str(each.message) for each in outcome.sent] == ["Told(id = 4, text = )"]

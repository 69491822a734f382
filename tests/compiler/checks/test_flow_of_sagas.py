"""The rules on flow over every construct of a saga: a program, and the codes with their lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from herosaga.compile import check_text
from herosaga.findings import Finding, Severity

LOWERED = Path(__file__).parents[1] / "model" / "lowered"

MESSAGES = """\
event Placed { key id: uuid }
extern event Paid { key id: uuid  n: int }
extern event Sent { key id: uuid }
extern event Done { key id: uuid }
extern event Refused { key id: uuid }
command Pay { key id: uuid }
command Refund { key id: uuid }
activity A(id: uuid) { within 1m }
itinerary Slip(id: uuid) { do A(id) }
service S { handle Pay emits Done refuses Refused undone by Refund  handle Refund }
"""
SAGA = "saga Order by id: uuid {{\n{}\n}}\n"
FIRST = MESSAGES.count("\n") + 2  # the line on which a saga's body begins
OTHERS = ("HS307", "HS411")  # have tests of their own


def found(text: str) -> list[Finding]:
    """The findings on the flow of states and messages, and errors of any kind."""
    findings = check_text(text, Path("/"), Path("/")).findings
    return [
        each
        for each in findings
        if (each.code.startswith(("HS3", "HS4")) and each.code not in OTHERS)
        or each.severity is Severity.ERROR
    ]


def in_saga(body: str) -> list[tuple[str, int]]:
    """Codes, and lines counted from the first one of a saga's body."""
    return [(f.code, f.span.line - FIRST + 1) for f in found(MESSAGES + SAGA.format(body))]


OPEN = "start { on Placed -> A }\n"
STATES = {
    "a deadline is a way out": ("deadline 1d -> B\n" + OPEN + "state A { on Sent }\nfinal B", []),
    "a time is a way out": (OPEN + "state A { at now + 1d -> B }\nfinal B", []),
    "a timer is a way out": (
        "timer t\nstart { on Placed -> A { arm t for 1d } }\nstate A { on t -> B }\nfinal B",
        [],
    ),
    "an outcome is a way out": (
        "start { on Placed -> A { run Slip(id) } }\n"
        "state A { on Slip.completed, Slip.faulted -> B }\nfinal B",
        [],
    ),
    "every, entry, exit and defer are no way out": (
        OPEN + "state A { every 1h { publish Sent(id) } entry { publish Sent(id) }\n"
        "exit { publish Sent(id) } defer Sent }\nfinal B",
        [("HS303", 2)],
    ),
    "all of several is a way out": (OPEN + "state A { on all(Sent, Paid) -> B }\nfinal B", []),
    "each of several triggers is a way": (
        OPEN + "state A { on Sent, Paid -> C }\nstate C { on Sent -> A }\nfinal B",
        [("HS304", 2)],
    ),
    "a sequence nobody enters is told once": (
        "start { on Placed -> B }\nsequence Q {\nstep Pay(id)\nstep Refund(id)\ndone -> B\n}\nfinal B",
        [("HS302", 3)],
    ),
    "a sequence that goes round and round": (
        "start { on Placed -> Q }\nsequence Q {\nstep Pay(id)\nstep Refund(id)\ndone -> Q\n}\nfinal B",
        [("HS304", 3)],
    ),
    "a way out for all of a sequence": (
        "start { on Placed -> Q }\nsequence Q {\nstep Pay(id)\ndone -> Q\nafter 1d -> B\n}\nfinal B",
        [],
    ),
    "what fails is a way out": (
        "start { on Placed -> Q }\nsequence Q {\nstep Pay(id)\ndone -> Q\nfailed -> B\n}\nfinal B",
        [],
    ),
    "a step's own way out": (
        "start { on Placed -> Q }\nsequence Q {\nstep Pay(id)\non Refused -> B\ndone -> Q\n}\nfinal B",
        [],
    ),
    "an arrow into the middle leaves what is before unreached": (
        "start { on Placed -> Q.Refund }\n"
        "sequence Q {\nstep Pay(id)\nstep Refund(id)\ndone -> B\n}\nfinal B",
        [("HS302", 3)],
    ),
    "an undo that gives up leads where `otherwise` says": (
        "compensation c { request Refund(id) within 1m otherwise -> M }\n"
        "start { on Placed -> A { compensable by c } }\n"
        "state A { on Sent compensate -> B }\nfinal B failed\nfinal M manual",
        [],
    ),
    "a time-out below the failure that takes it": (
        OPEN + "state A { entry { request Pay(id) within 1m }\n"
        "on failure of Pay -> B\non timeout of Pay -> B\non fault of Pay -> B\non Refused -> B\n"
        "on Done -> B }\nfinal B",
        [("HS306", 4), ("HS306", 5), ("HS306", 6)],
    ),
    "a time-out above the failure": (
        OPEN + "state A { entry { request Pay(id) within 1m }\n"
        "on timeout of Pay -> B\non fault of Pay -> B\non failure of Pay -> B\non Done -> B }\nfinal B",
        [],
    ),
    "one of several triggers is taken before": (
        OPEN + "state A {\non Sent -> B\non Paid, Sent -> B\n}\nfinal B",
        [("HS306", 4)],
    ),
    "a timer twice": (
        "timer t\nstart { on Placed -> A { arm t for 1d } }\n"
        "state A {\non t -> B\non t -> B\nignore t\n}\nfinal B",
        [("HS306", 5), ("HS306", 6)],
    ),
    "a composite twice, in another order": (
        OPEN + "state A {\non all(Sent, Paid) -> B\non all(Paid, Sent) -> B\n}\nfinal B",
        [("HS306", 4)],
    ),
    "a part of a composite has a transition of its own": (
        OPEN + "state A {\non Sent\non all(Sent, Paid) -> B\n}\nfinal B",
        [],
    ),
    "what is special stands above `failed`": (
        "start { on Placed -> Q }\nsequence Q {\nstep Pay(id)\non timeout of Pay -> B\n"
        "failed -> B\ndone -> B\n}\nfinal B",
        [],
    ),
    "two requests of one command at once": (
        "start { on Placed -> Q }\nsequence Q {\nparallel {\nstep One: Pay(id)\nstep Two: Pay(id)\n}\n"
        "failed -> B\ndone -> B\n}\nfinal B",
        [],
    ),
}


@pytest.mark.parametrize("name", STATES)
def test_states(name: str) -> None:
    body, expected = STATES[name]
    assert in_saga(body) == expected


EVENTS = {
    "a part of a composite is awaited": (
        "event X { key id: uuid }\nsaga O by id: uuid { start { on Placed -> A }\n"
        "state A { on all(X, Sent) -> B } final B }",
        [("HS402", 3)],
    ),
    "what is deferred or ignored is received, and not awaited": (
        "event X { key id: uuid }\nsaga O by id: uuid { start { on Placed -> A }\n"
        "state A { defer X  ignore Done  after 1d -> B } final B }",
        [],
    ),
    "a reply is sent, and received by who asks": (
        "command Go { key id: uuid }\nevent Went { key id: uuid }\n"
        "saga O by id: uuid handles Go emits Went { start { on Go -> B { reply Went(id) } } final B }\n"
        "saga P by id: uuid { start { on Placed -> A { request Go(id) within 1h } }\n"
        "state A { on Went -> B  on failure of Go -> B } final B }",
        [],
    ),
    "a saga that handles what does not start it": (
        "command Go { key id: uuid }\n"
        "saga O by id: uuid handles Go emits Sent { start { on Placed -> B } final B }",
        [("HS403", 2)],
    ),
    "a saga and a service handle it": (
        "saga O by id: uuid handles Pay emits Sent { start { on Pay -> B } final B }",
        [("HS403", 1)],
    ),
    "what entry, exit and every send goes to somebody": (
        "event X { key id: uuid }\ncommand Y { key id: uuid }\ncommand Z { key id: uuid }\n"
        "saga O by id: uuid { start { on Placed -> A }\n"
        "state A { entry { publish X(id) }\nexit { send Y(id) }\nevery 1h { send Z(id) }  after 1d -> B }\n"
        "final B }",
        [("HS401", 5), ("HS403", 6), ("HS403", 7)],
    ),
    "what a recorded undo requests": (
        "command Y { key id: uuid }\nsaga O by id: uuid {\n"
        "start { on Placed -> A { compensable by Y(id) } }\nstate A { on Sent compensate -> B } final B }",
        [("HS403", 3)],
    ),
    "what an itinerary publishes is sent": (
        "event X { key id: uuid }\nactivity T(id: uuid) { within 1m }\n"
        "itinerary I(id: uuid) { do T(id) on completed { publish X(id) } }\n"
        "saga O by id: uuid { start { on Placed -> A { run I(id) } }  state A { on X -> B } final B }",
        [],
    ),
    "what an itinerary publishes is received by nobody": (
        "event X { key id: uuid }\nactivity T(id: uuid) { within 1m }\n"
        "itinerary I(id: uuid) { do T(id)\non completed { publish X(id) } }\n"
        "saga O by id: uuid { start { on Placed -> A { run I(id) } }\n"
        "state A { on I.completed, I.faulted -> B } final B }",
        [("HS401", 4)],
    ),
    "the answers of a sequence's steps are received": (
        "event X { key id: uuid }\nevent Y { key id: uuid }\ncommand Go { key id: uuid }\n"
        "service T { handle Go emits X | Y }\n"
        "saga O by id: uuid { start { on Placed -> Q } sequence Q { step Go(id) done -> B } final B }",
        [],
    ),
    "an itinerary in a cycle of events": (
        "activity T(id: uuid) { within 1m }\nevent X { key id: uuid }\n"
        "itinerary I(id: uuid) { do T(id) on completed { publish X(id) } }\n"
        "saga O by id: uuid { start { on X -> A { run I(id) } }\n"
        "state A { on I.completed, I.faulted -> B } final B }",
        [("HS412", 4)],
    ),
}


@pytest.mark.parametrize("name", EVENTS)
def test_events(name: str) -> None:
    program, expected = EVENTS[name]
    first = MESSAGES.count("\n")
    assert [(f.code, f.span.line - first) for f in found(MESSAGES + program)] == expected


@pytest.mark.parametrize("name", ["booking.saga", "corners.saga"])
def test_lowered_sequences_have_no_findings(name: str) -> None:
    assert found((LOWERED / name).read_text("utf-8")) == []


def test_what_a_parallel_block_asked_for_is_answered_after_it() -> None:
    text = (LOWERED / "booking.saga").read_text("utf-8")
    findings = check_text(text, Path("/"), Path("/")).findings
    assert not [each for each in findings if each.code == "HS411"]


def test_a_path_tells_what_a_sequence_goes_on_to_with_the_step_before() -> None:
    body = (
        "data { n: int = 0 }\nstart { on Paid -> Q }\n"
        "sequence Q {\nif n > 1 { step Pay(id) }\nstep Refund(id)\ndone -> Trap\n}\nstate Trap { on Sent }"
    )
    (trap,) = found(MESSAGES + SAGA.format(body))
    line = FIRST + 1
    assert trap.path == (
        f"Paid: Q.Refund (line {line})",
        f"Refund.done: Trap (line {line + 3})",
    )

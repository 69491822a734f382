"""The rules on flow, case by case: a program, and the codes with their lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from herosaga.compile import check_paths, check_text
from herosaga.findings import Finding

ROOT = Path(__file__).parents[3]

MESSAGES = """\
event Placed { key id: uuid }
extern event Paid { key id: uuid  n: int }
extern event Sent { key id: uuid }
command Pay { key id: uuid }
command Refund { key id: uuid }
"""
SAGA = "saga Order by id: uuid {{\n{}\n}}\n"
FIRST = MESSAGES.count("\n") + 2  # the line on which a saga's body begins


QUIET = {"HS107", "HS903"}  # rules of other tests: each program uses a few of the messages


def found(text: str) -> list[Finding]:
    return [
        each for each in check_text(text, Path("/"), Path("/")).findings if each.code not in QUIET
    ]


def in_saga(body: str) -> list[tuple[str, int]]:
    """Codes, and lines counted from the first one of a saga's body."""
    return [(f.code, f.span.line - FIRST + 1) for f in found(MESSAGES + SAGA.format(body))]


STATES = {
    "no start": ("state A { on Sent -> B }\nfinal B", [("HS301", 0)]),
    "start without arrow": ("start { on Placed }\nfinal B", [("HS301", 1)]),
    "a start that ends at once": ("start { on Placed -> B }\nfinal B", []),
    "unreached state": (
        "start { on Placed -> B }\nstate A { on Sent -> B }\nfinal B",
        [("HS302", 2)],
    ),
    "what an unreached state leads to is not reported too": (
        "start { on Placed -> B }\nstate A { on Sent -> C }\nstate C { on Sent -> B }\nfinal B",
        [("HS302", 2)],
    ),
    "two that only lead to each other": (
        "start { on Placed -> B }\nstate A { on Sent -> C }\n"
        "state C { on Paid -> A  on Sent -> B }\nfinal B",
        [("HS302", 2)],
    ),
    "unreached final": ("start { on Placed -> B }\nfinal B\nfinal C", [("HS302", 3)]),
    "a final that only undo leads to": (
        "start { on Placed -> A }\nstate A { on Sent compensate -> B }\nfinal B",
        [],
    ),
    "trap": ("start { on Placed -> A }\nstate A { on Sent }\nfinal B", [("HS303", 2)]),
    "trap with a self-arrow": (
        "start { on Placed -> A }\nstate A { on Sent -> A }\nfinal B",
        [("HS303", 2)],
    ),
    "a group is a way out": (
        "start { on Placed -> A }\nstate A { on Sent }\n" "during any { after 1d -> B }\nfinal B",
        [],
    ),
    "what leads into a trap is not reported too": (
        "start { on Placed -> A }\nstate A { on Sent -> C }\nstate C { ignore Sent }\nfinal B",
        [("HS303", 3)],
    ),
    "round and round": (
        "start { on Placed -> A }\nstate A { on Sent -> C }\nstate C { on Sent -> A }\nfinal B",
        [("HS304", 2)],
    ),
    "shadowed by one without guard": (
        "start { on Placed -> A }\nstate A {\non Paid -> B\non Paid when event.n > 1 -> B\n}\n"
        "final B",
        [("HS306", 4)],
    ),
    "an outer level is meant to be overridden": (
        "start { on Placed -> A }\nstate A { on Paid -> B }\nduring any { on Paid -> B }\nfinal B",
        [],
    ),
    "an ignore below a transition": (
        "start { on Placed -> A }\nstate A {\non Paid -> B\nignore Paid\n}\nfinal B",
        [("HS306", 4)],
    ),
    "an unknown state may be the one that nothing else leads to": (
        "start { on Placed -> Qqqqqqqq }\nstate A { on Sent -> B }\nfinal B",
        [("HS102", 1)],
    ),
}


@pytest.mark.parametrize("name", STATES)
def test_states(name: str) -> None:
    body, expected = STATES[name]
    assert in_saga(body) == expected


EVENTS = {
    "emitted and not received": ("service S { on Paid emits Placed }", [("HS401", 6)]),
    "emitted for somebody outside": ("service S { on Paid emits Sent }", []),
    "refused and not received": (
        "service S { on Paid emits Sent refuses Placed }",
        [("HS401", 6)],
    ),
    "an answer to somebody outside": ("service S { handle Pay emits Sent refuses Placed }", []),
    "awaited by a service": ("service S { on Placed }", [("HS402", 6)]),
    "what a flow begins with may come from outside": (
        "service S { on Placed emits Sent }\nflow F { Placed -> Sent }",
        [],
    ),
    "what comes later in a flow may not": (
        "service S { on Placed emits Sent }\nflow F { Paid -> Placed -> Sent }",
        [("HS402", 6), ("HS413", 7)],
    ),
    "an extern service emits it": (
        "extern service S { on Paid emits Placed }\nservice T { on Placed }",
        [],
    ),
    "an extern service handles it": (
        "extern service S { handle Pay }\n"
        "saga O by id: uuid { start { on Placed -> B { send Pay(id) } } final B }",
        [],
    ),
    "an extern service and another handle it": (
        "extern service S { handle Pay }\nservice T { handle Pay }",
        [("HS403", 7)],
    ),
    "sent to nobody when an itinerary ends": (
        "activity A(id: uuid) { readonly }\n"
        "itinerary I(id: uuid) { do A(id) on completed { send Pay(id)  publish Placed(id) } }",
        [("HS403", 7), ("HS401", 7)],
    ),
    "a command nobody sends may come from outside": ("service S { handle Pay emits Sent }", []),
    "two handlers": (
        "service S { handle Pay emits Sent }\nservice T { handle Pay emits Sent }",
        [("HS403", 7)],
    ),
    "a service and a saga take one command": (
        "service S { handle Pay emits Sent }\n"
        "saga O by id: uuid { start { on Pay -> B } final B }",
        [("HS403", 7)],
    ),
    "a saga takes it": (
        "saga O by id: uuid { start { on Placed -> A } state A { on Pay -> B } final B }",
        [],
    ),
    "sent to nobody": (
        "saga O by id: uuid { start { on Placed -> B { send Pay(id) } } final B }",
        [("HS403", 6)],
    ),
    "an undo that nobody carries out": (
        "service S { handle Pay emits Sent }\n"
        "saga O by id: uuid { start { on Placed -> A { request Pay(id) compensable by Refund(id) } }\n"
        "state A { on Sent compensate -> B  on failure of Pay -> B } final B }",
        [("HS403", 7)],
    ),
    "an answer is received": (
        "event Done { key id: uuid }\nservice S { handle Pay emits Done }\n"
        "saga O by id: uuid { start { on Placed -> A { request Pay(id) } }\n"
        "state A { on failure of Pay -> B  after 1d -> B } final B }",
        [("HS411", 8)],
    ),
    "what is ignored is received": (
        "event Done { key id: uuid }\nservice S { on Paid emits Done }\n"
        "saga O by id: uuid { start { on Placed -> A }\n"
        "state A { ignore Done  after 1d -> B } final B }",
        [],
    ),
}


@pytest.mark.parametrize("name", EVENTS)
def test_events(name: str) -> None:
    program, expected = EVENTS[name]
    assert [(f.code, f.span.line) for f in found(MESSAGES + program)] == expected


def test_a_syntax_error_keeps_the_flow_rules_silent() -> None:
    program = MESSAGES + "service S { on Paid emits Placed }\nservice T { on Placed emitz Sent }\n"
    assert {f.code for f in found(program)} == {"HS001"}


def test_the_samples_are_clean() -> None:
    """Those that are projects: the programs of the pages stand each for itself."""
    projects = [path.parent for path in (ROOT / "samples").glob("*/pyproject.toml")]
    assert len(projects) >= 2
    assert check_paths(projects, ROOT).findings == ()

"""HS411, HS501 and HS502: what becomes of a request, case by case."""

from __future__ import annotations

from pathlib import Path

import pytest
from herosaga.compile import check_text
from herosaga.findings import Finding

MESSAGES = """\
extern event Placed { key id: uuid }
extern event Wish { key id: uuid }
event Charged { key id: uuid }
event Declined { key id: uuid }
event Refunded { key id: uuid }
event Packed { key id: uuid }
event Missing { key id: uuid }
command Charge { key id: uuid }
command Refund { key id: uuid }
command Pack { key id: uuid }
command Look { key id: uuid }
service Cards {
  handle Charge emits Charged refuses Declined undone by Refund
  handle Refund emits Refunded
}
"""
PACKS = "service Depot { handle Pack emits Packed refuses Missing %s }\n"
LOOKS = "service Eyes { handle Look readonly }\n"
SAGA = "saga Order by id: uuid {\n%s\nfinal Done\nfinal Lost failed\nfinal Odd manual }\n"
WATCHED = ("HS411", "HS501", "HS502")


def findings(services: str, body: str) -> list[Finding]:
    found = check_text(MESSAGES + services + SAGA % body, Path("/"), Path("/")).findings
    rest = [f for f in found if f.code not in ("HS107", "HS903")]
    assert not [f for f in rest if f.code[:3] in ("HS0", "HS1", "HS2")], rest
    return [f for f in found if f.code in WATCHED]


START = "start { on Placed -> A { request Charge(id) within 5s %s } }\n"
WITH, WITHOUT = START % "compensable", START % ""
FAILS = "on failure of Charge compensate -> Lost"

LEFT = {
    "a way that is meant hides no other": (
        WITH + f"state A {{ on Charged -> B  {FAILS} }}\n"
        'state B { @allow(HS501, "it is meant") on Wish -> Lost  after 1d -> Lost }',
        ["HS501"],
    ),
    "a way that is meant": (
        WITH + f"state A {{ on Charged -> B  {FAILS} }}\n"
        'state B { @allow(HS501, "it is meant") on Wish -> Lost  after 1d -> Done }',
        [],
    ),
    "no compensate on the last way": (
        WITH
        + f"state A {{ on Charged -> B  {FAILS} }}\nstate B {{ on Wish -> Lost  after 1d -> Done }}",
        ["HS501"],
    ),
    "compensated": (
        WITH
        + f"state A {{ on Charged -> B  {FAILS} }}\nstate B {{ on Wish compensate -> Lost  after 1d -> Done }}",
        [],
    ),
    "no record": (WITHOUT + f"state A {{ on Charged -> Done  {FAILS} }}", ["HS501"]),
    "a refusal leaves nothing": (
        WITHOUT
        + "state A { on Charged -> Done  on Declined -> Lost  on failure of Charge -> Odd }",
        [],
    ),
    "a failure that is not a refusal may have done it": (
        WITH + "state A { on Charged -> Done  on Declined -> Lost  on failure of Charge -> Lost }",
        ["HS501"],
    ),
    "undone by hand": (
        WITHOUT + "state A { on Charged -> B  on failure of Charge -> Odd }\n"
        "state B { on Wish -> C { request Refund(id) within 5s }  after 1d -> Done }\n"
        "state C { on Refunded -> Lost  on failure of Refund -> Odd }",
        [],
    ),
    "only on one side of an if": (
        "data { n: int = 0 }\n"
        "start { on Placed -> A { if n > 1 { request Charge(id) compensable } else { request Charge(id) } } }\n"
        f"state A {{ on Charged -> Done  {FAILS} }}",
        ["HS501"],
    ),
    "the second request replaces the refused one": (
        WITH + "state A { on Charged -> Done\n"
        "on Declined -> A { request Charge(id) within 5s compensable }\n"
        f"{FAILS} }}",
        [],
    ),
    "recorded only with the answer": (
        WITHOUT + "state A { on Charged -> B { compensable by Refund(id) }  " + FAILS + " }\n"
        "state B { on Wish compensate -> Lost  after 1d -> Done }",
        ["HS502"],
    ),
    "a block that undoes": (
        "compensation give_back { request Refund(id) within 5s retry forever every 1m }\n"
        + START % "compensable by give_back"
        + f"state A {{ on Charged -> Done  {FAILS} }}",
        [],
    ),
    "by way of a deadline": (
        WITH
        + f"deadline 1d -> Lost\nstate A {{ on Charged -> B  {FAILS} }}\nstate B {{ on Wish -> Done }}",
        ["HS501"],
    ),
    "a pivot means it": (
        WITH + f"state A {{ on Charged -> B {{ pivot }}  {FAILS} }}\n"
        "state B { on Wish compensate -> Lost  after 1d -> Done }",
        [],
    ),
    "the final gives it back": (
        WITH + "state A { on Charged -> Done  on failure of Charge -> Gone }\n"
        "final Gone failed { send Refund(id) }",
        [],
    ),
}

PACK = "start { on Placed -> A { %s request Pack(id) within 5s } }\n"
PLAIN = "state A { on Packed -> B  on Missing -> Lost  on failure of Pack -> Odd }\n"
THEN = "state B { on Wish -> Lost  after 1d -> Done }"

EFFECTS = {
    "an effect that nothing undoes": ("", PACK % "" + PLAIN + THEN, ["HS501"]),
    "readonly": ("readonly", PACK % "" + PLAIN + THEN, []),
    "irreversible": ("irreversible", PACK % "" + PLAIN + THEN, ["HS501"]),
    "irreversible behind a pivot": ("irreversible", PACK % "pivot" + PLAIN + THEN, []),
    "a record of its own": (
        "",
        "start { on Placed -> A { request Pack(id) within 5s compensable by Refund(id) } }\n"
        "state A { on Packed -> B  on failure of Pack compensate -> Lost }\n"
        "state B { on Wish compensate -> Lost  after 1d -> Done }",
        [],
    ),
}

TAKEN = {
    "no failure": (WITH + "state A { on Charged -> Done  on Declined -> Lost }", ["HS411"]),
    "a refusal is a failure": (WITH + f"state A {{ on Charged -> Done  {FAILS} }}", []),
    "time-out and fault apart": (
        WITH + "state A { on Charged -> Done  on Declined -> Lost\n"
        "on timeout of Charge compensate -> Lost  on fault of Charge compensate -> Lost }",
        [],
    ),
    "the fault is forgotten": (
        WITH + "state A { on Charged -> Done  on Declined -> Lost\n"
        "on timeout of Charge compensate -> Lost }",
        ["HS411"],
    ),
    "without a policy there is no time-out": (
        "start { on Placed -> A { request Charge(id) compensable } }\n"
        "state A { on Charged -> Done  on Declined -> Lost  on fault of Charge compensate -> Lost }",
        [],
    ),
    "what is retried for ever does not time out": (
        "start { on Placed -> A { request Charge(id) within 5s retry forever every 1m compensable } }\n"
        "state A { on Charged -> Done  on Declined -> Lost  on fault of Charge compensate -> Lost }",
        [],
    ),
    "the good answer": (WITH + f"state A {{ on Wish -> Done  {FAILS} }}", ["HS411"]),
    "ignored": (
        WITH + "state A { on Charged -> Done  on Declined -> Lost\n"
        "ignore timeout of Charge, fault of Charge  after 1d compensate -> Lost }",
        [],
    ),
    "the state was left while it is open": (
        WITH
        + f"state A {{ on Charged -> Done  on Wish -> B  {FAILS} }}\nstate B {{ after 1d -> Odd }}",
        ["HS411"],
    ),
    "what a state asks for when it is left": (
        "start { on Placed -> A }\nstate A { exit { request Charge(id) within 5s compensable }  on Wish -> B }\n"
        f"state B {{ after 1d -> Odd  {FAILS} }}",
        ["HS411"],
    ),
    "a group takes it": (
        WITH
        + "state A { on Charged -> Done  on Wish -> B }\nstate B { after 1d -> Odd  ignore Charged }\n"
        f"during any {{ {FAILS} }}",
        [],
    ),
    "done": (
        "start { on Placed -> A { request Look(id) within 5s } }\n"
        "state A { on failure of Look -> Lost  after 1d -> Done }",
        ["HS411"],
    ),
    "done is taken": (
        "start { on Placed -> A { request Look(id) within 5s } }\n"
        "state A { on Look.done -> Done  on failure of Look -> Lost }",
        [],
    ),
    "an internal transition closes it": (
        WITH + f"state A {{ on Charged {{ publish Packed(id) }}  on Wish -> B  {FAILS} }}\n"
        f"state B {{ on Charged -> Done  {FAILS} }}",
        [],
    ),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_left(name: str) -> None:
    body, expected = LEFT[name]
    assert [f.code for f in findings("", body)] == expected


@pytest.mark.parametrize("name", EFFECTS)
def test_kinds_of_effects(name: str) -> None:
    says, body, expected = EFFECTS[name]
    assert [f.code for f in findings(PACKS % says, body)] == expected


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_taken(name: str) -> None:
    body, expected = TAKEN[name]
    assert [f.code for f in findings(LOOKS, body)] == expected


def test_the_shortest_path_is_told() -> None:
    body = LEFT["no compensate on the last way"][0]
    (found,) = findings("", body)
    assert found.path == (
        "Placed: A, requests Charge (line 17)",
        "Charged: B (line 18)",
        "Wish: Lost (line 19)",
    )
    assert found.hint == "write `on Wish compensate -> Lost`"

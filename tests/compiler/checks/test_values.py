"""HS207, HS208, HS211: money in floats, comparisons that tell nothing, personal data out of place."""

from __future__ import annotations

from pathlib import Path

import pytest
from herosaga.compile import check_text
from herosaga.fix import mend

from helpers.codes import findings_of, words_of


def saga(body: str) -> str:
    return f"saga Order by id: uuid {{ {body} final Done }}\n"


MONEY = {
    "a field": ("extern event E { key id: uuid  price: float }", ["price"]),
    "the last word": ("record R { unit_price: float }", ["unit_price"]),
    "plural": ("record R { fees: list[float] }", ["fees"]),
    "optional": ("record R { total: float? }", ["total"]),
    "values of a dict": ("record R { costs: dict[str, float] }", ["costs"]),
    "written together": ("record R { netAmount: float }", ["netAmount"]),
    "through an alias": ("type Euro = float\nrecord R { amount: Euro }", ["amount"]),
    "data": (saga("data { total: float = 0 } start { on E -> Done }"), ["total"]),
    "a parameter and an output": (
        "activity A(cost: float) -> (fee: float) { readonly }",
        ["cost", "fee"],
    ),
    "a function": ("extern shipping_fee(x: int) -> float", ["shipping_fee"]),
}
NO_MONEY = {
    "decimal": "record R { price: decimal }",
    "int": "record R { total: int  costs: list[int] }",
    "another name": "record R { weight: float }",
    "not the last word": "record R { price_factor: float  total_weight: float }",
    "part of a word": "record R { coffee: float }",
    "a dict of decimals": "record R { prices: dict[str, decimal] }",
    "allowed": 'record R { @allow(HS207, "an estimate") cost: float }',
}


@pytest.mark.parametrize("name", MONEY)
def test_floats_for_money(name: str) -> None:
    program, expected = MONEY[name]
    event = "" if "event E" in program else "extern event E { key id: uuid }\n"
    assert words_of("HS207", event + program) == expected


@pytest.mark.parametrize("name", NO_MONEY)
def test_no_floats_for_money(name: str) -> None:
    assert words_of("HS207", NO_MONEY[name]) == []


# --- comparisons -------------------------------------------------------------------------------

TESTS = """\
enum Color { red, green }
extern event E {
  key id: uuid  n: int  xs: list[int]  note: str?  f: float  c: Color  d: decimal  ok: bool  j: json
}
""" + saga("start { on E when %s -> Done on E -> Done }")

CERTAIN = {
    "1 == 1": True,
    "1 > 2": False,
    "1 < 2.5": True,
    "-1 > 0": False,
    '"a" == "b"': False,
    "Color.red == Color.red": True,
    "Color.red != Color.red": False,
    "event.n == event.n": True,
    "event.n < event.n": False,
    "event.d + 1 != event.d + 1": False,
    "event.n is none": False,
    "event.xs is not none": True,
    "len(event.xs) < 0": False,
    "len(event.xs) >= 0": True,
    "len(event.xs) == -1": False,
    "len(event.xs) > -1": True,
    "0 <= len(event.xs)": True,
    "abs(event.d) < 0": False,
    "event.n in []": False,
    "event.n not in []": True,
    "1 in [1, 2]": True,
    "3 in [1, 2]": False,
    "event.ok or true": True,
    "false and event.ok": False,
}
UNCERTAIN = [
    "event.n == 1",
    "event.n < event.d",
    "event.note is none",
    "event.note is not none and event.note is none",
    "len(event.xs) > 0",
    "len(event.xs) == 0",
    "len(event.xs) <= 0",
    "abs(event.d) > 0",
    "event.f == event.f",
    "uuid() == uuid()",
    "event.n in [1, event.n]",
    "event.n in event.xs",
    "event.ok or false",
    "true and event.ok",
    "event.c == Color.red",
    "event.j is none",
    "event.xs[0] == event.xs[1]",
]


@pytest.mark.parametrize("test", CERTAIN)
def test_certain(test: str) -> None:
    (found,) = findings_of("HS208", TESTS % test)
    assert found.message == f"`{test}` is always {str(CERTAIN[test]).lower()}"


@pytest.mark.parametrize("test", UNCERTAIN)
def test_uncertain(test: str) -> None:
    assert words_of("HS208", TESTS % test) == []


@pytest.mark.parametrize(
    "program",
    [
        saga("start { on E -> Done { if %s { publish E(id) } } }"),
        saga("data { n: int = 0 } start { on E -> Done { if %s { set n += 1 } } }"),
        saga("start { on E -> W } state W { entry { if %s { publish E(id) } } "
                    "after 1d -> Done }"),
        "activity A(id: uuid) { readonly }\nitinerary I(id: uuid) { if %s { do A(id) } }",
    ],
)  # fmt: skip
def test_wherever_a_test_stands(program: str) -> None:
    event = "extern event E { key id: uuid }\n"
    assert words_of("HS208", event + program % "1 == 2") == ["1 == 2"]
    assert words_of("HS208", event + program % "true") == []


def test_a_sequence_is_told_once() -> None:
    program = (
        "extern event E { key id: uuid }\ncommand C { key id: uuid }\nevent D { key id: uuid }\n"
        "service S { handle C emits D irreversible }\n"
    ) + saga(
        "start { on E -> B } sequence B { if 1 == 2 { step C(id) within 1d } done -> Done"
        " failed -> Done }"
    )
    assert words_of("HS208", program) == ["1 == 2"]


# --- personal data -----------------------------------------------------------------------------

PERSON = """\
record Guest { @pii name: str  age: int = 1 }
record Note { text: str }
extern event E {
  key id: uuid  @pii mail: str  @pii born: date?  @pii names: list[str]  @pii mad: bool  n: int
  guest: Guest  guests: list[Guest]
}
extern event Out {
  key id: uuid  a: str = ""  b: list[str] = []  m: int = 0  y: bool = true  note: Note?  who: Guest?
  @pii p: str = ""  @pii ps: list[str] = []
}
extern mask(@pii text: str) -> str
command Do { key id: uuid  a: str = ""  @pii p: str = "" }
service S { on Out  handle Do emits Out undone by Do }
""" + saga(
    """data { plain: str = ""  @pii secret: str = ""  all_of: list[Guest] = [] }
  compensation back(text: str, @pii hidden: str) { send Do(id, a = text, p = hidden) }
  start { on E -> W { %s } }
  state W { on Out -> Done { set plain = lower(plain) } on failure of Do compensate -> Done }
"""
)

LEAKS = {
    "a field of the event": ("publish Out(id, a = event.mail)", "Out.a"),
    "by its bare name": ("set plain = event.mail", "plain"),
    "from the data": ("set secret = event.mail publish Out(id, a = secret)", "Out.a"),
    "a record's field": ("publish Out(id, a = event.guest.name)", "Out.a"),
    "joined": ('publish Out(id, a = "to " + event.mail)', "Out.a"),
    "through a function": ("publish Out(id, a = upper(event.mail))", "Out.a"),
    "as text": ("publish Out(id, a = str(event.mail))", "Out.a"),
    "one of two": ('publish Out(id, a = if event.n > 1 then event.mail else "")', "Out.a"),
    "the other of two": ('publish Out(id, a = if event.n > 1 then "" else event.mail)', "Out.a"),
    "in a list": ("publish Out(id, b = [event.mail])", "Out.b"),
    "a whole list": ("publish Out(id, b = event.names)", "Out.b"),
    "an element": ("publish Out(id, a = event.names[0])", "Out.a"),
    "the least": ("publish Out(id, a = min(event.names))", "Out.a"),
    "a bool": ("publish Out(id, y = not event.mad)", "Out.y"),
    "in a record": ("publish Out(id, note = Note(text = event.mail))", "Note.text"),
    "each of a list, in an undo": (
        'for x in event.names { compensable by back(text = x, hidden = "") }',
        "back.text",
    ),
    "each of a list": ("for x in event.names { send Do(id, a = x) }", "Do.a"),
    "a field of each": ("for g in event.guests { send Do(id, a = g.name) }", "Do.a"),
    "folded": ("publish Out(id, a = max(g.name for g in event.guests))", "Out.a"),
    "folded, from a list": ("publish Out(id, a = max(x for x in event.names))", "Out.a"),
    "behind a test": ("if event.n > 1 { publish Out(id, a = event.mail) }", "Out.a"),
    "in a request": ("request Do(id, a = event.mail) within 1d compensable", "Do.a"),
    "in an undo": ("compensable by Do(id, a = event.mail)", "Do.a"),
    "in an undo of the saga's": (
        "compensable by back(text = event.mail, hidden = event.mail)",
        "back.text",
    ),
}
TIGHT = {
    "into what is marked": "publish Out(id, p = event.mail, ps = event.names)",
    "data that is marked": "set secret = event.mail publish Out(id, p = secret)",
    "what is not personal": "publish Out(id, m = event.n)",
    "a length": "publish Out(id, m = len(event.names))",
    "a comparison": 'publish Out(id, y = event.mail == "x")',
    "a test for none": "publish Out(id, y = event.born is none)",
    "membership": 'publish Out(id, y = "x" in event.names)',
    "any of them": "publish Out(id, y = any(x == event.mail for x in event.names))",
    "a condition": 'publish Out(id, a = if event.mail == "x" then "a" else "b")',
    "masked": "publish Out(id, a = mask(event.mail))",
    "a record as a whole": "publish Out(id, who = event.guest)",
    "records as a whole": "set all_of = event.guests",
    "a record made of it": "publish Out(id, who = Guest(name = event.mail))",
    "another field of the record": "publish Out(id, m = event.guest.age)",
    "another field of each": "publish Out(id, m = sum(g.age for g in event.guests))",
    "an undo that is marked": 'compensable by back(text = "", hidden = event.mail)',
    "which element": "publish Out(id, m = [1, 2][len(event.mail)])",
}


@pytest.mark.parametrize("name", LEAKS)
def test_leaks(name: str) -> None:
    actions, target = LEAKS[name]
    (found,) = findings_of("HS211", PERSON % actions)
    assert found.message == f"personal data gets into `{target}`, which is not `@pii`"
    assert len(found.labels) == 2


@pytest.mark.parametrize("name", TIGHT)
def test_tight(name: str) -> None:
    assert words_of("HS211", PERSON % TIGHT[name]) == []


OTHERS = {
    "bound by a trigger": (
        "extern event E { key id: uuid  @pii mail: str }\n"
        + saga('data { mail: str = "" } start { on E(mail) -> Done }'),
        ["mail"],
    ),
    "in a sequence": (
        "extern event E { key id: uuid  @pii xs: list[str] }\ncommand C { key id: uuid  x: str }\n"
        "event D { key id: uuid }\nservice S { handle C emits D irreversible }\n"
        + saga(
            "data { @pii xs: list[str] } start { on E(xs) -> B } sequence B {"
            " for y in xs { step C(id, x = y) within 1d } done -> Done failed -> Done }"
        ),
        ["y"],
    ),
    "into an activity": (
        "activity A(id: uuid, mail: str) -> (@pii place: str) { readonly }\n"
        "activity B(id: uuid, place: str) { readonly }\n"
        "itinerary I(id: uuid, @pii mail: str) { do A(id, mail) do B(id, place) }",
        ["mail", "place"],
    ),
    "into an itinerary": (
        "extern event E { key id: uuid  @pii mail: str }\n"
        "activity A(id: uuid, mail: str) { readonly }\n"
        "itinerary I(id: uuid, mail: str) { do A(id, mail) }\n"
        + saga("start { on E -> W { run I(id, event.mail) } } state W { on I.completed -> Done"
                      " on I.faulted -> Done }"),
        ["event.mail"],
    ),
    "out of an itinerary": (
        "extern event F { key id: uuid  place: str }\n"
        "activity A(id: uuid) -> (@pii place: str) { readonly }\n"
        "itinerary I(id: uuid) { do A(id) on completed { publish F(id, place) } }",
        ["place"],
    ),
    "where it ended": (
        "extern event E { key id: uuid }\n"
        "activity A(id: uuid) -> (@pii place: str) { readonly }\nitinerary I(id: uuid) { do A(id) }\n"
        + saga('data { place: str = "" } start { on E -> W { run I(id) } }'
                      " state W { on I.completed(place) -> Done on I.faulted -> Done }"),
        ["place"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_other_ways(name: str) -> None:
    program, expected = OTHERS[name]
    assert words_of("HS211", program) == expected


@pytest.mark.parametrize(
    ("target", "marked"),
    [
        ("mail: str", "@pii mail: str"),
        ("n: int  mail: str", "n: int  @pii mail: str"),
        ("key  mail: str", "@pii key  mail: str"),
    ],
)
def test_the_repair_marks_the_target(target: str, marked: str) -> None:
    here = Path("/")
    value = ", n = 1" if "n: int" in target else ""
    program = (
        (
            "extern event E { key id: uuid  @pii mail: str }\nextern event Out { %s }\n"
            + saga("start { on E -> Done { publish Out(event.mail%s) } }")
        )
        .replace("{", "{")
        .replace("}", "}")
    )
    found = check_text(program % (target, value), here, here).findings
    (text,) = mend(found).texts.values()
    assert text == program % (marked, value)

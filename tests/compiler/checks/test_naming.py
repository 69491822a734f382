"""HS901, HS903: names that are not written like others of their kind, and what nobody has described."""

from __future__ import annotations

from pathlib import Path

import pytest
from herosaga.compile import check_paths, check_text
from herosaga.fix import mend

from helpers.codes import findings_of, words_of

EVENT = "extern event E { key id: uuid  ns: list[int] }\n"


def saga(body: str, name: str = "Order") -> str:
    return f"{EVENT}saga {name} by id: uuid {{ {body} final Done }}\n"


def starting(actions: str) -> str:
    return saga(f"data {{ n: int = 0 }} start {{ on E -> Done {{ {actions} }} }}")


ODD = {
    "an event": ("event order_placed { key id: uuid }", "OrderPlaced"),
    "a command": ("command placeOrder { key id: uuid }", "PlaceOrder"),
    "a record in capitals": ("record ORDER_LINE { x: int }", "OrderLine"),
    "an enum": ("enum color { red }", "Color"),
    "an alias": ("type order_id = uuid", "OrderId"),
    "a service": (EVENT + "service bank { on E }", "Bank"),
    "a saga": (saga("start { on E -> Done }", "order"), "Order"),
    "an activity": ("activity pack(id: uuid) { readonly }", "Pack"),
    "a flow": (EVENT + "service S { on E emits F }\nevent F { key id: uuid }\nflow f { E -> F }", "F"),
    "a state": (saga("start { on E -> waiting } state waiting { after 1d -> Done }"), "Waiting"),
    "a final": (saga("start { on E -> over } final over"), "Over"),
    "with an underscore": ("record Order_Line { x: int }", "OrderLine"),
    "a field": ("record R { orderId: int }", "order_id"),
    "a member": ("enum Color { Red }", "red"),
    "a member in capitals": ("enum Color { RED }", "red"),
    "a policy": ("policy Patient { within 1d }", "patient"),
    "a function": ("extern isVip(id: uuid) -> bool", "is_vip"),
    "a parameter": ("extern is_vip(customerId: uuid) -> bool", "customer_id"),
    "an output": ("activity A(id: uuid) -> (boxId: str) { readonly }", "box_id"),
    "a log": ("activity A(id: uuid) { log { boxId: str } }", "box_id"),
    "data": (saga("data { theTotal: int = 0 } start { on E -> Done }"), "the_total"),
    "a timer": (saga("timer Reminder start { on E -> Done }"), "reminder"),
    "a compensation": (saga("compensation Refund { publish E(id, ns = []) } start { on E -> Done }"),
                       "refund"),
    "a loop's variable": (starting("for theN in event.ns { set n += theN }"), "the_n"),
    "a generator's variable": (starting("set n = sum(N for N in event.ns)"), "n"),
}  # fmt: skip
FINE = {
    "pascal": "event OrderPlaced { key order_id: uuid }",
    "initials": "record HTTPCall { sku2: str }",
    "one letter": "record R { x: int }",
    "a digit": "event Order2 { key id: uuid }",
    "a word of Python": "record R { class: int  _from: int }",
    "a function": "extern is_vip(customer_id: uuid) -> bool",
    "a sequence's states": "command C { key id: uuid }\nevent D { key id: uuid }\n"
    "service S { handle C emits D irreversible }\n"
    + saga("start { on E -> B } sequence B { step C(id) within 1d done -> Done failed -> Done }"),
    "a loop's variable": starting("for each_n in event.ns { set n += each_n }"),
    "allowed": 'record R { @allow(HS901, "their name") orderId: int }',
    "an itinerary": "activity A(id: uuid) { readonly }\nitinerary I(id: uuid) { do A(id) }",
}


@pytest.mark.parametrize("name", ODD)
def test_odd_names(name: str) -> None:
    program, meant = ODD[name]
    (found,) = findings_of("HS901", program)
    assert found.message.endswith(f"`: `{meant}`")


@pytest.mark.parametrize("name", FINE)
def test_fine_names(name: str) -> None:
    assert words_of("HS901", FINE[name]) == []


def test_a_declaration_is_told_once() -> None:
    program = (
        EVENT + "event out_ { key id: uuid }\nservice S { on E emits out_ }\nservice T { on out_ }"
    )
    assert words_of("HS901", program) == ["out_"]


def test_an_imports_word(tmp_path: Path) -> None:
    (tmp_path / "lib.saga").write_text("namespace lib\n" + EVENT)
    (tmp_path / "main.saga").write_text('import "lib.saga" as Lib\nservice S { on Lib.E }\n')
    found = check_paths([tmp_path / "main.saga"], tmp_path).findings
    odd = [each for each in found if each.code == "HS901"]
    assert [(each.span.line, each.span.column, each.fix) for each in odd] == [(1, 22, ())]


def test_repaired_where_nobody_else_can_know_it() -> None:
    here = Path("/")
    program = starting("for theN in event.ns { set n += 1 }")
    (text,) = mend(check_text(program, here, here).findings).texts.values()
    assert text == program.replace("theN", "the_n")
    used = starting("for theN in event.ns { set n += theN }")
    for each in (used, "record R { orderId: int }", "policy Patient { within 1d }"):
        assert not mend(check_text(each, here, here).findings).texts


# --- descriptions ------------------------------------------------------------------------------

UNDESCRIBED = {
    "an event": ("event E { key id: uuid }", ["E"]),
    "a command": ("command C { key id: uuid }", ["C"]),
    "a record": ("record R { x: int }", ["R"]),
    "an enum": ("enum Color { red }", ["Color"]),
    "a service": (EVENT + "service S { on E }", ["E", "S"]),
    "a saga": (saga("start { on E -> Done }"), ["E", "Order"]),
    "an itinerary": (
        "activity A(id: uuid) { readonly }\n/// Goes.\nitinerary I(id: uuid) { do A(id) }",
        ["A"],
    ),
    "a function": ("extern is_vip(id: uuid) -> bool", ["is_vip"]),
    "a plain comment is none": ("// Order.\nrecord R { x: int }", ["R"]),
}
DESCRIBED = {
    "an event": "/// It is so.\nevent E { key id: uuid }",
    "behind an annotation": '/// It is so.\n@topic("e")\nevent E { key id: uuid }',
    "an alias": "type Id = uuid",
    "a policy": "policy patient { within 1d }",
    "a field": "/// All.\nrecord R { x: int  y: int }",
    "members": "/// All.\nenum Color { red, green }",
    "allowed": '@allow(HS903, "says itself") record R { x: int }',
}


@pytest.mark.parametrize("name", UNDESCRIBED)
def test_undescribed(name: str) -> None:
    program, expected = UNDESCRIBED[name]
    found = findings_of("HS903", program)
    assert sorted(words_of("HS903", program)) == sorted(expected)
    assert {each.severity for each in found} == {"note"}


@pytest.mark.parametrize("name", DESCRIBED)
def test_described(name: str) -> None:
    assert words_of("HS903", DESCRIBED[name]) == []

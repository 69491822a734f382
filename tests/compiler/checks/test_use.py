"""HS107, HS108, HS205: what nothing uses or reads, and what should not be used."""

from __future__ import annotations

from pathlib import Path

import pytest
from herosaga.compile import check_paths, check_text
from herosaga.findings import Finding
from herosaga.fix import mend

from helpers.codes import findings_of, words_of

BASE = """\
extern event Placed { key id: uuid  n: int  note: str? }
extern event Paid { key id: uuid }
command Pay { key id: uuid  n: int }
service Bank { on Placed  handle Pay emits Paid irreversible }
"""
SAGA = "saga Order by id: uuid {{ {} final Done }}\n"
RUNS = SAGA.format(
    "start { on Placed -> W { request Pay(id, event.n) within 1d } }"
    "state W { on Paid -> Done on failure of Pay -> Done }"
)
KEPT = SAGA.format(
    "data { %s } start { on Placed -> W { %s } } state W { on Paid %s -> Done after 1d -> Done }"
)

UNUSED = {
    "an event": ("event Lost { key id: uuid }", ["Lost"]),
    "an event from outside": ("extern event Lost { key id: uuid }", ["Lost"]),
    "a command": ("command Lose { key id: uuid }", ["Lose"]),
    "a record": ("record Item { sku: str }", ["Item"]),
    "a record that only names itself": ("record Tree { parts: list[Tree] }", ["Tree"]),
    "an enum": ("enum Color { red, green }", ["Color"]),
    "an alias": ("type Id = uuid", ["Id"]),
    "a policy": ("policy patient { within 1d }", ["patient"]),
    "a function": ("extern is_vip(id: uuid) -> bool", ["is_vip"]),
    "what only a scenario names": (
        "event Lost { key id: uuid }\n" + RUNS + 'scenario "x" for Order { expect published Lost }',
        ["Lost"],
    ),
    "a timer": (SAGA.format("timer reminder start { on Placed -> Done }"), ["reminder"]),
    "a compensation": (
        SAGA.format("compensation refund { send Pay(id, n = 1) } start { on Placed -> Done }"),
        ["refund"],
    ),
    "an activity beside an itinerary": (
        "activity A(id: uuid) { readonly }\nactivity B(id: uuid) { readonly }\nitinerary I(id: uuid) { do A(id) }",
        ["B"],
    ),
    "what only another one uses is used": (
        "record Item { sku: str }\nrecord Cart { items: list[Item] }",
        ["Cart"],
    ),
}
USED = {
    "emitted": "event Lost { key id: uuid }\nservice S { on Paid emits Lost }",
    "refused": "event Lost { key id: uuid }\ncommand C { key id: uuid }\n"
    "service S { handle C emits Paid refuses Lost readonly }",
    "an undo": "command Back { key id: uuid }\ncommand C { key id: uuid }\n"
    "service S { handle C emits Paid undone by Back  handle Back }",
    "in a flow": "extern event Lost { key id: uuid }\nflow F { Paid -> Lost }",
    "ignored": "extern event Lost { key id: uuid }\n"
    + SAGA.format("start { on Placed -> W } state W { ignore Lost after 1d -> Done }"),
    "a type of a field": "record Item { sku: str }\nextern event E { item: Item }\nservice S { on E }",
    "an alias of a type": "type Id = uuid\nextern event E { x: Id? }\nservice S { on E }",
    "a member of an enum": "enum Color { red, green }\n"
    + SAGA.format("start { on Placed when Color.red == Color.green -> Done on Placed -> Done }"),
    "a policy of an activity": "policy slow { within 1d }\nactivity A(id: uuid) { with slow }\n"
    "itinerary I(id: uuid) { do A(id) }",
    "a policy": "policy slow { within 1d }\n" + RUNS.replace("within 1d", "with slow"),
    "a function": "extern is_vip(id: uuid) -> bool\n"
    + SAGA.format("start { on Placed when is_vip(event.id) -> Done on Placed -> Done }"),
    "a timer": SAGA.format(
        "timer soon start { on Placed -> W { arm soon for 1d } } state W { on soon -> Done }"
    ),
    "a compensation": SAGA.format(
        "compensation back { send Pay(id, n = 1) } start { on Placed -> W { request Pay(id, event.n)"
        " within 1d compensable by back } } state W { on Paid -> Done on failure of Pay -> Done }"
    ),
    "an itinerary that nobody runs": "activity A(id: uuid) { readonly }\nitinerary I(id: uuid) { do A(id) }",
    "an activity without any itinerary": "activity A(id: uuid) { readonly }",
    "allowed": '@allow(HS107, "others receive it") event Lost { key id: uuid }',
}


@pytest.mark.parametrize("name", UNUSED)
def test_unused(name: str) -> None:
    program, expected = UNUSED[name]
    assert words_of("HS107", f"{BASE}{RUNS if 'saga' not in program else ''}{program}") == expected


@pytest.mark.parametrize("name", USED)
def test_used(name: str) -> None:
    assert words_of("HS107", BASE + USED[name]) == []


def test_a_library_is_for_others() -> None:
    assert words_of("HS107", "record Item { sku: str }\npolicy slow { within 1d }\n") == []


@pytest.mark.parametrize("code", ["HS107", "HS205"])
def test_nothing_while_names_are_wrong(code: str) -> None:
    program = BASE + "event Lost { key id: uuid }\n" + KEPT % ("total: int", "set total = 1", "")
    here = Path("/")
    assert code in {each.code for each in check_text(program, here, here).findings}
    wrong = program + "service S { on Paid emits Losst }\n"
    assert code not in {each.code for each in check_text(wrong, here, here).findings}


# --- imports -----------------------------------------------------------------------------------

LIBRARY = "namespace lib\nrecord Item { sku: str }\nextern event Sent { key id: uuid  x: Item }\n"
IMPORTS = {
    "of nothing": ('import "lib.saga"\n', "extern event E { key id: uuid }\nservice S { on E }", 1),
    "by its word, but named without": (
        'import "lib.saga" as lib\nimport "lib.saga"\n',
        "service S { on Sent }",
        1,
    ),
    "of a type": ('import "lib.saga"\n', "extern event E { x: Item }\nservice S { on E }", 0),
    "by its word": ('import "lib.saga" as lib\n', "service S { on lib.Sent }", 0),
    "of a saga for a scenario": (
        'import "saga.saga"\n',
        'scenario "x" for Order { expect nothing }',
        0,
    ),
    "where nothing is declared": ('import "lib.saga"\nimport "saga.saga"\n', "", 0),
    "of who serves the same messages": (
        'import "lib.saga"\nimport "saga.saga"\n',
        "service S { on Placed emits Sent }\n",
        0,
    ),
}


def in_files(folder: Path, head: str, body: str) -> list[Finding]:
    event = "extern event Placed { key id: uuid }\n"
    both = 'import "lib.saga"\n' + event + SAGA.format("start { on Placed -> Done { %s } }")
    (folder / "lib.saga").write_text(LIBRARY)
    (folder / "saga.saga").write_text(both % 'publish Sent(id, x = Item(sku = "tea"))')
    (folder / "main.saga").write_text(head + body)
    found = check_paths([folder / "main.saga"], folder).findings
    assert not [each for each in found if each.severity == "error"], found
    return [each for each in found if each.code == "HS107" and each.fix]


@pytest.mark.parametrize("name", IMPORTS)
def test_imports(name: str, tmp_path: Path) -> None:
    head, body, count = IMPORTS[name]
    assert len(in_files(tmp_path, head, body)) == count


@pytest.mark.parametrize(
    ("head", "left"),
    [
        ('import "lib.saga"\n', ""),
        ('import "lib.saga"  // brings Item\n', ""),
        ('  import "lib.saga"  \r\n', ""),
        ('import "lib.saga" event E { key id: uuid }\n', " event E { key id: uuid }\n"),
    ],
)
def test_the_line_goes(head: str, left: str, tmp_path: Path) -> None:
    body = "extern event F { key id: uuid }\nservice S { on F }\n"
    mended = mend(in_files(tmp_path, head, body))
    assert [*mended.texts.values()] == [left + body]


# --- deprecated --------------------------------------------------------------------------------

OLD = '@deprecated("use New") '
DEPRECATED = {
    "an event that is received": (
        f"{OLD}extern event Old {{ key id: uuid }}",
        "service S { on Old }",
        ["Old"],
    ),
    "a command that is sent": (
        OLD + "command Old { key id: uuid }\nservice S { handle Old irreversible }",
        SAGA.format("start { on Placed -> Done { send Old(id) } }"),
        ["Old"],
    ),
    "an event that is emitted": (
        f"{OLD}event Old {{ key id: uuid }}",
        "service S { on Paid emits Old }",
        ["Old"],
    ),
    "a record": (f"{OLD}record Old {{ x: int }}", "record New { old: Old }", ["Old"]),
    "an alias": (f"{OLD}type Old = int", "record New { old: list[Old] }", ["Old"]),
    "a function": (
        f"{OLD}extern old(n: int) -> int",
        SAGA.format("start { on Placed when old(event.n) > 1 -> Done on Placed -> Done }"),
        ["old"],
    ),
    "a policy": (
        f"{OLD}policy old {{ within 1d }}",
        RUNS.replace("within 1d", "with old"),
        ["old"],
    ),
    "a field that is given": (
        f"event E {{ key id: uuid  {OLD}x: int = 1 }}",
        SAGA.format("start { on Placed -> Done { publish E(id, x = 2) } }"),
        ["2"],
    ),
    "a field that is read": (
        f"extern event E {{ key id: uuid  {OLD}x: int }}",
        SAGA.format("start { on E when event.x > 1 -> Done on E -> Done }"),
        ["event.x"],
    ),
    "a member of an enum": (
        f"enum Color {{ {OLD}red, green }}\nextern event E {{ key id: uuid  c: Color }}",
        SAGA.format("start { on E when event.c == Color.red -> Done on E -> Done }"),
        ["Color.red"],
    ),
    "data": (
        "",
        KEPT % (OLD + "x: int = 0", "set x = 1", "when x > 0"),
        ["set x = 1", "x"],
    ),
    "a service": (
        OLD + "service Old { handle Do irreversible }\ncommand Do { key id: uuid }",
        SAGA.format("start { on Placed -> Done { send Do(id) } }"),
        ["Do"],
    ),
}
FINE = {
    "its handler": OLD + "command Old { key id: uuid }\nservice S { handle Old irreversible }",
    "nobody": f"{OLD}record Old {{ x: int }}",
    "itself": f"{OLD}record Old {{ x: list[Old] }}",
    "a field left out": f"event E {{ key id: uuid  {OLD}x: int = 1 }}\n"
    + SAGA.format("start { on Placed -> Done { publish E(id) } }"),
    "another field": f"extern event E {{ key id: uuid  {OLD}x: int  y: int }}\n"
    + SAGA.format("start { on E when event.y > 1 -> Done on E -> Done }"),
    "a scenario": f"{OLD}extern event Old {{ key id: uuid }}\n{RUNS}"
    'scenario "x" for Order { when Old(id = "00000000-0000-0000-0000-000000000001") }',
    "what a saga takes": OLD
    + "command Old { key id: uuid }\n"
    + SAGA.format("start { on Old -> Done }"),
    "allowed": f'{OLD}record Old {{ x: int }}\n@allow(HS108, "until May") record New {{ old: Old }}',
}


@pytest.mark.parametrize("name", DEPRECATED)
def test_deprecated(name: str) -> None:
    declared, used, expected = DEPRECATED[name]
    assert words_of("HS108", f"{BASE}{declared}\n{used}\n") == expected


@pytest.mark.parametrize("name", FINE)
def test_not_deprecated(name: str) -> None:
    assert words_of("HS108", BASE + FINE[name]) == []


# --- data that nothing reads -------------------------------------------------------------------

UNREAD = {
    "set": ("total: int", "set total = event.n", ""),
    "only counted": ("total: int = 0", "set total += 1", ""),
    "only in its own value": (
        "total: int = 0",
        "set total = if total > 3 then 0 else total + 1",
        "",
    ),
    "never touched": ("total: int = 0", "", ""),
    "set in a branch": ("total: int", "if event.n > 1 { set total = 2 }", ""),
    "another is read": ("total: int = 0  n: int", "set n = 1 set total = 1", "when n > 0"),
}
READ = {
    "in a guard": ("total: int", "set total = event.n", "when total > 3"),
    "in an argument": ("total: int", "set total = 1 send Pay(id, n = total)", ""),
    "by its bare name": ("n: int", "set n = 1 send Pay(id, n)", ""),
    "in another's value": ("total: int  n: int", "set n = 1 set total = n", "when total > 3"),
    "in a condition": ("total: int = 0", "set total += 1 if total > 3 { send Pay(id, n = 1) }", ""),
    "in a loop": ("all_of: list[int] = []", "for x in all_of { send Pay(id, n = x) }", ""),
    "in a generator": ("ns: list[int] = []", "send Pay(id, n = sum(n for n in ns))", ""),
    "in a policy": ("wait: duration = 1d", "request Pay(id, n = 1) within wait", ""),
    "allowed": ('@allow(HS205, "for support") why: str = ""', 'set why = "late"', ""),
}
ELSEWHERE = {
    "bound by a trigger": (
        SAGA.format("data { n: int } start { on Placed(n) -> Done }"),
        ["n"],
    ),
    "in a final": (
        SAGA.format("data { n: int } start { on Placed(n) -> Over }").replace(
            "final Done", "final Over { send Pay(id, n) }"
        ),
        [],
    ),
    "in an undo": (
        SAGA.format(
            "data { n: int } compensation back { send Pay(id, n) } start { on Placed(n) -> W {"
            " request Pay(id, n = 1) within 1d compensable by back } }"
            " state W { on Paid -> Done on failure of Pay compensate -> Done }"
        ),
        [],
    ),
    "in a correlation": (
        SAGA.format(
            "data { n: int } correlate Found where n == event.n start { on Placed(n) -> W }"
            " state W { on Found -> Done after 1d -> Done }"
        )
        + "extern event Found { n: int }",
        [],
    ),
    "in a time": (
        SAGA.format(
            "data { wait: duration = 1d } start { on Placed -> W } state W { after wait -> Done }"
        ),
        [],
    ),
    "only a scenario": (
        SAGA.format("data { n: int } start { on Placed(n) -> Done }")
        + 'scenario "x" for Order { when Placed(id = "00000000-0000-0000-0000-000000000001", n = 1) }',
        ["n"],
    ),
}


@pytest.mark.parametrize("name", UNREAD)
def test_unread(name: str) -> None:
    assert words_of("HS205", BASE + KEPT % UNREAD[name]) == ["total"]


@pytest.mark.parametrize("name", READ)
def test_read(name: str) -> None:
    assert words_of("HS205", BASE + KEPT % READ[name]) == []


@pytest.mark.parametrize("name", ELSEWHERE)
def test_read_elsewhere(name: str) -> None:
    program, expected = ELSEWHERE[name]
    assert words_of("HS205", BASE + program) == expected


def test_where_it_is_set_is_shown() -> None:
    found = findings_of("HS205", BASE + KEPT % UNREAD["set"])
    assert [label.text for each in found for label in each.labels] == ["set here"]

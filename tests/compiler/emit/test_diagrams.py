"""Diagrams: what is in them, that each format says the same, and that names and texts are nothing but text."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from herosaga.checks.catalog import PAGES
from herosaga.emit.diagrams import picture as pictures
from herosaga.emit.diagrams.events import events
from herosaga.emit.diagrams.ids import unique
from herosaga.emit.diagrams.picture import Edge, Node, Picture, Subject
from herosaga.emit.diagrams.states import states
from herosaga.emit.diagrams.undo import undo
from herosaga.emit.dot import dot
from herosaga.emit.graph_json import graph_json
from herosaga.emit.mermaid import escaped, mermaid
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from helpers.projects import folder, model_of

ROOT = Path(__file__).parents[3]
CHECKOUT = folder(ROOT / "samples" / "checkout")
PRINTERS = {"mermaid": mermaid, "dot": dot, "json": graph_json}


def drawn(texts: dict[str, str], subject: str, saga: str = "") -> Picture:
    """A picture of a program: of its only saga, or of the one that is named."""
    model, findings = model_of(texts)
    assert not findings, findings
    chosen = tuple(each for each in model.sagas.values() if saga in ("", each.name))
    match subject:
        case "states":
            return states(chosen[0])
        case "events":
            return events(model, "Events", chosen[0].id if saga else "")
    return undo(model, chosen, "Undo")


def arrows(picture: Picture, kind: str = "") -> list[str]:
    """`A -> B: reason | reason` for each arrow."""
    return [
        f"{each.source} -> {each.target}: {' | '.join(each.lines)}"
        for each in picture.edges
        if kind in ("", each.kind)
    ]


@pytest.mark.parametrize("format", PRINTERS)
@pytest.mark.parametrize("subject", get_args(Subject))
def test_the_sample(subject: str, format: str, snapshot: SnapshotAssertion) -> None:
    assert PRINTERS[format](drawn(CHECKOUT, subject, "OrderFulfilment")) == snapshot


# --- states -------------------------------------------------------------------------------------

FLOW = """
extern event Go {{ key id: str }}
extern event Wait {{ key id: str }}
extern event Stop {{ key id: str }}
saga Flow by id: str {{
  data {{ n: int = 0 }}
  start {{ on Go -> A }}
  {body}
  final Done
  final Lost failed
  final Stuck manual
}}
"""


def flow(body: str) -> Picture:
    return drawn({"flow.saga": FLOW.format(body=body)}, "states")


def test_one_arrow_for_all_reasons_between_two_states() -> None:
    picture = flow(
        "state A { on Go when n > 1 -> Done\n on Wait -> Done { set n = 1 }\n on Stop -> Lost }"
    )
    assert arrows(picture)[1:] == ["A -> Done: Go [n > 1] | Wait / set n", "A -> Lost: Stop"]
    assert "A --> Done : Go [n #62; 1]<br/>or Wait / set n" in mermaid(picture)


def test_what_leaves_no_state_stands_in_it() -> None:
    picture = flow("state A { on Wait { set n += 1 }\n on Go -> Done\n ignore Stop }")
    (node,) = (each for each in picture.nodes if each.id == "A")
    assert node.lines == ("Wait / set n", "ignores Stop")
    assert '  state "A" as A\n  A : Wait / set n\n  A : ignores Stop\n' in mermaid(picture)


def test_what_every_state_ignores_is_left_out() -> None:
    picture = flow("state A { on Go -> Done }\n during any { ignore Stop }")
    assert all(not each.lines for each in picture.nodes)


def test_the_group_of_a_transition_is_no_node() -> None:
    picture = flow(
        "state A { on Go -> B }\n state B { on Go -> Done }\n during A, B { on Stop -> Lost }"
    )
    assert arrows(picture)[1:] == [
        "A -> B: Go",
        "A -> Lost: Stop",
        "B -> Done: Go",
        "B -> Lost: Stop",
    ]


def test_where_undoing_leads_depends_on_why() -> None:
    picture = flow("state A { on Go compensate -> Done\n on Stop compensate -> Lost }")
    assert arrows(picture, "compensates") == ["A -> Compensating: Go | Stop"]
    assert arrows(picture, "undone") == [
        "Compensating -> Done: all undone after Go",
        "Compensating -> Lost: all undone after Stop",
    ]


def test_nothing_undone_is_not_drawn() -> None:
    assert "Compensating" not in mermaid(flow("state A { on Go -> Done }"))


# --- events -------------------------------------------------------------------------------------

CHOREOGRAPHY = """
extern event Ordered { key id: str }
event Packed { key id: str }
event SoldOut { key id: str }
extern event Sent { key id: str }
service Depot { on Ordered emits Packed | SoldOut }
service Post { on Packed emits Sent }
service Mail { on SoldOut }
"""


def test_a_choreography_reads_from_event_to_event() -> None:
    picture = drawn({"shop.saga": CHOREOGRAPHY}, "events")
    assert arrows(picture) == [
        "outside, in -> Depot.Ordered: ",
        "Depot.Ordered -> Post.Packed: ",
        "Depot.Ordered -> Mail.SoldOut: ",
        "Post.Packed -> outside, out: Sent",
    ]
    assert [each.label for each in picture.clusters] == ["Depot", "Post", "Mail"]


def test_answers_to_an_undo_come_back() -> None:
    found = arrows(drawn(CHECKOUT, "events"))
    assert "checkout.Inventory.ReleaseItems -> checkout.OrderFulfilment: ItemsReleased" in found
    assert "checkout.OrderFulfilment -> checkout.Inventory.ReleaseItems: undo" in found


def test_the_events_of_one_saga() -> None:
    whole, part = drawn(CHECKOUT, "events"), drawn(CHECKOUT, "events", "OrderReturn")
    assert set(part.edges) < set(whole.edges)
    assert all("checkout.OrderReturn" in (each.source, each.target) for each in part.edges)
    assert [each.label for each in part.clusters] == [
        "Payments",
        "Warehouse",
        "ReturnNotifications",
    ]


# --- undo ---------------------------------------------------------------------------------------

ASKING = """
event Begun {{ key id: str }}
event Did {{ key id: str }}
event Undid {{ key id: str }}
command Do {{ key id: str }}
command Undo {{ key id: str }}
service One {{
  handle Do emits Did {effect}
  handle Undo emits Undid
}}
saga Flow by id: str {{
  start {{ on Begun -> A {{ request Do(id) {undo} }} }}
  state A {{ on Did -> Done {{ {more} }}
    on failure of Do compensate -> Lost
  }}
  final Done
  final Lost failed
}}
"""


@pytest.mark.parametrize(
    ("effect", "undo", "more", "lines"),
    [
        ("undone by Undo", "compensable", "", ["recorded in A"]),
        ("", "compensable by Undo(id)", "", ["recorded in A"]),
        ("undone by Undo", "", "", ["not compensable, though Undo undoes it"]),
        (
            "undone by Undo",
            "compensable",
            "request Do(id)",
            ["recorded in A", "not compensable everywhere, though Undo undoes it"],
        ),
        ("irreversible", "", "", ["irreversible"]),
        ("readonly", "", "", ["readonly: nothing to undo"]),
        ("", "", "", ["nothing undoes it"]),
    ],
)
def test_what_is_said_of_a_request(effect: str, undo: str, more: str, lines: list[str]) -> None:
    program = ASKING.format(effect=effect, undo=undo, more=more)
    picture = drawn({"flow.saga": program}, "undo")
    assert list(picture.nodes[0].lines) == lines
    expected = ["ask Do -> undo Undo: "] if "compensable" in undo else []
    assert arrows(picture) == expected


def test_a_record_says_from_where_it_is_undone() -> None:
    picture = drawn(CHECKOUT, "undo", "OrderFulfilment")
    assert picture.nodes[0].lines == (
        "recorded in Reserving, Charging, Shipping",
        "undone from Reserving, Charging",
    )
    program = ASKING.format(effect="", undo="compensable by Undo(id)", more="")
    never = drawn({"flow.saga": program.replace("compensate -> Lost", "-> Lost")}, "undo")
    assert never.nodes[0].lines == ("recorded in A", "never undone: nothing compensates")


def test_several_sagas_are_framed() -> None:
    picture = drawn(CHECKOUT, "undo")
    assert [each.label for each in picture.clusters] == ["OrderFulfilment", "OrderReturn"]
    framed = [id for each in picture.clusters for id in each.nodes]
    assert sorted(framed) == sorted(each.id for each in picture.nodes)


# --- formats ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", get_args(pictures.NodeKind))
def test_every_kind_of_node_can_be_printed(kind: pictures.NodeKind) -> None:
    node = Node("A", kind, "label")
    subject: Subject = "states" if kind in ("start", "state", "final", "failed") else "events"
    if kind in ("choice", "compensating"):
        subject = "states"
    for printer in PRINTERS.values():
        assert "A" in printer(Picture(subject, "T", (node,), (Edge("A", "A", "goes", ("x",)),)))


TRIP = """
extern event Begun { key id: str, insured: bool }
extern event Held { key id: str }
extern event Flown { key id: str }
extern event Slept { key id: str }
extern event Covered { key id: str }
command Hold { key id: str }
command Fly { key id: str }
command Sleep { key id: str }
command Cover { key id: str }
extern service Agency {
  handle Hold emits Held
  handle Fly emits Flown
  handle Sleep emits Slept
  handle Cover emits Covered
}
saga Trip by id: str {
  data { insured: bool }
  start { on Begun(insured) -> Booking }
  sequence Booking {
    step Hold(id)
    parallel { step Fly(id) step Sleep(id) }
    if insured { step Cover(id) }
    done -> Done
    failed compensate -> Lost
  }
  final Done
  final Lost failed
}
"""
STEPS = ("Booking.Hold", "Booking.Fly", "Booking.if", "Booking.Cover")


@pytest.mark.parametrize("code", sorted(PAGES))
def test_arrows_and_frames_hold_nodes_that_are_drawn(code: str) -> None:
    model, _ = model_of({"page.saga": PAGES[code].mended})
    sagas = tuple(model.sagas.values())
    for picture in (*map(states, sagas), events(model, "Events"), undo(model, sagas, "Undo")):
        ids = [each.id for each in picture.nodes]
        framed = [id for each in picture.clusters for id in each.nodes]
        ends = {end for each in picture.edges for end in (each.source, each.target)}
        assert len(set(ids)) == len(ids) and len(set(framed)) == len(framed)
        assert {*framed, *ends} <= set(ids)
        assert not {each.id for each in picture.clusters} & set(ids)
        assert all(printer(picture) for printer in PRINTERS.values())


HOSTILE = """
extern event end {{ key id: str }}
extern event note {{ key id: str, text: str }}
/// {doc}
saga No by id: str {{
  data {{ text: str = "" }}
  start {{ on end -> state_ }}
  /// {doc}
  state state_ {{ on note when event.text == {literal} -> note\n on end -> end }}
  state note {{ on end -> __proto__ }}
  state __proto__ {{ on end -> style }}
  state style {{ on end -> end }}
  final end failed
}}
"""
DOCS = [
    '"] --> x; click a "javascript:alert(1)" <script>alert(1)</script> &amp; &#35; #35; %%{init: {}}%%',
    '\\" \\N \\n <b>x</b> }} digraph { a -> b } `x` *b* _i_ $$x$$ 1. end ---',
]


@pytest.mark.parametrize("doc", DOCS)
def test_a_hostile_program_is_data(doc: str) -> None:
    text = HOSTILE.format(doc=doc, literal=json.dumps(doc))
    picture = drawn({"hostile.saga": text}, "states")
    lines = mermaid(picture).splitlines()
    assert lines[:4] == ["---", 'title: "No"', "---", "stateDiagram-v2"]
    text_of_line = r"(?:[^\"#$%&*:;<>\\`{|}~]|#\d+;|<br/>)*"
    line_of = re.compile(
        rf'  (?:state "{text_of_line}" as \w+|(?:\[\*\]|\w+) --> (?:\[\*\]|\w+)(?: : {text_of_line})?'
        rf"|note right of \w+ : {text_of_line})"
    )
    assert [line for line in lines[4:] if not line_of.fullmatch(line)] == []
    ids = [match[1] for line in lines if (match := re.fullmatch(r'  state ".*" as (\w+)', line))]
    assert sorted(ids) == ["__proto___", "end_", "note_", "style_"]
    assert doc in json.loads(graph_json(picture))["nodes"][1]["doc"]


@given(st.text())
def test_mermaid_decodes_what_is_escaped(text: str) -> None:
    once = escaped(text)
    assert not re.search(r"[\"$%&*:<>\\`{|}~]", once)
    assert re.sub(r"#(\d+);", lambda found: chr(int(found[1])), once) == text


@given(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1))
def test_dot_and_json_hold_any_text(text: str) -> None:
    picture = Picture("states", text, (Node(text, "state", "A", (), text),), ())
    (quoted,) = re.findall(r'tooltip=("(?:[^"\\]|\\.)*")\];', dot(picture), re.DOTALL)
    plain = re.sub(r"\\(.)", r"\1", quoted[1:-1], flags=re.DOTALL)
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        plain = plain.replace(entity, char)
    assert plain == text
    assert json.loads(graph_json(picture))["nodes"][0]["id"] == text


@given(st.lists(st.text(), unique=True))
def test_ids_are_words_and_differ(names: list[str]) -> None:
    found = unique(names, frozenset(["end", ""]))
    assert len(set(found.values())) == len(names)
    assert all(re.fullmatch(r"\w+", id, re.ASCII) for id in found.values())
    assert not {id.lower() for id in found.values()} & {"end", ""}


def test_a_sequence_is_framed() -> None:
    picture = drawn({"trip.saga": TRIP}, "states")
    assert [each.nodes for each in picture.clusters] == [tuple(STEPS)]
    kinds = {each.id: each.kind for each in picture.nodes}
    assert [kinds[each] for each in STEPS] == ["state", "state", "choice", "state"]
    assert arrows(picture, "goes") == [
        "[*] -> Booking.Hold: Begun",
        "Booking.Hold -> Booking.Fly: Held",
        "Booking.Fly -> Booking.if: all answered",
        "Booking.if -> Booking.Cover: [insured]",
        "Booking.if -> Done: ",
        "Booking.Cover -> Done: Covered",
    ]
    lines = mermaid(picture).splitlines()
    assert "    state Booking_if <<choice>>" in lines
    assert "  Booking_if --> Done" in lines

"""What the front end makes of programs that are right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from pprint import pformat

import msgspec
import pytest
from herosaga.findings import Finding
from herosaga.source import Source, Span
from herosaga.syntax import ast
from herosaga.syntax.parse import parse
from herosaga.syntax.tables import parser
from syrupy.assertion import SnapshotAssertion

TOUR = (Path(__file__).parent / "tour.saga").read_text(encoding="utf-8")


def findings(text: str) -> tuple[Finding, ...]:
    """The findings of a program."""
    return parse(Source("orders.saga", text))[1]


def places(text: str) -> list[tuple[str, int, int]]:
    """The findings of a program as code, line and column."""
    return [(each.code, each.span.line, each.span.column) for each in findings(text)]


def read(text: str) -> ast.File:
    """The tree of a program without a finding."""
    file, found = parse(Source("orders.saga", text))
    assert not found, [finding.message for finding in found]
    return file


KEYWORDS = sorted(
    terminal.pattern.value
    for terminal in parser().terminals
    if terminal.pattern.type == "str" and terminal.pattern.value.isalpha()
)
# Words with a meaning of their own in an expression, which can't be bare variables there.
IN_EXPRESSIONS = {
    "and",
    "or",
    "not",
    "in",
    "is",
    "if",
    "then",
    "else",
    "true",
    "false",
    "none",
    "for",
    "key",
}


def saga(body: str) -> ast.Saga:
    """The saga with the given members."""
    (decl,) = read(f"saga S by id: uuid {{ {body} }}").decls
    assert isinstance(decl, ast.Saga)
    return decl


def expr(text: str) -> ast.Expr:
    """An expression, as the value of a `set`."""
    (start,) = saga(f"start {{ on E -> A {{ set x = {text} }} }}").starts
    (action,) = start.transitions[0].actions
    assert isinstance(action, ast.Set)
    return action.value


def shape(value: object) -> object:
    """An expression without its spans, as nested tuples."""
    match value:
        case ast.Literal(inner, _):
            return inner
        case ast.Var(name, _) | ast.Name(name, _):
            return name
        case tuple():
            return tuple(shape(each) for each in value)
        case Span():
            return "here"
        case ast.Meta("", ()):
            return "-"
        case str() | int() | None:
            return value
    assert isinstance(value, msgspec.Struct)
    fields = [getattr(value, name) for name in value.__struct_fields__ if name != "span"]
    return (type(value).__name__, *(shape(field) for field in fields))


def nodes(value: object) -> Iterator[object]:
    """A tree's nodes, outermost first."""
    if isinstance(value, tuple):
        for each in value:
            yield from nodes(each)
    elif type(value).__module__ == ast.__name__:
        yield value
        for each in children(value):
            yield from nodes(each)


def children(node: object) -> list[object]:
    """What stands in a node's fields."""
    assert isinstance(node, msgspec.Struct)
    return [getattr(node, name) for name in node.__struct_fields__]


def test_tour(snapshot: SnapshotAssertion) -> None:
    file = read(TOUR)
    assert (file.namespace, file.imports[0].path) == ("oms", "catalog.saga")
    parts = (file.docs, file.imports, *file.decls, *file.scenarios, *file.properties)
    text = "\n\n".join(pformat(shape(part), width=100, compact=True) for part in parts)
    assert text == snapshot


def test_the_tour_meets_every_kind_of_node() -> None:
    kinds = {
        each
        for each in vars(ast).values()
        if isinstance(each, type)
        and issubclass(each, msgspec.Struct)
        and each is not msgspec.Struct
    }
    kinds = {kind for kind in kinds if kind.__module__ == ast.__name__}
    assert {type(node) for node in nodes(read(TOUR))} == kinds


def test_what_stands_in_a_node_stands_in_its_text() -> None:
    for node in nodes(read(TOUR)):
        if isinstance(node, ast.File | ast.Meta):
            continue
        outer = node.span  # type: ignore[attr-defined]
        assert outer.start < outer.end
        for child in children(node):
            for inner in child if isinstance(child, tuple) else (child,):
                if type(inner).__module__ == ast.__name__ and not isinstance(inner, ast.Meta):
                    assert outer.start <= inner.span.start, (node, inner)
                    assert inner.span.end <= outer.end, (node, inner)


@pytest.mark.parametrize("word", [word for word in KEYWORDS if word != "key"])
def test_any_keyword_names_fields_arguments_and_attributes(word: str) -> None:
    file = read(f"""
        event E {{ {word}: int  {word}: str = "a", {word}: list[int]? }}
        record {word.title()} {{ {word}: int }}
        enum Color {{ {word}, {word} = "x" }}
        extern known({word}: int, {word}: str) -> bool
        @{word} activity A({word}: int = 1,) -> ({word}: int) {{ log {{ {word}: int }} }}
        saga S by {word}: uuid {{
          data {{ {word}: int = -1  a: Color = Color.{word}  b: R = R({word} = 1) }}
          migrate from 1 {{ field {word} -> {word}  field {word} = 1  drop {word} }}
          start {{ on E({word}, {word}) -> A {{
            set {word} = event.{word} + event.{word}.{word}
            send C({word} = 1, event.{word}, {word} = f({word} = 2),)
            for {word} in xs {{ publish E(sum(x for {word} in xs)) }}
          }} }}
        }}
        scenario "s" for S {{ when E({word} = 1)  expect sent C({word} = 1) }}""")
    event, *_ = file.decls
    assert isinstance(event, ast.Message)
    assert [field.name.text for field in event.fields] == [word] * 3


@pytest.mark.parametrize("word", [word for word in KEYWORDS if word not in IN_EXPRESSIONS])
def test_other_keywords_are_variables_too(word: str) -> None:
    assert shape(expr(f"{word} + {word}(1) - {word}.{word}[{word}]")) is not None
    assert isinstance(expr(word), ast.Var)


@pytest.mark.parametrize(
    "text, expected",
    [
        ('"a\\n\\u00e9\\\\"', "a\né\\"),
        ("1", 1),
        ("4.50", Decimal("4.50")),
        ("true", True),
        ("none", None),
        ("500ms", timedelta(milliseconds=500)),
        ("1d12h", timedelta(days=1, hours=12)),
        ("[1, 2,]", ("ListLiteral", (1, 2))),
        ("-x", ("Unary", "-", "x")),
        ("(1)", 1),
        ("1 + 2 * 3", ("Binary", "+", 1, ("Binary", "*", 2, 3))),
        ("1 - 2 - 3", ("Binary", "-", ("Binary", "-", 1, 2), 3)),
        (
            "a or b and not c == d",
            (
                "Binary",
                "or",
                "a",
                ("Binary", "and", "b", ("Unary", "not", ("Binary", "==", "c", "d"))),
            ),
        ),
        ("a not in b", ("Binary", "not in", "a", "b")),
        ("a is none", ("IsNone", "a", False)),
        ("a.b is not none", ("IsNone", ("Attribute", "a", "b"), True)),
        (
            "if a then b else if c then d else e",
            ("Conditional", "a", "b", ("Conditional", "c", "d", "e")),
        ),
        ("xs[0].y", ("Attribute", ("Index", "xs", 0), "y")),
        ("f(a, b = 1)", ("Call", "f", (("Arg", None, "a"), ("Arg", "b", 1)))),
        ("p.Item(a)", ("Call", "p.Item", (("Arg", None, "a"),))),
        (
            "any(x > 1 for x in xs if x)",
            (
                "Call",
                "any",
                (("Arg", None, ("Generator", ("Binary", ">", "x", 1), "x", "xs", "x")),),
            ),
        ),
    ],
)
def test_expressions(text: str, expected: object) -> None:
    assert shape(expr(text)) == expected


def test_defaults_need_no_commas() -> None:
    file = read("""record R {
          a: int = -1  b: list[Item] = [Item(sku = "t", n = 2)]  c: Color = Color.red
          d: decimal? = none  e: duration = 5m, f: p.Thing? state: str
        }""")
    (record,) = file.decls
    assert isinstance(record, ast.Record)
    assert "".join(field.name.text[0] for field in record.fields) == "abcdefs"
    assert shape(record.fields[5].type) == ("TypeRef", "p.Thing", (), True)
    assert shape(record.fields[0].default) == ("Unary", "-", 1)


def test_services_and_policies() -> None:
    file = read("""
        service Depot {
          handle Ship emits Shipped | Lost refuses Full undone by Recall
          @bounded(3) on Lost emits Claimed readonly,
          handle Sell irreversible
        }
        policy patient { within 30s  retry 5 times backoff 1s..1m }
        policy stubborn { retry forever every 10s, within 5s }
        """)
    depot, patient, stubborn = file.decls
    assert isinstance(depot, ast.Service)
    assert [handler.kind for handler in depot.handlers] == ["handle", "on", "handle"]
    assert shape(depot.handlers[0].emits) == (("Emission", ("Shipped", "Lost"), ""),)
    assert depot.handlers[1].meta.annotations[0].name.text == "bounded"
    assert isinstance(patient, ast.PolicyDecl) and isinstance(stubborn, ast.PolicyDecl)
    assert (patient.policy.retries, stubborn.policy.retries) == (5, "forever")


def test_saga_members() -> None:
    found = saga("""
        version 3
        data { a: int }
        compensation refund(x: int) { request Refund(id) within 5s  otherwise -> Lost }
        start { on E(a) when a > 1 -> One }
        state One {
          on F compensate -> Two { send C(id) }
          on failure of C -> Two
          after 5m when a < 2 -> Two
          ignore G, H
        }
        during One, Two { on Cancel -> Two }
        during any { ignore X }
        missing { ignore Cancel }
        final Two failed { if a > 1 { publish E(id) } else if a < 0 { } else { set a = 1 } }
        final Lost manual
        """)
    assert found.version == 3
    assert found.compensations[0].otherwise is not None
    assert [type(m).__name__ for m in found.states[0].members] == ["Transition"] * 3 + ["Ignore"]
    assert [len(group.states) for group in found.groups] == [2, 0]
    assert [final.mark for final in found.finals] == ["failed", "manual"]


def test_requests() -> None:
    (start,) = saga("""start { on E -> A {
          request C(id) with p compensable by refund
          request D(id) within 5s retry 2 times compensable
          for x in xs { request F(x) compensable by U(id = x) }
        } }""").starts
    first, second, loop = start.transitions[0].actions
    assert isinstance(first, ast.Request) and isinstance(second, ast.Request)
    assert isinstance(first.policy, ast.Name) and isinstance(second.policy, ast.Policy)
    assert shape(first.undo) == ("Undo", ("Call", "refund", ()))
    assert shape(second.undo) == ("Undo", None)
    assert isinstance(loop, ast.For)


def test_documentation_belongs_to_what_follows() -> None:
    file = read("""/// The shop.
namespace shop
// a comment
/// Somebody
/// buys.
event E {
  /// Which one.
  key id: uuid
}
saga S by id: uuid {
  /// Waiting.
  state A {
    /// Off it goes.
    @allow(HS404, "why") on E -> A
  }
}""")
    event, machine = file.decls
    assert isinstance(event, ast.Message) and isinstance(machine, ast.Saga)
    assert file.docs == ("The shop.",)
    assert event.meta.doc == "Somebody\nbuys."
    assert event.fields[0].meta.doc == "Which one."
    assert machine.states[0].meta.doc == "Waiting."
    member = machine.states[0].members[0]
    assert (member.meta.doc, shape(member.meta.annotations[0].args)) == (
        "Off it goes.",
        ("HS404", "why"),
    )


DOCUMENTED = """/// file
namespace a
/// event
extern event E { /// field
  a: int  @pii /// after
  b: int  @pii /// key
  key c: int }
/// enum
enum C { red, /// member
  green, @pii /// told
  blue }
/// function
extern f(/// param
  a: int) -> int
/// service
extern service V { /// handler
  handle C }
/// policy
policy p { within 5s }
/// flow
flow F { A -> B }
/// saga
saga S by id: uuid {
  /// timer
  timer t
  /// deadline
  deadline 5d -> Z
  /// migration
  migrate from 1 { }
  /// correlation
  @allow(HS408, "why") correlate E by event.a
  /// compensation
  compensation c { }
  /// start
  start { /// first
    on E -> A }
  /// state
  state A {
    /// entry
    entry { }
    /// exit
    exit { }
    /// every
    every 5m { }
    /// at
    at now -> A
    /// defer
    defer E
  }
  /// sequence
  sequence Q {
    /// step
    step C()
      /// reaction
      on E -> A
      /// another
      @allow(HS306, "why") on F -> A
    if a { /// nested
      step D() }
    /// whole
    failed -> A
    /// after
    after 5m -> A
  }
  /// during
  during A { /// ignore
    ignore E }
  /// missing
  missing { }
  /// final
  final Z
}
/// activity
activity T() { log { /// logged
  a: int } }
/// itinerary
itinerary I() {
  /// do
  do T()
  parallel { { /// branch
    do T() } }
  /// end
  on completed { }
}
/// scenario
scenario "s" for S { }
/// property
property "p" for S { }
"""


def test_documentation_reaches_everything_that_can_have_it() -> None:
    file = read(DOCUMENTED)
    docs = [*file.docs, *(node.doc for node in nodes(file) if isinstance(node, ast.Meta))]
    written = [line.split("/// ")[1] for line in DOCUMENTED.splitlines() if "/// " in line]
    assert sorted(doc for doc in docs if doc) == sorted(written)


@pytest.mark.parametrize("between", ["", ", ", ' @allow(HS306, "why") ', "/// told\n"])
def test_what_follows_a_step_is_its_own(between: str) -> None:
    body = f"step C(id) on A -> X {between} on B -> X  pivot  on D -> X"
    (sequence,) = saga(f"sequence Q {{ {body} }}").sequences
    step, _ = sequence.stages
    assert isinstance(step, ast.Step)
    assert [shape(each.triggers) for each in step.reactions] == [
        (("OnMessage", "A", ()),),
        (("OnMessage", "B", ()),),
    ]
    assert len(sequence.members) == 1


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_positions(mark: str, end: str) -> None:
    text = mark + end.join(
        ['event A { s: str = "é" x: int }', "event B {", "  y: int = 5x", "}", ""]
    )
    file, _ = parse(Source("a.saga", text))
    first = file.decls[0]
    assert isinstance(first, ast.Message)
    assert (first.name.span.line, first.name.span.column, first.name.span.end_column) == (1, 7, 8)
    assert first.fields[1].span.column == 24
    assert places(text) == [("HS002", 3, 12)]
    assert text[findings(text)[0].span.start] == "5"


def test_empty_files() -> None:
    assert read("").decls == read("\ufeff").decls == read("// nothing\r\n").decls == ()


def test_a_carriage_return_alone_is_told() -> None:
    file, findings = parse(Source("mac.saga", "// nothing\revent Hidden { key id: uuid }\r\n"))
    assert [each.code for each in findings] == ["HS003"]
    assert file.decls == ()

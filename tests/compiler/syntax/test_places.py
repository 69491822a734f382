"""Clauses in the wrong block, given twice, or without a part that they need."""

from __future__ import annotations

import pytest
from herosaga.findings import Finding
from herosaga.source import Source
from herosaga.syntax.parse import parse
from herosaga.syntax.places import PLACES
from herosaga.syntax.tables import parser

BLOCKS = {
    "file": "{}",
    "saga": "saga S by id: uuid {{ {} }}",
    "header": "saga S by id: uuid {} {{ }}",
    "start": "saga S by id: uuid {{ start {{ {} }} }}",
    "state": "saga S by id: uuid {{ state A {{ {} }} }}",
    "during": "saga S by id: uuid {{ during any {{ {} }} }}",
    "missing": "saga S by id: uuid {{ missing {{ {} }} }}",
    "final": "saga S by id: uuid {{ final F {{ {} }} }}",
    "actions": "saga S by id: uuid {{ state A {{ on E {{ {} }} }} }}",
    "compensation": "saga S by id: uuid {{ compensation c {{ {} }} }}",
    "sequence": "saga S by id: uuid {{ sequence Q {{ {} }} }}",
    "service": "service S {{ {} }}",
    "policy": "policy p {{ {} }}",
    "flow": "flow F {{ {} }}",
    "activity": "activity A() {{ {} }}",
    "itinerary": "itinerary I() {{ {} }}",
}


def told(block: str, clause: str) -> list[tuple[str, str, str]]:
    """What is found in a block with a clause: the code, the text it is about, and the message."""
    source = Source("a.saga", BLOCKS[block].format(clause))
    found: tuple[Finding, ...] = parse(source)[1]
    assert all(each.hint for each in found)
    return [(f.code, source.text[f.span.start : f.span.end], f.message) for f in found]


@pytest.mark.parametrize(
    "block, clause, where, here",
    [
        ("file", "state A { }", "state", "`state` can't stand at the top level of a file"),
        ("file", "on A -> B", "on", "`on` can't stand at the top level of a file"),
        ("file", "extern command C { }", "extern", "`extern` can't stand before `command`"),
        ("file", '@pii import "a.saga"', "@", "`@pii` can't stand before `import`"),
        ("saga", "handle C", "handle", "`handle` can't stand directly in a saga"),
        ("saga", "entry { }", "entry", "`entry` can't stand directly in a saga"),
        ("saga", "log { a: int }", "log", "`log` can't stand directly in a saga"),
        ("saga", "@pii data { }", "@", "`@pii` can't stand before `data`"),
        ("saga", "@pii version 2", "@", "`@pii` can't stand before `version`"),
        (
            "header",
            "emits A",
            "emits",
            "`emits` can't stand before a saga's block without `handles`",
        ),
        ("start", "after 5m -> A", "after", "`after` can't stand in `start`"),
        ("start", "every 5m { }", "every", "`every` can't stand in `start`"),
        ("start", "ignore E", "ignore", "`ignore` can't stand in `start`"),
        ("state", "start { }", "start", "`start` can't stand in a state"),
        ("state", "deadline 5m -> A", "deadline", "`deadline` can't stand in a state"),
        ("state", "on E emits A", "emits", "`emits` can't stand in a saga's transition"),
        ("state", "set x = 1", "set", "`set` can't stand in a state"),
        (
            "state",
            "every 1h -> A { }",
            "->",
            "`->` can't stand in `every`, which stays in its state",
        ),
        (
            "state",
            "every 1h when x { }",
            "when",
            "`when` can't stand in `every`, which stays in its state",
        ),
        (
            "state",
            "every 1h compensate { }",
            "compensate",
            "`compensate` can't stand in `every`, which stays in its state",
        ),
        ("state", "ignore failure of C", "failure", "`failure of` can't stand in `ignore`"),
        ("state", "defer A, all(B, C)", "all", "`all(…)` can't stand in `defer`"),
        ("state", "ignore E(a)", "a", "a list of fields can't stand in `ignore`"),
        ("state", "ignore I.completed(a)", "a", "a list of fields can't stand in `ignore`"),
        ("state", "on completed -> B", "completed", "`completed` alone can't stand in a saga"),
        ("state", "ignore done", "done", "`done` alone can't stand in a saga"),
        (
            "state",
            "on A(a), B -> C",
            "a",
            "a list of fields can't stand where there are several triggers",
        ),
        ("during", "entry { }", "entry", "`entry` can't stand in `during`"),
        ("during", "exit { }", "exit", "`exit` can't stand in `during`"),
        ("missing", "defer E", "defer", "`defer` can't stand in `missing`"),
        ("missing", "at now -> A", "at", "`at` can't stand in `missing`"),
        ("final", "request C()", "request", "`request` can't stand in a final state"),
        ("final", "if a { pivot }", "pivot", "`pivot` can't stand in a final state"),
        ("final", "arm t for 5m", "arm", "`arm` can't stand in a final state"),
        ("actions", "step C()", "step", "`step` can't stand among actions"),
        ("actions", "do A()", "do", "`do` can't stand among actions"),
        ("actions", "parallel { }", "parallel", "`parallel` can't stand among actions"),
        ("actions", "for x in xs { { } }", "{", "`{` can't stand among actions"),
        (
            "actions",
            "run I() compensable by C()",
            "compensable",
            "`compensable by` can't stand after `run`",
        ),
        ("compensation", "on E -> A", "on", "`on` can't stand in a compensation"),
        ("compensation", "with p within 5s", "within", "`within` can't stand beside `with`"),
        ("sequence", "request C()", "request", "`request` can't stand directly in a sequence"),
        ("sequence", "arm t for 5m", "arm", "`arm` can't stand directly in a sequence"),
        ("sequence", "entry { }", "entry", "`entry` can't stand directly in a sequence"),
        ("sequence", "@pii pivot", "@", "`@pii` can't stand before `pivot`"),
        ("sequence", "if a { do A() }", "do", "`do` can't stand in a block of a sequence"),
        ("sequence", "if a { { } }", "{", "`{` can't stand in a block of a sequence"),
        (
            "sequence",
            "parallel { pivot }",
            "pivot",
            "`pivot` can't stand in a sequence's `parallel`",
        ),
        (
            "sequence",
            "for x in xs { parallel { if a { } } }",
            "if",
            "`if` can't stand in a sequence's `parallel`",
        ),
        (
            "sequence",
            "parallel for x in xs { send C() }",
            "send",
            "`send` can't stand in a sequence's `parallel`",
        ),
        ("service", "on E -> A", "->", "`->` can't stand in a service"),
        (
            "service",
            "on E(a)",
            "E",
            "this can't stand in a service's `on`, which takes one event",
        ),
        ("service", "on E, F", "F", "this can't stand in a service's `on`, which takes one event"),
        ("service", "within 5m", "within", "`within` can't stand in a service"),
        ("policy", "with p", "with", "`with` can't stand in a policy"),
        ("policy", "@pii within 5s", "@", "`@pii` can't stand before `within`"),
        ("activity", "on E emits A", "on", "`on` can't stand in an activity"),
        ("activity", "do B()", "do", "`do` can't stand in an activity"),
        ("itinerary", "step C()", "step", "`step` can't stand directly in an itinerary"),
        ("itinerary", "{ do A() }", "{", "`{` can't stand directly in an itinerary"),
        ("itinerary", "set x = 1", "set", "`set` can't stand directly in an itinerary"),
        ("itinerary", "if a { run I() }", "run", "`run` can't stand in a block of an itinerary"),
        (
            "itinerary",
            "parallel for x in xs { send C() }",
            "send",
            "`send` can't stand in a block of an itinerary",
        ),
        (
            "itinerary",
            "parallel { pivot }",
            "pivot",
            "`pivot` can't stand in an itinerary's `parallel`",
        ),
        ("itinerary", "on completed -> A", "->", "`->` can't stand in an itinerary's `on`"),
        ("itinerary", "on faulted when x { }", "when", "`when` can't stand in an itinerary's `on`"),
        (
            "itinerary",
            "on completed { set x = 1 }",
            "set",
            "`set` can't stand in an itinerary's `on`",
        ),
        ("itinerary", "on completed(a) { }", "a", "a list of fields can't stand in an itinerary"),
        ("itinerary", "on done { }", "done", "this can't stand in an itinerary's `on`"),
        ("itinerary", "on E { }", "E", "this can't stand in an itinerary's `on`"),
        ("itinerary", "on I.faulted { }", "I", "this can't stand in an itinerary's `on`"),
    ],
)
def test_clauses_in_the_wrong_place(block: str, clause: str, where: str, here: str) -> None:
    assert told(block, clause) == [("HS005", where, here)]


@pytest.mark.parametrize(
    "block, clause, what",
    [
        ("saga", "version 1  version 2", "version"),
        ("saga", "data { }  data { }", "data"),
        ("saga", "deadline 5m -> A  deadline 6m -> A", "deadline"),
        ("saga", "retain 5d  retain 6d", "retain"),
        ("saga", "missing { }  missing { }", "missing"),
        ("saga", "migrate from 1 { }  migrate from 2 { } migrate from 1 { }", "migrate from 1"),
        ("header", "handles C handles D", "handles"),
        ("header", "handles C emits A emits B", "emits"),
        ("header", "undone by U handles C undone by V", "undone by"),
        ("state", "entry { }  entry { }", "entry"),
        ("state", "exit { }  exit { }", "exit"),
        ("state", "on E when a when b", "when"),
        ("state", "on E compensate compensate -> A", "compensate"),
        ("state", "on E -> A -> B", "->"),
        ("actions", "request C() compensable compensable by U()", "compensable"),
        ("actions", "run I() compensable compensable", "compensable"),
        ("compensation", "otherwise -> A  otherwise -> B", "otherwise"),
        ("sequence", "done -> A  done -> B", "done"),
        ("sequence", "failed -> A  failed -> B", "failed"),
        ("sequence", "step C() within 5s within 6s", "within"),
        ("service", "handle C refuses A refuses B", "refuses"),
        ("service", "handle C irreversible irreversible", "irreversible"),
        ("policy", "retry forever  retry 2 times", "retry"),
        ("flow", "A -> B  within 5m  within 6m", "within"),
        ("activity", "log { }  log { }", "log"),
        ("activity", "with p  with q", "with"),
        ("activity", "readonly  readonly", "readonly"),
        ("activity", "irreversible  irreversible", "irreversible"),
        ("activity", "revises A  revises B", "revises"),
        ("itinerary", "do A() with p with q", "with"),
        ("itinerary", "on completed { }  on faulted, completed { }", "on completed"),
    ],
)
def test_clauses_given_twice(block: str, clause: str, what: str) -> None:
    ((code, _, message),) = told(block, clause)
    assert (code, message) == ("HS005", f"`{what}` is given twice")


@pytest.mark.parametrize(
    "block, clause",
    [("state", "on E { } { }"), ("state", "every 5m { } { }"), ("sequence", "step C() { } { }")],
)
def test_blocks_of_actions_given_twice(block: str, clause: str) -> None:
    assert [message for _, _, message in told(block, clause)] == ["the block is given twice"]


@pytest.mark.parametrize(
    "block, clause, where, what",
    [
        ("saga", "deadline 5d", "deadline", "`-> State` after `deadline`"),
        ("sequence", "failed compensate", "failed", "`-> State` after `failed`"),
        ("state", "every 5m", "every", "a block of actions after `every`"),
        ("actions", "compensable", "compensable", "`by` and an undo after `compensable`"),
    ],
)
def test_clauses_without_a_part(block: str, clause: str, where: str, what: str) -> None:
    assert told(block, clause) == [("HS001", where, f"expected {what}, found none")]


def test_every_clause_has_its_places() -> None:
    """No clause of the grammar is lost on its way, and no place is given to one that is gone."""
    reached = {"_clause", "_action"}
    clauses = {
        symbol.name
        for rule in parser().rules
        if rule.origin.name in reached
        for symbol in rule.expansion
    }
    assert clauses - reached == set(PLACES)

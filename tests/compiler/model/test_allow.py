"""`@allow`: what it silences."""

from __future__ import annotations

from dataclasses import replace

from herosaga.findings import Finding, Severity
from herosaga.model.allow import allowed, silence
from herosaga.source import Source, Span
from herosaga.syntax.parse import parse

TEXT = """\
@allow(HS107, "kept for a partner")
event Kept { key order_id: uuid }
event Other { key order_id: uuid }
saga Ordering by order_id: uuid {
  start { on Kept -> Open }
  @allow(HS601, "an operator ends it")
  state Open {
    on Other -> Ended
  }
  final Ended
}
"""
FILE = parse(Source("orders.saga", TEXT))[0]


def finding(code: str, text: str, severity: Severity = Severity.WARNING) -> Finding:
    start = TEXT.index(text)
    line, column = FILE.source.place(start)
    span = Span(FILE.source, line, column, line, column + 1, start, start + 1)
    return Finding(code, severity, "", span)


def test_what_is_declared_below_it() -> None:
    found = (finding("HS107", "Kept"), finding("HS601", "Other -> Ended"))
    assert silence(found, [FILE]) == ()


def test_nothing_else() -> None:
    kept = finding("HS107", "Kept")
    other_file = Source("other.saga", TEXT)
    found = (
        finding("HS107", "Other"),
        finding("HS108", "Kept"),
        finding("HS107", "Kept", Severity.ERROR),
        replace(kept, span=replace(kept.span, source=other_file)),
    )
    assert silence(found, [FILE]) == found


def test_reasons_are_kept() -> None:
    assert [(each.allow.code, each.allow.reason) for each in allowed([FILE])] == [
        ("HS107", "kept for a partner"),
        ("HS601", "an operator ends it"),
    ]

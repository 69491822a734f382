"""`@allow`: what it silences."""

from __future__ import annotations

import pytest
from herosaga.findings import Finding, Severity
from herosaga.model.allow import allowed, doubts, silence
from herosaga.source import Source, Span
from herosaga.syntax.parse import parse
from msgspec.structs import replace

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


SEVERITIES = {"HS107": Severity.WARNING, "HS601": Severity.WARNING, "HS102": Severity.ERROR}


@pytest.mark.parametrize(
    ("allow", "found", "expected"),
    [
        ('@allow(HS107, "kept")', ["HS107"], []),
        ('@allow(HS107, "kept")', ["HS601"], ["HS904"]),
        ('@allow(HS107, "kept") @allow(HS601, "too")', ["HS601"], ["HS904"]),
        ('@allow(HS999, "kept")', ["HS107"], ["HS904"]),
        ("@allow(HS107)", ["HS107"], ["HS905"]),
        ('@allow(HS107, "  ")', ["HS107"], ["HS905"]),
        ("@allow(HS107, 3)", ["HS107"], ["HS905"]),
        ('@allow(HS102, "kept")', [], ["HS905"]),
        ("@allow(HS102)", [], ["HS905"]),
        ("@allow", [], []),  # this is HS109
    ],
)
def test_whether_it_can_be_and_is_of_use(allow: str, found: list[str], expected: list[str]) -> None:
    file = parse(Source("orders.saga", f"{allow}\nevent Kept {{ key order_id: uuid }}\n"))[0]
    span = file.decls[0].name.span
    findings = [Finding(code, Severity.WARNING, "", span) for code in found]
    assert [each.code for each in doubts(findings, [file], SEVERITIES)] == expected


def test_wherever_annotations_can_stand() -> None:
    """Each of these is seen, in the order of the source."""
    text = """\
@allow(A1, "") type Id = uuid
@allow(A2, "") enum Color { @allow(A3, "") red }
service Depot { @allow(A4, "") on Kept }
@allow(A5, "") saga Order by order_id: Id {
  data { @allow(A6, "") x: int = 0 }
  start { @allow(A7, "") on Kept -> Going }
  @allow(A8, "") state Going { @allow(A9, "") ignore Kept  @allow(A10, "") after 1s -> Done }
  @allow(A11, "") final Done
}
@allow(A12, "") activity Pack(@allow(A13, "") id: Id) { readonly }
@allow(A14, "") itinerary Ship(id: Id) { @allow(A15, "") do Pack(id) }
@allow(A16, "") scenario "x" for Order { expect nothing }
@allow(A17, "") property "x" for Order { never state Done }
"""
    file = parse(Source("orders.saga", text))[0]
    assert [each.allow.code for each in allowed([file])] == [f"A{n}" for n in range(1, 18)]

"""The repairs that rules bring with them: what they change, and that they are safe."""

from __future__ import annotations

from pathlib import Path

import pytest
from herosaga.checks.catalog import PAGES
from herosaga.checks.repairs import import_line, slip
from herosaga.compile import check_text
from herosaga.findings import Finding, Severity
from herosaga.fix import mend
from herosaga.source import Source, Span

_SAGA = """\
extern event Go {{ key id: uuid  a: bool  b: bool }}
saga S by id: uuid {{
  start {{ on Go when {} -> Done  on Go -> Done }}
  final Done
}}
"""


def mended(source: Source, *edits: Finding) -> str:
    return mend(edits).texts.get(source, source.text)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("event.a && event.b", "event.a and event.b"),
        ("event.a&&event.b", "event.a and event.b"),
        ("(event.a)||(event.b)", "(event.a) or (event.b)"),
        ("!event.a", "not event.a"),
        ("(!event.a)", "(not event.a)"),
        ("!(event.a || !event.b)", "not (event.a or not event.b)"),
        ("! event.a", "not event.a"),
        ("event.a === event.b", "event.a == event.b"),
        ("event.a!==event.b", "event.a!=event.b"),
    ],
)
def test_operators_of_other_languages(written: str, meant: str) -> None:
    nowhere = Path("/nowhere")
    found = check_text(_SAGA.format(written), nowhere, nowhere).findings
    (source,) = {each.span.source for each in found}
    assert mended(source, *found) == _SAGA.format(meant)
    rest = check_text(_SAGA.format(meant), nowhere, nowhere).findings
    assert "HS006" not in {each.code for each in rest}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("event A {}\n", "+\n\nevent A {}\n"),
        ("", "+\n\n"),
        ("// Title\n// more\n\nevent A {}\n", "// Title\n// more\n\n+\n\nevent A {}\n"),
        ("// about A\nevent A {}\n", "+\n\n// about A\nevent A {}\n"),
        ("/// doc\nevent A {}\n", "+\n\n/// doc\nevent A {}\n"),
        ("namespace a.b\n\nevent A {}\n", "namespace a.b\n+\n\nevent A {}\n"),
        ('import "x.saga"  // X\nevent A {}\n', 'import "x.saga"  // X\n+\nevent A {}\n'),
        ('import "x.saga" as x', 'import "x.saga" as x\n+\n'),
        ('import "x.saga" event A {}\n', 'import "x.saga"\n+\n event A {}\n'),
        ("namespace a /* 1 */ // 2\nevent A {}", "namespace a /* 1 */ // 2\n+\nevent A {}"),
        ("// namespace no\nnamespace a . b\nA", "// namespace no\nnamespace a . b\n+\nA"),
        ("namespace a\r\nevent A {}\r\n", "namespace a\r\n+\r\nevent A {}\r\n"),
    ],
)
def test_the_import_stands_with_the_others(before: str, after: str) -> None:
    source = Source("a.saga", before)
    place = Span(source, 1, 1, 1, 1)
    found = Finding("HS102", Severity.ERROR, "x", place, fix=(import_line(source, "y.saga"),))
    assert mended(source, found) == after.replace("+", 'import "y.saga"')


@pytest.mark.parametrize(
    ("name", "meant", "is_slip"),
    [
        ("PaymentCapturd", "PaymentCaptured", True),
        ("PaymentCapptured", "PaymentCaptured", True),
        ("PaymentCaptrued", "PaymentCaptured", True),
        ("PaymentCapturet", "PaymentCaptured", True),
        ("paymentcaptured", "PaymentCaptured", True),
        ("OrderPlanned", "OrderPlaced", False),
        ("CardCharge", "CardRefund", False),
        ("Step1", "Step2", False),
        ("Step", "Step2", False),
        ("Refunded", "Refund", False),
    ],
)
def test_only_a_slip_of_the_finger_is_mended(name: str, meant: str, is_slip: bool) -> None:
    assert slip(name, meant) is is_slip


def _found(text: str) -> tuple[Finding, ...]:
    nowhere = Path("/nowhere")
    return check_text(text, nowhere, nowhere).findings


def test_a_rules_repair_mends_its_own_example() -> None:
    left: dict[str, tuple[Finding, ...]] = {}
    for page in PAGES.values():
        for text in mend(_found(page.failing)).texts.values() if page.failing else ():
            left[page.code] = _found(text)
    serious = {
        code: [each for each in found if each.severity is not Severity.NOTE]
        for code, found in left.items()
    }
    assert {code: found for code, found in serious.items() if found} == {}
    assert {"HS001", "HS006", "HS102"} <= {*left}

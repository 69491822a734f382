"""The JUnit form, read back by a parser that takes nothing but XML."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from herosaga.findings import Severity
from herosaga.report import full
from herosaga.report.junit import as_junit
from herosaga.report.run import Run
from herosaga.source import Source

from helpers.reports import finding, rules_run, run, span


def parsed(what: Run) -> ElementTree.Element:
    top = ElementTree.fromstring(as_junit(what).encode("ascii"))
    for suite in (top, *top):
        cases = list(suite.iter("testcase"))
        failed = [case for case in cases if case.find("failure") is not None]
        assert (suite.get("tests"), suite.get("failures")) == (str(len(cases)), str(len(failed)))
    return top


def test_a_finding_is_a_failed_test() -> None:
    (case,) = parsed(run(finding())).iter("testcase")
    assert case.get("name") == "HS302 the card may stay charged"
    assert (case.get("classname"), case.get("line")) == ("orders.saga", "58")
    failure = case.find("failure")
    assert failure is not None and failure.get("type") == "warning"
    assert failure.text == full(finding(), 100)


def test_a_file_without_findings_is_a_test_that_passed() -> None:
    clean = Source("clean.saga", "")
    top = parsed(run(finding(), sources=(clean,)))
    assert [(s.get("name"), s.get("failures")) for s in top] == [
        ("orders.saga", "1"),
        ("clean.saga", "0"),
    ]


def test_a_note_fails_nothing() -> None:
    (case,) = parsed(run(finding(severity=Severity.NOTE))).iter("testcase")
    assert case.find("failure") is None and "the card" in case.findtext("system-out", "")


@pytest.mark.parametrize(
    "sign", ["\x00", "\x1b", "\x85", "\ufffe", "\ud800", "]]>", "<&\"'>", "🚚"]
)
def test_any_text_is_held(sign: str) -> None:
    source = Source(f"a{sign}.saga", f"x {sign} x")
    what = run(finding(span(source, 1, 1, 1), message=f"one {sign} two"))
    (case,) = parsed(what).iter("testcase")
    escape = f"\\u{ord(sign[0]):04x}"
    failure = case.find("failure")
    assert failure is not None
    for text in (case.get("name", ""), case.get("classname", ""), failure.text or ""):
        assert sign in text or escape in text or f"\\x{ord(sign[0]):02x}" in text


def test_the_rules_own_findings() -> None:
    what = rules_run()
    serious = [each for each in what.findings if each.severity is not Severity.NOTE]
    assert parsed(what).get("failures") == str(len(serious))

"""The JUnit form, which the test pages of CI services read.

Each file is a suite and each finding in it a failed test, so that the number of failures is the number
of findings; a file without any is one test that passed, for many readers take an empty report for a
run that went wrong. Notes ask for nothing, and stand in tests that passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from herosaga.findings import Finding, Severity
from herosaga.report.full import full
from herosaga.report.run import Run
from herosaga.report.xml import clean

_WIDTH = 100


def as_junit(run: Run) -> str:
    """A run as one XML document, in signs that are the same in whatever encoding stdout has."""
    top = Element("testsuites", name="herosaga")
    for source in run.sources:
        here = [each for each in run.findings if each.span.source.name == source.name]
        _suite(top, source.name, here)
    _total(top, list(top))
    indent(top)
    text: bytes = tostring(top, encoding="us-ascii")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text.decode()}'


def _suite(top: Element, name: str, findings: Sequence[Finding]) -> None:
    suite = SubElement(top, "testsuite", name=clean(name))
    for finding in findings:
        _case(suite, name, finding)
    if not findings:
        SubElement(suite, "testcase", classname=clean(name), name="nothing found")
    cases = list(suite)
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    suite.set("errors", "0")


def _case(suite: Element, name: str, finding: Finding) -> None:
    case = SubElement(
        suite,
        "testcase",
        classname=clean(name),
        name=clean(f"{finding.code} {finding.message}"),
        file=clean(name),
        line=str(finding.span.line),
    )
    text = clean(full(finding, _WIDTH))
    if finding.severity is Severity.NOTE:
        SubElement(case, "system-out").text = text
        return
    kind, message = finding.severity.value, clean(finding.message)
    SubElement(case, "failure", type=kind, message=message).text = text


def _total(top: Element, suites: Sequence[Element]) -> None:
    for name in ("tests", "failures", "errors"):
        top.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))

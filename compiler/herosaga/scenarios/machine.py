"""Results for other tools: JSON, and the JUnit form that the test pages of CI services read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from herosaga.report.xml import clean
from herosaga.scenarios.covered import Covered
from herosaga.scenarios.running import Failure, Result
from herosaga.scenarios.shown import Look, failure, summary

Json = dict[str, object]


def as_json(results: Sequence[Result], found: Sequence[Covered] | None, look: Look) -> str:
    """All results, and what was reached if that was asked for, as one JSON document."""
    failed = sum(each.failure is not None for each in results)
    document: Json = {
        "version": 1,
        "scenarios": [_result(each, look) for each in results],
        "summary": {"ok": len(results) - failed, "failed": failed},
    }
    if found is not None:
        document["coverage"] = [_covered(each) for each in found]
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _result(result: Result, look: Look) -> Json:
    scenario, wrong = result.scenario, result.failure
    return {
        "title": scenario.title,
        "saga": scenario.saga,
        "file": look.file(scenario.span),
        "line": scenario.span.line,
        "column": scenario.span.column,
        "ok": wrong is None,
        "seconds": round(result.seconds, 6),
        "failure": None if wrong is None else _failure(wrong, look),
    }


def _failure(wrong: Failure, look: Look) -> Json:
    return {
        "file": look.file(wrong.span),
        "line": wrong.span.line,
        "column": wrong.span.column,
        "expected": wrong.expected,
        "came": wrong.came,
        "run": [
            {
                "time": each.time,
                "text": each.text,
                "line": None if each.span is None else each.span.line,
            }
            for each in wrong.run
        ],
    }


def _covered(found: Covered) -> Json:
    kinds = {k.name: {"total": k.total, "never": list(k.never)} for k in found.kinds}
    return {"saga": found.saga, **kinds}


def as_junit(results: Sequence[Result], look: Look) -> str:
    """A suite for each file, a test for each scenario, in signs that are the same in whatever encoding."""
    top = Element("testsuites", name="herosaga test")
    files = dict.fromkeys(each.scenario.file for each in results)
    for name in files:
        _suite(top, [each for each in results if each.scenario.file == name], look)
    for name in ("tests", "failures", "errors"):
        top.set(name, str(sum(int(suite.get(name, "0")) for suite in top)))
    indent(top)
    text: bytes = tostring(top, encoding="us-ascii")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text.decode()}\n'


def _suite(top: Element, results: Sequence[Result], look: Look) -> None:
    name = clean(look.file(results[0].scenario.span))
    suite = SubElement(top, "testsuite", name=name)
    suite.set("tests", str(len(results)))
    suite.set("failures", str(sum(each.failure is not None for each in results)))
    suite.set("errors", "0")
    suite.set("time", f"{sum(each.seconds for each in results):.6f}")
    for each in results:
        _case(suite, name, each, look)


def _case(suite: Element, name: str, result: Result, look: Look) -> None:
    case = SubElement(
        suite,
        "testcase",
        classname=name,
        name=clean(result.scenario.title),
        file=name,
        line=str(result.scenario.span.line),
        time=f"{result.seconds:.6f}",
    )
    if result.failure is not None:
        told = SubElement(
            case, "failure", type="expectation", message=clean(summary(result.failure))
        )
        told.text = clean("\n".join(failure(result.failure, Look(names=look.names))))

"""The form for GitHub Actions, read back as the runner of workflows reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

import pytest
from herosaga.checks.catalog import PAGES
from herosaga.findings import Finding, Severity
from herosaga.report.github import LARGEST, MOST, commands, rest, step_summary
from herosaga.report.run import Run
from herosaga.source import Source, Span

from helpers.reports import ORDERS, finding, rules_run, run, span

_COMMAND = re.compile(r"::(?P<kind>error|warning|notice) (?P<properties>[^:]*)::(?P<text>[^\r\n]*)")


@dataclass(frozen=True)
class Annotation:
    kind: str
    properties: dict[str, str]
    text: str


def read_back(what: Run) -> list[Annotation]:
    return [parsed(line) for line in commands(what, PAGES)]


def parsed(line: str) -> Annotation:
    found = _COMMAND.fullmatch(line)
    assert found, line
    pairs = (each.partition("=") for each in found["properties"].split(","))
    properties = {name: unquote(value) for name, _, value in pairs}
    return Annotation(found["kind"], properties, unquote(found["text"]))


def test_an_annotation() -> None:
    assert list(commands(run(finding(text="")), PAGES)) == [
        "::warning file=orders.saga,line=58,endLine=58,col=5,endColumn=7,title=HS302 "
        "State that is never reached::the card may stay charged%0A"
        "Help: write `on Fulfilment.faulted compensate -> Cancelled`"
    ]


@pytest.mark.parametrize("text", ["100 % of a,b: c", "a=b::c", "%0A", "ä 🚚"])
def test_every_text_comes_back(text: str) -> None:
    source = Source(f"{text}.saga", "x")
    (only,) = read_back(run(finding(span(source, 1, 1, 1), text, "", hint="")))
    assert (only.text, only.properties["file"]) == (text, source.name)


def test_lines_of_the_users_text_are_no_commands() -> None:
    forged = finding(message="a\n::error::b\r\n::set-output name=x::y", hint="")
    assert len("\n".join(commands(run(forged), PAGES)).splitlines()) == 1


def test_no_columns_over_several_lines() -> None:
    where = Span(ORDERS, 3, 5, 4, 2)
    (only,) = read_back(run(finding(where)))
    assert only.properties["endLine"] == "4" and not {"col", "endColumn"} & {*only.properties}


def many(counts: dict[Severity, int]) -> Run:
    source = Source("many.saga", "x\n" * 100)
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    return run(
        *(
            finding(span(source, line, 1, 1), f"finding {line}", severity=kind)
            for line, kind in enumerate(kinds, 1)
        )
    )


def test_ten_of_a_kind_and_the_worst_first() -> None:
    what = many({Severity.NOTE: 11, Severity.WARNING: 15, Severity.ERROR: 3})
    kinds = [each.kind for each in read_back(what)]
    assert kinds == ["error"] * 3 + ["warning"] * MOST + ["notice"] * MOST
    assert [line.split()[2:] for line in rest(what).splitlines()] == [
        *(["finding", str(number)] for number in range(22, 27)),
        ["finding", "11"],
    ]


def test_the_rules_own_findings() -> None:
    what = rules_run()
    shown = read_back(what)
    assert {each.properties["title"][:5] for each in shown} <= {*PAGES}
    assert len(shown) + len(rest(what).splitlines()) == len(what.findings)


# --- the summary --------------------------------------------------------------------------------


def rows(what: Run) -> list[str]:
    return [line for line in step_summary(what).splitlines() if line.startswith("| ")][1:]


def test_the_summary_has_all() -> None:
    what = many({Severity.WARNING: 15, Severity.ERROR: 3})
    assert "### herosaga: 3 errors, 15 warnings\n" in step_summary(what)
    found = rows(what)
    assert len(found) == 18
    assert [row.startswith("| error HS302 |") for row in found] == [True] * 3 + [False] * 15


def test_nothing_found_has_no_summary() -> None:
    assert step_summary(run(sources=(ORDERS,))) == ""


@pytest.mark.parametrize(
    ("message", "cell"),
    [
        ("a | b", "a \\| b"),
        ("`emits A | B` is <odd>", "`emits A \\| B` is &lt;odd&gt;"),
        ("`list[T]` and [x](y)", "`list[T]` and \\[x\\](y)"),
        ("a lone ` here", "a lone \\` here"),
        ("two\nlines", "two\\\\x0alines"),
        ("snake_case", "snake\\_case"),
    ],
)
def test_a_cell_holds_any_text(message: str, cell: str) -> None:
    (row,) = rows(run(finding(message=message, hint="")))
    assert row == f"| warning HS302 | orders.saga:58:5 | {cell} |"


def test_the_summary_stays_below_the_limit() -> None:
    long = [finding(message="ä" * 5000, hint="") for _ in range(300)]
    text = step_summary(run(*long))
    assert LARGEST - 20_000 < len(text.encode()) <= LARGEST
    shown = text.count("| warning")
    assert text.endswith(f"\n{300 - shown} more: see what the step printed.\n")


def test_findings_of_every_kind_are_known() -> None:
    found: list[Finding] = [finding(severity=kind) for kind in Severity]
    assert [each.kind for each in read_back(run(*found))] == ["error", "warning", "notice"]

"""The form for GitHub Actions: workflow commands that annotate the change, and a step summary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from itertools import islice

from herosaga.checks.page import Page
from herosaga.findings import Finding, Severity
from herosaga.report.run import Run
from herosaga.report.text import visible
from herosaga.source import Span

MOST = 10  # GitHub drops what a step annotates beyond this, of each kind
LARGEST = 1_000_000  # bytes of a step summary; GitHub drops a larger one altogether

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def commands(run: Run, pages: Mapping[str, Page]) -> Iterator[str]:
    """A workflow command for each of the first findings of each kind, errors first."""
    for severity in Severity:
        kind = (each for each in run.findings if each.severity is severity)
        yield from (_command(each, pages[each.code].title) for each in islice(kind, MOST))


def rest(run: Run) -> str:
    """A line for each finding beyond those. The code comes first: `::` there would be a command."""
    lines = [
        f"{each.code} {_place(each.span)} {visible(each.message)}\n"
        for severity in Severity
        for each in [each for each in run.findings if each.severity is severity][MOST:]
    ]
    return "".join(lines)


def step_summary(run: Run) -> str:
    """All findings as a table in Markdown, errors first, as far as GitHub takes it; "" if none."""
    findings = [each for kind in Severity for each in run.findings if each.severity is kind]
    if not findings:
        return ""
    head = "\n".join(["", f"### herosaga: {_counted(run)}", "", "| | | |", "|---|---|---|", ""])
    rows, room = [], LARGEST - len(head) - 100
    for number, each in enumerate(findings):
        row = f"| {each.severity.value} {each.code} | {_escaped(_place(each.span))} | {_words(each)} |\n"
        room -= len(row.encode())
        if room < 0:
            rows.append(f"\n{len(findings) - number} more: see what the step printed.\n")
            break
        rows.append(row)
    return head + "".join(rows)


def _command(finding: Finding, title: str) -> str:
    span = finding.span
    place = {"file": span.source.name, "line": str(span.line), "endLine": str(span.end_line)}
    if span.line == span.end_line:  # over several lines GitHub takes no columns
        place |= {"col": str(span.column), "endColumn": str(span.end_column)}
    place["title"] = f"{finding.code} {title}"
    properties = ",".join(f"{name}={_property(value)}" for name, value in place.items())
    lines = [finding.message, finding.text, f"Help: {finding.hint}" if finding.hint else ""]
    text = "\n".join(visible(line) for line in lines if line)
    return f"::{_COMMANDS[finding.severity]} {properties}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


# --- the summary --------------------------------------------------------------------------------


def _counted(run: Run) -> str:
    counts = [(run.count(severity), severity.value) for severity in Severity]
    return ", ".join(f"{n} {word}{'s' * (n != 1)}" for n, word in counts if n)


def _place(span: Span) -> str:
    return f"{visible(span.source.name)}:{span.line}:{span.column}"


def _words(finding: Finding) -> str:
    hint = f"<br>Help: {_escaped(finding.hint)}" if finding.hint else ""
    return _escaped(finding.message) + hint


def _escaped(text: str) -> str:
    """The text as a cell of a table: code in backquotes stays code, tags and links stay text."""
    pieces = visible(text).split("`")
    if len(pieces) % 2 == 0 or not all(pieces[1::2]):  # not pairs around something
        return _prose(visible(text)).replace("`", "\\`")
    return "".join(
        f"`{_code(piece)}`" if number % 2 else _prose(piece) for number, piece in enumerate(pieces)
    )


def _code(text: str) -> str:
    return text.replace("|", "\\|")  # the only sign that a table takes out of code


def _prose(text: str) -> str:
    return re.sub(r"[\\|\[\]*_~]", r"\\\g<0>", escape(text, quote=False))

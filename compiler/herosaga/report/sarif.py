"""The SARIF 2.1.0 form, which code scanning of GitHub and others reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from herosaga import __version__
from herosaga.checks.page import Page
from herosaga.findings import Edit, Finding, Label
from herosaga.report.fingerprint import fingerprints
from herosaga.report.run import Run
from herosaga.report.text import visible
from herosaga.source import Source, Span

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_BASE = "SRCROOT"
_LINE = re.compile(r"\(line (\d+)\)")

Node = dict[str, object]


def as_sarif(run: Run, pages: Mapping[str, Page], base: Path) -> str:
    """A run as one SARIF log. Its files are named from the folder `base`, which the log names."""
    codes = sorted({each.code for each in run.findings})
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver([pages[code] for code in codes])},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {_BASE: {"uri": f"{base.as_uri().rstrip('/')}/"}},
                "results": [
                    _result(each, codes.index(each.code), fingerprint)
                    for each, fingerprint in zip(
                        run.findings, fingerprints(run.findings), strict=True
                    )
                ],
            }
        ],
    }
    return json.dumps(log, indent=2)


def _driver(pages: Sequence[Page]) -> Node:
    return {
        "name": "herosaga",
        "semanticVersion": __version__,
        "rules": [_rule(page) for page in pages],
    }


def _rule(page: Page) -> Node:
    text = f"{page.what}\n\n{page.why}"
    examples = (
        f"\n\nFound here:\n\n{_code(page.failing)}\n\nMended:\n\n{_code(page.mended)}"
        if page.failing
        else ""
    )
    return {
        "id": page.code,
        "name": _name(page.title),
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": page.what},
        "help": {"text": text, "markdown": text + examples},
        "defaultConfiguration": {"level": page.severity.value},
    }


def _name(title: str) -> str:
    """`Unknown name` -> `UnknownName`."""
    return "".join(word[:1].upper() + word[1:] for word in re.findall(r"\w+", title))


def _code(program: str) -> str:
    return f"```saga\n{program.rstrip()}\n```"


# --- results ------------------------------------------------------------------------------------


def _result(finding: Finding, rule: int, fingerprint: str) -> Node:
    labels = enumerate(finding.labels, 1)
    lines = [finding.message, finding.text, f"Help: {finding.hint}" if finding.hint else ""]
    parts: Node = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.severity.value,
        "message": _message("\n".join(filter(None, lines))),
        "locations": [{"physicalLocation": _place(finding.span)}],
        "relatedLocations": [_related(label, number) for number, label in labels],
        "partialFingerprints": {"ruleAndSymbol/v1": fingerprint},
        "codeFlows": [_flow(finding)] if finding.path else [],
        "fixes": [_fix(finding)] if finding.fix else [],
    }
    return {name: value for name, value in parts.items() if value != []}


def _related(label: Label, number: int) -> Node:
    return {
        "id": number,
        "physicalLocation": _place(label.span),
        "message": _message(label.text),
    }


def _flow(finding: Finding) -> Node:
    """The path to the fault. A step's place is the line that it names; the last one's is the fault's."""
    return {"threadFlows": [{"locations": list(_steps(finding))}]}


def _steps(finding: Finding) -> Iterator[Node]:
    source, last = finding.span.source, len(finding.path) - 1
    for number, step in enumerate(finding.path):
        named = _LINE.search(step)
        place: Node = {"artifactLocation": _artifact(source)}
        if number == last:
            place = _place(finding.span)
        elif named:
            place["region"] = {"startLine": int(named[1])}
        yield {"location": {"physicalLocation": place, "message": _message(step)}}


def _fix(finding: Finding) -> Node:
    sources = dict.fromkeys(edit.span.source for edit in finding.fix)
    changes = [
        {
            "artifactLocation": _artifact(source),
            "replacements": [_replacement(e) for e in finding.fix if e.span.source is source],
        }
        for source in sources
    ]
    return {"description": _message(finding.hint or finding.message), "artifactChanges": changes}


def _replacement(edit: Edit) -> Node:
    return {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}


def _place(span: Span) -> Node:
    return {"artifactLocation": _artifact(span.source), "region": _region(span)}


def _region(span: Span) -> Node:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _artifact(source: Source) -> Node:
    return {"uri": quote(source.name, errors="surrogatepass"), "uriBaseId": _BASE}


def _message(text: str) -> Node:
    """Plain text; what would be read as a link in it is taken apart.

    Single braces are no placeholders, and doubling them would show two wherever results are read.
    """
    shown = "\n".join(visible(line) for line in text.split("\n"))
    return {"text": shown.replace("](", "] (")}

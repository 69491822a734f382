"""The JSON form, whose schema is `docs/schemas/findings.schema.json`."""

from __future__ import annotations

import json

from herosaga.findings import Edit, Finding, Severity
from herosaga.report.run import Run
from herosaga.source import Span


def as_json(run: Run) -> str:
    """A run as one JSON document."""
    document = {
        "version": 1,
        "findings": [_entry(finding) for finding in run.findings],
        "summary": {
            "errors": run.count(Severity.ERROR),
            "warnings": run.count(Severity.WARNING),
            "notes": run.count(Severity.NOTE),
            "files": run.files,
        },
    }
    return json.dumps(document, indent=2)


def _entry(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "file": finding.span.source.name,
        **_position(finding.span),
        "hint": finding.hint,
        "path": list(finding.path),
        "fix": [_edit(edit) for edit in finding.fix],
    }


def _edit(edit: Edit) -> dict[str, object]:
    return {"file": edit.span.source.name, **_position(edit.span), "text": edit.text}


def _position(span: Span) -> dict[str, object]:
    return {
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }

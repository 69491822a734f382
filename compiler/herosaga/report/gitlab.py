"""The form for GitLab: a code quality report, which merge requests show."""

from __future__ import annotations

import json

from herosaga.findings import Finding, Severity
from herosaga.report.fingerprint import fingerprints
from herosaga.report.run import Run

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}


def as_gitlab(run: Run) -> str:
    """A run as one code quality report."""
    marks = fingerprints(run.findings)
    entries = [_entry(each, mark) for each, mark in zip(run.findings, marks, strict=True)]
    return json.dumps(entries, indent=2)


def _entry(finding: Finding, fingerprint: str) -> dict[str, object]:
    span = finding.span
    hint = f" (help: {finding.hint})" if finding.hint else ""
    return {
        "type": "issue",
        "check_name": finding.code,
        "description": f"{finding.code}: {finding.message}{hint}",
        "severity": _SEVERITIES[finding.severity],
        "fingerprint": fingerprint,
        "location": {
            "path": span.source.name,
            "lines": {"begin": span.line, "end": span.end_line},
        },
    }

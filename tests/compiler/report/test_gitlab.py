"""The form for GitLab, with the members that its code quality reports need."""

from __future__ import annotations

import json
from typing import Any

from herosaga.findings import Severity
from herosaga.report.gitlab import as_gitlab
from herosaga.report.run import Run
from jsonschema import Draft202012Validator

from helpers.reports import ORDERS, finding, rules_run, run

VALIDATOR = Draft202012Validator(
    {
        "type": "array",
        "items": {
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "pattern": "^[^./]"},
                        "lines": {
                            "required": ["begin"],
                            "properties": {"begin": {"type": "integer", "minimum": 1}},
                        },
                    },
                },
            },
        },
    }
)


def report(what: Run) -> list[dict[str, Any]]:
    entries = json.loads(as_gitlab(what))
    VALIDATOR.validate(entries)
    assert isinstance(entries, list)
    return entries


def test_an_entry() -> None:
    (entry,) = report(run(finding()))
    assert entry["check_name"] == "HS302" and entry["severity"] == "major"
    assert entry["description"] == (
        "HS302: the card may stay charged"
        " (help: write `on Fulfilment.faulted compensate -> Cancelled`)"
    )
    assert entry["location"] == {"path": "orders.saga", "lines": {"begin": 58, "end": 58}}


def test_the_rules_own_findings_each_have_a_fingerprint() -> None:
    entries = report(rules_run())
    assert len({each["fingerprint"] for each in entries}) == len(entries) > 20


def test_severities_fall() -> None:
    found = report(run(*(finding(severity=kind) for kind in Severity)))
    assert [each["severity"] for each in found] == ["critical", "major", "info"]


def test_nothing_found_is_an_empty_list() -> None:
    assert report(run(sources=(ORDERS,))) == []

"""The JSON form, and the schema that is published for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from herosaga.findings import Edit, Severity
from herosaga.report import as_json
from herosaga.report.run import Run
from jsonschema import Draft202012Validator, ValidationError

from helpers.reports import ORDERS, finding, rules_run, run, span

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs" / "schemas" / "findings.schema.json").read_text()
)
VALIDATOR = Draft202012Validator(SCHEMA)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_member() -> None:
    fix = (Edit(span(ORDERS, 58, 26, 0), "compensate "),)
    document = json.loads(as_json(run(finding(path=("A: B",), fix=fix))))
    VALIDATOR.validate(document)
    place = {"file": "orders.saga", "line": 58, "end_line": 58}
    assert document == {
        "version": 1,
        "findings": [
            place
            | {
                "code": "HS302",
                "severity": "warning",
                "message": "the card may stay charged",
                "column": 5,
                "end_column": 7,
                "hint": "write `on Fulfilment.faulted compensate -> Cancelled`",
                "path": ["A: B"],
                "fix": [place | {"column": 26, "end_column": 26, "text": "compensate "}],
            }
        ],
        "summary": {"errors": 0, "warnings": 1, "notes": 0, "files": 1},
    }


def test_what_is_not_listed_is_counted() -> None:
    note = finding(severity=Severity.NOTE)
    document = json.loads(as_json(Run((), (note, note), (ORDERS,))))
    VALIDATOR.validate(document)
    assert document["findings"] == [] and document["summary"]["notes"] == 2


def test_the_rules_own_findings() -> None:
    document = json.loads(as_json(rules_run()))
    VALIDATOR.validate(document)
    assert len({each["code"] for each in document["findings"]}) > 20


@pytest.mark.parametrize(
    "change",
    [{"version": 2}, {"findings": [{}]}, {"summary": {}}, {"more": 1}],
    ids=lambda change: next(iter(change)),
)
def test_the_schema_refuses_what_is_not_meant(change: dict[str, object]) -> None:
    document = json.loads(as_json(run(finding())))
    with pytest.raises(ValidationError):
        VALIDATOR.validate(document | change)

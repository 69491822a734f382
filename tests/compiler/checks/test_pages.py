"""Every rule's page: its failing example gives its code, its mended example gives nothing."""

from __future__ import annotations

from pathlib import Path

import herosaga.checks
import pytest
from herosaga.checks.catalog import PAGES, PLAIN, RULES
from herosaga.checks.page import Page
from herosaga.compile import check_text, refused
from herosaga.findings import Severity

# Rules that `check` does not give have no example: there is no program to show.
ELSEWHERE = {"HS906", "HS907"}

_PACKED = "extern event ParcelPacked { key parcel_id: uuid }\n"
BESIDE = {"HS105": {"shop.saga": _PACKED, "warehouse.saga": "namespace depot\n" + _PACKED}}
"""Files that a page's programs import."""

EXAMPLES = [page for page in PAGES.values() if page.failing]


def codes(page: Page, program: str, folder: Path) -> list[str]:
    """The codes of a program, HS903 only on its own page: an example is read without descriptions too."""
    for name, text in BESIDE.get(page.code, {}).items():
        (folder / name).write_text(text)
    checked = check_text(program, folder, folder)
    # The one finding that only `compile` gives.
    later = refused(checked.model) if page.code == "HS007" else ()
    found = [finding.code for finding in (*checked.findings, *later)]
    return [code for code in found if code != "HS903" or page.code == "HS903"]


@pytest.mark.parametrize("page", EXAMPLES, ids=lambda page: page.code)
def test_failing(page: Page, tmp_path: Path) -> None:
    assert set(codes(page, page.failing, tmp_path)) == {page.code}


@pytest.mark.parametrize("page", EXAMPLES, ids=lambda page: page.code)
def test_mended(page: Page, tmp_path: Path) -> None:
    assert codes(page, page.mended, tmp_path) == []


def test_none_is_forgotten() -> None:
    folder = Path(herosaga.checks.__file__).parent
    assert [*PAGES] == sorted(path.stem.upper() for path in folder.glob("hs*.py"))
    with_rule = [path for path in folder.glob("hs*.py") if "\ndef rule(" in path.read_text()]
    assert len(RULES) + len(PLAIN) == len(with_rule)
    assert {code for code, page in PAGES.items() if not page.failing} == ELSEWHERE


@pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.code)
def test_words(page: Page) -> None:
    assert not page.title.endswith(".")
    assert page.what.endswith(".") and page.why.endswith((".", "?"))
    assert page.severity in Severity

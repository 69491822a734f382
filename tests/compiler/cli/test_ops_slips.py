"""`herosaga ops` where slips are in the way: of an itinerary that has changed, stuck, turned back, awaited by an instance."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from pathlib import Path

import jsonschema
import pytest
from herosaga import cli
from herosaga.cli.ops import store
from herosaga.cli.ops.diagrams import shape_of, stages_of
from herosaga.cli.ops.store import At
from herosaga.cli.settings import settings
from herosaga_runtime import Host, SlipStatus

from helpers import depot
from helpers.commands import ROOT
from helpers.projects import loaded

SCHEMA = json.loads((ROOT / "docs" / "schemas" / "ops.schema.json").read_text("utf-8"))
LOOPS = """
namespace loops
activity Pick(id: str) { readonly }
itinerary Round(id: str, all: list[str], more: bool) {
  for one in all { do Pick(id = one) }
  if more { parallel for each in all { if more { do Pick(id = each) } else { do Pick(id) } } }
  parallel { do Pick(id) do Pick(id) }
}
"""


@pytest.fixture(scope="module")
def depot_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The depot's project, with its store."""
    folder = tmp_path_factory.mktemp("depot")
    with depot.stands(folder):
        pass
    return folder


@pytest.fixture
def yard(depot_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it without the app, so that only the sources are drawn."""
    for name in ("goods.saga", "depot.db"):
        shutil.copy(depot_folder / name, tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.herosaga]\nsources = ["."]\noutput = "."\n')
    monkeypatch.setenv("HEROSAGA_DB", str(tmp_path / "depot.db"))
    monkeypatch.setattr(store, "now", depot.later)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("raw", [(), ("--raw",)])
@pytest.mark.parametrize("slip", ["4d8", "dad", "c710", "e8f"])
def test_a_changed_itinerary_is_not_drawn(
    slip: str, raw: tuple[str, ...], yard: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["ops", "show", slip, *raw]) == 0
    drawn = capsys.readouterr().out
    assert "if gift" in drawn
    changed = depot.PROGRAM.replace("  do Pack(id)\n", "  do Choose(id)\n  do Pack(id)\n")
    (yard / "goods.saga").write_text(changed)
    assert cli.main(["ops", "show", slip, *raw]) == 0
    listed = capsys.readouterr().out
    assert "the itinerary is another one by now" in listed
    assert "✓ do Pack  00:0" in listed or "↶ do Pack" in listed
    assert "if gift" not in listed and "do \n" not in listed and "do  " not in listed
    assert cli.main(["ops", "show", slip, *raw, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, SCHEMA)
    assert document["stages"][0]["text"] == "do Pack"
    assert "do Choose(id)" not in {each["text"] for each in document["stages"]}


def test_shapes_are_those_of_the_runtime(tmp_path: Path) -> None:
    (tmp_path / "loops.saga").write_text(LOOPS)
    (tmp_path / "pyproject.toml").write_text('[tool.herosaga]\nsources = ["."]\noutput = "."\n')
    with loaded({"loops.saga": LOOPS}, tmp_path, "loops.loops"):
        host = Host("memory:")
        host.add(sys.modules["loops.loops"].RoundItinerary)
        (table,) = host.itineraries
        sources = stages_of(At(host, depot.later(), settings(tmp_path), False), "loops.Round")
        assert shape_of(sources) == table.shape
        (tmp_path / "loops.saga").unlink()
        tables = stages_of(At(host, depot.later(), settings(tmp_path), True), "loops.Round")
        assert [each.label for each in tables] != [each.label for each in sources]
        assert shape_of(tables) == table.shape


def test_stuck_slips(yard: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One past the irreversible is still running, but stuck."""
    with sqlite3.connect(yard / "depot.db") as db:
        db.execute("UPDATE herosaga_slips SET stuck = 'no road' WHERE id LIKE 'dad%'")
    assert cli.main(["ops", "slips", "--stuck"]) == 0
    _, *rows = capsys.readouterr().out.splitlines()
    assert sorted(each[:3] for each in rows) == ["4d8", "dad"]
    assert [each for each in rows if "running, stuck" in each and "no road" in each]
    assert cli.main(["ops", "slips", "--stuck", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {each["id"][:3] for each in document["slips"]} == {"4d8", "dad"}


def test_an_unknown_status(yard: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ops", "slips", "--status", "stuck"]) == 2
    said = capsys.readouterr().err
    assert all(each in said for each in SlipStatus)
    assert "Try `herosaga ops slips --help`" in said

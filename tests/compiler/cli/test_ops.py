"""`herosaga ops`: tables and pictures, on a terminal and in a pipe; JSON; what is not there; what operators do."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from herosaga import cli
from herosaga.cli.ops import lines, store, tables
from herosaga.cli.ops.diagrams import Stage, Stages
from herosaga.cli.ops.names import beginnings
from herosaga.cli.ops.progress import is_past, progress_of
from herosaga.cli.ops.slip import lines as lines_of
from herosaga.cli.ops.slip import map_of
from herosaga.cli.watching import Screen
from herosaga_runtime import Happened, Host, SlipEntry, SlipStatus, SlipSummary, SlipView
from herosaga_runtime.policy import Policy
from herosaga_runtime.ports import SlipReport
from herosaga_runtime.testing.times import START
from syrupy.assertion import SnapshotAssertion

from helpers import depot
from helpers.commands import ROOT, Said, command, environment

SCHEMA = json.loads((ROOT / "docs" / "schemas" / "ops.schema.json").read_text("utf-8"))
PARKED, BUSY, HEAVY, EXPRESS = "4d8", "dad", "c710", "e8f"
"""How the slips' ids begin."""


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The depot's project with its store, its modules importable."""
    folder = tmp_path_factory.mktemp("yard")
    with depot.stands(folder):
        yield folder


@dataclass(frozen=True)
class Ops:
    """Calls `herosaga ops` in the yard at a fixed time."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Said:
        code = cli.main(["ops", *arguments])
        said = self.capsys.readouterr()
        assert "Traceback" not in said.err and "bug in herosaga" not in said.err
        return Said(code, said.out, said.err)

    def on_terminal(self, columns: int) -> None:
        """Let what follows be drawn as on a terminal so wide."""
        self.monkeypatch.setattr(tables, "on_terminal", lambda: True)
        for module in (tables, lines):
            self.monkeypatch.setattr(module, "width", lambda stream: columns)


@pytest.fixture
def ops(
    yard: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Ops:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "HEROSAGA_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    shutil.copy(yard / "depot.db", tmp_path / "depot.db")
    monkeypatch.setenv("HEROSAGA_DB", str(tmp_path / "depot.db"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(store, "now", depot.later)
    monkeypatch.chdir(yard)
    return Ops(yard, monkeypatch, capsys)


LOOKS = {
    "instances": "instances",
    "stuck instances": "instances Deposit --stuck",
    "instances in a state": "instances depot.Deposit --state Waiting",
    "an instance that waits": "show Deposit patient",
    "an instance that is stuck": "show depot.Deposit stuck",
    "an instance that runs a slip": "show Delivery busy",
    "an instance that has ended": "show Delivery plain",
    "its history": "history Deposit stuck",
    "slips": "slips",
    "slips on their way": "slips Trip --status running",
    "a slip at an activity": f"show {BUSY}",
    "a slip that tries again": f"show {HEAVY}",
    "a slip that was revised": f"show {EXPRESS}",
    "a slip that is parked": f"show {PARKED}",
    "a slip's history": f"history {EXPRESS}",
    "flows": "flows",
    "late flows": "flows Books --late",
    "dead letters": "dead-letters",
}


@pytest.mark.parametrize("look", LOOKS)
def test_what_is_seen_in_a_pipe(look: str, ops: Ops, snapshot: SnapshotAssertion) -> None:
    said = ops(*LOOKS[look].split())
    assert (said.code, said.err) == (0, "")
    assert said.out == snapshot


@pytest.mark.parametrize("columns", [80, 40])
@pytest.mark.parametrize(
    "look", ["instances", "slips", "a slip that is parked", "an instance that is stuck", "flows"]
)
def test_what_is_seen_on_a_terminal(
    look: str, columns: int, ops: Ops, snapshot: SnapshotAssertion
) -> None:
    ops.on_terminal(columns)
    said = ops(*LOOKS[look].split())
    assert max(map(len, said.out.splitlines())) <= columns
    assert said.out == snapshot


def test_colours_are_for_terminals_and_on_request(ops: Ops) -> None:
    for look in (LOOKS["instances"], LOOKS["a slip that is parked"]):
        ops.monkeypatch.setenv("FORCE_COLOR", "1")
        assert "\x1b[" in ops(*look.split()).out
        ops.monkeypatch.setenv("NO_COLOR", "1")
        assert "\x1b" not in ops(*look.split()).out
        ops.monkeypatch.delenv("NO_COLOR")


@pytest.mark.parametrize("look", LOOKS)
def test_json_is_as_its_schema_says(look: str, ops: Ops) -> None:
    said = ops(*LOOKS[look].split(), "--json")
    assert (said.code, said.err) == (0, "")
    jsonschema.validate(json.loads(said.out), SCHEMA)


def test_the_schema_knows_every_kind(ops: Ops) -> None:
    """Nothing is only allowed: what is printed has all that the schema names."""
    kinds = [
        set(json.loads(ops(*LOOKS[look].split(), "--json").out)) - {"version"}
        for look in ("instances", "an instance that waits", "its history", "slips", "flows")
    ]
    assert kinds == [{"instances"}, {"instance", "states"}, {"history"}, {"slips"}, {"flows"}]
    assert set(json.loads(ops("dead-letters", "1", "--json").out)) == {"version", "dead_letter"}


def test_a_dead_letter_with_everything(ops: Ops) -> None:
    said = ops("dead-letters", "2")
    assert "dead letter 2: depot.Release for depot.Bank.Release" in said.out
    assert "ConnectionError: the bank is closed" in said.out
    assert "Traceback (most recent call last):" in said.out
    assert '"type": "depot.Release",' in said.out


# --- without the app -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "look", ["instances", "slips", "flows", "dead letters", "its history", "a slip's history"]
)
def test_lists_need_no_app(look: str, ops: Ops, tmp_path: Path) -> None:
    with_app = ops(*LOOKS[look].split()).out
    ops.monkeypatch.chdir(tmp_path)
    assert ops(*LOOKS[look].split()).out == with_app


def test_without_sources_the_app_s_tables_are_drawn(ops: Ops, yard: Path, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(depot.PROJECT)
    slip = ops("show", EXPRESS, "--project", str(tmp_path)).out
    assert "  if …\n  ✓ do Wrap  00:00:10\n" in slip
    assert "✓ do Courier, inserted by a revision" in slip
    found = ops("show", "Deposit", "patient", "--project", str(tmp_path)).out
    assert "· Lost (failed)" in found and "· → Paid" not in found


def test_without_anything_the_way_is_drawn(ops: Ops, tmp_path: Path) -> None:
    ops.monkeypatch.chdir(tmp_path)
    slip = ops("show", EXPRESS).out
    assert "✓ do Courier" in slip and "not taken" not in slip
    found = ops("show", "Deposit", "stuck").out
    assert "▶ Compensating" in found and "Lost" not in found


@pytest.mark.parametrize(
    "act",
    [
        "retry 1",
        f"retry {PARKED}",
        f"skip {PARKED}",
        f"turn-back {BUSY}",
        "compensate Deposit patient --to Back",
    ],
)
def test_telling_needs_the_app(act: str, ops: Ops, tmp_path: Path) -> None:
    ops.monkeypatch.chdir(tmp_path)
    said = ops(*act.split(), "--reason", "why not")
    assert (said.code, said.out) == (2, "")
    assert "needs the app, which knows what follows" in said.err


# --- telling -------------------------------------------------------------------------------------


def test_a_dead_letter_is_offered_again(ops: Ops) -> None:
    said = ops("retry", "1", "--reason", "it is read by hand")
    assert (said.code, said.out, said.err) == (0, "", "dead letter 1 is offered again\n")
    assert "Noted" not in ops("dead-letters").out


def test_a_stuck_undo_is_skipped(ops: Ops) -> None:
    said = ops("skip", "Deposit", "stuck", "--reason", "they keep it")
    assert (said.code, said.err) == (0, "depot.Deposit stuck goes on without that undo\n")
    assert "skipped" in ops("history", "Deposit", "stuck").out
    assert "they keep it" in ops("history", "Deposit", "stuck").out
    assert ops("show", "Deposit", "stuck").out.splitlines()[1] == "compensation_failed, in Back"


def test_a_stuck_undo_is_tried_again(ops: Ops) -> None:
    assert ops("retry", "Deposit", "stuck", "--reason", "the bank is open").code == 0
    assert "waits for Release" in ops("show", "Deposit", "stuck").out


def test_an_instance_is_told_to_compensate(ops: Ops) -> None:
    said = ops("compensate", "Deposit", "patient", "--to", "Back", "--reason", "not wanted")
    assert said.code == 0
    assert "goes to Back" in said.err
    assert "▶ Compensating" in ops("show", "Deposit", "patient").out


def test_a_parked_slip_is_tried_again_or_skipped(ops: Ops) -> None:
    assert ops("retry", PARKED, "--reason", "there is a knife").code == 0
    assert "compensating" in ops("slips").out
    said = ops("skip", PARKED, "--reason", "never mind")
    assert (said.code, said.out) == (1, "")
    assert "nothing was changed: the slip is compensating, and waits for no operator" in said.err


def test_a_slip_is_turned_back(ops: Ops) -> None:
    assert ops("turn-back", BUSY, "--reason", "not wanted").code == 0
    assert "turned back: not wanted" in ops("show", BUSY).out
    assert ops("turn-back", EXPRESS, "--reason", "too late").code == 1


class Parked(Screen):
    """Waits for the next slip that is parked."""

    def __init__(self) -> None:
        super().__init__(False, 80)
        self.id: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def slip(self, report: SlipReport) -> None:
        if report.happened == "parked":
            self.id.set_result(report.slip)


def test_a_host_that_runs_does_what_it_is_told(ops: Ops, tmp_path: Path) -> None:
    """A second host works on the file while operators look and tell."""
    world = importlib.import_module("depot_world")

    async def scene() -> None:
        seen = Parked()
        url, once = f"sqlite:///{tmp_path / 'depot.db'}", Policy(None, 0)
        host = Host(url, grace=0.0, retry=once, observer=seen)
        world.build(host)
        async with host:
            said = await asyncio.to_thread(ops, "retry", PARKED, "--reason", "there is a knife")
            assert said.code == 0
            slip = await host.slip(await seen.id)
        assert slip is not None and slip.id.startswith(PARKED)
        assert [each.happened for each in slip.history][-2:] == ["retried", "parked"]

    asyncio.run(asyncio.wait_for(scene(), 30))


# --- what is not there, and wrong usage ----------------------------------------------------------

ABSENT = {
    "show Deposit nobody": "depot.Deposit has no instance nobody",
    "history Deposit nobody": "nothing has come for nobody of depot.Deposit",
    "show zz": "there is no slip `zz`: `herosaga ops slips` lists them",
    "dead-letters 77": "there is no dead letter 77",
    "retry 77 --reason x": "there is no dead letter 77",
    "retry Deposit patient --reason x": "nothing was changed: ",
    "compensate Deposit nobody --to Back --reason x": "has no instance nobody",
}
WRONG = {
    "": "Missing command",
    "nothing": "No such command 'nothing'",
    "instances Deposits": "there is no saga `Deposits`: did you mean `Deposit`?",
    "instances Deposit --state Waitin": "there is no state `Waitin`: did you mean `Waiting`?",
    "instances --outcome good": "'good' is not one of",
    "slips Trips": "there is no itinerary `Trips`: did you mean `Trip`?",
    "flows Book": "there is no flow `Book`: did you mean `Books`?",
    "retry 1": "say why, for the history",
    "compensate Deposit patient --to Bak --reason x": "did you mean `Back`?",
    "instances --db none.db": "there is no file `none.db`: no host has run on it",
    "instances --db goods.saga": "file is not a database",
    "instances --db .": "is a folder, and a store is a file",
    "instances --db postgresql://here": "`postgresql` is not a store that is known here",
    "instances --db memory:": "a store in memory is seen only by its own process",
    "instances --project nowhere": "there is no folder `nowhere`",
}


@pytest.mark.parametrize("call", ABSENT)
def test_what_is_not_there(call: str, ops: Ops) -> None:
    said = ops(*call.split())
    assert (said.code, said.out) == (1, "")
    assert ABSENT[call] in said.err


@pytest.mark.parametrize("call", WRONG)
def test_wrong_usage(call: str, ops: Ops) -> None:
    said = ops(*call.split())
    assert (said.code, said.out) == (2, "")
    assert WRONG[call] in said.err
    assert not (ops.folder / "none.db").exists()


def test_a_store_must_be_named(ops: Ops) -> None:
    ops.monkeypatch.delenv("HEROSAGA_DB")
    said = ops("instances")
    assert (said.code, said.out) == (2, "")
    assert "which store? Name it with `--db`" in said.err


def test_several_slips_begin_so(ops: Ops) -> None:
    ids = [each["id"] for each in json.loads(ops("slips", "--json").out)["slips"]]
    said = ops("show", "")
    assert (said.code, len(ids)) == (1, 5)
    shared = [first for first in "0123456789abcdef" if sum(i[0] == first for i in ids) > 1]
    for first in shared:
        assert "give more of it" in ops("show", first).err


def test_nothing_is_no_failure(ops: Ops) -> None:
    said = ops("instances", "Deposit", "--state", "Paid")
    assert (said.code, said.out, said.err) == (0, "", "no instances\n")


def test_what_is_stored_can_t_forge_lines(ops: Ops, tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "depot.db") as connection:
        connection.execute("UPDATE herosaga_instances SET stuck = 'a\x1b[31m\nb'")
    assert r"a\x1b[31m\x0ab" in ops("instances").out


def test_data_can_not_steer_the_terminal_through_json(ops: Ops, tmp_path: Path) -> None:
    """JSON takes the control characters beyond ASCII as they are: they are written as its escapes."""
    import sqlite3

    with sqlite3.connect(tmp_path / "depot.db") as connection:
        connection.execute("UPDATE herosaga_instances SET stuck = 'a' || char(155, 8238) || 'é'")
    said = ops("instances", "--json").out
    assert r"a\u009b\u202eé" in said
    assert "a\x9b\u202eé" in {each["stuck"] for each in json.loads(said)["instances"]}


def test_a_closed_pipe_ends_quietly(yard: Path) -> None:
    read, written = os.pipe()
    os.close(read)
    try:
        closed = subprocess.run(
            command("ops", "history", "Deposit", "stuck", "--raw"),
            cwd=yard,
            env=environment(HEROSAGA_DB="depot.db"),
            stdout=written,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        os.close(written)
    assert (closed.returncode, closed.stderr) == (141, "")


# --- progress ------------------------------------------------------------------------------------

STAGES: Stages = (
    Stage("0", "do", "do A", "A"),
    Stage(
        "1",
        "if",
        "if x",
        "",
        (
            ("", (Stage("1.0.0", "do", "do B", "B"), Stage("1.0.1", "do", "do C", "C"))),
            ("else", (Stage("1.1.0", "do", "do D", "D"),)),
        ),
    ),
    Stage(
        "2",
        "parallel",
        "parallel",
        "",
        (
            ("branch 1", (Stage("2.0.0", "do", "do E", "E"), Stage("2.0.1", "do", "do F", "F"))),
            ("branch 2", (Stage("2.1.0", "do", "do G", "G"),)),
        ),
    ),
    Stage("3", "do", "do H", "H"),
)


@pytest.mark.parametrize(
    ("path", "reached", "past"),
    [
        ("0", "1.0.0", True),
        ("1.0.0", "0", False),
        ("1.1.0", "1.0.0", True),  # the other block of an `if`
        ("1.0.0", "1.1.0", True),
        ("1.0.1", "1.0.0", False),
        ("2.0.0", "2.1.0", False),  # branches go on at once
        ("2.1.0", "2.0.1", False),
        ("2.0.1", "3", True),
        ("1.0.1", "2.1.0", True),
        ("3", "2.0.1", False),
    ],
)
def test_what_a_slip_is_past(path: str, reached: str, past: bool) -> None:
    assert is_past(STAGES, path, (reached,)) is past


AT = [START + timedelta(seconds=n) for n in range(9)]


def entry(n: int, happened: str, activity: str, stage: str = "", reason: str = "") -> SlipEntry:
    return SlipEntry(AT[n], Happened(happened), "", activity, {}, reason, stage)


def slip_of(*history: SlipEntry, status: SlipStatus = SlipStatus.RUNNING) -> SlipView:
    summary = SlipSummary("s", "t.T", status, "", "c", AT[0], ())
    return SlipView(summary, (), history, None, "", False, 0)


def test_what_was_done_twice_is_undone_newest_first() -> None:
    loop: Stages = (Stage("0", "for", "for", "", (("", (Stage("0.0.0", "do", "do A", "A"),)),)),)
    done = (entry(1, "done", "A", "0.0.0"), entry(2, "done", "A", "0.0.0"))
    seen = progress_of(slip_of(*done, entry(3, "undone", "A")), loop).stages["0.0.0"]
    assert (len(seen.done), seen.undone) == (2, 1)
    text = [each.text for each in lines_of(map_of(slip_of(*done), loop, AT[8]))]
    assert "do A  00:00:02, 2 times" in text


def test_the_same_activity_at_two_stages() -> None:
    twice = (Stage("0", "do", "do A", "A"), Stage("1", "do", "do A again", "A"))
    history = (
        entry(1, "done", "A", "0"),
        entry(2, "done", "A", "1"),
        entry(3, "undone", "A"),
    )
    progress = progress_of(slip_of(*history), twice)
    assert [progress.stages[path].undone for path in "01"] == [0, 1]


def test_what_is_inserted_stands_behind_what_inserted_it() -> None:
    history = (
        entry(1, "done", "A", "0"),
        entry(1, "revised", "A", "0", "-B +X +Y"),
        entry(2, "done", "t.X"),
        entry(3, "revised", "t.X", "", "+Z"),
        entry(4, "done", "t.Z"),
    )
    progress = progress_of(slip_of(*history), STAGES)
    assert [(each.behind, each.seen.activity) for each in progress.inserted] == [
        ("0", "t.X"),
        ("0", "Y"),
        ("0", "t.Z"),
    ]
    assert [len(each.seen.done) for each in progress.inserted] == [1, 0, 1]


def test_another_itinerary_than_it_set_out_by_is_not_drawn() -> None:
    at = map_of(slip_of(entry(1, "done", "Z", "0")), STAGES, AT[8])
    assert [each.label for each in at.stages] == ["do Z"]


def test_ids_are_shortened_as_far_as_they_differ() -> None:
    ids = ["0123456789ab", "0123456789cd", "ffffffffffff", "short"]
    assert beginnings(ids) == ["0123456789a", "0123456789c", "ffffffff", "short"]

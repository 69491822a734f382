"""`check --fix` and `--diff`: what is changed, what is left alone, and what is said."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from herosaga.cli import check as check_module
from herosaga.cli import fixing
from herosaga.findings import Finding
from herosaga.fix import Mended, mend

from helpers.commands import Here, Said

SAGA = """\
/// Somebody wants to walk.
extern event Go { key id: uuid  a: bool  b: bool }
/// A walk.
saga Walk by id: uuid {
  start { on Go when event.a && event.b -> Done  on Go -> Done }
  final Done
}
"""
FIXED = SAGA.replace("&&", "and")


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Here:
    return Here(tmp_path, monkeypatch, capsys)


def test_repairs_are_made_and_told_and_the_rest_is_shown(here: Here) -> None:
    here.write(walk=SAGA.replace("final Done", "final Done\n  final Lost"))
    said = here("check", "--fix", "--format", "concise", "--select", "HS006,HS302")
    assert here.read("walk") == FIXED.replace("final Done", "final Done\n  final Lost")
    assert said.out.startswith("walk.saga:7:9: HS302 ") and said.out.count("\n") == 1
    assert said.err == (
        "fixed walk.saga:5:30: HS006 `&&` is written `and` here\n"
        "1 repair in 1 file\n"
        "1 warning in 1 file\n"
    )
    assert said.code == 1


def test_nothing_left_is_clean(here: Here) -> None:
    here.write(walk=SAGA)
    assert here("check", "--fix").code == 0
    again = here("check", "--fix")
    assert (again.code, again.err) == (0, "nothing found in 1 file\n")


def test_a_missing_import_is_written(here: Here) -> None:
    here.write(
        items="record Item { sku: str }\n",
        order="namespace shop\n\nextern event Paid { key id: uuid  items: list[Item] }\n",
    )
    said = here("check", "--fix", "--select", "HS102")
    assert said.code == 0
    assert here.read("order").startswith('namespace shop\nimport "items.saga"\n\nextern event')


def test_an_import_that_would_close_a_circle_is_not_written(here: Here) -> None:
    low = "record Line { item: Item }\n"
    here.write(low=low, high='import "low.saga"\nrecord Item { sku: str  more: list[Line] }\n')
    said = here("check", "--fix", "--select", "HS102")
    assert said.code == 1 and here.read("low") == low
    assert "declared in high.saga, which imports this file" in said.out


def test_a_name_gets_the_word_of_its_import(here: Here) -> None:
    here.write(
        items="record Item { sku: str }\n",
        order='import "items.saga" as i\nrecord Order { items: list[Item]  one: i.Item }\n',
    )
    assert here("check", "--fix", "--select", "HS102").code == 0
    assert "items: list[i.Item]" in here.read("order")


def test_only_what_is_selected_is_repaired(here: Here) -> None:
    here.write(walk=SAGA)
    here("check", "--fix", "--ignore", "HS006")
    assert here.read("walk") == SAGA


def test_byte_order_mark_line_ends_and_permissions_stay(here: Here) -> None:
    here.write(walk="\ufeff" + SAGA.replace("\n", "\r\n"))
    path = here.folder / "walk.saga"
    path.chmod(0o640)
    here("check", "--fix")
    assert here.read("walk") == "\ufeff" + FIXED.replace("\n", "\r\n")
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in here.folder.iterdir()] == ["walk.saga"]


def test_a_linked_file_is_changed_where_it_is(here: Here) -> None:
    (here.folder / "real").mkdir()
    here.write(**{"real/walk": SAGA})
    link = here.folder / "walk.saga"
    link.symlink_to("real/walk.saga")
    here("check", "walk.saga", "--fix")
    assert link.is_symlink() and here.read("real/walk") == FIXED


def test_a_file_that_changes_meanwhile_is_left_alone(here: Here) -> None:
    here.write(walk=SAGA)
    look = check_module._look

    def slow(*arguments: object) -> object:
        checked = look(*arguments)  # type: ignore[arg-type]
        here.write(walk="// mine\n" + SAGA)
        return checked

    here.monkeypatch.setattr(check_module, "_look", slow)
    said = here("check", "--fix")
    assert here.read("walk") == "// mine\n" + SAGA
    assert said.err.startswith("walk.saga has changed meanwhile, and is left as it is\n")
    assert "fixed" not in said.err


def test_a_file_that_can_not_be_written_is_a_sentence(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.write(walk=SAGA)

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    said = here("check", "--fix")
    monkeypatch.undo()
    assert (said.code, said.out) == (2, "")
    assert "can't be written: no space left on device" in said.err
    assert here.read("walk") == SAGA and len(list(here.folder.iterdir())) == 1


def test_a_repair_after_which_a_file_reads_less_well_is_taken_back(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = mend

    def misled(findings: Iterable[Finding]) -> Mended:
        mended = plain(findings)
        texts = {each: text.replace("final", "") for each, text in mended.texts.items()}
        return Mended(texts, mended.findings)

    monkeypatch.setattr(fixing, "mend", misled)
    here.write(walk=SAGA)
    said = here("check", "--fix", "--format", "concise")
    assert here.read("walk") == SAGA
    assert "HS006" in said.out and "HS001" not in said.out and "fixed" not in said.err


def test_repairs_that_undo_each_other_end(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    here.write(walk=SAGA)
    rounds: list[int] = []

    def back(source: object, text: str) -> bool:
        rounds.append(1)
        return True

    monkeypatch.setattr(fixing, "_save", back)
    here("check", "--fix")
    assert len(rounds) == fixing.ROUNDS


# --- --diff -------------------------------------------------------------------------------------


def test_a_patch_is_printed_and_nothing_changed(here: Here) -> None:
    here.write(walk=SAGA)
    said = here("check", "--diff")
    assert (said.code, said.err) == (1, "1 repair in 1 file\n")
    assert said.out.splitlines()[:3] == ["--- walk.saga", "+++ walk.saga", "@@ -2,6 +2,6 @@"]
    assert here.read("walk") == SAGA
    here.write(walk=FIXED)
    clean = here("check", "--diff")
    assert (clean.code, clean.out, clean.err) == (0, "", "0 repairs in 0 files\n")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: f"// a\u2028b\n{text}",
    ],
    ids=["plain", "no last line end", "crlf", "line separator"],
)
def test_the_patch_does_what_fix_does(here: Here, change: Callable[[str], str]) -> None:
    here.write(walk=change(SAGA))
    said = here("check", "--diff")
    subprocess.run(
        ["git", "apply", "-p0", "-"], cwd=here.folder, input=said.out.encode(), check=True
    )
    assert here.read("walk") == change(FIXED)


def test_a_patch_of_stdin(here: Here) -> None:
    said: Said = here("check", "-", "--diff", "--stdin-filename", "deep/walk.saga", stdin=SAGA)
    assert said.out.startswith("--- deep/walk.saga\n+++ deep/walk.saga\n") and said.code == 1

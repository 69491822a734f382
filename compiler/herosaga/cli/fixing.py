"""`herosaga check --fix` and `--diff`: safe repairs, in the files or as a patch."""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from herosaga.cli.choice import unreadable
from herosaga.cli.output import counted, say
from herosaga.cli.patch import differences
from herosaga.cli.writing import replace_file
from herosaga.findings import Finding
from herosaga.fix import Mended, mend
from herosaga.source import Source
from msgspec.structs import replace

if TYPE_CHECKING:
    from herosaga.compile import Checked

ROUNDS = 10
"""A repair may show another fault that has one; two that undo each other must not go on for ever."""


def repaired(look: Callable[[], Checked], wants: Callable[[Finding], bool], root: Path) -> Checked:
    """Check and repair until nothing is left to repair, and say what was done; then what is left.

    In a text that is far from right a repair can mislead: a file that could be read less well after it
    gets its text back, and is left to its author.
    """
    checked, done, spared = look(), list[Finding](), set[str]()
    for _ in range(ROUNDS):
        wanted = (each for each in checked.findings if wants(each) and _inside(each, root))
        mended = mend(each for each in wanted if not _names(each) & spared)
        saved = {source for source, text in mended.texts.items() if _save(source, text)}
        if not saved:
            break
        after = look()
        worse = {each for each in saved if _unread(after, each) > _unread(checked, each)}
        for each in worse:
            _save(replace(each, text=mended.texts[each]), each.text)
        spared |= {each.name for each in worse}
        done += _told(mended, saved - worse)
        checked = look() if worse else after
    files = {name for each in done for name in _names(each)}
    say(f"{counted(len(done), 'repair')} in {counted(len(files), 'file')}\n" if done else "")
    return checked


def patch(checked: Checked, wants: Callable[[Finding], bool]) -> tuple[str, Mended]:
    """What a first round of repairs would change, as a unified diff, and what it repairs."""
    from herosaga.report.run import Run

    found = tuple(each for each in checked.findings if wants(each))
    run = Run(found, found, ()).seen_from(Path.cwd())
    mended = mend(run.findings)
    lines = (
        line
        for source, text in mended.texts.items()
        for line in differences(source.text, text, source.name)
    )
    return "".join(lines), mended


def _told(mended: Mended, saved: Collection[Source]) -> Iterator[Finding]:
    """Say which findings are repaired in the files that were saved."""
    for each in mended.findings:
        if {edit.span.source for edit in each.fix} <= {*saved}:
            say(f"fixed {_said(each)}\n")
            yield each


def _unread(checked: Checked, source: Source) -> int:
    """How many faults keep a file from being read as a whole."""
    here = (each for each in checked.findings if each.span.source.name == source.name)
    return sum(unreadable(each) for each in here)


def _names(finding: Finding) -> set[str]:
    """The files that a repair changes."""
    return {edit.span.source.name for edit in finding.fix}


def _inside(finding: Finding, root: Path) -> bool:
    """Whether a repair changes nothing but files of the project."""
    paths = [edit.span.source.path for edit in finding.fix]
    return all(path is not None and path.resolve().is_relative_to(root) for path in paths)


def _save(source: Source, text: str) -> bool:
    """Write a file's new text, unless the file is no longer what was checked."""
    path = source.path
    if path is None:
        return False
    old = path.read_bytes()
    mark = BOM_UTF8 if old.startswith(BOM_UTF8) else b""
    if old != mark + source.text.encode():
        say(f"{os.path.relpath(path)} has changed meanwhile, and is left as it is\n")
        return False
    replace_file(path, mark + text.encode())
    return True


def _said(finding: Finding) -> str:
    from herosaga.report import concise
    from herosaga.report.run import seen_from

    (shown,) = seen_from([finding], Path.cwd())
    return concise(shown)

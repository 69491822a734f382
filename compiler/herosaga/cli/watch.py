"""`herosaga check --watch`: once more after every change."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from herosaga.cli.output import counted, say
from herosaga.cli.stop import Stop

SUFFIX = ".saga"
OFTEN = 0.3  # seconds between two looks at the files: a person does not notice them

Stamps = Mapping[Path, tuple[int, int] | None]
"""When each file was written and how long it is; None where there is none."""


def watch(
    work: Callable[[], Sequence[Path]],
    given: Sequence[Path],
    pause: Callable[[], None] = lambda: time.sleep(OFTEN),
) -> NoReturn:
    """Do the work, and again when a file changes, until Ctrl-C.

    `work` answers with the files and folders that it has looked at. What can't be done now, such as
    the check of a file that is being renamed, is told and tried again after the next change.
    """
    paths: Sequence[Path] = given
    while True:
        before = stamps(paths)
        try:
            paths = work()
        except Stop as stop:
            say(f"herosaga: {stop}\n")
        gc.collect()  # which else waits for the end of the command, and here that may be far
        now = stamps(paths)
        sources = sum(path.suffix == SUFFIX for path in now)
        say(f"watching {counted(sources, 'file')}: Ctrl-C ends it\n")
        if any(before[path] != stamp for path, stamp in now.items() if path in before):
            continue  # changed while the work was done
        while stamps(paths) == now:
            pause()


def stamps(paths: Sequence[Path]) -> Stamps:
    """The stamps of files, and of the sources in folders."""
    return {file: _stamp(file) for path in paths for file in _files(path)}


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for here, folders, names in os.walk(path):
        folders[:] = [each for each in folders if not each.startswith(".")]
        yield from (Path(here, each) for each in names if each.endswith(SUFFIX))


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size

"""What goes to stdout and stderr: colour, width, and the summary line."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from herosaga.cli.stop import Closed
from herosaga.findings import Finding, Severity

_NARROW, _USUAL, _WIDE = 80, 100, 120


def write(text: str) -> None:
    """Data, on stdout."""
    _put(sys.stdout, text)


def say(text: str) -> None:
    """The tool's own words, on stderr."""
    _put(sys.stderr, text)


def coloured(stream: TextIO | None) -> bool:
    """Whether to colour: on a terminal, unless NO_COLOR is set; elsewhere only with FORCE_COLOR."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return _is_terminal(stream) and os.environ.get("TERM") != "dumb"


def width(stream: TextIO | None) -> int:
    """The terminal's width; in pipes what COLUMNS says, if that can be read."""
    columns = shutil.get_terminal_size((_USUAL, 24)).columns
    return columns if _is_terminal(stream) else min(max(columns, _NARROW), _WIDE)


def shown(findings: Iterable[Finding], notes: bool) -> tuple[Finding, ...]:
    """The findings that are printed: notes only on request."""
    return tuple(each for each in findings if notes or each.severity is not Severity.NOTE)


def summary(findings: Sequence[Finding], files: int) -> str:
    """`2 errors, 1 warning in 3 files`."""
    kinds = [each.severity for each in findings]
    counts = [counted(kinds.count(kind), kind.value) for kind in Severity if kind in kinds]
    return f"{', '.join(counts) or 'nothing found'} in {counted(files, 'file')}"


def counted(number: int, word: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def worst(findings: Iterable[Finding]) -> int:
    """The exit code that findings ask for: notes alone ask for none."""
    return int(any(each.severity is not Severity.NOTE for each in findings))


def full_text(findings: Sequence[Finding], stream: TextIO | None) -> str:
    """All findings in full, a blank line after each; files by their paths from the current folder."""
    from herosaga.report import COLOUR, PLAIN, full
    from herosaga.report.run import seen_from

    columns, style = width(stream), COLOUR if coloured(stream) else PLAIN
    seen = seen_from(findings, Path.cwd())
    return "".join(f"{full(each, columns, style)}\n\n" for each in seen)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def _put(stream: TextIO | None, text: str) -> None:
    if stream is None:  # the caller has closed it
        return
    try:
        # Where the terminal can't show `┌─`, it is better to see `?` than nothing.
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, "replace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        raise Closed from None

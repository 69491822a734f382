"""Pictures as lines of text: what stands under what, in what colour, and how times and values are said."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from herosaga.cli.output import coloured, width, write
from herosaga.report.text import display_width, visible, wrapped
from msgspec import Struct

Tone = Literal["", "good", "bad", "undo", "quiet", "strong"]
_CODES: dict[Tone, str] = {
    "good": "\x1b[32m",
    "bad": "\x1b[31m",
    "undo": "\x1b[33m",
    "quiet": "\x1b[2m",
    "strong": "\x1b[1m",
}
TONES: dict[str, Tone] = {
    "completed": "good",
    "complete": "good",
    "failed": "bad",
    "faulted": "bad",
    "manual": "bad",
    "expired": "bad",
    "stuck": "bad",
    "late": "bad",
    "parked": "bad",
    "compensation_failed": "bad",
    "compensated": "undo",
    "compensating": "undo",
}
"""How outcomes and statuses look."""
CAUSES = {
    "herosaga.alarm": "time is up",
    "herosaga.fault": "a handler gave up",
    "herosaga.done": "a handler is done",
    "herosaga.operator": "an operator's word",
}
"""What moves an instance without a message of the program's own."""
_RESET = "\x1b[0m"
_INDENT = 2
_LONGEST = 240
"""Characters of a value that is shown; `--json` has all of it."""


class Line(Struct, frozen=True):
    """A line of a picture: how deep it stands, the sign before it, and its text."""

    text: str
    depth: int = 0
    mark: str = ""
    tone: Tone = ""


BLANK = Line("")


def put(lines: Iterable[Line]) -> None:
    """Print a picture as wide as the terminal."""
    write(text_of(lines, width(sys.stdout), coloured(sys.stdout)))


def text_of(lines: Iterable[Line], columns: int, colour: bool) -> str:
    """A picture as text. What is too wide goes on in the next line, under its beginning."""
    return "".join(f"{each}\n" for line in lines for each in _drawn(line, columns, colour))


def _drawn(line: Line, columns: int, colour: bool) -> list[str]:
    text = visible(line.text)
    if not text:
        return [""]
    before = " " * (_INDENT * line.depth) + (f"{line.mark} " if line.mark else "")
    rest = " " * display_width(before)
    pieces = _folded(text, max(columns - display_width(before), 12))
    found = [f"{before if n == 0 else rest}{piece}" for n, piece in enumerate(pieces)]
    code = _CODES.get(line.tone, "")
    return [f"{code}{each}{_RESET}" for each in found] if colour and code else found


def _folded(text: str, columns: int) -> list[str]:
    """The text in lines; a word that is wider than a line is cut, so that nothing runs over the edge."""
    found: list[str] = []
    for each in wrapped(text, columns):
        line = each
        while display_width(line) > columns:
            found.append(line[:columns])
            line = line[columns:]
        found.append(line)
    return found


# --- words ---------------------------------------------------------------------------------------


def short(name: str) -> str:
    """A name without its namespace; what ends as an outcome keeps the itinerary's: `Fulfilment.completed`."""
    head, _, last = name.rpartition(".")
    return f"{head.rpartition('.')[2]}.{last}" if head and last.islower() else last


def moment(at: datetime, since: datetime | None = None) -> str:
    """A time in UTC, to the second; without the day where that is the day of `since`."""
    if since is not None and at.date() == since.date():
        return at.strftime("%H:%M:%S")
    return at.strftime("%Y-%m-%d %H:%M:%S")


def lasting(time: timedelta) -> str:
    """How long that is, in its two largest units: `2h 5m`, `40ms`."""
    if timedelta() <= time < timedelta(seconds=1):
        return f"{time // timedelta(milliseconds=1)}ms"
    left = max(0, int(time.total_seconds()))
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2])


def until(due: datetime, now: datetime) -> str:
    """A time to come: `12:00:05, in 5s`; one that is over is overdue."""
    text = moment(due, now)
    return f"{text}, in {lasting(due - now)}" if due > now else f"{text}, overdue"


def value(json_value: object) -> str:
    """A JSON value in a line, cut where it is long."""
    text = json.dumps(json_value, ensure_ascii=False, default=list)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"

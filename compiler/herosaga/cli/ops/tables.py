"""Tables: drawn by rich on a terminal, in lines that other programs can cut in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from herosaga.cli.ops.lines import Tone
from herosaga.cli.output import coloured, width, write
from herosaga.report.text import display_width, visible
from msgspec import Struct

_STYLES: dict[Tone, str] = {"good": "green", "bad": "red", "undo": "yellow", "quiet": "dim"}
_GAP = 2
_IDS = ("key", "slip", "id")
"""Columns that are copied from: they are never broken."""
_ROOM = 9
"""Characters that a column must have room for, to be read at all."""


class Row(Struct, frozen=True):
    """The cells of a row, and its colour."""

    cells: tuple[str, ...]
    tone: Tone = ""


class Table(Struct, frozen=True):
    """A table: each title names a column."""

    titles: tuple[str, ...]
    rows: tuple[Row, ...]


def put(table: Table) -> None:
    """Print a table: in a pipe a row a line, on a terminal as wide as that is."""
    if on_terminal():
        write(drawn(table, width(sys.stdout), coloured(sys.stdout)))
    else:
        write(plain(table))


def on_terminal() -> bool:
    """Whether a person looks: then there is only so much room."""
    stream = sys.stdout
    return stream is not None and (stream.isatty() or coloured(stream))


def plain(table: Table) -> str:
    """A row a line, nothing cut."""
    rows = [table.titles, *(_cells(row) for row in table.rows)]
    widths = _widths(table)
    return "".join(f"{_line(row, widths)}\n" for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell + " " * (columns - display_width(cell))
        for cell, columns in zip(row, widths, strict=True)
    ]
    return (" " * _GAP).join(cells).rstrip()


def _cells(row: Row) -> tuple[str, ...]:
    return tuple(visible(each) for each in row.cells)


def _widths(table: Table) -> list[int]:
    rows = [table.titles, *(_cells(row) for row in table.rows)]
    return [max(display_width(row[n]) for row in rows) for n in range(len(table.titles))]


def drawn(table: Table, columns: int, colour: bool) -> str:
    """As wide as the terminal; in a narrow one a line for each cell."""
    widths, gaps = _widths(table), _GAP * (len(table.titles) - 1)
    least = [
        wide if title in _IDS else min(wide, _ROOM)
        for title, wide in zip(table.titles, widths, strict=True)
    ]
    if sum(least) + gaps > columns:
        return _stacked(table, columns, colour)
    return _rich(table, columns, colour)


def _rich(table: Table, columns: int, colour: bool) -> str:
    from rich.console import Console
    from rich.table import Table as Drawn
    from rich.text import Text

    grid = Drawn(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
    for title in table.titles:
        grid.add_column(title, overflow="fold", no_wrap=title in _IDS)
    for row in table.rows:
        grid.add_row(*(Text(each) for each in _cells(row)), style=_STYLES.get(row.tone))
    console = Console(
        width=columns, force_terminal=colour, color_system="standard" if colour else None
    )
    with console.capture() as captured:
        console.print(grid)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _stacked(table: Table, columns: int, colour: bool) -> str:
    from herosaga.cli.ops.lines import BLANK, Line, text_of

    lines: list[Line] = []
    for row in table.rows:
        lines += [BLANK] if lines else []
        for number, (title, cell) in enumerate(zip(table.titles, row.cells, strict=True)):
            if cell:
                lines.append(Line(f"{title} {cell}", 0 if number == 0 else 1, "", row.tone))
    return text_of(lines, columns, colour)

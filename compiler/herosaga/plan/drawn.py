"""Tables in docstrings: they read as such, and whoever shows docstrings as Markdown shows a table."""

from __future__ import annotations

from collections.abc import Iterable

Row = tuple[str, ...]


def drawn(head: Row, rows: Iterable[Row], widest: tuple[int, ...]) -> str:
    """A table of these columns, with no cell wider than `widest` says of its column."""
    shown = [
        tuple(_cell(each, most) for each, most in zip(row, widest, strict=True)) for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(head, *shown, strict=True)]
    rule = tuple("-" * width for width in widths)
    return "\n".join(_line(row, widths) for row in (head, rule, *shown))


def _cell(text: str, most: int) -> str:
    text = text.replace("|", "\\|")
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _line(cells: Row, widths: list[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"

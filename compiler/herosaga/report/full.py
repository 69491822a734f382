"""The full form: what is wrong, the source with marks under it, the path, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from herosaga.findings import Finding, Label, Severity
from herosaga.report.text import display_width, visible, wrapped
from herosaga.source import Span
from msgspec import Struct

_TAB = "    "
_NARROWEST = 40


class Style(Struct, frozen=True):
    """What to put before a piece of text to colour it; empty: no colour."""

    error: str = ""
    warning: str = ""
    note: str = ""
    gutter: str = ""
    label: str = ""
    help: str = ""
    quiet: str = ""

    def of(self, severity: Severity) -> str:
        """The colour of a severity."""
        match severity:
            case Severity.ERROR:
                return self.error
            case Severity.WARNING:
                return self.warning
        return self.note


PLAIN = Style()
COLOUR = Style(
    error="\x1b[1;31m",
    warning="\x1b[1;33m",
    note="\x1b[1;36m",
    gutter="\x1b[34m",
    label="\x1b[34m",
    help="\x1b[32m",
    quiet="\x1b[2m",
)


def full(finding: Finding, width: int = 80, style: Style = PLAIN) -> str:
    """The whole report of a finding, each line at most `width` columns where words allow it."""
    width = max(width, _NARROWEST)
    labels = (Label(finding.span, finding.text), *finding.labels)
    margin = len(str(max(label.span.line for label in labels)))
    lines = [
        *_header(finding, width, style),
        *_places(finding, labels, margin, width, style),
        *_path(finding.path, margin, width),
        *_help(finding, margin, width, style),
    ]
    return "\n".join(line.rstrip() for line in lines)


# --- the parts of a full report ----------------------------------------------------------------


def _header(finding: Finding, width: int, style: Style) -> Iterator[str]:
    title = f"{finding.severity.value}[{finding.code}]:"
    first, *others = wrapped(f"{title} {visible(finding.message)}", width - 2)
    yield _painted(title, style.of(finding.severity)) + first[len(title) :]
    yield from (f"  {line}" for line in others)


def _places(
    finding: Finding, labels: Sequence[Label], margin: int, width: int, style: Style
) -> Iterator[str]:
    """The source lines with what is said about them: the primary place's file first."""
    names = dict.fromkeys(label.span.source.name for label in labels)
    for name in names:
        here = [label for label in labels if label.span.source.name == name]
        first = here[0].span
        place = f"{visible(name)}:{first.line}:{first.column}"
        yield f"{' ' * margin}{_painted('┌─', style.gutter)} {place}"
        yield from _lines(finding, here, margin, width, style)


def _lines(
    finding: Finding, labels: Sequence[Label], margin: int, width: int, style: Style
) -> Iterator[str]:
    """The lines of one file in order, each once, with the labels on it."""
    numbers = sorted({label.span.line for label in labels})
    bar = _painted("│", style.gutter)
    for before, number in zip([None, *numbers], numbers, strict=False):
        if before is not None and number > before + 1:
            yield f"{' ' * margin} {_painted('·', style.gutter)}"
        here = [label for label in labels if label.span.line == number]
        shown = _window(here, width - margin - 3)
        yield f"{_painted(str(number).rjust(margin), style.gutter)} {bar} {shown.text}"
        for label in here:
            primary = label.span is finding.span
            colour = style.of(finding.severity) if primary else style.label
            for text in _caret(label, shown, "^" if primary else "-", width - margin - 3):
                yield f"{' ' * margin} {bar} {_painted(text, colour)}"


def _caret(label: Label, shown: _Shown, mark: str, width: int) -> Iterator[str]:
    """The marks under a place with its text behind them, or below where that does not fit."""
    start, end = shown.columns(label.span)
    marks = " " * start + mark * max(end - start, 1)
    text = visible(label.text)
    if not text or len(marks) + 1 + display_width(text) <= width:
        yield f"{marks} {text}"
        return
    yield marks
    indent = min(start, max(width - _NARROWEST, 0))
    yield from (" " * indent + line for line in wrapped(text, width - indent))


def _path(path: Sequence[str], margin: int, width: int) -> Iterator[str]:
    """The steps of a path, numbered, in as many columns as fit."""
    if not path:
        return
    lead = f"{' ' * margin} = path: "
    steps = [f"{number}. {visible(step)}" for number, step in enumerate(path, 1)]
    rows = _grid(steps, width - len(lead))
    yield from _hanging(lead, rows)


def _help(finding: Finding, margin: int, width: int, style: Style) -> Iterator[str]:
    """What to do, and where to read more: at the right where there is room for it."""
    lead = f"{' ' * margin} = help: "
    more = f"herosaga explain {finding.code}"
    lines = wrapped(visible(finding.hint), width - len(lead)) if finding.hint else [more]
    space = width - len(lead) - display_width(lines[-1]) - len(more)
    hanging = list(_hanging(lead, lines))
    if finding.hint and space >= 2:
        hanging[-1] += " " * space + _painted(more, style.quiet)
    yield hanging[0].replace("help:", _painted("help:", style.help), 1)
    yield from hanging[1:]


# --- source lines ------------------------------------------------------------------------------


class _Shown(Struct, frozen=True):
    """A source line as it is shown: `edges` are the display columns where its characters begin.

    `cut` columns are left out at the left, with `…` in their place.
    """

    text: str
    edges: tuple[int, ...]
    cut: int

    def columns(self, span: Span) -> tuple[int, int]:
        """Where a span's part on this line begins and ends, in columns of `text`."""
        last = len(self.edges) - 1
        start = self.edges[min(span.column - 1, last)]
        end = (
            self.edges[min(span.end_column - 1, last)]
            if span.end_line == span.line
            else self.edges[-1]
        )
        limit = max(display_width(self.text), 1)
        left = min(max(start - self.cut, 0), limit)
        return left, max(min(end - self.cut, limit), left + 1)


def _window(labels: Sequence[Label], width: int) -> _Shown:
    """The labels' line, cut to the width around the first of them where it is longer."""
    span = labels[0].span
    line = span.source.line(span.line).removeprefix("\ufeff")
    pieces = [_TAB if char == "\t" else visible(char) for char in line]
    edges = tuple(accumulate((display_width(piece) for piece in pieces), initial=0))
    if edges[-1] <= width:
        return _Shown("".join(pieces), edges, 0)
    start = edges[min(span.column - 1, len(pieces))]
    cut = 0 if start < width * 2 // 3 else start - width // 3
    shown = [p for p, edge in zip(pieces, edges, strict=False) if cut <= edge < cut + width - 2]
    first = next((edge for edge in edges if edge >= cut), 0)
    text = "".join(shown).rstrip() + "…" if cut + width - 2 < edges[-1] else "".join(shown)
    return _Shown(text if cut == 0 else "…" + text, edges, first - 1 if cut else 0)


# --- lines --------------------------------------------------------------------------------------


def _painted(text: str, colour: str) -> str:
    return f"{colour}{text}\x1b[0m" if colour else text


def _hanging(lead: str, lines: Iterable[str]) -> Iterator[str]:
    for index, line in enumerate(lines):
        yield (lead if index == 0 else " " * len(lead)) + line


def _grid(cells: Sequence[str], width: int) -> list[str]:
    """The cells row by row in aligned columns, as many as fit; one that is too wide is wrapped."""
    for count in range(len(cells), 1, -1):
        columns = [max(display_width(cell) for cell in cells[i::count]) for i in range(count)]
        if sum(columns) + 3 * (count - 1) <= width:
            rows = [cells[i : i + count] for i in range(0, len(cells), count)]
            return ["   ".join(_padded(row, columns)).rstrip() for row in rows]
    return [line for cell in cells for line in _hanging("", wrapped(cell, width))]


def _padded(row: Sequence[str], columns: Sequence[int]) -> list[str]:
    return [cell + " " * (c - display_width(cell)) for cell, c in zip(row, columns, strict=False)]

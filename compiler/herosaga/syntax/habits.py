"""Habits of another language are told once a file, with all the places where they show."""

from __future__ import annotations

from collections.abc import Iterable

from herosaga.findings import Finding
from msgspec.structs import replace

_MOST_LINES = 4


def gather(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for all that say the same: the first, with the lines and the repairs of the others."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for each in sorted(findings, key=lambda found: found.span.start):
        groups.setdefault((each.code, each.message, each.text), []).append(each)
    return [_together(group) for group in groups.values()]


def _together(group: list[Finding]) -> Finding:
    first, *others = group
    lines = sorted({each.span.line for each in others} - {first.span.line})
    hint = f"{first.hint}; {_places(lines)}" if lines else first.hint
    return replace(first, hint=hint, fix=tuple(edit for each in group for edit in each.fix))


def _places(lines: list[int]) -> str:
    if len(lines) > _MOST_LINES:
        return f"the same in {len(lines)} more lines"
    *most, last = map(str, lines)
    return f"the same in line {', '.join(most)} and {last}" if most else f"the same in line {last}"

"""Just enough of TextMate's way of reading a grammar to see how an editor would colour a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

Piece = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class _Area:
    """A begin/end rule that is open: what it contains, what ends it, and how it is named."""

    patterns: tuple[dict[str, Any], ...]
    end: str = ""
    end_captures: tuple[tuple[str, str], ...] = ()
    name: str = ""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def pieces(grammar: dict[str, Any], text: str) -> Iterator[Piece]:
    """From, to and innermost scope of every part of the text that has one, line by line."""
    stack = [_Area(tuple(_resolved(grammar, grammar["patterns"])))]
    start = 0
    for line in text.splitlines(keepends=True):
        for first, last, scope in _line(grammar, line, stack):
            if first < last:
                yield start + first, start + last, scope
        start += len(line)


def _resolved(grammar: dict[str, Any], patterns: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for pattern in patterns:
        if "include" in pattern:
            inner = grammar["repository"][pattern["include"].removeprefix("#")]["patterns"]
            yield from _resolved(grammar, inner)
        else:
            yield pattern


def _line(grammar: dict[str, Any], line: str, stack: list[_Area]) -> Iterator[Piece]:
    at = 0
    while True:
        area = stack[-1]
        found = _next(area, line, at)
        yield at, found[0].start() if found else len(line), area.name
        if found is None:
            return
        match, rule = found
        at = match.end()
        if rule is None:
            stack.pop()
            yield from _captured(match, dict(area.end_captures), area.name)
        elif "begin" in rule:
            stack.append(_entered(grammar, rule))
            yield from _captured(match, _names(rule, "beginCaptures"), rule.get("name", ""))
        else:
            yield from _captured(match, _names(rule, "captures"), rule.get("name", ""))


def _next(area: _Area, line: str, at: int) -> tuple[re.Match[str], dict[str, Any] | None] | None:
    """The leftmost match, the area's end before its rules, and those in order."""
    tried: list[tuple[str, dict[str, Any] | None]] = [(area.end, None)] if area.end else []
    tried += [(rule.get("begin") or rule["match"], rule) for rule in area.patterns]
    found = [(match, rule) for p, rule in tried if (match := _compiled(p).search(line, at))]
    return min(found, key=lambda each: each[0].start(), default=None)


def _entered(grammar: dict[str, Any], rule: dict[str, Any]) -> _Area:
    inside = tuple(_resolved(grammar, rule.get("patterns", [])))
    captures = tuple(_names(rule, "endCaptures").items())
    return _Area(inside, rule["end"], captures, rule.get("name", ""))


def _names(rule: dict[str, Any], captures: str) -> dict[str, str]:
    return {number: each["name"] for number, each in rule.get(captures, {}).items()}


def _captured(match: re.Match[str], captures: dict[str, str], name: str) -> Iterator[Piece]:
    if not captures:
        yield *match.span(), name
    for number, scope in captures.items():
        yield *match.span(int(number)), scope

"""Pictures in Markdown: a marker says what a code block shows, so that it can be drawn anew.

<!-- herosaga graph orders.saga --of undo -->
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from msgspec import Struct

MARKER = "<!-- herosaga graph … -->"
_MARKER = re.compile(r"<!--\s*herosaga\s+graph\b(.*?)-->\s*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})\s*(\w*)\s*")
_LANGUAGES = ("mermaid", "dot", "json", "text")


class Slot(Struct, frozen=True):
    """A place for a picture. `body` is what stands there; `first`, `last` are the lines to replace, `last` exclusive.

    `arguments` is what the marker says, None where a block has no marker. `line` is where a report points to.
    """

    arguments: str | None
    language: str
    body: str
    line: int
    first: int
    last: int


def slots(text: str) -> tuple[Slot, ...]:
    """The marked places of a document; without a marker, its Mermaid blocks."""
    lines = text.splitlines()
    blocks = tuple(_blocks(lines))
    inside = {number for each in blocks for number in range(each.first, each.last)}
    marked = [
        _marked(match[1].strip(), number, lines, blocks)
        for number, line in enumerate(lines)
        if number not in inside and (match := _MARKER.fullmatch(line))
    ]
    return tuple(marked or (each for each in blocks if each.language == "mermaid"))


def refreshed(text: str, found: tuple[Slot, ...], draw: Callable[[Slot], str]) -> str:
    """The document with each picture as it is now; all else stays."""
    lines = text.splitlines(keepends=True)
    kept = [0, *(edge for slot in found for edge in (slot.first, slot.last)), len(lines)]
    first, *others = ["".join(lines[start:end]) for start, end in list(pairwise(kept))[::2]]
    drawn = [f"```{slot.language}\n{draw(slot)}```\n" for slot in found]
    if drawn and first and not first.endswith("\n"):
        first += "\n"
    return first + "".join(picture + after for picture, after in zip(drawn, others, strict=True))


def _marked(arguments: str, number: int, lines: list[str], blocks: tuple[Slot, ...]) -> Slot:
    """What follows a marker, with at most blank lines between; where nothing does, a block is to be put there."""
    for block in blocks:
        gap = lines[number + 1 : block.first]
        if block.first > number and block.language in _LANGUAGES and not "".join(gap).strip():
            return Slot(arguments, block.language, block.body, block.line, block.first, block.last)
    language = "text" if "lowered" in arguments.split() else "mermaid"
    return Slot(arguments, language, "", number + 1, number + 1, number + 1)


def _blocks(lines: list[str]) -> Iterator[Slot]:
    """All fenced blocks; one that is never closed goes to the end."""
    number = 0
    while number < len(lines):
        fence = _FENCE.fullmatch(lines[number])
        if fence is None:
            number += 1
            continue
        close = re.compile(rf" {{0,3}}{fence[1][0]}{{{len(fence[1])},}}\s*")
        ends = (n for n in range(number + 1, len(lines)) if close.fullmatch(lines[n]))
        end = next(ends, len(lines))
        body = "".join(f"{line}\n" for line in lines[number + 1 : end])
        yield Slot(None, fence[2], body, number + 1, number, min(end + 1, len(lines)))
        number = end + 1

"""A program and a run made as small as they can be while something is still true of them.

What hypothesis does to choices is done here to their outcome: blocks, lines and clauses of the text, inputs and their fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from time import monotonic

from agreement.inputs import Input

Inputs = tuple[Input, ...]
Holds = Callable[[str, Inputs], bool]

_CLAUSES = tuple(
    re.compile(pattern)
    for pattern in (
        r" when .*?(?= compensate ->| -> | \{$|$)",
        r" with \w+",
        r" within \S+( retry .*?)?(?= compensable|$)",
        r" retry (\w+ times|forever) (every \S+|backoff \S+)",
        r" compensable( by .*)?$",
        r" compensate(?= ->)",
        r"(?<=\(id), .*?(?=\)( |$))",
        r" -> \w+",
        r" refuses \w+( \| \w+)*",
        r", \w+: [^=]+ = [^,}]+",
        r"(?<=\w)\([\w, ]+\)(?= )",
    )
)


def shrunk(text: str, inputs: Inputs, holds: Holds, seconds: float = 120) -> tuple[str, Inputs]:
    """The smallest that is found in this time."""
    end = monotonic() + seconds

    def still(text: str, inputs: Inputs) -> bool:
        return monotonic() < end and holds(text, inputs)

    while True:
        before = text, inputs
        inputs = _fewer(text, inputs, still)
        text = _shorter(text, inputs, still)
        text = _plainer(text, inputs, still)
        inputs = _simpler(text, inputs, still)
        if (text, inputs) == before:
            return before


# --- inputs ------------------------------------------------------------------------------------


def _fewer(text: str, inputs: Inputs, holds: Holds) -> Inputs:
    size = len(inputs) // 2
    while size:
        start = 0
        while start < len(inputs):
            fewer = inputs[:start] + inputs[start + size :]
            if holds(text, fewer):
                inputs = fewer
            else:
                start += size
        size //= 2
    return inputs


def _simpler(text: str, inputs: Inputs, holds: Holds) -> Inputs:
    for place in range(len(inputs)):
        for change in tuple(_changes(inputs[place])):
            simpler = (*inputs[:place], change(inputs[place]), *inputs[place + 1 :])
            if holds(text, simpler):
                inputs = simpler
    return inputs


def _changes(given: Input) -> Iterator[Callable[[Input], Input]]:
    if given.kill:
        yield lambda each: replace(each, kill=False)
    if given.asks:
        yield lambda each: replace(each, asks=False)
    for name in given.data or {}:
        yield partial(_without, name)


def _without(name: str, given: Input) -> Input:
    return replace(given, data={k: v for k, v in (given.data or {}).items() if k != name})


# --- text --------------------------------------------------------------------------------------


def _shorter(text: str, inputs: Inputs, holds: Holds) -> str:
    """Without the blocks and lines that it does not need; outer blocks come before what is in them."""
    lines, start = text.splitlines(), 0
    while start < len(lines):
        less = lines[:start] + lines[_end(lines, start) :]
        if lines[start].strip() not in ("}", "} else {") and holds(_joined(less), inputs):
            lines = less
        else:
            start += 1
    return _joined(lines)


def _end(lines: list[str], start: int) -> int:
    """Where what begins in a line is over: a line, or a block with its closing brace."""
    if not lines[start].endswith("{"):
        return start + 1
    depth = len(lines[start]) - len(lines[start].lstrip())
    closing = (n for n in range(start + 1, len(lines)) if lines[n] == " " * depth + "}")
    return next(closing, start) + 1


def _plainer(text: str, inputs: Inputs, holds: Holds) -> str:
    """Without the clauses that it does not need."""
    lines = text.splitlines()
    for place in range(len(lines)):
        for pattern in _CLAUSES:
            less = [*lines[:place], pattern.sub("", lines[place], count=1), *lines[place + 1 :]]
            if less != lines and holds(_joined(less), inputs):
                lines = less
    return _joined(lines)


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"

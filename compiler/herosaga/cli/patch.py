"""The difference of two texts, as a patch that `git apply` and `patch` take."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff


def differences(old: str, new: str, name: str) -> Iterator[str]:
    """The lines of the patch that makes `new` of `old`; none where they are the same."""
    for line in unified_diff(_lines(old), _lines(new), name, name):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """The lines with their ends; other signs than `\\n` that Python splits at are text to a patch."""
    *whole, last = text.split("\n")
    return [f"{line}\n" for line in whole] + ([last] if last else [])

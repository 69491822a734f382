"""What two sequences have in common at both ends: of long lists most is left as it was by a step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import is_


def differing(old: Sequence[object], new: Sequence[object]) -> tuple[slice, slice]:
    """The part of each that the other does not have: before it, and after it, are the very same objects in both."""
    if old is new:
        return slice(0, 0), slice(0, 0)
    head = _same(old, new)
    tail = min(_same(reversed(old), reversed(new)), min(len(old), len(new)) - head)
    return slice(head, len(old) - tail), slice(head, len(new) - tail)


def _same(old: Iterable[object], new: Iterable[object]) -> int:
    """How many objects are the very same until the first that is not. This looks at thousands, so it is left to C."""
    return [*map(is_, old, new), False].index(False)

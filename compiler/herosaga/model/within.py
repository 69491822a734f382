"""Every value in a part of the model, for checks that look at all of one kind."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import get_args

from herosaga.model.model import Meta
from herosaga.model.types import Type
from herosaga.source import Span
from msgspec import Struct

_LEAVES = frozenset({Span, Meta, *get_args(Type)})


def within(*roots: object) -> Iterator[object]:
    """All values in the roots, outer ones first, in source order.

    Each comes once: a group's transition is one value in every state where it holds.
    """
    seen: set[int] = set()
    left: list[object] = list(reversed(roots))
    while left:
        node = left.pop()
        if isinstance(node, tuple):
            left.extend(reversed(node))
            continue
        kind: type = type(node)
        names = inner(kind)
        if names and id(node) not in seen:
            seen.add(id(node))
            yield node
            left.extend(getattr(node, name) for name in reversed(names))


@cache
def inner(kind: type) -> tuple[str, ...]:
    """The fields of a kind of value; () of what is no value of the model, and of places and types."""
    return kind.__struct_fields__ if issubclass(kind, Struct) and kind not in _LEAVES else ()

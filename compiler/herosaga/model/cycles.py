"""Cycles of what contains, or stands for, each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

_Node = TypeVar("_Node", str, int)


def circular(edges: Mapping[_Node, Iterable[_Node]]) -> bool:
    """Whether there is any cycle at all: nearly always there is none, and nothing need look for it."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError:
        return True
    return False


def cycles(parts: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, ...]]:
    """A cycle of each knot at least, as the way from its first node back to it; none begins two of them."""
    told: set[str] = set()
    done: set[str] = set()
    for start in parts:
        way = {} if start in done else {start: iter(parts[start])}
        while way:
            here = next(reversed(way))
            there = next(way[here], None)
            if there is None:
                done.add(here)
                del way[here]
            elif there in way and there not in told:
                names = list(way)
                cycle = names[names.index(there) :]
                told.update(cycle)
                yield (*cycle, there)
            elif there in parts and there not in done and there not in way:
                way[there] = iter(parts[there])


def shortest(start: str, parts: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The shortest way from a node through its parts back to itself, () where there is none."""
    ways: dict[str, tuple[str, ...]] = {}
    for part in parts[start]:
        ways.setdefault(part, (start, part))
    queue = list(ways)
    for id in queue:
        if id == start:
            return ways[id]
        for part in parts[id]:
            if part not in ways:
                ways[part] = (*ways[id], part)
                queue.append(part)
    return ()

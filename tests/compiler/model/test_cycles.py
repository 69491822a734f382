"""Cycles: found where there are any, and real."""

from __future__ import annotations

from itertools import pairwise

from herosaga.model.cycles import cycles, shortest
from hypothesis import given
from hypothesis import strategies as st
from networkx import DiGraph, is_directed_acyclic_graph

PARTS = st.lists(st.lists(st.integers(0, 9).map(str), max_size=4), max_size=10).map(
    lambda lists: {str(name): tuple(parts) for name, parts in enumerate(lists)}
)


def graph(parts: dict[str, tuple[str, ...]]) -> DiGraph[str]:
    edges = [(here, there) for here, found in parts.items() for there in found if there in parts]
    return DiGraph(edges)


@given(PARTS)
def test_every_cycle_is_one(parts: dict[str, tuple[str, ...]]) -> None:
    for cycle in cycles(parts):
        assert cycle[0] == cycle[-1]
        assert all(there in parts[here] for here, there in pairwise(cycle))


@given(PARTS)
def test_without_what_stands_in_one_there_is_none_left(parts: dict[str, tuple[str, ...]]) -> None:
    whole = graph(parts)
    whole.remove_nodes_from({name for cycle in cycles(parts) for name in cycle})
    assert is_directed_acyclic_graph(whole)


@given(PARTS)
def test_the_shortest_way_back(parts: dict[str, tuple[str, ...]]) -> None:
    known = {here: tuple(each for each in found if each in parts) for here, found in parts.items()}
    for cycle in cycles(parts):
        way = shortest(cycle[0], known)
        assert (way[0], way[-1]) == (cycle[0], cycle[0])
        assert len(way) <= len(cycle)
        assert all(there in parts[here] for here, there in pairwise(way))

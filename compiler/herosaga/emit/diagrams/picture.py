"""A picture of a model as a value: boxes, arrows and frames, before anything is said of a format."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

Subject = Literal["states", "events", "undo"]

NodeKind = Literal[
    "start", "state", "choice", "compensating", "final", "failed", "manual",
    "saga", "handler", "outside",
    "request", "safe", "undo", "block",
]  # fmt: skip
"""A `choice` is passed without waiting. A `safe` request needs no undo: it is `readonly`, or an undo itself."""

EdgeKind = Literal[
    "goes", "compensates", "undone", "gives up",
    "emits", "refuses with", "sends", "publishes", "replies with", "requests", "undoes with",
    "runs", "ends as", "undone by", "otherwise",
]  # fmt: skip


class Node(Struct, frozen=True):
    """A box. `id` is unique in its picture; `lines` stand below the label, `doc` is what `///` says."""

    id: str
    kind: NodeKind
    label: str
    lines: tuple[str, ...] = ()
    doc: str = ""


class Edge(Struct, frozen=True):
    """An arrow. Each of `lines` is one reason for it; `messages` are the ids of those that it stands for."""

    source: str
    target: str
    kind: EdgeKind
    lines: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()


class Cluster(Struct, frozen=True):
    """A frame around nodes. Its `id` is unique among the nodes' too."""

    id: str
    label: str
    nodes: tuple[str, ...]
    doc: str = ""


class Picture(Struct, frozen=True):
    """What one diagram shows. No node is in two clusters."""

    subject: Subject
    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    clusters: tuple[Cluster, ...] = ()
    doc: str = ""


def merged(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """One arrow for all of a kind between the same two nodes, with the reasons of each, where the first stood."""
    found: dict[tuple[str, str, EdgeKind], Edge] = {}
    for edge in edges:
        key = (edge.source, edge.target, edge.kind)
        old = found.get(key, replace(edge, lines=(), messages=()))
        lines = dict.fromkeys((*old.lines, *edge.lines))
        messages = dict.fromkeys((*old.messages, *edge.messages))
        found[key] = replace(edge, lines=tuple(lines), messages=tuple(messages))
    return tuple(found.values())

"""A picture as a Mermaid diagram, the same text for the same picture."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from herosaga.emit.diagrams.ids import unique
from herosaga.emit.diagrams.picture import Cluster, Edge, EdgeKind, Node, NodeKind, Picture
from msgspec import Struct

# fmt: off
_RESERVED = frozenset([
    "accdescr", "acctitle", "as", "call", "class", "classdef", "click", "constructor", "default", "direction", "end",
    "flowchart", "graph", "hide", "href", "interpolate", "linkstyle", "note",
    "prototype", "__proto__", "scale", "state", "statediagram", "style", "subgraph",
])
# fmt: on
"""Words that Mermaid reads as its own, in whatever case, or stumbles over as names of an object's parts."""
_YAML = frozenset(["true", "false", "null", "yes", "no", "on", "off", "y", "n"])
"""What would be no text, where the title is read as YAML."""
_SPECIAL = re.compile(r"[\"#$%&*:;<>\\`{|}~]|_(?![A-Za-z0-9])|(?<![A-Za-z0-9])_")
"""What Mermaid may take for its own syntax, for HTML, or for Markdown, where a `_` in a word means nothing."""
_END = "[*]"
_ENDS = ("final", "failed", "manual")
_SHAPES: Mapping[NodeKind, tuple[str, str]] = {
    "saga": ("{{", "}}"),
    "handler": ("[", "]"),
    "outside": ("([", "])"),
    "request": ("[", "]"),
    "safe": ("[", "]"),
    "undo": ("(", ")"),
    "block": ("[[", "]]"),
    "manual": ("([", "])"),
}
_DASHED: frozenset[EdgeKind] = frozenset(("refuses with", "undoes with", "otherwise"))


def mermaid(picture: Picture) -> str:
    """States as a state diagram, everything else as a flowchart."""
    names = [*(node.id for node in picture.nodes), *(each.id for each in picture.clusters)]
    printer = _Printer(picture, unique(names, _RESERVED))
    head, lines = (
        ("stateDiagram-v2", printer.states())
        if picture.subject == "states"
        else ("flowchart LR", printer.flowchart())
    )
    title = f'"{picture.title}"' if picture.title.lower() in _YAML else picture.title
    body = "".join(f"  {line}\n" for line in lines)
    return f"---\ntitle: {title}\n---\n{head}\n{body}"


class _Printer(Struct, frozen=True):
    """A picture, and the id that Mermaid knows each of its parts by."""

    picture: Picture
    ids: Mapping[str, str]

    # --- state diagrams ---

    def states(self) -> Iterator[str]:
        nodes = {node.id: node for node in self.picture.nodes}
        framed = {id for cluster in self.picture.clusters for id in cluster.nodes}
        for node in self.picture.nodes:
            if node.id not in framed:
                yield from self._state(node)
        for cluster in self.picture.clusters:
            yield f'state "{escaped(cluster.label)}" as {self.ids[cluster.id]} {{'
            for id in cluster.nodes:
                yield from (f"  {line}" for line in self._state(nodes[id], framed=True))
            yield "}"
        for edge in self.picture.edges:
            yield self._way(nodes, edge)
        yield from (
            f"{self.ids[each.id]} --> {_END}" for each in nodes.values() if each.kind in _ENDS
        )
        for node in self.picture.nodes:
            if node.doc:
                yield f"note right of {self.ids[node.id]} : {escaped(node.doc)}"

    def _state(self, node: Node, framed: bool = False) -> Iterator[str]:
        """What the arrows don't say of a state: a label that is not its id, and what is written in it."""
        id = self.ids[node.id]
        if node.kind == "choice":
            yield f"state {id} <<choice>>"
            return
        if framed or node.lines or (node.kind != "start" and node.label != id):
            yield f'state "{escaped(node.label)}" as {id}'
        yield from (f"{id} : {escaped(line)}" for line in node.lines)

    def _way(self, nodes: Mapping[str, Node], edge: Edge) -> str:
        source = _END if nodes[edge.source].kind == "start" else self.ids[edge.source]
        label = f" : {_reasons(edge)}" if edge.lines else ""
        return f"{source} --> {self.ids[edge.target]}{label}"

    # --- flowcharts ---

    def flowchart(self) -> Iterator[str]:
        nodes = {node.id: node for node in self.picture.nodes}
        framed = {id for cluster in self.picture.clusters for id in cluster.nodes}
        yield from (self._box(node) for node in self.picture.nodes if node.id not in framed)
        for cluster in self.picture.clusters:
            yield from self._frame(cluster, nodes)
        yield from map(self._arrow, self.picture.edges)

    def _frame(self, cluster: Cluster, nodes: Mapping[str, Node]) -> Iterator[str]:
        yield f'subgraph {self.ids[cluster.id]}["{escaped(cluster.label)}"]'
        yield "  direction LR"
        yield from (f"  {self._box(nodes[id])}" for id in cluster.nodes)
        yield "end"

    def _box(self, node: Node) -> str:
        left, right = _SHAPES[node.kind]
        text = "<br/>".join(map(escaped, (node.label, *node.lines)))
        return f'{self.ids[node.id]}{left}"{text}"{right}'

    def _arrow(self, edge: Edge) -> str:
        line = "-.->" if edge.kind in _DASHED else "-->"
        label = f'|"{_reasons(edge)}"|' if edge.lines else ""
        return f"{self.ids[edge.source]} {line}{label} {self.ids[edge.target]}"


def escaped(text: str) -> str:
    """Text in which Mermaid sees nothing but text."""
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", text)


def _reasons(edge: Edge) -> str:
    return "<br/>or ".join(map(escaped, edge.lines))

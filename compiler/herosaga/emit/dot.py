"""A picture in Graphviz's DOT language, the same text for the same picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap

from herosaga.emit.diagrams.picture import Cluster, Edge, EdgeKind, Node, NodeKind, Picture

_WIDTH = 32
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "&": "&amp;", "<": "&lt;", ">": "&gt;"})
_STYLES: Mapping[NodeKind, str] = {
    "start": 'shape=point, width=0.15, label=""',
    "state": "",
    "choice": 'shape=diamond, width=0.3, height=0.3, label=""',
    "compensating": 'style="rounded,dashed"',
    "final": "peripheries=2",
    "failed": 'peripheries=2, color="#c0392b"',
    "manual": 'peripheries=2, color="#b9770e"',
    "saga": "shape=component",
    "handler": "",
    "outside": "shape=plaintext",
    "request": "",
    "safe": 'color="#7f8c8d"',
    "undo": 'style="rounded,dashed"',
    "block": 'style="dashed"',
}
_BARE: frozenset[NodeKind] = frozenset(("start", "choice"))
_LINES: Mapping[EdgeKind, str] = {
    "compensates": "style=dashed",
    "undone": "style=dashed",
    "gives up": 'style=dashed, color="#b9770e"',
    "refuses with": 'style=dashed, color="#c0392b"',
    "undoes with": "style=dashed",
    "otherwise": 'style=dashed, color="#b9770e"',
}


def dot(picture: Picture) -> str:
    """States go down, everything else to the right."""
    rankdir = "TB" if picture.subject == "states" else "LR"
    lines = [
        f"label={_quoted(picture.title)}; labelloc=t; rankdir={rankdir}; compound=true;",
        'fontname="Helvetica"; nodesep=0.4; ranksep=0.6;',
        'node [shape=box, style=rounded, fontname="Helvetica", fontsize=11, margin="0.15,0.08"];',
        'edge [fontname="Helvetica", fontsize=9];',
        *_nodes(picture),
        *_edges(picture),
    ]
    body = "".join(f"  {line}\n" for line in lines)
    return f"digraph {_quoted(picture.title)} {{\n{body}}}\n"


def _nodes(picture: Picture) -> Iterator[str]:
    nodes = {node.id: node for node in picture.nodes}
    framed = {id for cluster in picture.clusters for id in cluster.nodes}
    yield from (_node(node) for node in picture.nodes if node.id not in framed)
    for number, cluster in enumerate(picture.clusters):
        yield f"subgraph cluster_{number} {{"
        yield f"  {_cluster(cluster)}"
        yield from (f"  {_node(nodes[id])}" for id in cluster.nodes)
        yield "}"


def _cluster(cluster: Cluster) -> str:
    parts = (
        f"label={_quoted(cluster.label)}",
        "color=gray60",
        "style=rounded",
        _tooltip(cluster.doc),
    )
    return "".join(f"{part}; " for part in parts if part).rstrip()


def _node(node: Node) -> str:
    label = "" if node.kind in _BARE else f"label={_text((node.label, *node.lines))}"
    return f"{_quoted(node.id)} [{_joined(label, _STYLES[node.kind], _tooltip(node.doc))}];"


def _edges(picture: Picture) -> Iterator[str]:
    """An answer is drawn backwards along its question, so that who answers is laid out behind who asks."""
    asked: set[tuple[str, str]] = set()
    for edge in picture.edges:
        answers = picture.subject == "events" and (edge.target, edge.source) in asked
        asked.add((edge.source, edge.target))
        yield _edge(edge, answers)


def _edge(edge: Edge, backwards: bool) -> str:
    label = f"label={_text(_reasons(edge))}" if edge.lines else ""
    attributes = _joined(label, _LINES.get(edge.kind, ""), "dir=back" if backwards else "")
    ends = (edge.target, edge.source) if backwards else (edge.source, edge.target)
    arrow = " -> ".join(map(_quoted, ends))
    return f"{arrow} [{attributes}];" if attributes else f"{arrow};"


def _reasons(edge: Edge) -> Iterator[str]:
    for number, line in enumerate(edge.lines):
        yield f"or {line}" if number else line


def _tooltip(doc: str) -> str:
    return f"tooltip={_quoted(doc)}" if doc else ""


def _joined(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def _text(lines: Iterable[str]) -> str:
    """Lines as a label. Graphviz breaks none by itself."""
    broken = (piece for line in lines for piece in wrap(line, _WIDTH) or [""])
    return '"' + "\\n".join(piece.translate(_ESCAPES) for piece in broken) + '"'


def _quoted(text: str) -> str:
    """A quoted string: no HTML, no escape and no entity but our own."""
    return f'"{text.translate(_ESCAPES)}"'

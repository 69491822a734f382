"""A picture as JSON, for whoever draws it differently."""

from __future__ import annotations

import json

from herosaga.emit.diagrams.picture import Cluster, Edge, Node, Picture


def graph_json(picture: Picture) -> str:
    """Everything that is in the picture, in its order."""
    document = {
        "version": 1,
        "subject": picture.subject,
        "title": picture.title,
        "doc": picture.doc,
        "nodes": list(map(_node, picture.nodes)),
        "edges": list(map(_edge, picture.edges)),
        "clusters": list(map(_cluster, picture.clusters)),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _node(node: Node) -> dict[str, object]:
    return {
        "id": node.id,
        "kind": node.kind,
        "label": node.label,
        "lines": list(node.lines),
        "doc": node.doc,
    }


def _edge(edge: Edge) -> dict[str, object]:
    return {
        "source": edge.source,
        "target": edge.target,
        "kind": edge.kind,
        "lines": list(edge.lines),
        "messages": list(edge.messages),
    }


def _cluster(cluster: Cluster) -> dict[str, object]:
    return {
        "id": cluster.id,
        "label": cluster.label,
        "nodes": list(cluster.nodes),
        "doc": cluster.doc,
    }

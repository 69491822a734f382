"""The picture of who sends what to whom: services, sagas, and the world outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from herosaga.emit.diagrams.picture import Cluster, Edge, EdgeKind, Node, Picture, merged
from herosaga.emit.diagrams.words import prose
from herosaga.graph.events import Reaction, asked, reactions
from herosaga.graph.outputs import Output
from herosaga.graph.words import short
from herosaga.model.model import Handler, Model

IN, OUT = "outside, in", "outside, out"


def events(model: Model, title: str, saga: str = "") -> Picture:
    """All messages between services and sagas; with the id of a `saga`, those that it sends or receives."""
    arrows = merged(_edges(model))
    if saga:
        arrows = tuple(each for each in arrows if saga in (each.source, each.target))
    used = {end for each in arrows for end in (each.source, each.target)}
    nodes = tuple(
        each for each in _nodes(model) if each.id in used or (not saga and each.kind != "outside")
    )
    shown = {each.id for each in nodes}
    return Picture("events", title, nodes, arrows, tuple(_clusters(model, shown)))


def _nodes(model: Model) -> Iterator[Node]:
    yield Node(IN, "outside", "outside")
    for saga in model.sagas.values():
        yield Node(saga.id, "saga", saga.name, (), prose(saga.meta.doc))
    for service in model.services.values():
        for handler in service.handlers:
            name = short(handler.message)
            label = f"on {name}" if handler.kind == "on" else name
            yield Node(handler.id, "handler", label, _effects(handler), prose(handler.meta.doc))
    for itinerary in model.itineraries.values():
        yield Node(itinerary.id, "block", itinerary.name, (), prose(itinerary.meta.doc))
    yield Node(OUT, "outside", "outside")


def _effects(handler: Handler) -> tuple[str, ...]:
    """What a handler does to the world, where it says so."""
    said = {"irreversible": handler.irreversible, "readonly": handler.readonly}
    return tuple(word for word, true in said.items() if true)


def _clusters(model: Model, shown: set[str]) -> Iterator[Cluster]:
    for service in model.services.values():
        names = tuple(h.id for h in service.handlers if h.id in shown)
        if names:
            label = f"{service.name} (extern)" if service.extern else service.name
            yield Cluster(service.id, label, names, prose(service.meta.doc))


def _edges(model: Model) -> Iterator[Edge]:
    """From each reaction to those that take what it sends; what only comes or only goes has an end outside.

    Sagas come first: they are then laid out before those whom they ask.
    """
    nodes = sorted(reactions(model), key=lambda node: node.where == "service")
    takers = _takers(nodes)
    sent = {output.message for node in nodes for output in node.outputs}
    for message, owners in takers.items():
        if message not in sent:
            for owner, handler in owners.items():
                lines = () if handler else (short(message),)
                yield Edge(IN, owner, "emits", lines, (message,))
    askers = {saga.id: asked(saga) for saga in model.sagas.values()}
    for node in nodes:
        asking = {id: False for id, commands in askers.items() if node.receives in commands}
        for output in node.outputs:
            yield from _sent(_end(node), output, {**takers.get(output.message, {}), **asking})


def _sent(source: str, output: Output, takers: Mapping[str, bool]) -> Iterator[Edge]:
    kind: EdgeKind = output.how
    # How an itinerary ended is no message: who does not wait for it learns nothing of it.
    outside = {} if kind in ("runs", "ends as") else {OUT: False}
    for target, handler in (takers or outside).items():
        yield Edge(source, target, kind, _said(output, handler), (output.message,))


def _said(output: Output, handler: bool) -> tuple[str, ...]:
    """What stands on an arrow: a handler names what it takes itself."""
    match output.how:
        case "refuses with":
            return ("refused",) if handler else (f"{short(output.message)} (refused)",)
        case "runs":
            return ("run",)
        case "undoes with":
            return ("undo",) if handler else (f"{short(output.message)} (undo)",)
    return () if handler else (short(output.message),)


def _takers(nodes: Iterable[Reaction]) -> Mapping[str, Mapping[str, bool]]:
    """Who takes each message: the node's id, and whether that is a handler."""
    found: dict[str, dict[str, bool]] = {}
    for node in nodes:
        if node.receives:
            found.setdefault(node.receives, {})[_end(node)] = isinstance(node.node, Handler)
    return found


def _end(node: Reaction) -> str:
    """The node of the picture that a reaction is in: the handler itself, or the whole saga."""
    return node.node.id if isinstance(node.node, Handler) else node.owner

"""The picture of what undoes what, in which states it may be needed, and what nothing undoes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herosaga.emit.diagrams.picture import Cluster, Edge, Node, NodeKind, Picture, merged
from herosaga.emit.diagrams.words import done, prose
from herosaga.graph.outputs import flat
from herosaga.graph.undo import Record, bodies, compensating, record, where
from herosaga.graph.words import message_of, short
from herosaga.model.model import Compensation, Handler, Model, Request, Run, Saga
from msgspec import Struct
from msgspec.structs import replace

_Part = tuple[tuple[Node, ...], tuple[Edge, ...]]


def undo(model: Model, sagas: tuple[Saga, ...], title: str) -> Picture:
    """What each saga asks for, and how that is taken back."""
    parts = [_part(model, saga, f"{saga.id} " if len(sagas) > 1 else "") for saga in sagas]
    return Picture(
        "undo",
        title,
        tuple(node for nodes, _ in parts for node in nodes),
        tuple(edge for _, edges in parts for edge in edges),
        tuple(_frames(sagas, parts)) if len(sagas) > 1 else (),
        prose(sagas[0].meta.doc) if len(sagas) == 1 else "",
    )


def _frames(sagas: tuple[Saga, ...], parts: list[_Part]) -> Iterator[Cluster]:
    for saga, (nodes, _) in zip(sagas, parts, strict=True):
        if nodes:
            ids = tuple(node.id for node in nodes)
            yield Cluster(saga.id, saga.name, ids, prose(saga.meta.doc))


class _Asked(Struct, frozen=True):
    """What a saga asks for, and how it can be taken back: in several ways, where it is asked for in several places."""

    of: str
    bare: bool
    records: tuple[Record, ...] = ()


def _part(model: Model, saga: Saga, prefix: str) -> _Part:
    """One saga's nodes and edges; the ids of all begin with `prefix`."""
    states = where(model, saga)
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []
    for asked in _asked(saga):
        node = _request(model, saga, asked, states)
        nodes[node.id] = node
        for each in asked.records:
            for undoing in _undoing(model, saga, each):
                nodes.setdefault(undoing.id, undoing)
                edges.append(Edge(node.id, undoing.id, "undone by"))
    used = {each.undo for each in states if each.block}
    for block in saga.compensations:
        if block.name in used and block.otherwise is not None:
            last = _last(saga, block.otherwise)
            nodes.setdefault(last.id, last)
            edges.append(Edge(_block_id(block.name), last.id, "otherwise", ("otherwise",)))
    return (
        tuple(replace(node, id=prefix + node.id) for node in nodes.values()),
        tuple(
            replace(each, source=prefix + each.source, target=prefix + each.target)
            for each in merged(edges)
        ),
    )


def _asked(saga: Saga) -> Iterator[_Asked]:
    """Each command and itinerary that a saga starts, once."""
    found: dict[str, tuple[bool, dict[Record, None]]] = {}
    for body in bodies(saga):
        for action in flat(body):
            made = record(action)
            match action:
                case Request(message=message) | Run(message=message):
                    of = message_of(message)
                case _ if made is not None:
                    of = ""
                case _:
                    continue
            bare, records = found.get(of, (False, {}))
            found[of] = (bare or made is None, {**records, **({made: None} if made else {})})
    return (_Asked(of, bare, tuple(records)) for of, (bare, records) in found.items())


def _request(
    model: Model, saga: Saga, asked: _Asked, states: Mapping[Record, tuple[str, ...]]
) -> Node:
    lines = list(_held(saga, {name for each in asked.records for name in states[each]}))
    kind: NodeKind = "request"
    if asked.bare:
        why, kind = _why_not(model, asked)
        lines.append(why)
    label = short(asked.of) or "recorded by hand"
    return Node(f"ask {asked.of}".rstrip(), kind, label, tuple(lines))


def _held(saga: Saga, states: set[str]) -> Iterator[str]:
    """The states in which there may be a record, and those from which it is undone, but for passing ones."""
    held = [each.name for each in saga.states if each.name in states and not each.passing]
    undone = [name for name in held if name in compensating(saga)]
    if held:
        yield f"recorded in {', '.join(held)}"
    if undone != held:
        yield f"undone from {', '.join(undone)}" if undone else "never undone: nothing compensates"


def _why_not(model: Model, asked: _Asked) -> tuple[str, NodeKind]:
    """Why there is no record of a request, or not always."""
    handlers = model.handlers_of(asked.of)
    if any(each.irreversible for each in handlers):
        return "irreversible", "request"
    if any(each.readonly for each in handlers):
        return "readonly: nothing to undo", "safe"
    if asked.of in _undos(model):
        return "is itself an undo", "safe"
    if asked.of in model.itineraries:
        return "undoes itself when it faults, not later", "request"
    declared = next((each.undone_by for each in handlers if each.undone_by), None)
    somewhere = " everywhere" if asked.records else ""
    if declared is not None:
        return f"not compensable{somewhere}, though {short(declared)} undoes it", "request"
    return f"nothing undoes it{somewhere}", "request"


def _undoing(model: Model, saga: Saga, made: Record) -> Iterator[Node]:
    """What runs to undo: a command, a compensation, or the itinerary itself, turned back."""
    blocks = {each.name: each for each in saga.compensations}
    if made.block and made.undo in blocks:
        yield _block(blocks[made.undo])
    elif made.undo in model.itineraries:
        yield Node(f"turn back {made.undo}", "undo", f"{short(made.undo)}, turned back")
    elif made.undo:
        served = tuple(f"by {short(each.service)}" for each in model.handlers_of(made.undo))
        yield Node(f"undo {made.undo}", "undo", short(made.undo), served)


def _block(block: Compensation) -> Node:
    text = done(block.actions)
    return Node(
        _block_id(block.name), "block", f"compensation {block.name}", text, prose(block.meta.doc)
    )


def _block_id(name: str) -> str:
    return f"compensation {name}"


def _last(saga: Saga, name: str) -> Node:
    marks = {final.name: final.mark for final in saga.finals}
    label = f"{name} ({marks[name]})" if marks.get(name) else name
    return Node(f"end {name}", "manual", label)


def _undos(model: Model) -> frozenset[str]:
    handlers: Iterator[Handler] = model.handlers()
    return frozenset(each.undone_by for each in handlers if each.undone_by is not None)

"""HS412: messages that cause each other, round and round, with nobody to stop them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from itertools import pairwise
from typing import TYPE_CHECKING

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.events import Cause, Reaction
from herosaga.graph.graphs import Graphs
from herosaga.graph.outputs import flat
from herosaga.graph.words import short
from herosaga.model.model import Model, Transition
from herosaga.model.model import Set as SetField
from herosaga.model.reads import reads

if TYPE_CHECKING:
    from herosaga.graph.events import EventGraph
    from herosaga.graph.states import StateGraph

_PROGRAM = """\
extern event OrderChanged {{ key order_id: uuid }}
event StockChanged {{ key order_id: uuid }}
event PlanChanged {{ key order_id: uuid }}

service Stock {{
  on OrderChanged emits StockChanged
  {}on PlanChanged emits StockChanged
}}

service Planning {{
  on StockChanged emits PlanChanged
}}
"""

PAGE = Page(
    code="HS412",
    severity=Severity.WARNING,
    title="Event cycle",
    what="A message makes a service or saga send another, that one the next, and the last one is the "
    "first again. Of each knot of such cycles the shortest is shown. A cycle that runs through a "
    "saga's states counts where the saga can come to the same transition again, or where a new "
    "instance is started. It does not count where the saga only requests commands and takes their "
    "answers (`on CardDeclined` requests `ChargeCard` again): there the saga's states say how often. "
    "Nor does it count through a transition whose guard reads a data field that the transition sets, "
    "or through a handler with `@bounded(n)`.",
    why="One order can set it off, and then it never ends: every round costs a message in each service, "
    "and the customer gets a mail each time.",
    failing=_PROGRAM.format(""),
    mended=_PROGRAM.format("@bounded(3) "),
)


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """The shortest cycle of each knot, shorter ones first."""
    from networkx import strongly_connected_components

    nodes = graphs.reactions
    again = {i for i, node in enumerate(nodes) if _repeats(node, graphs.states)}
    whole: EventGraph = graphs.events.copy()
    whole.remove_nodes_from([i for i, node in enumerate(nodes) if _bounded(node)])
    quiet = {i for i, node in enumerate(nodes) if _allowed(node, model)}
    cycles: list[list[int]] = []
    for knot in list(strongly_connected_components(whole)):
        cycles.extend(_cycles(whole.subgraph(knot).copy(), nodes, again, quiet))
    for cycle in sorted(cycles, key=lambda each: (len(each), each)):
        yield _circular(cycle, nodes, graphs.events, quiet)


def _cycles(
    knot: EventGraph, nodes: tuple[Reaction, ...], again: Set[int], quiet: Set[int]
) -> Iterator[list[int]]:
    """The shortest cycle; after one that an `@allow` silences, also the shortest that avoids it."""
    while cycle := _shortest(knot, nodes, again):
        yield cycle
        silent = quiet & set(cycle)
        if not silent:
            return
        knot.remove_nodes_from(silent)


def _shortest(knot: EventGraph, nodes: tuple[Reaction, ...], again: Set[int]) -> list[int]:
    """The shortest cycle with a new instance in it, or without one and more than requests and answers."""
    running: EventGraph = knot.subgraph([node for node in knot if node in again])
    best: list[int] = []
    for here, there, data in sorted(knot.edges(data=True), key=lambda edge: edge[:2]):
        if nodes[there].where == "start":
            found = _path(knot, there, here)
        elif {here, there} <= again and not _dialogue(data["cause"]):
            found = _path(running, there, here)
        else:
            continue
        if found and (not best or len(found) < len(best)):
            best = found
    return best


def _path(graph: EventGraph, here: int, there: int) -> list[int]:
    from networkx import has_path, shortest_path

    if not has_path(graph, here, there):
        return []
    path: list[int] = shortest_path(graph, here, there)
    return path


def _dialogue(cause: Cause) -> bool:
    """Whether a saga asks here, or is answered."""
    return cause.answer or cause.output.how in ("requests", "undoes with")


def _repeats(node: Reaction, states: Mapping[str, StateGraph]) -> bool:
    """Whether it can happen again for one instance: a transition only where its state comes back."""
    from networkx import has_path

    if node.where in ("service", "itinerary"):
        return True
    if node.where != "state" or not isinstance(node.node, Transition):
        return False
    graph, target = states[node.owner], node.node.target
    if target is None:
        return True
    return any(target in graph and has_path(graph, target, state) for state in node.states)


def _bounded(node: Reaction) -> bool:
    """Whether its author has said how often: `@bounded`, or a counter in the guard."""
    if node.meta.bounded is not None:
        return True
    if not isinstance(node.node, Transition):
        return False
    changed = {each.field for each in flat(node.node.actions) if isinstance(each, SetField)}
    return any(name in changed for name, _ in reads(node.node.guard))


def _allowed(node: Reaction, model: Model) -> bool:
    """Whether an `@allow` stands before it, or before its service or saga."""
    owners = (model.services.get(node.owner), model.sagas.get(node.owner))
    allows = [allow for owner in owners if owner is not None for allow in owner.meta.allows]
    return any(allow.code == PAGE.code for allow in (*node.meta.allows, *allows))


def _circular(
    cycle: list[int], nodes: tuple[Reaction, ...], graph: EventGraph, quiet: Set[int]
) -> Finding:
    """The primary place is one that an `@allow` stands at, so that it silences the whole cycle."""
    start = cycle.index(min(quiet & set(cycle) or cycle))
    turned = [*cycle[start:], *cycle[:start]]
    first, *others = (nodes[node] for node in turned)
    causes = [graph.edges[edge]["cause"] for edge in pairwise((*turned, turned[0]))]
    return finding(
        PAGE,
        f"`{short(first.receives)}` causes itself again, and nothing ends it",
        first.span,
        text="what this sends comes back to it",
        labels=tuple(Label(each.span, "is part of the cycle") for each in others[:3]),
        path=tuple(_step(nodes[n], cause) for n, cause in zip(turned, causes, strict=True)),
        hint="break the cycle: let one of them react only where something has changed, or to another "
        "event; if it is meant, write `@bounded(n)` before a handler in it",
    )


def _step(node: Reaction, cause: Cause) -> str:
    return (
        f"{node} {cause.output.how} {short(cause.output.message)} (line {cause.output.span.line})"
    )

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
from herosaga.model.cycles import circular
from herosaga.model.model import Model, Transition
from herosaga.model.model import Set as SetField
from herosaga.model.reads import reads

if TYPE_CHECKING:
    from networkx import DiGraph

    Knot = DiGraph[int]

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

_COMMANDED = ("requests", "sends", "undoes with")

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
    nodes = graphs.reactions
    free = {i for i, node in enumerate(nodes) if not _bounded(node)}
    edges = {here: [*_followed(graphs.events[here], free, model)] for here in free}
    if not circular(edges):
        return  # and networkx need not be loaded
    from networkx import DiGraph, strongly_connected_components

    whole: Knot = DiGraph(edges)
    repeated = _repeated(graphs)
    again = {i for i, node in enumerate(nodes) if _repeats(node, repeated)}
    quiet = {i for i, node in enumerate(nodes) if _allowed(node, model)}
    knots = [whole.subgraph(each).copy() for each in strongly_connected_components(whole)]
    found = [cycle for knot in knots for cycle in _cycles(knot, graphs, again, quiet)]
    for cycle in sorted(found, key=lambda each: (len(each), each)):
        yield _endless(cycle, graphs, quiet)


def _followed(causes: Mapping[int, Cause], free: Set[int], model: Model) -> Iterator[int]:
    """What really follows: an event that is sent like a command, which HS103 tells, sets nothing off."""
    for there, cause in causes.items():
        message = model.messages.get(cause.output.message)
        published = cause.output.how not in _COMMANDED or message is None or message.kind != "event"
        if there in free and published:
            yield there


def _cycles(knot: Knot, graphs: Graphs, again: Set[int], quiet: Set[int]) -> Iterator[list[int]]:
    """The shortest cycle; after one that an `@allow` silences, also the shortest that avoids it."""
    while cycle := _shortest(knot, graphs, again):
        yield cycle
        silent = quiet & set(cycle)
        if not silent:
            return
        knot.remove_nodes_from(silent)


def _shortest(knot: Knot, graphs: Graphs, again: Set[int]) -> list[int]:
    """The shortest cycle with a new instance in it, or without one and more than requests and answers."""
    running: Knot = knot.subgraph([node for node in knot if node in again])
    best: list[int] = []
    for there in sorted(knot):
        starts = graphs.reactions[there].where == "start"
        closing = [
            here
            for here in sorted(knot.predecessors(there))
            if starts or ({here, there} <= again and not _dialogue(graphs.events[here][there]))
        ]
        if closing:
            best = _nearer(knot if starts else running, there, closing, best)
    return best


def _nearer(graph: Knot, start: int, ends: list[int], best: list[int]) -> list[int]:
    """The shortest path from `start` to one of `ends`, if it is shorter than `best`."""
    from networkx import single_source_shortest_path

    paths = single_source_shortest_path(graph, start, len(best) - 2 if best else None)
    found: list[list[int]] = [paths[end] for end in ends if end in paths]
    return min(found, key=len, default=best)


def _dialogue(cause: Cause) -> bool:
    """Whether a saga asks here, or is answered."""
    return cause.answer or cause.output.how in ("requests", "undoes with")


def _repeated(graphs: Graphs) -> Mapping[str, Mapping[str, int]]:
    """For each saga the states by the group that they belong to, of those that lead to each other."""
    from networkx import DiGraph, strongly_connected_components

    found: dict[str, dict[str, int]] = {}
    for saga, graph in graphs.states.items():
        edges = {state: graph.successors(state) for state in graph.out}
        whole: DiGraph[str] = DiGraph(edges)
        groups = strongly_connected_components(whole)
        found[saga] = {state: number for number, group in enumerate(groups) for state in group}
    return found


def _repeats(node: Reaction, groups: Mapping[str, Mapping[str, int]]) -> bool:
    """Whether it can happen again for one instance: a transition only where its state comes back."""
    if node.where in ("service", "itinerary"):
        return True
    if node.where != "state" or not isinstance(node.node, Transition):
        return False
    group, target = groups[node.owner], node.node.target
    return target is None or any(group.get(target) == group[state] for state in node.states)


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


def _endless(cycle: list[int], graphs: Graphs, quiet: Set[int]) -> Finding:
    """The primary place is one that an `@allow` stands at, so that it silences the whole cycle."""
    start = cycle.index(min(quiet & set(cycle) or cycle))
    turned = [*cycle[start:], *cycle[:start]]
    first, *others = (graphs.reactions[node] for node in turned)
    causes = [graphs.events[a][b] for a, b in pairwise((*turned, turned[0]))]
    return finding(
        PAGE,
        f"`{short(first.receives)}` causes itself again, and nothing ends it",
        first.span,
        text="what this sends comes back to it",
        labels=tuple(Label(each.span, "is part of the cycle") for each in others[:3]),
        path=tuple(map(_step, (first, *others), causes)),
        hint="break the cycle: let one of them react only where something has changed, or to another "
        "event; if it is meant, write `@bounded(n)` before a handler in it",
    )


def _step(node: Reaction, cause: Cause) -> str:
    return (
        f"{node} {cause.output.how} {short(cause.output.message)} (line {cause.output.span.line})"
    )
